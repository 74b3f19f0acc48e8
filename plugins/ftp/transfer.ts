/**
 * Writing files: whole or an error. Sizes are compared with what the server says, because the end of a data connection looks
 * the same whether the file is over or the line was cut.
 */
import type { Source, Stamp } from '../../src/plugin-api.ts';
import { isFinal, plain, refuseMissingParent } from './change.ts';
import type { Connection } from './connection.ts';
import { Finding, Refusal } from './failures.ts';
import { lookAt } from './look.ts';
import { isOverwriteRefusal, isUnsupported, kindOf, type Reply } from './replies.ts';
import type { Store } from './store.ts';
import { checkTime, timeCommand } from './times.ts';

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
  if (facts.from > 0) await checkTorn(store, connection, facts);
  const limit = facts.source.size - facts.from;
  const outcome = await upload(store, connection, facts);
  if (outcome instanceof Refusal) {
    await refuseWrite(store, connection, { path: facts.path, reply: outcome.reply });
    throw outcome;
  }
  if (outcome === 'protected') return writeAnew(store, connection, facts);
  if (outcome !== limit) throw wrongSize(outcome, facts.source, facts.from);
  return finished(store, connection, facts);
}

/**
 * SERVER: ProFTPD with `AllowOverwrite off`, which is what it does unless told otherwise, stores onto no file that exists.
 * The name is one of the engine's own, with a torn file or none that anybody needs; a crash after the removal leaves nothing
 * there, as a write may.
 */
async function writeAnew(store: Store, connection: Connection, facts: WriteFacts): Promise<Stamp> {
  await connection.order(`DELE ${store.absolute(facts.path)}`);
  const whole = { ...facts, from: 0 };
  const outcome = await upload(store, connection, whole);
  if (outcome === 'protected') throw new Finding('exists', 'somebody else wrote it meanwhile');
  if (outcome instanceof Refusal) throw outcome;
  if (outcome !== whole.source.size) throw wrongSize(outcome, whole.source, 0);
  return finished(store, connection, whole);
}

/** Bytes that the source had; `protected`: the server takes nothing over a file that is there. */
async function upload(
  store: Store,
  connection: Connection,
  { path, source, from, signal }: WriteFacts,
): Promise<number | 'protected' | Refusal> {
  const limit = source.size - from;
  const given = { bytes: 0, isOver: false };
  const chunks = counted(source.open(from)[Symbol.asyncIterator](), given);
  try {
    const command = `STOR ${store.absolute(path)}`;
    return await connection.upload(command, chunks, { from, signal, limit });
  } catch (error) {
    // A source that gave too little explains more than what the server says about it.
    if (given.isOver && given.bytes !== limit) throw wrongSize(given.bytes, source, from);
    if (!(error instanceof Refusal)) throw error;
    if (given.bytes > 0 && kindOf(error.reply) === 'unreachable') throw brokenOff(error);
    return given.bytes === 0 && isOverwriteRefusal(error.reply) ? 'protected' : error;
  } finally {
    // Not awaited: a source that never answers must not hold the write.
    void Promise.resolve(chunks.return?.()).catch(() => undefined);
  }
}

/** Once bytes were taken the file is torn: whoever repeats it may go on after them. */
function brokenOff({ message, reply }: Refusal): Finding {
  const why = `the server broke it off: ${message}`;
  return new Finding('unreachable', why, { reply, outcome: 'unknown' });
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
  const isSet = command !== undefined && (await connection.order(command)).code < 300;
  const stamp = await stored(store, connection, facts);
  if (!isSet || modified === undefined || stamp.modified === undefined) return stamp;
  const wanted = { path, modified, told: stamp.modified };
  return (await checkTime(store, connection, wanted)) ? stored(store, connection, facts) : stamp;
}

async function stored(
  store: Store,
  connection: Connection,
  { path, source }: WriteFacts,
): Promise<Stamp> {
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
