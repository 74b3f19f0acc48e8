/**
 * What the disk under the root makes of names: tried in our own directory where that can be done, never on users' files.
 */
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
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
  keepsExecutable: process.platform !== 'win32',
};

/** `directory` is ours and exists. */
export function probeFacts(directory: string): LocalFacts {
  return {
    caseSensitive: isCaseSensitive(directory),
    nameBytes: longestName(directory),
    ...byWriting(directory),
  };
}

/** What only files can tell. A full disk must not keep a client from uploading: then the usual is assumed. */
function byWriting(directory: string): Pick<LocalFacts, 'unicode' | 'keepsExecutable'> {
  let probe: string | undefined;
  try {
    probe = mkdtempSync(join(directory, 'probe-'));
    // ORDER: names first, while the directory is empty.
    return { unicode: unicodeForm(probe), keepsExecutable: keepsExecutable(probe) };
  } catch (error) {
    if (['ENOSPC', 'EDQUOT'].includes(errno(error))) return usualFacts;
    throw error;
  } finally {
    if (probe !== undefined) rmSync(probe, { recursive: true, force: true });
  }
}

function keepsExecutable(directory: string): boolean {
  const file = join(directory, 'mode');
  return [0o600, 0o700].every((mode) => {
    writeFileSync(file, '');
    try {
      chmodSync(file, mode);
    } catch (error) {
      // SERVER: a share that knows no modes may refuse to set one.
      if (!['EPERM', 'ENOTSUP', 'EINVAL', 'ENOSYS'].includes(errno(error))) throw error;
    }
    const found = look(file);
    return found?.kind === 'file' && found.executable === (mode === 0o700);
  });
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
  const kept = [composed, decomposed].map((name) => nameAfterWriting(join(directory, name)));
  if (kept[0] === decomposed) return 'nfd';
  return kept[1] === composed ? 'nfc' : 'as-given';
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
