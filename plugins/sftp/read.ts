/**
 * Reading files: many requests on their way at once, handed over in order, whole or an error.
 */
import type { Content } from '../../src/plugin-api.ts';
import { lookAt } from './entries.ts';
import { Finding } from './failures.ts';
import type { Store } from './store.ts';
import type { OperationFacts, Task } from './task.ts';
import { checkWay, parentOf } from './way.ts';

/** Requests of one transfer that are on their way at once. */
export const transferWindow = 64;
/** Bytes in one: what ssh2 sends in one piece to servers that do not tell how much they take. */
export const pieceBytes = 31 * 1024;

export async function read(store: Store, facts: OperationFacts, from: number): Promise<Content> {
  const entry = await store.run(facts, async (task) => {
    const [, found] = await Promise.all([
      checkWay(store, task, parentOf(facts.path)),
      lookAt(store, task, facts.path),
    ]);
    if (found === 'absent') throw new Finding('not-found', 'there is no such file');
    // Opening a pipe would hold up the server, and a link would be followed.
    if (found.kind !== 'file') throw new Finding('precondition', `it is a ${found.kind}`);
    return found;
  });
  const { stamp } = entry;
  // Nothing is held before the first byte is asked for, so an unread content costs nothing.
  return { stamp, stream: content(store, facts, { from, size: stamp.size }) };
}

async function* content(
  store: Store,
  facts: OperationFacts,
  { from, size }: { readonly from: number; readonly size: number | undefined },
): AsyncGenerator<Uint8Array, void, undefined> {
  const task = await store.begin(facts);
  try {
    if (size === undefined) throw new Finding('unknown', 'the server does not tell its size');
    if (from > size) throw new Finding('corrupt', `the file has only ${String(size)} bytes`);
    if (from === size) return;
    const handle = await task.open('reads', (channel, done) => {
      channel.open(store.absolute(facts.path), 'r', done);
    });
    const waiting: Promise<Uint8Array>[] = [];
    let asked = from;
    for (let at = from; at < size;) {
      while (waiting.length < transferWindow && asked < size) {
        const length = Math.min(pieceBytes, size - asked);
        waiting.push(piece(task, handle, { at: asked, length }));
        asked += length;
      }
      const bytes = (await waiting.shift()) ?? new Uint8Array(0);
      at += bytes.length;
      yield bytes;
      task.signal.throwIfAborted();
    }
  } catch (error) {
    throw store.toError(error, facts, 0);
  } finally {
    task.end();
  }
}

/** All of a piece: a server may answer with less than was asked for. */
function piece(
  task: Task,
  handle: Buffer,
  { at, length }: { readonly at: number; readonly length: number },
): Promise<Uint8Array> {
  const buffer = Buffer.allocUnsafe(length);
  const fill = async (): Promise<Uint8Array> => {
    for (let done = 0; done < length;) {
      const count = await task.ask<number>((channel, answered) => {
        channel.read(handle, buffer, done, length - done, at + done, answered);
      });
      if (count === 0) throw new Finding('corrupt', `it ended after ${String(at + done)} bytes`);
      done += count;
    }
    return buffer;
  };
  const filling = fill();
  // It may fail while an earlier one is waited for.
  filling.catch(() => undefined);
  return filling;
}
