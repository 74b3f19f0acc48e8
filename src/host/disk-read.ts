/**
 * Reading users' files: only regular files, only while they stay what the caller saw, never waiting on a FIFO or passing a link.
 * It never writes.
 */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { LocalStat } from '../core/ports/local-tree.ts';
import { LocalError } from '../core/ports/local-tree.ts';
import type { Source } from '../core/ports/transport.ts';
import { absolute, lookAtParents, onDisk } from './disk.ts';
import type { Disk } from './disk.ts';
import { errno } from './disk-errors.ts';
import { fileStat, same } from './disk-stat.ts';

const CHUNK_BYTES = 256 * 1024;
const TEXT_LIMIT_BYTES = 1024 * 1024;
/** NOFOLLOW and NONBLOCK are missing on Windows, which has no FIFOs in directories; there the check after opening remains. */
export const READ_FLAGS =
  constants.O_RDONLY |
  ((constants.O_NOFOLLOW as number | undefined) ?? 0) |
  ((constants.O_NONBLOCK as number | undefined) ?? 0);

/** Thrown while a file is read that is no longer what the caller saw. */
class ChangedError extends LocalError {
  constructor(path: string) {
    super(`"${path}" changed while it was read; it is looked at again in the next round.`, {
      kind: 'unknown',
      path,
    });
  }
}

export async function digestFile(
  disk: Disk,
  path: string,
  expected: LocalStat,
): Promise<string | 'changed'> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of readFile(disk, { path, expected, from: 0 })) hash.update(chunk);
    return hash.digest('hex');
  } catch (error) {
    if (error instanceof ChangedError) return 'changed';
    throw error;
  }
}

export function sourceOf(disk: Disk, path: string, expected: LocalStat): Source {
  return {
    ...(expected.kind === 'file' ? { size: expected.size, modified: expected.mtime } : { size: 0 }),
    open: (from) => readFile(disk, { path, expected, from }),
  };
}

/** Undefined when there is no regular file; fails when it is larger than 1 MiB. */
export async function readTextFile(disk: Disk, path: string): Promise<string | undefined> {
  return onDisk(disk, { action: 'read', path }, async () => {
    if (lookAtParents(disk, path) !== 'present') return undefined;
    const handle = await openRegular(absolute(disk, path));
    if (handle === undefined) return undefined;
    try {
      const { size } = await handle.stat();
      if (size > TEXT_LIMIT_BYTES) {
        throw new LocalError(`"${path}" is larger than 1 MiB and is not read.`, {
          kind: 'unknown',
          path,
        });
      }
      return await handle.readFile('utf8');
    } finally {
      await handle.close();
    }
  });
}

/** Opened for reading if it is a regular file, else undefined. */
async function openRegular(place: string): Promise<FileHandle | undefined> {
  let handle: FileHandle;
  try {
    handle = await open(place, READ_FLAGS);
  } catch (error) {
    // ELOOP (EMLINK on FreeBSD): a link; ENXIO: a socket; EISDIR: a directory on Windows.
    if (['ENOENT', 'ENOTDIR', 'ELOOP', 'EMLINK', 'ENXIO', 'EISDIR'].includes(errno(error)))
      return undefined;
    throw error;
  }
  if ((await handle.stat()).isFile()) return handle;
  await handle.close();
  return undefined;
}

interface Reading {
  readonly path: string;
  readonly expected: LocalStat;
  readonly from: number;
}

async function* readFile(disk: Disk, reading: Reading): AsyncGenerator<Uint8Array> {
  const { path, expected } = reading;
  const handle = await onDisk(disk, { action: 'read', path }, async () => {
    if (lookAtParents(disk, path) !== 'present') return undefined;
    return openRegular(absolute(disk, path));
  });
  if (handle === undefined) throw new ChangedError(path);
  try {
    await expectSame(disk, handle, reading);
    let position = reading.from;
    const size = expected.kind === 'file' ? expected.size : 0;
    while (position < size) {
      const chunk = await readAt(disk, handle, {
        path,
        position,
        length: Math.min(CHUNK_BYTES, size - position),
      });
      position += chunk.length;
      yield chunk;
    }
    await expectSame(disk, handle, reading);
  } finally {
    await handle.close();
  }
}

async function readAt(
  disk: Disk,
  handle: FileHandle,
  at: { path: string; position: number; length: number },
): Promise<Uint8Array> {
  return onDisk(disk, { action: 'read', path: at.path }, async () => {
    const buffer = Buffer.allocUnsafeSlow(at.length);
    const { bytesRead } = await handle.read(buffer, 0, at.length, at.position);
    // Now known: the file has become shorter than it was.
    if (bytesRead === 0) throw new ChangedError(at.path);
    return buffer.subarray(0, bytesRead);
  });
}

async function expectSame(
  disk: Disk,
  handle: FileHandle,
  { path, expected }: Reading,
): Promise<void> {
  const now = await onDisk(disk, { action: 'read', path }, () => handle.stat({ bigint: true }));
  if (!same(fileStat(now), expected)) throw new ChangedError(path);
}
