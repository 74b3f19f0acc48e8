/**
 * Stands before every change that the host makes on the disk (and every look at it), so that a test can end the program there or let a
 * person act. It patches Node's own functions, so that nothing in the host knows of it.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const watched = [
  'chmodSync',
  'fchmodSync',
  'futimesSync',
  'linkSync',
  'lstatSync',
  'mkdirSync',
  'openSync',
  'renameSync',
  'rmdirSync',
  'symlinkSync',
  'unlinkSync',
  'utimesSync',
] as const;

type Step = (...args: readonly unknown[]) => unknown;

/** What a dead program's next call on the disk gets: nothing that runs after it may have an effect. */
export class Crash extends Error {}

/**
 * Runs `work`; `before` is called with the number of each step, from 0 on, and its name. What it throws ends the step. Calls that
 * `before` makes itself are not counted.
 */
export async function watchSteps<T>(
  before: (step: number, name: string) => void,
  work: () => Promise<T>,
): Promise<T> {
  const functions = fs as unknown as Record<string, Step>;
  const originals = watched.map((name): [string, Step | undefined] => [name, functions[name]]);
  let count = 0;
  let inside = false;
  for (const [name, original] of originals) {
    functions[name] = (...args) => {
      if (!inside) {
        inside = true;
        try {
          before(count, name);
        } finally {
          inside = false;
          count += 1;
        }
      }
      return original?.(...args);
    };
  }
  syncBuiltinESMExports();
  try {
    return await work();
  } finally {
    for (const [name, original] of originals)
      if (original !== undefined) functions[name] = original;
    syncBuiltinESMExports();
  }
}

/**
 * Runs `work` on a disk that finds names by any case, as macOS, Windows and exFAT do, while listing the one they were made with. Only
 * looks are blind here: enough for what decides by looking and listing.
 */
export async function caseBlind<T>(work: () => Promise<T>): Promise<T> {
  const functions = fs as unknown as Record<string, Step>;
  const original = fs.lstatSync;
  const list = fs.readdirSync;
  const listedName = (directory: string, name: string): string => {
    const names = original(directory, { throwIfNoEntry: false })?.isDirectory()
      ? list(directory)
      : [];
    if (names.includes(name)) return name;
    return names.find((other) => other.toLowerCase() === name.toLowerCase()) ?? name;
  };
  const spelled = (path: string): string =>
    path
      .split('/')
      .reduce((above, name) => `${above}/${name === '' ? '' : listedName(`${above}/`, name)}`);
  functions['lstatSync'] = (path, options) =>
    original(spelled(String(path)), options as { bigint: true });
  syncBuiltinESMExports();
  try {
    return await work();
  } finally {
    functions['lstatSync'] = original as Step;
    syncBuiltinESMExports();
  }
}

/** Runs `work` on a disk that shows every file as executable, as exFAT and many shares do. */
export async function everExecutable<T>(work: () => Promise<T>): Promise<T> {
  const functions = fs as unknown as Record<string, Step>;
  const original = fs.lstatSync;
  functions['lstatSync'] = (path, options) => {
    const found = original(String(path), options as { bigint: true; throwIfNoEntry: false });
    // Asked by Node itself it is no bigint.
    return found?.isFile() === true && typeof found.mode === 'bigint'
      ? Object.assign(Object.create(found) as object, { mode: found.mode | 0o111n })
      : found;
  };
  syncBuiltinESMExports();
  try {
    return await work();
  } finally {
    functions['lstatSync'] = original as Step;
    syncBuiltinESMExports();
  }
}
