/**
 * The LocalTree on a real disk: puts the parts of `disk-*.ts` together, turns every disk error into LocalError, and knows the marker
 * that tells this folder from an empty mount point. To be used only while holding the folder's lock (folder-lock.ts).
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { LocalError } from '../core/ports/local-tree.ts';
import type {
  LocalFacts,
  LocalScan,
  LocalStat,
  LocalTree,
  RootState,
} from '../core/ports/local-tree.ts';
import { recoverAsides, recoverBeside } from './disk-aside.ts';
import {
  makeDirectoryAt,
  removeEmptyDirectory,
  removeToTrash,
  renameWithin,
  setMetadataAt,
} from './disk-change.ts';
import { errno, localError } from './disk-errors.ts';
import { probeFacts, usualFacts } from './disk-facts.ts';
import { placeStaged, placeSymlink } from './disk-place.ts';
import { digestFile, readTextFile, sourceOf } from './disk-read.ts';
import { scanDisk } from './disk-scan.ts';
import { discardStaged, stageContent, stagingDirectory } from './disk-stage.ts';
import { look } from './disk-stat.ts';
import { sweepTrash } from './disk-trash.ts';
import {
  absolute,
  checkRoot,
  flushDirectory,
  lookAtParents,
  onDisk,
  OWN_DIRECTORY,
  TEMPORARY_PREFIX,
  walkParents,
} from './disk.ts';
import type { Disk } from './disk.ts';

/**
 * Opens the tree at `root`, which may be missing: `rootState` then says so. Nothing is written before `rootState` is asked;
 * that makes `.ownsync` in the root, and fails with LocalError `denied` when it cannot.
 */
export function openDiskTree(root: string): LocalTree {
  const disk = newDisk(resolve(root));
  let facts = usualFacts;
  attach(disk, root);
  async function rootState(folderId: string | undefined): Promise<RootState> {
    return onDisk(disk, { action: 'use the folder', path: root }, () => {
      if (!attach(disk, root)) return 'missing';
      facts = prepare(disk);
      return folderId === undefined || readMarker(disk) === folderId ? 'ok' : 'unmarked';
    });
  }
  return treeOn(disk, { rootState, facts: () => facts });
}

function treeOn(
  disk: Disk,
  parts: { rootState: LocalTree['rootState']; facts: () => LocalFacts },
): LocalTree {
  return {
    get facts() {
      return parts.facts();
    },
    rootState: parts.rootState,
    mark: (folderId) =>
      onDisk(disk, { action: 'mark the folder' }, () => writeMarker(disk, folderId)),
    scan: (ignored, signal) =>
      onDisk(disk, { action: 'scan the folder' }, () => scan(disk, ignored, signal)),
    stat: (path) => onDisk(disk, { action: 'look at', path }, () => statAt(disk, path)),
    digest: (path, expected) => digestFile(disk, path, expected),
    source: (path, expected) => sourceOf(disk, path, expected),
    readText: (path) => readTextFile(disk, path),
    stage: (content, signal) => stageContent(disk, content, signal),
    discard: (staged) => discardStaged(disk, staged),
    place: (staged, path, expected, metadata) =>
      onDisk(disk, { action: 'write', path }, () =>
        placeStaged(disk, staged, { path, expected, metadata }),
      ),
    placeLink: (path, target, expected) =>
      onDisk(disk, { action: 'make the link', path }, () =>
        placeSymlink(disk, path, { target, expected }),
      ),
    makeDirectory: (path) =>
      onDisk(disk, { action: 'make the directory', path }, () => makeDirectoryAt(disk, path)),
    rename: (from, to, expected) =>
      onDisk(disk, { action: 'rename', path: from }, () =>
        renameWithin(disk, { from, to, expected }),
      ),
    remove: (path, expected) =>
      onDisk(disk, { action: 'remove', path }, () => removeToTrash(disk, path, expected)),
    removeDirectory: (path) =>
      onDisk(disk, { action: 'remove the directory', path }, () =>
        removeEmptyDirectory(disk, path),
      ),
    setMetadata: (path, expected, metadata) =>
      onDisk(disk, { action: 'set the time of', path }, () =>
        setMetadataAt(disk, path, { expected, metadata }),
      ),
    sweep: (retention) => onDisk(disk, { action: 'tidy up' }, () => sweep(disk, retention)),
  };
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
function attach(disk: Disk, given: string): boolean {
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

function prepare(disk: Disk): LocalFacts {
  mkdirSync(stagingDirectory(disk), { recursive: true, mode: 0o700 });
  return probeFacts(disk.own);
}

function markerFile(disk: Disk): string {
  return join(disk.own, 'folder.json');
}

/** The folder's id; undefined when there is no marker or it cannot be understood. */
function readMarker(disk: Disk): string | undefined {
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
async function writeMarker(disk: Disk, folderId: string): Promise<void> {
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

function statAt(disk: Disk, path: string): LocalStat | undefined {
  if (lookAtParents(disk, path) !== 'present') return undefined;
  const found = look(absolute(disk, path));
  // Undefined would say that nothing is there.
  if (found?.kind === 'special')
    throw new LocalError(`"${path}" is ${found.what}.`, { kind: 'unknown', path });
  return found;
}

/** What an interrupted run set aside is put back first: else its absence would look like the user's deletion. */
async function scan(
  disk: Disk,
  ignored: Parameters<LocalTree['scan']>[0],
  signal: AbortSignal,
): Promise<LocalScan> {
  checkRoot(disk);
  await recoverAsides(disk);
  let { leftovers, ...found } = await scanDisk(disk, ignored, signal);
  if (await recoverLeftovers(disk, leftovers))
    ({ leftovers, ...found } = await scanDisk(disk, ignored, signal));
  disk.leftovers = leftovers;
  return found;
}

/** True if there was any container beside a user's path to be recovered. */
async function recoverLeftovers(disk: Disk, leftovers: readonly string[]): Promise<boolean> {
  const containers = leftovers.filter((path) => look(absolute(disk, path))?.kind === 'directory');
  for (const container of containers) await recoverBeside(disk, container);
  return containers.length > 0;
}

async function sweep(disk: Disk, retention: number): Promise<void> {
  checkRoot(disk);
  const staging = stagingDirectory(disk);
  mkdirSync(staging, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(staging)) {
    if (!disk.underWay.has(name)) await rm(join(staging, name), { recursive: true, force: true });
  }
  for (const path of disk.leftovers) await sweepBeside(disk, path);
  await sweepTrash(disk, retention);
}

/** Copies beside users' paths; containers are recovered by the scan. */
async function sweepBeside(disk: Disk, path: string): Promise<void> {
  const token = path.slice(path.lastIndexOf(TEMPORARY_PREFIX) + TEMPORARY_PREFIX.length);
  const place = absolute(disk, path);
  if (disk.underWay.has(token) || walkParents(disk, path) !== 'present') return;
  if (look(place)?.kind === 'file') await rm(place, { force: true });
}
