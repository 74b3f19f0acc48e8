/**
 * A tree as a person might have it, from a seed: odd names, links, empty directories, many small files and a few large
 * ones, times over decades. The same options give the same tree, byte for byte. Writes below `root` only.
 */
import { chmodSync, lutimesSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createRng } from '../../src/testkit/simulation/rng.ts';
import type { Rng } from '../../src/testkit/simulation/rng.ts';
import { largeSize, makeContent, smallSize, someTime } from './content.ts';
import { makeName, namesFor } from './names.ts';
import type { NameSet } from './names.ts';

export interface CorpusOptions {
  readonly seed: number;
  /** Regular files; directories and links come on top. */
  readonly files: number;
  /** Default: everything a local disk takes. */
  readonly names?: NameSet;
  /** Default: one for 2,500 files, at least 2. */
  readonly large?: number;
}

export interface Corpus {
  readonly files: number;
  readonly directories: number;
  readonly links: number;
  readonly bytes: number;
}

const DEEPEST = 6;

export function makeCorpus(root: string, options: CorpusOptions): Corpus {
  const rng = createRng(options.seed);
  const names = options.names ?? namesFor.mount;
  const directories = makeDirectories(root, rng, { names, count: Math.ceil(options.files / 12) });
  const bytes = makeFiles(root, rng, { ...options, names, directories });
  const links = makeLinks(root, rng, { names, directories, count: Math.ceil(options.files / 60) });
  const empty = makeEmpty(root, rng, { names, directories, count: Math.ceil(options.files / 150) });
  return { files: options.files, directories: directories.length - 1 + empty, links, bytes };
}

interface Wanted {
  readonly names: NameSet;
  readonly count: number;
}

interface Within extends Wanted {
  readonly directories: readonly string[];
}

/** Relative paths, the root `''` first; no deeper than {@link DEEPEST}. */
function makeDirectories(root: string, rng: Rng, { names, count }: Wanted): string[] {
  const made = [''];
  mkdirSync(root, { recursive: true });
  while (made.length <= count) {
    const parent = rng.pick(made);
    if (parent.split('/').length >= DEEPEST) continue;
    // Numbers of directories, links and empty directories are beyond those of files: no two names are alike.
    const path = below(parent, makeName(rng, names.directories, 3_000_000 + made.length));
    mkdirSync(join(root, path));
    made.push(path);
  }
  return made;
}

function makeFiles(
  root: string,
  rng: Rng,
  options: CorpusOptions & { readonly names: NameSet; readonly directories: readonly string[] },
): number {
  const large = options.large ?? Math.max(2, Math.floor(options.files / 2500));
  let bytes = 0;
  for (let number = 0; number < options.files; number += 1) {
    const path = below(rng.pick(options.directories), makeName(rng, options.names.files, number));
    const size = number < large ? largeSize(rng) : smallSize(rng);
    // Some people copy files: equal content at two paths is nothing special.
    const content = makeContent(rng, size, rng.chance(0.02) ? number - (number % 10) : number);
    writeNew(root, path, { content, time: someTime(rng), executable: rng.chance(0.05) });
    bytes += size;
  }
  return bytes;
}

export interface NewFile {
  readonly content: Buffer;
  /** Seconds since 1970. */
  readonly time: number;
  readonly executable: boolean;
}

/** Writes a file, with its parents. */
export function writeNew(root: string, path: string, file: NewFile): void {
  const full = join(root, path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, file.content);
  chmodSync(full, file.executable ? 0o755 : 0o644);
  utimesSync(full, file.time, file.time);
}

function makeLinks(root: string, rng: Rng, { names, directories, count }: Within): number {
  for (let number = 0; number < count; number += 1) {
    const name = makeName(rng, names.files, 1_000_000 + number);
    const target = rng.pick(['.', '..', 'no such file', '/nowhere/at all', 'ä\\ö', '../../x']);
    const full = join(root, below(rng.pick(directories), name));
    symlinkSync(target, full);
    const time = someTime(rng);
    lutimesSync(full, time, time);
  }
  return count;
}

function makeEmpty(root: string, rng: Rng, { names, directories, count }: Within): number {
  for (let number = 0; number < count; number += 1) {
    const name = makeName(rng, names.directories, 2_000_000 + number);
    mkdirSync(join(root, below(rng.pick(directories), name)));
  }
  return count;
}

export function below(parent: string, name: string): string {
  return parent === '' ? name : `${parent}/${name}`;
}
