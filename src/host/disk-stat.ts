/**
 * Fingerprints: what lstat tells of one path, and whether two looks show the same thing.
 * Scan, stat and every check before a write use these same functions, so that their numbers can be compared exactly.
 */
import { lstatSync, readlinkSync } from 'node:fs';
import type { BigIntStats } from 'node:fs';
import type { LocalStat } from '../core/ports/local-tree.ts';

export type FileStat = Extract<LocalStat, { kind: 'file' }>;

/** Something that is no file, directory or link; `what` names it for a person. */
export interface Special {
  readonly kind: 'special';
  readonly what: string;
}

const NANOSECONDS = 1e6;
const OWNER_EXECUTES = 0o100n;

/** Undefined: nothing there. Throws for everything else that lstat refuses. */
export function look(absolute: string): LocalStat | Special | undefined {
  const stats = lstatSync(absolute, { bigint: true, throwIfNoEntry: false });
  if (stats === undefined) return undefined;
  if (stats.isFile()) return fileStat(stats);
  if (stats.isDirectory()) return { kind: 'directory', id: idOf(stats) };
  if (stats.isSymbolicLink()) {
    const mtime = Number(stats.mtimeNs) / NANOSECONDS;
    return { kind: 'link', target: readlinkSync(absolute), mtime, id: idOf(stats) };
  }
  return { kind: 'special', what: nameOfSpecial(stats) };
}

export function fileStat(stats: BigIntStats): FileStat {
  return {
    kind: 'file',
    size: Number(stats.size),
    mtime: Number(stats.mtimeNs) / NANOSECONDS,
    ctime: Number(stats.ctimeNs) / NANOSECONDS,
    id: idOf(stats),
    executable: (stats.mode & OWNER_EXECUTES) !== 0n,
  };
}

/** Device and inode; both can exceed what a number holds exactly. */
function idOf(stats: BigIntStats): string {
  return `${stats.dev}:${stats.ino}`;
}

/** Nothing about the path has changed between the two looks. */
export function same(
  now: LocalStat | Special | undefined,
  expected: LocalStat | undefined,
): boolean {
  if (now?.kind === 'file' && expected?.kind === 'file' && now.ctime !== expected.ctime)
    return false;
  return sameContent(now, expected);
}

/** As {@link same}, without the change time, which a rename or a link moves. */
export function sameContent(
  now: LocalStat | Special | undefined,
  expected: LocalStat | undefined,
): boolean {
  if (now === undefined || expected === undefined) return now === expected;
  if (now.kind === 'special' || now.kind !== expected.kind || now.id !== expected.id) return false;
  if (now.kind === 'file' && expected.kind === 'file') {
    return now.size === expected.size && now.mtime === expected.mtime;
  }
  if (now.kind === 'link' && expected.kind === 'link') return now.target === expected.target;
  return true;
}

function nameOfSpecial(stats: BigIntStats): string {
  if (stats.isFIFO()) return 'a FIFO';
  if (stats.isSocket()) return 'a socket';
  if (stats.isBlockDevice() || stats.isCharacterDevice()) return 'a device';
  return 'neither file nor directory';
}
