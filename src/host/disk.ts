/**
 * The ground under the local tree: where things are below the root, which names are ours, and how a path is reached without
 * passing through a symlink or onto another disk that was mounted over the folder. It changes nothing but making directories.
 */
import { mkdirSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LocalError } from '../core/ports/local-tree.ts';
import type { LocalOutcome } from '../core/ports/local-tree.ts';
import { errno, localError, missingRoot } from './disk-errors.ts';
import { look } from './disk-stat.ts';

/** Everything that is ours, at the root: marker, lock, temporary files, asides, trash. */
export const OWN_DIRECTORY = '.ownsync';
/** Start of temporary names beside a user's file, needed where another disk is mounted inside the folder. */
export const TEMPORARY_PREFIX = '.ownsync-tmp-';

export interface Disk {
  /** Absolute, without symlinks. */
  root: string;
  /** Absolute path of {@link OWN_DIRECTORY}. */
  own: string;
  /** Tokens of temporary names in use: everything else is left from an interruption. */
  readonly underWay: Set<string>;
  /** Device and inode of the root when it was last seen to be in order; undefined until then. */
  rootId: string | undefined;
  /** Temporary names beside users' files that a scan came upon. */
  leftovers: readonly string[];
  /** A token that no earlier run has used: hex digits and one `-`. */
  unique(): string;
}

/** True for names that a scan does not show. `name` is the last part of a path. */
export function isOurs(name: string, atRoot: boolean): boolean {
  if (name.startsWith(TEMPORARY_PREFIX)) return true;
  return atRoot && (name === OWN_DIRECTORY || name.startsWith(`${OWN_DIRECTORY}-`));
}

export function absolute(disk: Disk, path: string): string {
  return path === '' ? disk.root : join(disk.root, path);
}

/** Throws `invalid-name` for a path that leaves the root, is not well formed, or would touch what is ours. */
function checkPath(path: string): void {
  const parts = path.split('/');
  const bad = parts.some((part) => part === '' || part === '.' || part === '..' || isForeign(part));
  if (bad)
    throw new LocalError(`"${path}" is no path inside the folder.`, { kind: 'invalid-name', path });
  const ours = parts.some((part, index) => isOurs(folded(part), index === 0));
  if (ours)
    throw new LocalError(`"${path}" is reserved for ownsync itself.`, {
      kind: 'invalid-name',
      path,
    });
}

/**
 * Looks at every directory above `path`. `present`: all real directories; `absent`: one is missing; `blocked`: one is something else,
 * a symlink included. Throws `missing-root` when the root is gone or another.
 * RACE: a parent can be exchanged for a symlink between this look and the operation; the worst is one operation in a
 * directory of the same person's choosing. Node has no openat to close it.
 */
export function lookAtParents(disk: Disk, path: string): 'present' | 'absent' | 'blocked' {
  checkPath(path);
  checkRoot(disk);
  return walkParents(disk, path);
}

/** {@link lookAtParents} for names of our own beside users' files. */
export function walkParents(disk: Disk, path: string): 'present' | 'absent' | 'blocked' {
  for (const parent of parentsOf(path)) {
    const found = look(absolute(disk, parent));
    if (found === undefined) return 'absent';
    if (found.kind !== 'directory') return 'blocked';
    refuseOwn(disk, found.id, path);
  }
  return 'present';
}

/** Makes missing directories above `path`, outermost first; `changed`: something that is no directory is in the way. */
export async function makeParents(disk: Disk, path: string): Promise<LocalOutcome> {
  checkPath(path);
  checkRoot(disk);
  const made: string[] = [];
  for (const parent of parentsOf(path)) {
    const place = absolute(disk, parent);
    if (look(place) === undefined) {
      makeOne(place);
      made.push(place);
    }
    const found = look(place);
    if (found?.kind !== 'directory') return 'changed';
    refuseOwn(disk, found.id, path);
  }
  for (const place of made) await flushDirectory(dirname(place));
  return 'done';
}

export function checkRoot(disk: Disk): void {
  const found = look(disk.root);
  if (found?.kind !== 'directory' || (disk.rootId !== undefined && found.id !== disk.rootId)) {
    throw missingRoot(disk.root);
  }
}

/** Runs disk work for one path, turning what it throws into LocalError. */
export async function onDisk<T>(
  disk: Disk,
  task: { action: string; path?: string },
  work: () => Promise<T> | T,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (errno(error) !== '' && !(error instanceof LocalError) && rootIsGone(disk))
      throw missingRoot(disk.root, error);
    throw localError(error, task.action, task.path);
  }
}

/** Makes a rename, link or removal in a directory survive a power cut. */
export async function flushDirectory(place: string): Promise<void> {
  // Windows cannot open a directory for this, and its NTFS journals such changes itself.
  if (process.platform === 'win32') return;
  const handle = await open(place, 'r');
  try {
    await handle.sync();
  } catch (error) {
    // Some network and FUSE file systems refuse: they give no such promise.
    if (!['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(errno(error))) throw error;
  } finally {
    await handle.close();
  }
}

function parentsOf(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

function makeOne(place: string): void {
  try {
    mkdirSync(place);
  } catch (error) {
    // Somebody else made something here meanwhile: the caller looks what it is.
    if (errno(error) !== 'EEXIST') throw error;
  }
}

/** The same directory under another spelling (case, unicode, Windows short names): the name alone does not tell. */
function refuseOwn(disk: Disk, id: string, path: string): void {
  const own = look(disk.own);
  if (own?.kind === 'directory' && own.id === id) {
    throw new LocalError(`"${path}" is reserved for ownsync itself.`, {
      kind: 'invalid-name',
      path,
    });
  }
}

function rootIsGone(disk: Disk): boolean {
  try {
    checkRoot(disk);
    return false;
  } catch {
    return true;
  }
}

/** Case-blind disks, and HFS+ which ignores invisible characters, would find our names under these spellings. */
function folded(part: string): string {
  return part.replace(/[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/gu, '').toLowerCase();
}

function isForeign(part: string): boolean {
  if (part.includes('\0')) return true;
  // Windows takes `\` for a separator and `:` for a stream or a drive.
  return process.platform === 'win32' && /[\\:]/u.test(part);
}
