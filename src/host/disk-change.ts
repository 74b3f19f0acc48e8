/**
 * Changes that bring no new content: directories, renames, removals, metadata. Each acts only while the path is what the caller
 * saw; what leaves its path for good goes to the trash. Symlinks are never followed.
 */
import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  futimesSync,
  openSync,
  readdirSync,
  renameSync,
  rmdirSync,
} from 'node:fs';
import { basename, dirname } from 'node:path';
import type { LocalOutcome, LocalStat } from '../core/ports/local-tree.ts';
import { asideLeft, asideToTrash, giveBack, moveWithoutReplacing, setAside } from './disk-aside.ts';
import type { Aside } from './disk-aside.ts';
import { errno } from './disk-errors.ts';
import { dateOf, placeStaged, withExecutable } from './disk-place.ts';
import type { Metadata } from './disk-place.ts';
import { sourceOf } from './disk-read.ts';
import { stageContent } from './disk-stage.ts';
import { fileStat, look, same, sameContent } from './disk-stat.ts';
import { absolute, flushDirectory, lookAtParents, makeParents } from './disk.ts';
import type { Disk } from './disk.ts';

interface Move {
  readonly from: string;
  readonly to: string;
  readonly expected: LocalStat;
}

export async function makeDirectoryAt(disk: Disk, path: string): Promise<LocalOutcome> {
  // The directory is the last parent of any name in it.
  return makeParents(disk, `${path}/x`);
}

export async function renameWithin(disk: Disk, move: Move): Promise<LocalOutcome> {
  if (lookAtParents(disk, move.from) !== 'present') return 'changed';
  if (!same(look(absolute(disk, move.from)), move.expected)) return 'changed';
  if (move.to.startsWith(`${move.from}/`)) return 'changed';
  if ((await makeParents(disk, move.to)) === 'changed') return 'changed';
  const there = look(absolute(disk, move.to));
  if (there !== undefined && !isOtherSpelling(disk, move)) return 'changed';
  const outcome =
    move.expected.kind === 'directory' && there === undefined
      ? renameDirectory(disk, move)
      : await renameByAside(
          disk,
          move,
          there === undefined ? moveWithoutReplacing : moveToSpelling,
        );
  if (outcome === 'done') {
    await flushDirectory(dirname(absolute(disk, move.to)));
    await flushDirectory(dirname(absolute(disk, move.from)));
  }
  return outcome;
}

/** ORDER: aside, flushed, trash. A crash between brings the file back at the next scan, as if nothing had been asked. */
export async function removeToTrash(
  disk: Disk,
  path: string,
  expected: LocalStat,
): Promise<LocalOutcome> {
  if (expected.kind === 'directory') return 'changed';
  const aside = await setAside(disk, path, { expected, purpose: 'replace' });
  if (aside === 'changed') return 'changed';
  try {
    await asideToTrash(disk, aside);
  } catch (error) {
    await giveBack(disk, aside);
    throw error;
  }
  await flushDirectory(dirname(absolute(disk, path)));
  return 'done';
}

