/**
 * Moves a file's bytes, in and out. A file is written in place under the name the engine chose; it counts as written
 * when its size is right and the disk has it. What fails half-way stays, torn: it is the engine's to resume or sweep.
 */
import { constants } from 'node:fs';
import { lstat, open, rename, statfs, unlink, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { orAborted, type Content, type Source, type Stamp } from '../../src/plugin-api.ts';
import { stampOf, type StampRules } from './entries.ts';
import { asTransportError, codeOf, refusal, type Attempt } from './errors.ts';
import { cancelled, untilAborted } from './perform.ts';

const { O_CREAT, O_DIRECT, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_TRUNC, O_WRONLY } = constants;

/** Never through a link, and never waiting for the other end of a pipe. (Windows knows neither flag.) */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-condition
const careful = (O_NOFOLLOW ?? 0) | (O_NONBLOCK ?? 0);

const chunkBytes = 256 * 1024;

export interface Transfer {
  readonly place: string;
  readonly attempt: Attempt;
  readonly signal: AbortSignal;
  readonly rules: StampRules;
}

/** Writes the whole file, or its rest after `from` bytes that are there. */
export async function store(transfer: Transfer, source: Source, from: number): Promise<Stamp> {
  try {
    const stamp = await put(transfer, source, from);
    const { stores } = transfer.rules.root.nature;
    return stores === 'when-asked-next' ? await confirm(transfer, source.size) : stamp;
  } catch (error) {
    if (await isFull(transfer, source, error)) {
      throw refusal('no-space', { ...transfer.attempt, cause: error }, 'no space is left');
    }
    throw error;
  }
}

/** SERVER: sshfs says EPERM when the server's disk is full. */
async function isFull(
  { place, rules }: Transfer,
  { size }: Source,
  error: unknown,
): Promise<boolean> {
  const { kind, tellsSpace } = rules.root.nature;
  if (kind === 'native' || !tellsSpace || !['EPERM', 'EIO'].includes(codeOf(error))) return false;
  const space = await statfs(dirname(place)).catch(() => undefined);
  return space !== undefined && space.bavail * space.bsize < size;
}

/**
 * SERVER: davfs2 uploads a file once it is closed and tells nobody how it went. When the next question is answered, and
 * statfs is one that no cache answers, the file is gone if the server refused it for good. If it failed in another way, it
 * stays, to be tried again some day: then it can be renamed to anything, because that asks no server; one that is there
 * cannot be called by a name that no server takes.
 *
 * CRASH: between the rename and the removal a file with that name is left to davfs2, which may upload it if it ever can.
 */
async function confirm({ place, attempt, rules }: Transfer, size: number): Promise<Stamp> {
  await statfs(dirname(place));
  const found = await lstat(place, { bigint: true }).catch((error: unknown) => {
    if (codeOf(error) !== 'ENOENT') throw error;
    throw notTaken(attempt);
  });
  const impossible = join(dirname(place), impossibleName);
  if (rules.provesUploads && (await isRenamed(place, impossible))) {
    await unlink(impossible);
    throw notTaken(attempt);
  }
  if (Number(found.size) !== size) {
    throw refusal('corrupt', attempt, `${found.size} bytes arrived of ${size}`);
  }
  return stampOf(found, rules);
}

/** Longer than any name on a disk, and short enough for the kernel. */
export const impossibleName = `${'never '.repeat(50)}stored`;

async function isRenamed(from: string, to: string): Promise<boolean> {
  return rename(from, to).then(
    () => true,
    () => false,
  );
}

function notTaken(attempt: Attempt): Error {
  return refusal('unknown', attempt, 'the server behind the mount did not take the file');
}

async function put(transfer: Transfer, source: Source, from: number): Promise<Stamp> {
  const { place, attempt, rules } = transfer;
  const fresh = attempt.operation === 'write';
  // ORDER: under this name nothing of before may be on the server, or it would pass for the new content.
  if (rules.provesUploads && fresh) await unlink(place).catch(unlessMissing);
  const file = await open(place, O_WRONLY | careful | (fresh ? O_CREAT | O_TRUNC : 0), 0o666);
  try {
    const before = await file.stat();
    if (!before.isFile()) throw refusal('precondition', attempt, 'it is not a file');
    if (!fresh && before.size !== from) {
      throw refusal('precondition', attempt, `it has ${before.size} bytes, not ${from}`);
    }
    await pour(file, transfer, { source, from });
    if (source.modified !== undefined && rules.root.nature.setsTimes) {
      await setTime(file, source.modified);
    }
    await file.sync();
    const after = await file.stat({ bigint: true });
    if (Number(after.size) !== source.size) {
      throw refusal('corrupt', attempt, `${after.size} bytes arrived of ${source.size}`);
    }
    await syncDirectory(dirname(place));
    return stampOf(after, rules);
  } finally {
    // Closing may be where a full or broken network disk first tells: its error must not be lost.
    await file.close();
  }
}

function unlessMissing(error: unknown): void {
  if (codeOf(error) !== 'ENOENT') throw error;
}

async function pour(
  file: FileHandle,
  { attempt, signal }: Transfer,
  { source, from }: { readonly source: Source; readonly from: number },
): Promise<void> {
  let done = from;
  const chunks = source.open(from)[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await untilAborted(nextOf(chunks, attempt), signal);
      if (next.done === true) break;
      if (done + next.value.length > source.size) {
        throw refusal('corrupt', attempt, `the source gives more than its ${source.size} bytes`);
      }
      await writeFully(file, next.value, done);
      done += next.value.length;
      signal.throwIfAborted();
    }
  } finally {
    // Not awaited: a source that hangs would hang here too.
    void Promise.resolve(chunks.return?.()).catch(() => undefined);
  }
  if (done !== source.size) {
    throw refusal('corrupt', attempt, `the source ended after ${done} of ${source.size} bytes`);
  }
}

