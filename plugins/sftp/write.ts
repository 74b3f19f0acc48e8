/**
 * Writing files: many requests on their way at once, the end of the file among them. A file counts as written when the
 * server has told its size and time afterwards, and that it reached the disk where it can tell. What fails half-way
 * stays, torn: it is the engine's to resume or sweep.
 */
import type { Stats } from 'ssh2';
import { orAborted, type Source, type Stamp, type StoreEntry } from '../../src/plugin-api.ts';
import { isFinal, plain, secondsOf, timesOf, whyNotMade } from './change.ts';
import { entryOf, lookAt } from './entries.ts';
import { Finding, orRefusal, Refusal } from './failures.ts';
import { pieceBytes, transferWindow } from './read.ts';
import { freeBytes } from './space.ts';
import type { Store } from './store.ts';
import type { Task } from './task.ts';
import { checkWay, parentOf } from './way.ts';

/** How ssh2 and the protocol call them. */
const openFor = { writing: 0x02, truncating: 0x02 | 0x10 } as const;

export interface WriteFacts {
  readonly path: string;
  readonly source: Source;
  readonly from: number;
}

export async function write(store: Store, task: Task, facts: WriteFacts): Promise<Stamp> {
  const { path, from } = facts;
  await checkWay(store, task, parentOf(path));
  const handle =
    from === 0 && task.facts.operation === 'write'
      ? await openNew(store, task, path)
      : await openTorn(store, task, facts);
  try {
    return await pour(store, task, { ...facts, handle });
  } catch (error) {
    throw await whyNotWritten(store, task, { error, size: facts.source.size });
  }
}

/**
 * RACE: between the look and opening what is there, somebody can put a link in its place. Worst outcome: the file that
 * it points to is written over, with the rights of the login. The engine writes under names of its own making.
 */
async function openNew(store: Store, task: Task, path: string): Promise<Buffer> {
  const place = store.absolute(path);
  const made = await orRefusal(makeFile(task, place));
  if (!(made instanceof Refusal)) return made;
  const found = await lookAt(store, task, path);
  if (found === 'absent') throw await whyNotMadeFile(store, task, { path, answer: made });
  if (found.kind !== 'file') {
    throw new Finding('exists', `a ${found.kind} is there already`, { status: made.status });
  }
  return task.open('changes', (channel, done) => {
    channel.open(place, openFor.truncating, done);
  });
}

/** Exclusively: it neither replaces a file nor follows a link. */
export function makeFile(task: Task, place: string): Promise<Buffer> {
  return task.open('changes', (channel, done) => {
    channel.open(place, 'wx', done);
  });
}

async function whyNotMadeFile(
  store: Store,
  task: Task,
  refused: { readonly path: string; readonly answer: Refusal },
): Promise<Error> {
  return isFinal(refused.answer) ? refused.answer : whyNotMade(store, task, refused);
}

/** A torn file is gone on with only if it is as long as the caller knows. */
async function openTorn(store: Store, task: Task, { path, from }: WriteFacts): Promise<Buffer> {
  const found = await lookAt(store, task, path);
  if (found === 'absent') throw new Finding('not-found', 'there is no torn file');
  if (found.kind !== 'file') throw new Finding('precondition', `it is a ${found.kind}`);
  const { size } = found.stamp;
  if (size !== from) throw new Finding('precondition', `the torn file has ${String(size)} bytes`);
  return task.open('changes', (channel, done) => {
    channel.open(store.absolute(path), openFor.writing, done);
  });
}

interface Pouring extends WriteFacts {
  readonly handle: Buffer;
}

async function pour(store: Store, task: Task, pouring: Pouring): Promise<Stamp> {
  const { source, from, handle } = pouring;
  const window = new Window();
  const chunks = source.open(from)[Symbol.asyncIterator]();
  let at = from;
  try {
    for (;;) {
      const next = await nextOf(chunks, task.signal);
      if (next.done === true) break;
      if (at + next.value.length > source.size) throw wrongSize(source, 'more');
      for (const bytes of piecesOf(next.value)) {
        const place = at;
        at += bytes.length;
        await window.add(
          task.change((channel, done) => {
            channel.write(handle, bytes, 0, bytes.length, place, done);
          }),
        );
      }
    }
  } finally {
    // Not awaited: a source that never answers must not hold the write.
    void Promise.resolve(chunks.return?.()).catch(() => undefined);
  }
  if (at !== source.size) throw wrongSize(source, 'less');
  return finish(store, task, { ...pouring, window });
}

