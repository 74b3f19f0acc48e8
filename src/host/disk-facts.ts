/**
 * What the disk under the root makes of names: tried in our own directory where that can be done, never on users' files.
 */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { LocalFacts } from '../core/ports/local-tree.ts';
import { errno } from './disk-errors.ts';
import { look } from './disk-stat.ts';

/** The most any common disk takes, in bytes of UTF-8. */
const NAME_BYTES = 255;

/** What is assumed while there is no disk to ask, or it is full. */
export const usualFacts: LocalFacts = {
  caseSensitive: process.platform !== 'win32' && process.platform !== 'darwin',
  unicode: 'as-given',
  nameBytes: NAME_BYTES,
};

/** `directory` is ours and exists. */
export function probeFacts(directory: string): LocalFacts {
  return {
    caseSensitive: isCaseSensitive(directory),
    unicode: unicodeForm(directory),
    nameBytes: longestName(directory),
  };
}

/**
 * Without writing: is our directory found in capitals, though no such name is listed? The inodes would not tell: many FUSE file systems
 * give one directory a number for each spelling.
 */
function isCaseSensitive(directory: string): boolean {
  const capitals = basename(directory).toUpperCase();
  const parent = dirname(directory);
  return look(join(parent, capitals)) === undefined || readdirSync(parent).includes(capitals);
}

function unicodeForm(directory: string): LocalFacts['unicode'] {
  const composed = 'é'.normalize('NFC');
  const decomposed = 'é'.normalize('NFD');
  let probe: string | undefined;
  try {
    probe = mkdtempSync(join(directory, 'probe-'));
    const kept = [composed, decomposed].map((name) => nameAfterWriting(join(probe ?? '', name)));
    if (kept[0] === decomposed) return 'nfd';
    return kept[1] === composed ? 'nfc' : 'as-given';
  } catch (error) {
    // A full disk must not keep a client from uploading.
    if (['ENOSPC', 'EDQUOT'].includes(errno(error))) return usualFacts.unicode;
    throw error;
  } finally {
    if (probe !== undefined) rmSync(probe, { recursive: true, force: true });
  }
}

/** The name that the directory shows for it. APFS finds both forms and shows the first: each is tried alone. */
function nameAfterWriting(file: string): string | undefined {
  writeFileSync(file, '');
  const [shown] = readdirSync(dirname(file));
  rmSync(file);
  return shown;
}

/** Without writing: a name that is too long is refused before it is searched. */
function longestName(directory: string): number {
  let fits = 1;
  let tooLong = NAME_BYTES + 1;
  while (tooLong - fits > 1) {
    // The first question is the usual answer.
    const length =
      tooLong > NAME_BYTES && fits === 1 ? NAME_BYTES : Math.floor((fits + tooLong) / 2);
    if (isPossible(join(directory, 'x'.repeat(length)))) fits = length;
    else tooLong = length;
  }
  return fits;
}

function isPossible(place: string): boolean {
  try {
    look(place);
    return true;
  } catch (error) {
    if (errno(error) === 'ENAMETOOLONG') return false;
    throw error;
  }
}
