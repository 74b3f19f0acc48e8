/**
 * Setting a user's file aside: the only way in which anything of a user's leaves its path. What is aside goes on to the trash, to
 * another path, or back; it is never deleted here while it is the last name of its content.
 *
 * ORDER: 1. look: the path is what was expected. 2. rename it into a container of its own, `aside/<token>/<path>`. 3. look again at
 * what was moved, for somebody may have written between 1 and 2; if so, it goes back without replacing. 4. the caller does its
 * work. 5. the aside goes to the trash (or, for a move, to its new path).
 * A crash after 2, 3 or 4 leaves the container; its name tells how deep the path in it is. The next scan begins with
 * `recoverAsides`: an empty path gets its file back, a path that has its new content sends the aside to the trash.
 * Renaming away, not linking and replacing, is what keeps a version safe that an editor saves between 1 and 2; the price is that
 * the path is empty for the time of a few system calls.
 */
import {
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmdirSync,
  unlinkSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { LocalStat } from '../core/ports/local-tree.ts';
import { absolute, lookAtParents, makeParents, TEMPORARY_PREFIX } from './disk.ts';
import type { Disk } from './disk.ts';
import { errno } from './disk-errors.ts';
import { look, same, sameContent } from './disk-stat.ts';
import { moveToTrash } from './disk-trash.ts';

export interface Aside {
  readonly path: string;
  /** Absolute, where the file is now. */
  readonly place: string;
  /** Absolute; removed when it is empty. */
  readonly container: string;
}

/** Why it goes aside: with `move`, the content gets another name before this one ends. */
export type AsidePurpose = 'replace' | 'move';

export function asideDirectory(disk: Disk): string {
  return join(disk.own, 'aside');
}

/** Steps 1 to 3. `changed`: the path is not, or did not stay, what was expected; it is as before. */
export async function setAside(
  disk: Disk,
  path: string,
  { expected, purpose }: { expected: LocalStat; purpose: AsidePurpose },
): Promise<Aside | 'changed'> {
  if (lookAtParents(disk, path) !== 'present') return 'changed';
  const from = absolute(disk, path);
  if (!same(look(from), expected)) return 'changed';
  const aside = moveAside(disk, path, purpose);
  if (aside === undefined) return 'changed';
  if (sameContent(look(aside.place), expected)) return aside;
  await giveBack(disk, aside);
  return 'changed';
}

/** The path gets its file back; if something new is there by now, that stays and the aside goes to the trash. */
export async function giveBack(disk: Disk, aside: Aside): Promise<void> {
  const possible = (await makeParents(disk, aside.path)) === 'done';
  if (possible && moveWithoutReplacing(aside.place, absolute(disk, aside.path)) === 'done') {
    removeContainer(disk, aside);
    return;
  }
  await asideToTrashOrLater(disk, aside);
}

export async function asideToTrash(disk: Disk, aside: Aside): Promise<void> {
  try {
    await moveToTrash(disk, aside.place, aside.path);
    removeContainer(disk, aside);
  } finally {
    disk.underWay.delete(aside.container);
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
  // RACE: no hard links here (FAT, some network disks, another owner's file), or no regular file: what appears at `to` between the look
  // and the rename is replaced. The worst outcome is the loss of a file saved in these microseconds.
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
]);

/** The aside has left: removes the directories it was in. */
export function removeContainer(
  disk: Disk,
  { container, place }: Pick<Aside, 'container' | 'place'>,
): void {
  disk.underWay.delete(container);
  for (
    let directory = dirname(place);
    directory.startsWith(container);
    directory = dirname(directory)
  ) {
    try {
      rmdirSync(directory);
    } catch {
      return; // Not empty or already gone: what is left is recovered by the next scan.
    }
  }
}

/** A fresh token, how many parts the path in the container has, and why it is there. */
function containerName(disk: Disk, depth: number, purpose: AsidePurpose): string {
  return `${disk.unique()}-${depth}-${purpose}`;
}

/** Step 2. Undefined: the path is gone. */
function moveAside(disk: Disk, path: string, purpose: AsidePurpose): Aside | undefined {
  const own = join(asideDirectory(disk), containerName(disk, path.split('/').length, purpose));
  try {
    return moveInto(disk, { path, container: own, inside: path });
  } catch (error) {
    if (errno(error) !== 'EXDEV') throw error;
  }
  // Another disk is mounted inside the folder, and the path is on it.
  const beside = join(
    dirname(absolute(disk, path)),
    `${TEMPORARY_PREFIX}${containerName(disk, 1, purpose)}`,
  );
  return moveInto(disk, { path, container: beside, inside: path.slice(path.lastIndexOf('/') + 1) });
}

function moveInto(
  disk: Disk,
  { path, container, inside }: { path: string; container: string; inside: string },
): Aside | undefined {
  const place = join(container, inside);
  disk.underWay.add(container);
  mkdirSync(dirname(place), { recursive: true, mode: 0o700 });
  try {
    renameSync(absolute(disk, path), place);
    return { path, place, container };
  } catch (error) {
    removeContainer(disk, { container, place });
    if (['ENOENT', 'ENOTDIR'].includes(errno(error))) return undefined;
    throw error;
  }
}

/** Brings what interrupted runs set aside to where it belongs. Those that are under way are left alone. */
export async function recoverAsides(disk: Disk): Promise<void> {
  for (const name of namesIn(asideDirectory(disk))) {
    await recover(disk, join(asideDirectory(disk), name), { name, under: '' });
  }
}

/** As {@link recoverAsides} for a container beside its path, on another disk. `container` is a path below the root. */
export async function recoverBeside(disk: Disk, container: string): Promise<void> {
  const slash = container.lastIndexOf('/');
  const name = container.slice(slash + 1 + TEMPORARY_PREFIX.length);
  const under = slash < 0 ? '' : container.slice(0, slash);
  await recover(disk, absolute(disk, container), { name, under });
}

async function recover(
  disk: Disk,
  container: string,
  { name, under }: { name: string; under: string },
): Promise<void> {
  const parsed = /^[0-9a-f]+-[0-9a-f]+-(\d+)-(replace|move)$/u.exec(name);
  if (parsed === null || disk.underWay.has(container)) return;
  const depth = Number(parsed[1]);
  const inside = descend(container, depth);
  const place = join(container, inside);
  if (inside === '' || inside.split('/').length < depth) {
    removeContainer(disk, { container, place: join(place, 'x') });
    return;
  }
  if (parsed[2] === 'move' && hasOtherNames(place)) {
    // The crash came between link and unlink: the content is at its new path.
    unlinkSync(place);
    removeContainer(disk, { container, place });
    return;
  }
  await giveBack(disk, { path: under === '' ? inside : `${under}/${inside}`, place, container });
}

/** The one path of at most `depth` parts in a container. */
function descend(container: string, depth: number): string {
  const parts: string[] = [];
  while (parts.length < depth) {
    const [only] = namesIn(join(container, ...parts));
    if (only === undefined) break;
    parts.push(only);
  }
  return parts.join('/');
}

function hasOtherNames(place: string): boolean {
  const stats = lstatSync(place);
  return stats.isFile() && stats.nlink > 1;
}

function namesIn(directory: string): string[] {
  if (look(directory)?.kind !== 'directory') return [];
  return readdirSync(directory).sort();
}
