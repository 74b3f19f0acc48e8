/**
 * The LocalTree on a real disk: puts the parts of `disk-*.ts` together, turns every disk error into LocalError, and
 * tidies up. To be used only while holding the folder's lock (folder-lock.ts): what another process has under way would be taken
 * for the leftovers of a crash.
 */
import { rm } from 'node:fs/promises';
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
import { usualFacts } from './disk-facts.ts';
import { placeStaged, placeSymlink } from './disk-place.ts';
import { digestFile, readTextFile, sourceOf } from './disk-read.ts';
import { attach, openDisk, prepare, readMarker, writeMarker } from './disk-root.ts';
import { scanDisk } from './disk-scan.ts';
import { discardStaged, dropKept, keptBytes, stageContent, sweepStaged } from './disk-stage.ts';
import { look } from './disk-stat.ts';
import { findInTrash, sweepTrash } from './disk-trash.ts';
import {
  absolute,
  checkRoot,
  lookAtParents,
  onDisk,
  TEMPORARY_PREFIX,
  walkParents,
} from './disk.ts';
import type { Disk } from './disk.ts';

/**
 * Opens the tree at `root`, which may be missing: `rootState` then says so. Nothing is written before `rootState` is asked;
 * that makes `.ownsync` in the root, and fails with LocalError `denied` when it cannot.
 */
export function openDiskTree(root: string): LocalTree {
  const disk = openDisk(root);
  let facts = usualFacts;
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
    stage: (content, signal, wanted) => stageContent(disk, { content, signal, wanted }),
    kept: (digest) =>
      onDisk(disk, { action: 'look at a temporary file' }, () => keptBytes(disk, digest)),
    dropKept: (wanted) => onDisk(disk, { action: 'tidy up' }, () => dropKept(disk, wanted)),
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
    sweep: (retention, size) =>
      onDisk(disk, { action: 'tidy up' }, () => sweep(disk, retention, size)),
    trashed: (path, digest) =>
      onDisk(disk, { action: 'look into the trash for', path }, () =>
        findInTrash(disk, path, digest),
      ),
  };
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

/** True if a file that was aside beside its path was recovered: then the scan has not seen everything. */
async function recoverLeftovers(disk: Disk, leftovers: readonly string[]): Promise<boolean> {
  let recovered = false;
  for (const path of leftovers) recovered = (await recoverBeside(disk, path)) || recovered;
  return recovered;
}

async function sweep(disk: Disk, retention: number, size: number | undefined): Promise<void> {
  checkRoot(disk);
  await sweepStaged(disk);
  for (const path of disk.leftovers) await sweepBeside(disk, path);
  await sweepTrash(disk, { retention, size });
}

/** Copies beside users' paths; what is aside there is recovered by the scan. */
async function sweepBeside(disk: Disk, path: string): Promise<void> {
  const token = path.slice(path.lastIndexOf(TEMPORARY_PREFIX) + TEMPORARY_PREFIX.length);
  const place = absolute(disk, path);
  if (disk.underWay.has(token) || walkParents(disk, path) !== 'present') return;
  if (/^[0-9a-f]+-[0-9a-f]+$/u.test(token) && look(place)?.kind === 'file')
    await rm(place, { force: true });
}
