/**
 * The local trash: `trash/<yyyy-mm-dd>/<path as it was>`, where a person finds what was replaced or deleted. What is in it is
 * only ever removed by age.
 */
import {
  constants,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  symlinkSync,
  unlinkSync,
} from 'node:fs';
import { copyFile, open, rm, unlink, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errno } from './disk-errors.ts';
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

/** Removes days that ended longer ago than the retention (milliseconds). */
export async function sweepTrash(disk: Disk, retention: number): Promise<void> {
  const now = Date.now();
  const trash = join(disk.own, 'trash');
  const days = look(trash)?.kind === 'directory' ? readdirSync(trash) : [];
  for (const day of days) {
    const start = Date.parse(day.slice(0, 10));
    if (Number.isNaN(start)) continue;
    const end = Math.min(start + DAY_MS, now);
    if (start <= now && now - end >= retention)
      await rm(join(trash, day), { recursive: true, force: true });
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
