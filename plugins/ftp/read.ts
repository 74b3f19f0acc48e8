/**
 * Reading files: to their end or an error. Sizes are compared with what the server says, because the end of a data connection
 * looks the same whether the file is over or the line was cut.
 */
import type { Content, StoreEntry, TransportError } from '../../src/plugin-api.ts';
import { isFinal } from './change.ts';
import type { Connection } from './connection.ts';
import { Finding, Refusal } from './failures.ts';
import { kindOf, type Reply } from './replies.ts';
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
