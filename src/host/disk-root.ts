/**
 * The root of a local tree: finding it, our own directory in it, and the marker that tells this folder from an empty mount point.
 * It never makes the root itself.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, realpathSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { LocalFacts } from '../core/ports/local-tree.ts';
import { errno, localError } from './disk-errors.ts';
import { probeFacts } from './disk-facts.ts';
import { stagingDirectory } from './disk-stage.ts';
import { look } from './disk-stat.ts';
import { checkRoot, flushDirectory, OWN_DIRECTORY } from './disk.ts';
import type { Disk } from './disk.ts';

/** The ground of a tree at `root`, which may be missing. Nothing is written. */
export function openDisk(root: string): Disk {
  const disk = newDisk(resolve(root));
  attach(disk, root);
  return disk;
}

function newDisk(root: string): Disk {
  const run = randomBytes(6).toString('hex');
  let count = 0;
  return {
    root,
    own: join(root, OWN_DIRECTORY),
    rootId: undefined,
    underWay: new Set(),
    leftovers: [],
    unique: () => `${run}-${(count += 1).toString(16)}`,
  };
}

/** From now on only the directory that is there counts as the root. False: there is none. */
export function attach(disk: Disk, given: string): boolean {
  disk.rootId = undefined;
  try {
    disk.root = realpathSync(given);
  } catch (error) {
    // The last three: the mount point is there, what was mounted is not.
    if (['ENOENT', 'ENOTDIR', 'ENOTCONN', 'ESTALE', 'EIO'].includes(errno(error))) return false;
    throw localError(error, 'find the folder', given);
  }
  disk.own = join(disk.root, OWN_DIRECTORY);
  const found = look(disk.root);
  if (found?.kind !== 'directory') return false;
  disk.rootId = found.id;
  return true;
}

/** Makes our own directories and asks the disk what it makes of names. */
export function prepare(disk: Disk): LocalFacts {
  mkdirSync(stagingDirectory(disk), { recursive: true, mode: 0o700 });
  // Here the next sweep finds what a crash leaves of it.
  return probeFacts(stagingDirectory(disk));
}

function markerFile(disk: Disk): string {
  return join(disk.own, 'folder.json');
}

/** The folder's id; undefined when there is no marker or it cannot be understood. */
export function readMarker(disk: Disk): string | undefined {
  try {
    const marker = JSON.parse(readFileSync(markerFile(disk), 'utf8')) as {
      folder?: unknown;
    } | null;
    return typeof marker?.folder === 'string' ? marker.folder : undefined;
  } catch (error) {
    if (errno(error) === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Whole or not at all: written beside, flushed, renamed. */
export async function writeMarker(disk: Disk, folderId: string): Promise<void> {
  checkRoot(disk);
  const temporary = join(stagingDirectory(disk), disk.unique());
  const handle = await open(temporary, 'wx', 0o600);
  try {
    await handle.writeFile(`${JSON.stringify({ folder: folderId })}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, markerFile(disk));
  await flushDirectory(disk.own);
}
