/**
 * Setting a user's file aside: the only way in which anything of a user's leaves its path. What is aside goes on to the trash, to
 * another path, or back; it is never deleted here while it is the last name of its content.
 *
 * ORDER: 1. look: the path is what was expected. 2. rename it to a name of ours that tells its path (disk-aside-names.ts). 3. look
 * again at what was moved, for somebody may have written between 1 and 2; if so, it goes back without replacing. 4. the caller
 * does its work. 5. the aside goes to the trash (or, for a move, to its new path).
 * A crash after 2, 3 or 4 leaves the aside. The next scan begins with `recoverAsides`: an empty path gets its file back, a path
 * that has its new content sends the aside to the trash, but one that was to be moved is kept beside its path: nobody else may
 * have that content.
 * Renaming away, not linking and replacing, is what keeps a version safe that an editor saves between 1 and 2; the price is that
 * the path is empty for the time of a few system calls.
 */
import { linkSync, lstatSync, mkdirSync, renameSync, rmdirSync, unlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { placesBeside } from '../core/model/conflict-name.ts';
import type { LocalStat } from '../core/ports/local-tree.ts';
import { asideDirectory, asideName, namesIn, readAsideName } from './disk-aside-names.ts';
import type { AsidePurpose } from './disk-aside-names.ts';
import { absolute, lookAtParents, makeParents, TEMPORARY_PREFIX } from './disk.ts';
import type { Disk } from './disk.ts';
import { errno } from './disk-errors.ts';
import { look, same, sameContent } from './disk-stat.ts';
import { moveToTrash } from './disk-trash.ts';

export interface Aside {
  readonly path: string;
  /** Absolute, where the file is now. */
  readonly place: string;
  /** Absolute; the directory of our names, which stays when the aside has left. */
  readonly base: string;
  readonly token: string;
  readonly purpose: AsidePurpose;
}

/**
 * Steps 1 to 3. `changed`: the path is not, or did not stay, what was expected; it is as before.
 * RACE: the rename moves the change time, so an edit between 1 and 2 that keeps size, inode and modification time is not told
 * from no edit. The worst outcome: that edit is in the trash and not at its path.
 */
export async function setAside(
  disk: Disk,
  path: string,
  { expected, purpose }: { expected: LocalStat; purpose: AsidePurpose },
): Promise<Aside | 'changed'> {
  if (lookAtParents(disk, path) !== 'present') return 'changed';
  if (!same(look(absolute(disk, path)), expected)) return 'changed';
  const aside = moveAside(disk, path, purpose);
  if (aside === undefined) return 'changed';
  if (sameContent(look(aside.place), expected)) return aside;
  await giveBack(disk, aside);
  return 'changed';
}

/**
 * The path gets its file back. If something new is there by now, that stays, and the aside goes to the trash, or beside the path
 * if it was to be moved.
 */
export async function giveBack(disk: Disk, aside: Aside): Promise<void> {
  for (const path of placesFor(aside)) {
    const possible = (await makeParents(disk, path)) === 'done';
    if (possible && moveWithoutReplacing(aside.place, absolute(disk, path)) === 'done') {
      asideLeft(disk, aside);
      return;
    }
  }
  await asideToTrashOrLater(disk, aside);
}

function placesFor({ path, purpose }: Aside): string[] {
  return purpose === 'replace' ? [path] : [path, ...placesBeside(path)];
}

export async function asideToTrash(disk: Disk, aside: Aside): Promise<void> {
  try {
    await moveToTrash(disk, aside.place, aside.path);
  } finally {
    asideLeft(disk, aside);
  }
}

/** For an aside whose path has its new content: on a full disk it stays aside, and every scan tries again. */
export async function asideToTrashOrLater(disk: Disk, aside: Aside): Promise<void> {
  try {
    await asideToTrash(disk, aside);
  } catch (error) {
    if (!['ENOSPC', 'EDQUOT'].includes(errno(error))) throw error;
  }
}

/**
 * `taken`: something is at `to`; nothing was done. Both are on one disk, else EXDEV is thrown.
 * ORDER: link, then unlink. A crash between leaves two names of one file, of which `from` is always ours and is swept.
 */
export function moveWithoutReplacing(from: string, to: string): 'done' | 'taken' {
  if (look(from)?.kind === 'file') {
    try {
      linkSync(from, to);
      unlinkSync(from);
      return 'done';
    } catch (error) {
      if (errno(error) === 'EEXIST') return 'taken';
      if (!cannotLink.has(errno(error))) throw error;
    }
  }
  // RACE: no hard links here (FAT, some network disks, another owner's file), no room for one, or no regular file: what appears at `to` between the
  // look and the rename is replaced. The worst outcome is the loss of a file saved in these microseconds.
  if (look(to) !== undefined) return 'taken';
  renameSync(from, to);
  return 'done';
}

const cannotLink = new Set([
  'EPERM',
  'EACCES',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
  'EMLINK',
  'EINVAL',
  'ENOSPC',
  'EDQUOT',
]);

/** The aside has another place now, or stays for the next scan: it is no longer under way. */
export function asideLeft(disk: Disk, { base, place, token }: Aside): void {
  disk.underWay.delete(token);
  for (let directory = dirname(place); directory !== base; directory = dirname(directory)) {
    try {
      rmdirSync(directory);
    } catch {
      return; // Not empty: the aside is still there.
    }
  }
}

/** Step 2. Undefined: the path is gone. */
function moveAside(disk: Disk, path: string, purpose: AsidePurpose): Aside | undefined {
  const token = disk.unique();
  const name = asideName('', { token, purpose, path });
  try {
    return rename(disk, { path, name, base: asideDirectory(disk), token, purpose });
  } catch (error) {
    if (errno(error) !== 'EXDEV') throw error;
  }
  // Another disk is mounted inside the folder, and the path is on it: the aside stays beside it, under a name no scan shows.
  const last = path.slice(path.lastIndexOf('/') + 1);
  const beside = asideName(TEMPORARY_PREFIX, { token, purpose, path: last });
  const base = dirname(absolute(disk, path));
  return rename(disk, { path, name: beside, base, token, purpose });
}

function rename(
  disk: Disk,
  { name, ...facts }: Omit<Aside, 'place'> & { name: string },
): Aside | undefined {
  const aside: Aside = { ...facts, place: join(facts.base, name) };
  mkdirSync(dirname(aside.place), { recursive: true, mode: 0o700 });
  disk.underWay.add(aside.token);
  try {
    renameSync(absolute(disk, aside.path), aside.place);
    return aside;
  } catch (error) {
    asideLeft(disk, aside);
    if (['ENOENT', 'ENOTDIR'].includes(errno(error))) return undefined;
    throw error;
  }
}

/** Brings what interrupted runs set aside to where it belongs. What is under way is left alone. */
export async function recoverAsides(disk: Disk): Promise<void> {
  const base = asideDirectory(disk);
  for (const name of namesIn(base)) await recover(disk, { name, base, under: '' });
}

/** As {@link recoverAsides} for a name beside users' paths, on another disk. True if it was one of an aside. */
export async function recoverBeside(disk: Disk, path: string): Promise<boolean> {
  const slash = path.lastIndexOf('/');
  const under = slash < 0 ? '' : path.slice(0, slash + 1);
  return recover(disk, {
    name: path.slice(slash + 1),
    base: absolute(disk, under.slice(0, -1)),
    under,
  });
}

async function recover(
  disk: Disk,
  { name, base, under }: { name: string; base: string; under: string },
): Promise<boolean> {
  const prefix = name.startsWith(TEMPORARY_PREFIX) ? TEMPORARY_PREFIX : '';
  const read = readAsideName(base, name, prefix);
  if (read === undefined || disk.underWay.has(read.token)) return false;
  const aside: Aside = {
    path: under + read.path,
    place: join(base, read.place),
    base,
    token: read.token,
    purpose: read.purpose,
  };
  if (!read.complete) {
    asideLeft(disk, { ...aside, place: join(aside.place, 'x') });
  } else if (read.purpose === 'move' && hasOtherNames(aside.place)) {
    // The crash came between link and unlink: the content is at its new path.
    unlinkSync(aside.place);
    asideLeft(disk, aside);
  } else {
    await giveBack(disk, aside);
  }
  return true;
}

function hasOtherNames(place: string): boolean {
  const stats = lstatSync(place);
  return stats.isFile() && stats.nlink > 1;
}
