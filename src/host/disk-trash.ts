/**
 * The local trash: `trash/<yyyy-mm-dd>/<path as it was>`, where a person finds what was replaced or deleted. What is in it is
 * only ever removed by age, or where its size is limited, the oldest first.
 */
import { createHash } from 'node:crypto';
import {
  constants,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  symlinkSync,
  unlinkSync,
} from 'node:fs';
import { copyFile, open, rm, unlink, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Source } from '../core/ports/transport.ts';
import { errno } from './disk-errors.ts';
import { READ_FLAGS } from './disk-read.ts';
import { look } from './disk-stat.ts';
import type { Disk } from './disk.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** Takes the file at `place` (absolute, not at a user's path any more) into the trash as what was at `path`. */
export async function moveToTrash(disk: Disk, place: string, path: string): Promise<void> {
  const now = new Date();
  for (const day of dayNames(now)) {
    const target = join(disk.own, 'trash', day, path);
    if (await moveTo(place, target)) return;
  }
}

/** How long and how much is kept: milliseconds, and bytes of all days together (undefined: any). */
interface Keeping {
  readonly retention: number;
  readonly size: number | undefined;
}

/** Removes days that ended longer ago than the retention; of the others the oldest files, while all together are too much. */
export async function sweepTrash(disk: Disk, { retention, size }: Keeping): Promise<void> {
  const now = Date.now();
  const kept: string[] = [];
  for (const day of daysOf(disk)) {
    const start = Date.parse(day.slice(0, 10));
    const end = Math.min(start + DAY_MS, now);
    if (start <= now && now - end >= retention)
      await rm(join(disk.own, 'trash', day), { recursive: true, force: true });
    else kept.push(day);
  }
  if (size !== undefined) await shrink(disk, kept, size);
}

/** Names that begin with a day, oldest first. */
function daysOf(disk: Disk): string[] {
  const trash = join(disk.own, 'trash');
  const names = look(trash)?.kind === 'directory' ? readdirSync(trash) : [];
  return names.filter((day) => !Number.isNaN(Date.parse(day.slice(0, 10)))).sort();
}

interface Trashed {
  readonly place: string;
  readonly size: number;
  /** When it came, as the disk tells it: a rename moves the change time. */
  readonly since: number;
}

async function shrink(disk: Disk, days: readonly string[], size: number): Promise<void> {
  const files = days.flatMap((day) =>
    filesIn(join(disk.own, 'trash', day)).sort((a, b) => a.since - b.since),
  );
  let total = files.reduce((sum, file) => sum + file.size, 0);
  for (const file of files) {
    if (total <= size) break;
    await rm(file.place, { force: true });
    total -= file.size;
  }
  for (const day of days) removeEmptyDirectories(join(disk.own, 'trash', day));
}

function filesIn(directory: string): Trashed[] {
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' });
  return names.flatMap((name) => {
    const place = join(directory, name);
    const found = look(place);
    return found?.kind === 'file' ? [{ place, size: found.size, since: found.ctime }] : [];
  });
}

function removeEmptyDirectories(directory: string): void {
  for (const entry of readdirSync(directory, { withFileTypes: true }))
    if (entry.isDirectory()) removeEmptyDirectories(join(directory, entry.name));
  if (readdirSync(directory).length === 0) rmdirSync(directory);
}

/** The newest that has this content (SHA-256, hex). It is read as it lies there, and stays. */
export async function findInTrash(
  disk: Disk,
  path: string,
  digest: string,
): Promise<Source | undefined> {
  for (const day of daysOf(disk).reverse()) {
    const place = placeInTrash(disk, day, path);
    const found = place === undefined ? undefined : look(place);
    if (place === undefined || found?.kind !== 'file') continue;
    const hash = createHash('sha256');
    for await (const chunk of readOwn(place, 0)) hash.update(chunk);
    if (hash.digest('hex') === digest)
      return { size: found.size, modified: found.mtime, open: (from) => readOwn(place, from) };
  }
  return undefined;
}

/** Undefined: what is above the path there is no directory, but a file or link that was deleted on the same day. */
function placeInTrash(disk: Disk, day: string, path: string): string | undefined {
  let place = join(disk.own, 'trash', day);
  for (const part of path.split('/')) {
    if (look(place)?.kind !== 'directory' || part === '..') return undefined;
    place = join(place, part);
  }
  return place;
}

async function* readOwn(place: string, from: number): AsyncGenerator<Uint8Array> {
  const handle = await open(place, READ_FLAGS);
  try {
    yield* handle.createReadStream({ start: from, autoClose: false });
  } finally {
    await handle.close();
  }
}

/** The day; where that already holds such a path, the day with the time; then numbered. */
function* dayNames(now: Date): Generator<string> {
  const [day = '', time = ''] = now.toISOString().split('T');
  yield day;
  const exact = `${day} ${time.slice(0, 8).replaceAll(':', '.')}`;
  yield exact;
  for (let number = 2; ; number += 1) yield `${exact} (${number})`;
}

/** False: something is at `target` already, or a file of the same day is where a directory is needed. */
async function moveTo(place: string, target: string): Promise<boolean> {
  try {
    if (look(target) !== undefined) return false;
    // Nobody but this process, which holds the folder's lock, makes names in the trash: nothing can be replaced here.
    renameMakingRoom(place, target);
    return true;
  } catch (error) {
    if (['EEXIST', 'ENOTDIR'].includes(errno(error))) return false;
    if (errno(error) !== 'EXDEV') throw error;
  }
  await copyToOtherDisk(place, target);
  unlinkSync(place);
  return true;
}

function renameMakingRoom(place: string, target: string): void {
  try {
    renameSync(place, target);
  } catch (error) {
    if (errno(error) !== 'ENOENT') throw error;
    mkdirSync(dirname(target), { recursive: true, mode: 0o700 });
    renameSync(place, target);
  }
}

/** Copies a file or link, flushed, with its times; never onto something that exists. */
export async function copyToOtherDisk(from: string, to: string): Promise<void> {
  const found = look(from);
  if (found?.kind === 'link') {
    symlinkSync(readlinkSync(from), to);
    return;
  }
  try {
    await copyFile(from, to, constants.COPYFILE_EXCL);
    if (found?.kind === 'file') await utimes(to, found.mtime / 1000, found.mtime / 1000);
    const handle = await open(to, 'r+');
    await handle.sync().finally(() => handle.close());
  } catch (error) {
    if (errno(error) !== 'EEXIST') await unlink(to).catch(() => undefined);
    throw error;
  }
}
