/**
 * Temporary files of content that is not at its path yet: hashed while written, flushed before they count, in a directory
 * that only this user may enter. A failure leaves nothing behind, but of content that was wanted by its digest the part that
 * came: nobody sees it before the digest of the whole is known to be right.
 */
import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { constants, lstatSync, mkdirSync, readdirSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { StagedFile, Wanted } from '../core/ports/local-tree.ts';
import { LocalError } from '../core/ports/local-tree.ts';
import { errno } from './disk-errors.ts';
import { checkRoot, onDisk } from './disk.ts';
import type { Disk } from './disk.ts';

const action = 'write a temporary file';
const PART = /^part-[0-9a-f]{64}$/u;
const CHUNK_BYTES = 256 * 1024;
/** Missing on Windows. */
const NO_FOLLOW = (constants.O_NOFOLLOW as number | undefined) ?? 0;

export function stagingDirectory(disk: Disk): string {
  return join(disk.own, 'tmp');
}

/** Where a staged file lies. Throws for a token that `stage` never gave. */
export function stagedPath(disk: Disk, staged: StagedFile): string {
  if (!/^[0-9a-f]+-[0-9a-f]+$/u.test(staged.token))
    throw new LocalError('unknown staged file', { kind: 'unknown' });
  return join(stagingDirectory(disk), staged.token);
}

interface Content {
  readonly content: AsyncIterable<Uint8Array>;
  readonly signal: AbortSignal;
}

export async function stageContent(
  disk: Disk,
  { content, signal, wanted }: Content & { readonly wanted?: Wanted | undefined },
): Promise<StagedFile> {
  signal.throwIfAborted();
  const token = disk.unique();
  const part = wanted === undefined ? undefined : partName(wanted.digest);
  // Two paths may want the same content at the same time: one of them has the part.
  if (wanted === undefined || part === undefined || disk.underWay.has(part)) {
    if ((wanted?.from ?? 0) > 0)
      throw new LocalError('what was kept is in use', { kind: 'unknown' });
    const made = await fill(disk, { name: token, from: 0, keep: false }, { content, signal });
    return { token, ...made };
  }
  const made = await fill(disk, { name: part, from: wanted.from, keep: true }, { content, signal });
  await onDisk(disk, { action }, () => {
    disk.underWay.add(token);
    return rename(join(stagingDirectory(disk), part), join(stagingDirectory(disk), token));
  });
  disk.underWay.delete(part);
  return { token, ...made };
}

export async function discardStaged(disk: Disk, staged: StagedFile): Promise<void> {
  const place = stagedPath(disk, staged);
  await onDisk(disk, { action: 'remove a temporary file' }, () => rm(place, { force: true }));
  disk.underWay.delete(staged.token);
}

/** Bytes of a content that an earlier staging has left. */
export function keptBytes(disk: Disk, digest: string): number {
  const part = partName(digest);
  if (disk.underWay.has(part)) return 0;
  try {
    const found = lstatSync(join(stagingDirectory(disk), part));
    return found.isFile() ? found.size : 0;
  } catch (error) {
    if (errno(error) === 'ENOENT') return 0;
    throw error;
  }
}

export async function dropKept(disk: Disk, wanted: ReadonlySet<string>): Promise<void> {
  const names = new Set([...wanted].map((digest) => partName(digest)));
  await sweepStaging(disk, (name) => !PART.test(name) || names.has(name));
}

/** What an interrupted run left, except what is kept for a later one. */
export async function sweepStaged(disk: Disk): Promise<void> {
  await sweepStaging(disk, (name) => PART.test(name));
}

async function sweepStaging(disk: Disk, stays: (name: string) => boolean): Promise<void> {
  const staging = stagingDirectory(disk);
  mkdirSync(staging, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(staging)) {
    if (!disk.underWay.has(name) && !stays(name))
      await rm(join(staging, name), { recursive: true, force: true });
  }
}

function partName(digest: string): string {
  const name = `part-${digest}`;
  if (!PART.test(name)) throw new LocalError('that is no digest', { kind: 'unknown' });
  return name;
}

interface Target {
  readonly name: string;
  /** So many bytes are there already. */
  readonly from: number;
  /** What has come stays when the content fails. */
  readonly keep: boolean;
}

/** Writes and flushes one temporary file. It is under way from here on; after a failure it is not. */
async function fill(
  disk: Disk,
  target: Target,
  content: Content,
): Promise<{ digest: string; size: number }> {
  const place = join(stagingDirectory(disk), target.name);
  disk.underWay.add(target.name);
  let handle: FileHandle | undefined;
  try {
    handle = await onDisk(disk, { action }, () => openTarget(disk, place, target));
    const written = await write(disk, handle, { ...content, from: target.from });
    const opened = handle;
    await onDisk(disk, { action }, () => opened.sync());
    await handle.close();
    return written;
  } catch (error) {
    await handle?.close().catch(() => undefined);
    // On a full disk the part takes the room that the rest needs.
    if (!target.keep || error instanceof LocalError) await rm(place, { force: true });
    disk.underWay.delete(target.name);
    throw error;
  }
}

async function openTarget(disk: Disk, place: string, { from }: Target): Promise<FileHandle> {
  checkRoot(disk);
  mkdirSync(stagingDirectory(disk), { recursive: true, mode: 0o700 });
  if (from === 0) {
    await rm(place, { force: true });
    // The mode is the final one, by the user's umask: the directory is what keeps others out.
    return open(place, 'wx');
  }
  const handle = await open(place, constants.O_RDWR | NO_FOLLOW);
  try {
    await handle.truncate(from);
  } catch (error) {
    await handle.close();
    throw error;
  }
  return handle;
}

/** Errors of `content` itself are the caller's and pass unchanged. */
async function write(
  disk: Disk,
  handle: FileHandle,
  { content, signal, from }: Content & { readonly from: number },
): Promise<{ digest: string; size: number }> {
  const hash = createHash('sha256');
  await onDisk(disk, { action }, () => hashBeginning(handle, hash, from));
  let size = from;
  for await (const chunk of content) {
    signal.throwIfAborted();
    hash.update(chunk);
    const at = size;
    await onDisk(disk, { action }, () => writeAll(handle, chunk, at));
    size += chunk.length;
  }
  signal.throwIfAborted();
  return { digest: hash.digest('hex'), size };
}

async function hashBeginning(handle: FileHandle, hash: Hash, bytes: number): Promise<void> {
  const buffer = Buffer.allocUnsafeSlow(Math.min(bytes, CHUNK_BYTES));
  for (let at = 0; at < bytes;) {
    const length = Math.min(buffer.length, bytes - at);
    const { bytesRead } = await handle.read(buffer, 0, length, at);
    if (bytesRead === 0)
      throw new LocalError('what was kept is shorter than it was', { kind: 'unknown' });
    hash.update(buffer.subarray(0, bytesRead));
    at += bytesRead;
  }
}

/** One write may take only a part, as on a disk that is nearly full. */
async function writeAll(handle: FileHandle, chunk: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < chunk.length;) {
    const { bytesWritten } = await handle.write(chunk, done, chunk.length - done, at + done);
    done += bytesWritten;
  }
}
