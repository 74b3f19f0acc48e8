/**
 * Puts a configuration on the disk, whole or not at all, readable to its owner only. Never replaces a file that is not what the
 * caller read.
 */
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** Somebody else changed the file since it was read; nothing was done. */
export class ChangedMeanwhileError extends Error {
  constructor(file: string) {
    super(`${file} was changed meanwhile; nothing was written`);
    this.name = 'ChangedMeanwhileError';
  }
}

/** The file's text; undefined: there is none. Fails with the system's error. */
export function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * `before`: what the file held when it was read. A link to the file stays one. Fails with {@link ChangedMeanwhileError} or the
 * system's error.
 */
export function saveConfig(
  file: string,
  { text, before }: { readonly text: string; readonly before: string | undefined },
): void {
  // CRASH: leaves an empty directory of the user's own.
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const place = before === undefined ? file : realpathSync(file);
  const fresh = `${place}.new`;
  // CRASH: the file is as it was. What an earlier crash left under the other name was never a configuration.
  rmSync(fresh, { force: true });
  // CRASH: the file is as it was, beside it something empty or torn that nobody reads and the next call removes.
  const handle = openSync(fresh, 'wx', 0o600);
  try {
    writeFileSync(handle, text);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  // RACE: an editor that saves between this line and the next loses to us; both take microseconds.
  if (readIfThere(place) !== before) {
    rmSync(fresh, { force: true });
    throw new ChangedMeanwhileError(file);
  }
  // CRASH: either the old file with the new one beside it, or the new one alone; never a torn one.
  renameSync(fresh, place);
  flushDirectory(dirname(place));
}

/** CRASH: without it, a power cut could bring the old file back, whole. Windows has no such call. */
function flushDirectory(directory: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(directory, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
