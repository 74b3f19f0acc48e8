/**
 * Reading and writing files: whole or an error. Sizes are compared with what the server says, because the end of a data
 * connection looks the same whether the file is over or the line was cut.
 */
import type { Content, Source, Stamp, StoreEntry, TransportError } from '../../src/plugin-api.ts';
import { isFinal, plain, refuseMissingParent, timeCommand, verifyTime } from './change.ts';
import type { Connection } from './connection.ts';
import { Finding, Refusal } from './failures.ts';
import { lookAt } from './look.ts';
import { isUnsupported, kindOf, type Reply } from './replies.ts';
import type { OperationFacts, Store } from './store.ts';

type Look = (store: Store, connection: Connection, path: string) => Promise<StoreEntry | 'absent'>;

export async function read(
  store: Store,
  facts: OperationFacts,
  { from, look }: { readonly from: number; readonly look: Look },
): Promise<Content> {
  const entry = await store.run(facts, (connection) => look(store, connection, facts.path));
  const fail = (error: unknown): TransportError => store.toError(error, facts);
  if (entry === 'absent') throw fail(new Finding('not-found', 'there is no such file'));
  if (entry.kind !== 'file') throw fail(new Finding('unknown', `it is a ${entry.kind}`));
  const { stamp } = entry;
  // Nothing is held before the first byte is asked for, so an unread content costs no connection.
  return { stamp, stream: content(store, facts, { from, size: stamp.size, look }) };
}

async function* content(
  store: Store,
  facts: OperationFacts,
  {
    from,
    size,
    look,
  }: { readonly from: number; readonly size: number | undefined; readonly look: Look },
): AsyncGenerator<Uint8Array, void, undefined> {
  const { pool } = store.parts;
  const { signal, path } = facts;
  let connection: Connection | undefined;
  const abort = (): void => {
    connection?.control.destroy(new Error('aborted'));
  };
  try {
    signal.throwIfAborted();
    if (size !== undefined && from >= size) {
      if (from === size) return;
      throw new Finding('corrupt', `the file has only ${String(size)} bytes`);
    }
    connection = await pool.acquire(signal, false);
    signal.addEventListener('abort', abort, { once: true });
    let at = from;
    for await (const chunk of connection.download(store.absolute(path), from)) {
      at += chunk.length;
      yield chunk;
      signal.throwIfAborted();
    }
    if (size !== undefined && at !== size) {
      throw new Finding('corrupt', `${String(at)} bytes came of ${String(size)}`);
    }
  } catch (error) {
    const isGone =
      error instanceof Refusal &&
      connection !== undefined &&
      (await hasGone(store, connection, { path, reply: error.reply, look }));
    const gone = new Finding('not-found', 'it went away meanwhile');
    throw store.toError(isGone ? gone : error, facts);
  } finally {
    signal.removeEventListener('abort', abort);
    if (connection !== undefined) pool.release(connection);
  }
}

/** SERVER: vsftpd says a bare "550 Failed to open file." to a file that was removed after it had been looked at. */
async function hasGone(
  store: Store,
  connection: Connection,
  { path, reply, look }: { readonly path: string; readonly reply: Reply; readonly look: Look },
): Promise<boolean> {
  if (connection.closed || isFinal(reply) || kindOf(reply) !== 'unknown') return false;
  return (await look(store, connection, path).catch(() => undefined)) === 'absent';
}

export interface WriteFacts {
  readonly path: string;
  readonly source: Source;
  readonly from: number;
  readonly signal: AbortSignal;
}

/** Stores a source from an offset on, sets its time and checks its size. */
export async function write(
  store: Store,
  connection: Connection,
  facts: WriteFacts,
): Promise<Stamp> {
  const { path, source, from, signal } = facts;
  if (from > 0) await checkTorn(store, connection, facts);
  const limit = source.size - from;
  const given = { bytes: 0, isOver: false };
  const chunks = counted(source.open(from)[Symbol.asyncIterator](), given);
  let size: number;
  try {
    size = await connection.upload(`STOR ${store.absolute(path)}`, chunks, { from, signal, limit });
  } catch (error) {
    // SERVER: vsftpd over TLS says "426 Failure reading network stream." to a connection that ends without a byte.
    if (given.isOver && given.bytes !== limit) throw wrongSize(given.bytes, source, from);
    if (error instanceof Refusal)
      await refuseWrite(store, connection, { path, reply: error.reply });
    throw error;
  } finally {
    // Not awaited: a source that never answers must not hold the write.
    void Promise.resolve(chunks.return?.()).catch(() => undefined);
  }
  if (size !== limit) throw wrongSize(size, source, from);
  return finished(store, connection, facts);
}

function wrongSize(size: number, source: Source, from: number): Finding {
  const message = `the source gave ${size < source.size - from ? 'less' : 'more'} than the ${String(source.size)} bytes it stated`;
  return new Finding('corrupt', message, { outcome: 'unknown' });
}

/** Remembers what the source gave, whatever the server makes of it. */
function counted(
  chunks: AsyncIterator<Uint8Array>,
  given: { bytes: number; isOver: boolean },
): AsyncIterator<Uint8Array> {
  return {
    next: async () => {
      const result = await chunks.next();
      if (result.done === true) given.isOver = true;
      else given.bytes += result.value.length;
      return result;
    },
    return: async () => (await chunks.return?.()) ?? { done: true, value: undefined },
  };
}

/** Sets the time and reads back what the server has: one look tells size, time and id. */
async function finished(store: Store, connection: Connection, facts: WriteFacts): Promise<Stamp> {
  const { path, source } = facts;
  const { modified } = source;
  const command = modified === undefined ? undefined : timeCommand(store, path, modified);
  if (command !== undefined && modified !== undefined) {
    const reply = await connection.order(command);
    if (reply.code < 300) await verifyTime(store, connection, { path, modified });
  }
  const entry = await lookAt(store, connection, path);
  if (entry === 'absent') {
    const message = 'the server took the file and does not have it under this name';
    throw new Finding('invalid-name', message, { outcome: 'unknown' });
  }
  if (entry.stamp.size !== source.size) {
    const message = `the server has ${String(entry.stamp.size)} of ${String(source.size)} bytes`;
    throw new Finding('corrupt', message, { outcome: 'unknown' });
  }
  return entry.stamp;
}

/** A torn file is gone on with only if it is as long as the caller knows. */
async function checkTorn(
  store: Store,
  connection: Connection,
  { path, from }: WriteFacts,
): Promise<void> {
  const entry = await lookAt(store, connection, path);
  if (entry === 'absent') throw new Finding('not-found', 'there is no torn file');
  if (entry.stamp.size !== from) {
    throw new Finding('precondition', `the torn file has ${String(entry.stamp.size)} bytes`);
  }
}

/** Explains a refused upload; returns when there is nothing better to say. */
async function refuseWrite(
  store: Store,
  connection: Connection,
  { path, reply }: { readonly path: string; readonly reply: Reply },
): Promise<void> {
  if (connection.closed || isFinal(reply) || isUnsupported(reply)) return;
  const entry = await lookAt(store, connection, path);
  if (entry === 'absent') await refuseMissingParent(store, connection, { path, reply });
  else if (entry.kind !== 'file')
    throw new Finding('exists', `a ${entry.kind} is there already`, { reply });
  // SERVER: vsftpd says 553 "Could not create file." for everything; the name was checked before.
  throw reply.code === 553
    ? new Finding('denied', 'the server does not store it', { reply })
    : plain(reply);
}