/**
 * The end goes out behind the last bytes, without waiting for them. A server that works on several requests at once may
 * then set the time before it writes: what it told last is compared, and the time set once more.
 */
async function finish(
  store: Store,
  task: Task,
  { path, source, handle, window }: Pouring & { readonly window: Window },
): Promise<Stamp> {
  const { modified } = source;
  const seconds = modified === undefined || !store.setsTimes ? undefined : secondsOf(modified);
  const asking = task.ask.bind(task);
  const dated =
    seconds === undefined
      ? undefined
      : task.change((channel, done) => {
          channel.fsetstat(handle, timesOf(seconds), done);
        });
  const synced = task.connection.offers('fsync@openssh.com')
    ? asking<unknown>((channel, done) => {
        channel.ext_openssh_fsync(handle, done);
      })
    : undefined;
  const told = asking<Stats>((channel, done) => {
    channel.fstat(handle, done);
  });
  const closed = task.close(handle);
  const [, , , attributes] = await Promise.all([window.empty(), dated, synced, told, closed]);
  const entry = entryOf(attributes);
  if (entry !== undefined && isAsWanted(entry, source.size, seconds)) return entry.stamp;
  if (seconds !== undefined) {
    await task.change((channel, done) => {
      channel.setstat(store.absolute(path), timesOf(seconds), done);
    });
  }
  const found = await lookAt(store, task, path);
  const size = found === 'absent' ? undefined : found.stamp.size;
  if (found !== 'absent' && size === source.size) return found.stamp;
  throw new Finding(
    'corrupt',
    `the server has ${String(size ?? 'none')} of ${String(source.size)} bytes`,
  );
}

function isAsWanted({ stamp }: StoreEntry, size: number, seconds: number | undefined): boolean {
  return stamp.size === size && (seconds === undefined || stamp.modified === seconds * 1000);
}

/** SERVER: OpenSSH gives no reason when its disk is full. And what it says of a handle is not about a file's absence. */
async function whyNotWritten(
  store: Store,
  task: Task,
  { error, size }: { readonly error: unknown; readonly size: number },
): Promise<unknown> {
  if (!(error instanceof Refusal) || isFinal(error)) return error;
  const { status } = error;
  const free = await freeBytes(store, task).catch(() => undefined);
  if (free !== undefined && free < size) {
    return new Finding('no-space', `only ${String(free)} bytes are free`, { status });
  }
  return plain(error);
}

function wrongSize(source: Source, how: 'less' | 'more'): Finding {
  const message = `the source gave ${how} than the ${String(source.size)} bytes it stated`;
  return new Finding('corrupt', message);
}

/** The source's next bytes. Its failure says nothing about the store. */
async function nextOf(
  chunks: AsyncIterator<Uint8Array>,
  signal: AbortSignal,
): Promise<IteratorResult<Uint8Array>> {
  try {
    return await orAborted(chunks.next(), signal);
  } catch (cause) {
    throw new Finding('corrupt', 'the source failed', { cause });
  }
}

/** Parts of equal size that fit into one request each. */
function* piecesOf(bytes: Uint8Array): Iterable<Buffer> {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const size = Math.ceil(bytes.length / Math.max(1, Math.ceil(bytes.length / pieceBytes)));
  for (let at = 0; at < whole.length; at += size) yield whole.subarray(at, at + size);
}

/** Requests on their way, so many at most. */
class Window {
  readonly #waiting: Promise<unknown>[] = [];

  /** Waits for the oldest when there are too many. Its failure is thrown here or by {@link Window.empty}. */
  async add(request: Promise<unknown>): Promise<void> {
    request.catch(() => undefined);
    this.#waiting.push(request);
    if (this.#waiting.length > transferWindow) await this.#waiting.shift();
  }

  async empty(): Promise<void> {
    await Promise.all(this.#waiting.splice(0));
  }
}
