/**
 * A person's work on a tree, from a seed: edits (also of equal size and time), new files and directories, moves of files
 * and of whole directories, deletions. Stays below the guard's limits, and no two acts concern one path, so that what must
 * come of each can be told. Changes things below `root` only.
 */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { createRng } from '../../src/testkit/simulation/rng.ts';
import type { Rng } from '../../src/testkit/simulation/rng.ts';
import { makeContent, smallSize, someTime } from './content.ts';
import { below, writeNew } from './corpus.ts';
import { makeName, namesFor } from './names.ts';
import type { NameSet } from './names.ts';
import { digestOf, readTree } from './tree.ts';
import type { Tree } from './tree.ts';

export interface MutateOptions {
  readonly seed: number;
  /** Of the files, for each of edits, additions and moves; half as much for deletions. At most 0.1. */
  readonly share: number;
  readonly names?: NameSet;
}

/** One act. `digest`: the content a file has afterwards, where it is new. */
export type Act =
  | { readonly kind: 'edit'; readonly path: string; readonly digest: string }
  | { readonly kind: 'add'; readonly path: string; readonly digest?: string }
  | { readonly kind: 'change'; readonly path: string }
  | { readonly kind: 'move'; readonly path: string; readonly to: string }
  | { readonly kind: 'delete'; readonly path: string };

export function mutate(root: string, options: MutateOptions): readonly Act[] {
  if (options.share > 0.1) throw new Error('the guard would hold that much');
  const tree = readTree(root);
  const rng = createRng(options.seed);
  const files = [...tree].flatMap(([path, { kind }]) => (kind === 'file' ? [path] : []));
  const work: Work = {
    ...{ root, rng, tree, acts: [], taken: new Taken(), number: options.seed * 1_000_000 },
    names: options.names ?? namesFor.mount,
    files: shuffled(files, rng),
    directories: [...tree].flatMap(([path, { kind }]) => (kind === 'directory' ? [path] : [])),
  };
  const count = Math.max(2, Math.round(files.length * options.share));
  moveDirectories(work, Math.max(1, Math.round(count / 40)));
  deleteSome(work, Math.ceil(count / 2));
  repeat(count, () => editOne(work));
  repeat(count, () => moveOne(work));
  repeat(count, () => addOne(work));
  repeat(Math.ceil(count / 5), () => changeOne(work));
  changeLinks(work, Math.ceil(count / 20));
  return work.acts;
}

interface Work {
  readonly root: string;
  readonly rng: Rng;
  readonly tree: Tree;
  readonly names: NameSet;
  readonly acts: Act[];
  readonly taken: Taken;
  /** Not yet looked at, in random order. */
  readonly files: string[];
  readonly directories: readonly string[];
  /** Makes names and contents unique. */
  number: number;
}

/** Paths that an act concerns, with everything above and below them. */
class Taken {
  readonly #paths = new Set<string>();
  readonly #above = new Set<string>();

  isFree(path: string): boolean {
    return !this.#above.has(path) && !lineOf(path).some((one) => this.#paths.has(one));
  }

