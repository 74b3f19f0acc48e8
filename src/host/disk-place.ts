/**
 * Putting content at users' paths: staged files and symlinks. The path is looked at again at the moment of writing and left alone
 * (`changed`) when it is not what the caller saw. Nothing here follows a symlink.
 *
 * ORDER of `place`: 1. parents are made. 2. time and mode are set on the staged file. 3. the old file goes aside (disk-aside.ts).
 * 4. the staged file gets the path as a second name by link(), which never replaces; then loses its first. 5. the directory is
 * flushed. 6. the aside goes to the trash.
 * A crash after 1: an empty directory. After 2: a staged file, swept. After 3: the path is empty; the next scan puts the old
 * file back before it looks. After 4 or 5: the new content is in place, whole; the next scan takes the aside to the trash and
 * finds content that is recognised by its digest. Only after 6 does the caller remember the new file.
 */
import { chmodSync, lstatSync, symlinkSync, utimesSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { LocalOutcome, LocalStat, LocalTree, StagedFile } from '../core/ports/local-tree.ts';
import { LocalError } from '../core/ports/local-tree.ts';
import { asideToTrashOrLater, giveBack, moveWithoutReplacing, setAside } from './disk-aside.ts';
import { errno } from './disk-errors.ts';
import { discardStaged, stagedPath } from './disk-stage.ts';
import { look, same, sameContent } from './disk-stat.ts';
import type { Special } from './disk-stat.ts';
import { copyToOtherDisk } from './disk-trash.ts';
import { absolute, flushDirectory, lookAtParents, makeParents, TEMPORARY_PREFIX } from './disk.ts';
import type { Disk } from './disk.ts';

export type Metadata = Parameters<LocalTree['place']>[3];

export interface Placement {
  readonly path: string;
  readonly expected: LocalStat | undefined;
  readonly metadata: Metadata;
}

export async function placeStaged(
  disk: Disk,
  staged: StagedFile,
  placement: Placement,
): Promise<LocalStat | 'changed'> {
  const { path, expected } = placement;
  const origin = stagedPath(disk, staged);
  if (lstatSync(origin).size !== staged.size) {
    throw new LocalError(`The temporary file for "${path}" is not what was written.`, {
      kind: 'unknown',
      path,
    });
  }
  if (!(await isReady(disk, path, expected))) return 'changed';
  const parent = dirname(absolute(disk, path));
  const copying = lstatSync(origin).dev !== lstatSync(parent).dev;
  const placed = copying
    ? await placeCopy(disk, origin, placement)
    : await placeFile(disk, origin, placement);
  if (placed !== 'changed') await discardStaged(disk, staged);
  return placed;
}

export async function placeSymlink(
  disk: Disk,
  path: string,
  { target, expected }: { target: string; expected: LocalStat | undefined },
): Promise<LocalStat | 'changed'> {
  if (!(await isReady(disk, path, expected))) return 'changed';
  const outcome = await fill(disk, { path, expected }, (place) => {
    try {
      symlinkSync(target, place);
      return 'done';
    } catch (error) {
      if (errno(error) === 'EEXIST') return 'taken';
      throw error;
    }
  });
  const placed = look(absolute(disk, path));
  return outcome === 'done' && placed?.kind === 'link' ? placed : 'changed';
}

/** Time in whole seconds since 1970, before 1970 too. */
export function dateOf(seconds: number): Date {
  // A number below zero would mean "now" to Node; a date does not. No disk holds a time beyond these years.
  const limit = 1e11;
  return new Date(Math.max(-limit, Math.min(limit, seconds)) * 1000);
}

/** Who may read may also run, or nobody. */
export function withExecutable(mode: number, executable: boolean): number {
  return executable ? mode | ((mode & 0o444) >> 2) : mode & ~0o111;
}

/** Parents are there and the path holds what is expected; a directory is never replaced by anything. */
async function isReady(
  disk: Disk,
  path: string,
  expected: LocalStat | undefined,
): Promise<boolean> {
  if (expected?.kind === 'directory') return false;
  if (expected !== undefined && lookAtParents(disk, path) !== 'present') return false;
  if (expected === undefined && (await makeParents(disk, path)) === 'changed') return false;
  return same(look(absolute(disk, path)), expected);
}

async function placeFile(
  disk: Disk,
  source: string,
  placement: Placement,
): Promise<LocalStat | 'changed'> {
  const { path, expected, metadata } = placement;
  const target = absolute(disk, path);
  prepare(source, { target, expected, metadata });
  const prepared = look(source);
  try {
    const outcome = await fill(disk, placement, () => moveWithoutReplacing(source, target));
    return outcome === 'changed' ? 'changed' : placedStat(look(target), prepared);
  } catch (error) {
    if (errno(error) !== 'EXDEV') throw error;
  }
  // A bind mount: another file system by the kernel's rules, though the device is the same. What was aside has been given back.
  const now = look(target);
  if (now?.kind === 'special' || !sameContent(now, expected)) return 'changed';
  return placeCopy(disk, source, { ...placement, expected: now });
}

/** On another disk inside the folder the content first comes beside its place, under a name that no scan shows. */
async function placeCopy(
  disk: Disk,
  origin: string,
  placement: Placement,
): Promise<LocalStat | 'changed'> {
  const token = disk.unique();
  const beside = join(dirname(absolute(disk, placement.path)), `${TEMPORARY_PREFIX}${token}`);
  disk.underWay.add(token);
  try {
    await copyToOtherDisk(origin, beside);
    return await placeFile(disk, beside, placement);
  } finally {
    await rm(beside, { force: true });
    disk.underWay.delete(token);
  }
}

/** Steps 3 to 6; `put` never replaces. */
async function fill(
  disk: Disk,
  { path, expected }: { path: string; expected: LocalStat | undefined },
  put: (target: string) => 'done' | 'taken',
): Promise<LocalOutcome> {
  const target = absolute(disk, path);
  const aside =
    expected === undefined
      ? undefined
      : await setAside(disk, path, { expected, purpose: 'replace' });
  if (aside === 'changed') return 'changed';
  let outcome: 'done' | 'taken';
  try {
    outcome = put(target);
  } catch (error) {
    if (aside !== undefined) await giveBack(disk, aside);
    throw error;
  }
  await flushDirectory(dirname(target));
  // `taken`: somebody made a new file while the old one was aside; that one was then replaced by this somebody.
  if (aside !== undefined) await asideToTrashOrLater(disk, aside);
  return outcome === 'done' ? 'done' : 'changed';
}

/** Step 2. A file that replaces another keeps its permissions: a private one does not become readable. */
function prepare(
  source: string,
  { target, expected, metadata }: { target: string } & Omit<Placement, 'path'>,
): void {
  const mode = lstatSync(expected?.kind === 'file' ? target : source).mode & 0o777;
  chmodSync(source, withExecutable(mode, metadata.executable));
  utimesSync(source, new Date(), dateOf(metadata.mtime));
}

/**
 * What to remember of the placed file. If somebody has written to it already, it is what was placed and not what is there now:
 * so the next scan sees the difference.
 */
function placedStat(
  now: LocalStat | Special | undefined,
  prepared: LocalStat | Special | undefined,
): LocalStat | 'changed' {
  if (now?.kind === 'file' && prepared?.kind === 'file' && sameContent(now, prepared)) return now;
  return prepared?.kind === 'file' ? prepared : 'changed';
}