export async function removeEmptyDirectory(disk: Disk, path: string): Promise<LocalOutcome> {
  const parents = lookAtParents(disk, path);
  if (parents !== 'present') return parents === 'absent' ? 'done' : 'changed';
  const place = absolute(disk, path);
  const found = look(place);
  if (found === undefined) return 'done';
  if (found.kind !== 'directory') return 'changed';
  try {
    rmdirSync(place);
  } catch (error) {
    if (errno(error) === 'ENOENT') return 'done';
    if (['ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes(errno(error))) return 'changed';
    throw error;
  }
  await flushDirectory(dirname(place));
  return 'done';
}

/**
 * RACE: an edit between the look and the setting of the time, a few microseconds, gets our time. It is seen all the same if its
 * size differs; an edit of equal size is then found only by the next one, or by a verification of contents.
 */
export function setMetadataAt(
  disk: Disk,
  path: string,
  { expected, metadata }: { expected: LocalStat; metadata: Metadata },
): LocalStat | 'changed' {
  if (expected.kind !== 'file' || lookAtParents(disk, path) !== 'present') return 'changed';
  const place = absolute(disk, path);
  if (!same(look(place), expected)) return 'changed';
  const handle = openSync(place, METADATA_FLAGS);
  try {
    const before = fstatSync(handle, { bigint: true });
    if (!same(fileStat(before), expected)) return 'changed';
    const mode = Number(before.mode) & 0o7777;
    const wanted = withExecutable(mode, metadata.executable);
    if (wanted !== mode) fchmodSync(handle, wanted);
    futimesSync(handle, new Date(), dateOf(metadata.mtime));
    return fileStat(fstatSync(handle, { bigint: true }));
  } finally {
    closeSync(handle);
  }
}

/** Windows sets times only through a handle that may write. */
const METADATA_FLAGS =
  (process.platform === 'win32' ? constants.O_RDWR : constants.O_RDONLY) |
  ((constants.O_NOFOLLOW as number | undefined) ?? 0) |
  ((constants.O_NONBLOCK as number | undefined) ?? 0);

/**
 * One rename, so that a tree is never out of sight. Onto a file or a directory with something in it the rename itself fails.
 * RACE: an empty directory made at `to` after the look is replaced; nothing is lost by that.
 */
function renameDirectory(disk: Disk, { from, to, expected }: Move): LocalOutcome {
  const target = absolute(disk, to);
  try {
    renameSync(absolute(disk, from), target);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ENOTEMPTY', 'EEXIST'].includes(errno(error))) return 'changed';
    throw error;
  }
  if (sameContent(look(target), expected)) return 'done';
  // Another directory had taken the name between the look and the rename: it goes back.
  moveWithoutReplacing(target, absolute(disk, from));
  return 'changed';
}

/**
 * ORDER: aside, link to the new path, unlink the aside. A crash after the first puts it back at the old path; after the second the
 * next scan sees that the file has another name and drops the aside.
 */
async function renameByAside(
  disk: Disk,
  move: Move,
  put: typeof moveWithoutReplacing,
): Promise<LocalOutcome> {
  const aside = await setAside(disk, move.from, { expected: move.expected, purpose: 'move' });
  if (aside === 'changed') return 'changed';
  try {
    if (put(aside.place, absolute(disk, move.to)) === 'done') {
      asideLeft(disk, aside);
      return 'done';
    }
  } catch (error) {
    const stat = await backAgain(disk, aside, move.expected);
    if (errno(error) !== 'EXDEV' || stat === undefined) throw error;
    return copyAndRemove(disk, { ...move, expected: stat });
  }
  await giveBack(disk, aside);
  return 'changed';
}

async function backAgain(
  disk: Disk,
  aside: Aside,
  expected: LocalStat,
): Promise<LocalStat | undefined> {
  await giveBack(disk, aside);
  const now = look(absolute(disk, aside.path));
  return now !== undefined && now.kind !== 'special' && sameContent(now, expected)
    ? now
    : undefined;
}

/** To another disk inside the folder: the content is whole at `to` before it leaves `from`. */
async function copyAndRemove(disk: Disk, { from, to, expected }: Move): Promise<LocalOutcome> {
  if (expected.kind !== 'file') return 'changed';
  const content = sourceOf(disk, from, expected).open(0);
  const staged = await stageContent(disk, { content, signal: new AbortController().signal });
  const metadata = { mtime: Math.floor(expected.mtime / 1000), executable: expected.executable };
  const placed = await placeStaged(disk, staged, { path: to, expected: undefined, metadata });
  return placed === 'changed' ? 'changed' : removeToTrash(disk, from, expected);
}

/**
 * On a disk that is blind to case or unicode form `to` may be `from` by another spelling: it is found, but not listed. A hard link, two
 * true names of one file, is listed. The inode is not asked, as many FUSE file systems number each spelling.
 */
function isOtherSpelling(disk: Disk, { from, to }: Move): boolean {
  if (folded(from) !== folded(to)) return false;
  return !readdirSync(dirname(absolute(disk, to))).includes(basename(to));
}

/**
 * The listing is asked whether `to` is free: FUSE may still find the old spelling for a second.
 * RACE: what somebody makes there between the listing and the rename is replaced; the worst is the loss of a file of these microseconds.
 */
function moveToSpelling(from: string, to: string): 'done' | 'taken' {
  const wanted = folded(basename(to));
  if (readdirSync(dirname(to)).some((name) => folded(name) === wanted)) return 'taken';
  renameSync(from, to);
  return 'done';
}

function folded(path: string): string {
  return path.normalize('NFC').toLowerCase();
}