  /** True for a directory that nothing above was done with: something may be put into it. */
  isOpen(directory: string): boolean {
    return directory === '' || !lineOf(directory).some((one) => this.#paths.has(one));
  }

  take(path: string): void {
    this.#paths.add(path);
    for (const one of lineOf(path)) this.#above.add(one);
  }
}

/** The path and all directories above it. */
function lineOf(path: string): string[] {
  const parts = path.split('/');
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

function repeat(times: number, act: () => void): void {
  for (let time = 0; time < times; time += 1) act();
}

function shuffled<T>(items: readonly T[], rng: Rng): T[] {
  const mixed = [...items];
  for (let at = mixed.length - 1; at > 0; at -= 1) {
    const other = rng.below(at + 1);
    [mixed[at], mixed[other]] = [mixed[other] as T, mixed[at] as T];
  }
  return mixed;
}

function nextFile({ files, taken }: Work): string | undefined {
  for (let path = files.pop(); path !== undefined; path = files.pop()) {
    if (taken.isFree(path)) return path;
  }
  return undefined;
}

function someDirectory({ directories, rng, taken }: Work): string {
  for (let tries = 0; tries < 50 && directories.length > 0; tries += 1) {
    const path = rng.pick(directories);
    if (taken.isOpen(path)) return path;
  }
  return '';
}

function newPath(work: Work, parent = someDirectory(work)): string {
  work.number += 1;
  return below(parent, makeName(work.rng, work.names.files, work.number));
}

function editOne(work: Work): void {
  const path = nextFile(work);
  if (path === undefined) return;
  const { root, rng, acts, taken } = work;
  const full = join(root, path);
  const before = lstatSync(full);
  work.number += 1;
  const sameSize = rng.chance(0.3) && before.size > 16;
  const content = makeContent(rng, sameSize ? before.size : 17 + smallSize(rng), work.number);
  if (rng.chance(0.3)) {
    // As many editors save: a new file in place of the old one.
    const beside = join(dirname(full), `new-${String(work.number)}`);
    writeFileSync(beside, content, { mode: before.mode & 0o777 });
    renameSync(beside, full);
  } else {
    writeFileSync(full, content);
  }
  if (sameSize && rng.chance(0.5)) utimesSync(full, before.atimeMs / 1000, before.mtimeMs / 1000);
  else if (rng.chance(0.3)) setTime(full, someTime(rng));
  taken.take(path);
  acts.push({ kind: 'edit', path, digest: digestOf(content) });
}

function setTime(full: string, seconds: number): void {
  utimesSync(full, seconds, seconds);
}

/** Time or executable bit alone. */
function changeOne(work: Work): void {
  const path = nextFile(work);
  if (path === undefined) return;
  const full = join(work.root, path);
  if (work.rng.chance(0.5)) chmodSync(full, lstatSync(full).mode ^ 0o111);
  else setTime(full, someTime(work.rng));
  work.taken.take(path);
  work.acts.push({ kind: 'change', path });
}

function moveOne(work: Work): void {
  const path = nextFile(work);
  if (path === undefined) return;
  const parent = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
  const to = newPath(work, work.rng.chance(0.3) ? parent : undefined);
  renameSync(join(work.root, path), join(work.root, to));
  work.taken.take(path);
  work.taken.take(to);
  work.acts.push({ kind: 'move', path, to });
}

function addOne(work: Work): void {
  const { root, rng, acts, taken, directories } = work;
  const kind = rng.next();
  if (kind < 0.05) {
    const path = below(newDirectory(work), makeName(rng, work.names.directories, work.number));
    mkdirSync(join(root, path), { recursive: true });
    taken.take(path);
    acts.push({ kind: 'add', path });
    return;
  }
  const path = kind < 0.25 ? newPath(work, newDirectory(work)) : newPath(work);
  const copied = kind > 0.95 && directories.length > 0 ? nextFile(work) : undefined;
  const content =
    copied === undefined
      ? makeContent(rng, smallSize(rng), work.number)
      : readFileSync(join(root, copied));
  const time = rng.chance(0.7) ? Date.now() / 1000 : someTime(rng);
  writeNew(root, path, { content, time, executable: rng.chance(0.05) });
  taken.take(path);
  acts.push({ kind: 'add', path, digest: digestOf(content) });
}

function newDirectory(work: Work): string {
  work.number += 1;
  return below(someDirectory(work), makeName(work.rng, work.names.directories, work.number));
}

/** Whole directories, none with more than a twentieth of the files: into another one, or renamed where they are. */
function moveDirectories(work: Work, count: number): void {
  const { root, rng, tree, acts, taken } = work;
  const inside = countsInside(tree);
  const candidates = shuffled(work.directories, rng).filter((path) => {
    const count = inside.get(path) ?? 0;
    return count > 0 && count <= Math.max(3, tree.size / 20);
  });
  for (const path of candidates.slice(0, count)) {
    if (!taken.isFree(path)) continue;
    taken.take(path);
    const to = newDirectory(work);
    renameSync(join(root, path), join(root, to));
    taken.take(to);
    acts.push({ kind: 'move', path, to });
  }
}

/** Directory → how many entries are anywhere below it. */
function countsInside(tree: Tree): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const path of tree.keys()) {
    for (const parent of lineOf(path).slice(0, -1)) {
      counts.set(parent, (counts.get(parent) ?? 0) + 1);
    }
  }
  return counts;
}

/** Files one by one, and a directory with up to four entries. */
function deleteSome(work: Work, count: number): void {
  const { root, rng, tree, acts, taken } = work;
  const inside = countsInside(tree);
  const small = shuffled(work.directories, rng).find(
    (path) => taken.isFree(path) && (inside.get(path) ?? 0) <= 4,
  );
  if (small !== undefined) {
    rmSync(join(root, small), { recursive: true });
    taken.take(small);
    acts.push({ kind: 'delete', path: small });
  }
  repeat(count, () => {
    const path = nextFile(work);
    if (path === undefined) return;
    unlinkSync(join(root, path));
    taken.take(path);
    acts.push({ kind: 'delete', path });
  });
}

function changeLinks(work: Work, count: number): void {
  const { root, rng, tree, acts, taken } = work;
  const links = [...tree].filter(([path, { kind }]) => kind === 'link' && taken.isFree(path));
  for (const [path] of shuffled(links, rng).slice(0, count)) {
    const full = join(root, path);
    unlinkSync(full);
    if (rng.chance(0.7)) symlinkSync(`../now ${String(work.number)}`, full);
    taken.take(path);
    acts.push({ kind: 'change', path });
  }
}

/** A copy of a whole tree with its times, modes and links, as a backup program makes it. */
export function copyTree(from: string, to: string): void {
  execFileSync('cp', ['-a', `${from}/.`, to]);
}