/** An error of the source says nothing about the store, and must not be read by the store's table. */
async function nextOf(
  chunks: AsyncIterator<Uint8Array>,
  attempt: Attempt,
): Promise<IteratorResult<Uint8Array>> {
  try {
    return await chunks.next();
  } catch (error) {
    throw refusal('corrupt', { ...attempt, cause: error }, 'the source failed');
  }
}

async function writeFully(file: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, at + done);
    done += bytesWritten;
  }
}

/** Half a microsecond more: the seconds travel as a floating-point number and are cut to microseconds on the way. */
async function setTime(file: FileHandle, modified: number): Promise<void> {
  await file.utimes(Date.now() / 1000, secondsOf(modified));
}

export function secondsOf(milliseconds: number): number {
  return (milliseconds + 0.0005) / 1000;
}

/** ORDER: a name outlives a power cut only when its directory has reached the disk as well. */
export async function syncDirectory(place: string): Promise<void> {
  if (process.platform === 'win32') return;
  let directory: FileHandle | undefined;
  try {
    directory = await open(place, O_RDONLY);
    await directory.sync();
  } catch (error) {
    // A directory that may be written but not read, and file systems that cannot do this for directories.
    if (!['EACCES', 'EPERM', 'EINVAL', 'ENOTSUP', 'EISDIR'].includes(codeOf(error))) throw error;
  } finally {
    await directory?.close();
  }
}

/**
 * Opens at once, so that a missing file is told at once. What is never read to its end is closed by the signal or,
 * through `reading`, with the store.
 */
export async function openFile(
  transfer: Transfer,
  options: { readonly from: number; readonly reading: Set<() => Promise<void>> },
): Promise<Content> {
  const { place, attempt, signal, rules } = transfer;
  const { remembers } = rules.root.nature;
  const file = await open(place, O_RDONLY | careful | (remembers ? O_DIRECT : 0));
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= file.close());
  const letGo = async (): Promise<void> => {
    signal.removeEventListener('abort', whenAborted);
    options.reading.delete(close);
    // Nothing was written: an error of closing tells nothing.
    await close().catch(() => undefined);
  };
  // A disk that hangs must not hold up the reader.
  const whenAborted = (): void => void letGo();
  options.reading.add(close);
  signal.addEventListener('abort', whenAborted, { once: true });
  if (signal.aborted) whenAborted();
  try {
    const found = await file.stat({ bigint: true });
    if (!found.isFile()) throw refusal('precondition', attempt, 'it is not a file');
    const range = { from: options.from, size: Number(found.size) };
    return { stream: chunksOf(file, transfer, { ...range, letGo }), stamp: stampOf(found, rules) };
  } catch (error) {
    void letGo();
    throw error;
  }
}

/**
 * SERVER: with davfs2 the kernel goes by a size that is up to a second old, and cuts a file that has grown since. So it is
 * read past the kernel's memory, to its end, and has to be as long as it was told.
 */
async function* chunksOf(
  file: FileHandle,
  { attempt, signal, rules }: Transfer,
  range: { readonly from: number; readonly size: number; readonly letGo: () => Promise<void> },
): AsyncGenerator<Uint8Array> {
  const toTheEnd = rules.root.nature.remembers;
  try {
    for (let at = range.from; toTheEnd || at < range.size;) {
      const left = toTheEnd ? chunkBytes : range.size - at;
      const buffer = new Uint8Array(Math.min(chunkBytes, left));
      const { bytesRead } = await untilAborted(file.read(buffer, 0, buffer.length, at), signal);
      if (bytesRead === 0 && at === range.size) break;
      if (bytesRead === 0 || at + bytesRead > range.size) {
        const given = bytesRead === 0 ? at : `more than ${at}`;
        throw refusal('corrupt', attempt, `it gave ${given} of ${range.size} bytes`);
      }
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } catch (error) {
    if (signal.aborted) throw cancelled(attempt, signal);
    throw asTransportError(error, attempt);
  } finally {
    // What was read may be removed at once, and nobody holds it any more.
    await orAborted(range.letGo(), signal).catch(() => undefined);
  }
}
