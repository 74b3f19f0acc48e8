/**
 * Temporary files of content that is not at its path yet: hashed while written, flushed before they count, in a directory
 * that only this user may enter. A failure leaves nothing behind.
 */
import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { StagedFile } from '../core/ports/local-tree.ts';
import { LocalError } from '../core/ports/local-tree.ts';
import { checkRoot, onDisk } from './disk.ts';
import type { Disk } from './disk.ts';

const action = 'write a temporary file';

export function stagingDirectory(disk: Disk): string {
  return join(disk.own, 'tmp');
}

/** Where a staged file lies. Throws for a token that `stage` never gave. */
export function stagedPath(disk: Disk, staged: StagedFile): string {
  if (!/^[0-9a-f]+-[0-9a-f]+$/u.test(staged.token))
    throw new LocalError('unknown staged file', { kind: 'unknown' });
  return join(stagingDirectory(disk), staged.token);
}

export async function stageContent(
  disk: Disk,
  content: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<StagedFile> {
  signal.throwIfAborted();
  const token = disk.unique();
  const place = join(stagingDirectory(disk), token);
  disk.underWay.add(token);
  const handle = await onDisk(disk, { action }, () => {
    checkRoot(disk);
    mkdirSync(stagingDirectory(disk), { recursive: true, mode: 0o700 });
    // The mode is the final one, by the user's umask: the directory is what keeps others out.
    return open(place, 'wx');
  });
  try {
    const { digest, size } = await write(disk, handle, { content, signal });
    await onDisk(disk, { action }, () => handle.sync());
    await handle.close();
    return { token, digest, size };
  } catch (error) {
    await handle.close().catch(() => undefined);
    await rm(place, { force: true });
    disk.underWay.delete(token);
    throw error;
  }
}

export async function discardStaged(disk: Disk, staged: StagedFile): Promise<void> {
  const place = stagedPath(disk, staged);
  await onDisk(disk, { action: 'remove a temporary file' }, () => rm(place, { force: true }));
  disk.underWay.delete(staged.token);
}

/** Errors of `content` itself are the caller's and pass unchanged. */
async function write(
  disk: Disk,
  handle: FileHandle,
  { content, signal }: { content: AsyncIterable<Uint8Array>; signal: AbortSignal },
): Promise<{ digest: string; size: number }> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of content) {
    signal.throwIfAborted();
    hash.update(chunk);
    await onDisk(disk, { action }, () => writeAll(handle, chunk));
    size += chunk.length;
  }
  signal.throwIfAborted();
  return { digest: hash.digest('hex'), size };
}

/** One write may take only a part, as on a disk that is nearly full. */
async function writeAll(handle: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let done = 0; done < chunk.length;) {
    const { bytesWritten } = await handle.write(chunk, done, chunk.length - done);
    done += bytesWritten;
  }
}
