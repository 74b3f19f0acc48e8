/**
 * The contract's operations over one store: each checks odd names and hands over to the file that its name suggests.
 * Holds no protocol of its own.
 */
import type { Capabilities, Listing, Stamp, StoreEntry, Transport } from '../../src/plugin-api.ts';
import { batch } from './batch.ts';
import { makeDirectory, remove, removeDirectory, rename } from './change.ts';
import type { Connection } from './connection.ts';
import { Finding } from './failures.ts';
import { lookAt } from './look.ts';
import { vouchFor, vouchForNew, vouchForPresent } from './names.ts';
import { read } from './read.ts';
import type { OperationFacts, Store } from './store.ts';
import { setModified } from './times.ts';
import { write, type WriteFacts } from './transfer.ts';
import { listWhole } from './whole.ts';
import { remember } from './witness.ts';

export function transportOf(
  store: Store,
  capabilities: Capabilities,
  about: NonNullable<Transport['about']>,
): Transport {
  const facts = (operation: string, path: string, signal: AbortSignal): OperationFacts => ({
    ...{ operation, path, signal, reads: ['list', 'look', 'read'].includes(operation) },
  });
  const transport: Transport = {
    capabilities,
    list: (path, signal) => store.run(facts('list', path, signal), (c) => list(store, c, path)),
    look: (path, signal) => store.run(facts('look', path, signal), (c) => look(store, c, path)),
    read: (path, from, signal) => read(store, facts('read', path, signal), { from, look }),
    write: (path, source, signal) =>
      store.run(facts('write', path, signal), (c) =>
        put(store, c, { path, source, from: 0, signal }),
      ),
    rename: (from, to, signal) =>
      store.run(facts('rename', from, signal), async (c) => {
        store.checkPath(to);
        await vouchForPresent(store, c, from);
        if (from !== to) await vouchForNew(store, c, to);
        await rename(store, c, { from, to });
        remember(store.witnesses, { operation: 'rename', from, to });
      }),
    remove: (path, signal) =>
      store.run(facts('remove', path, signal), async (c) => {
        if (!(await gone(store, c, path))) await remove(store, c, path);
        store.witnesses.gone(path);
      }),
    removeDirectory: (path, signal) =>
      store.run(facts('removeDirectory', path, signal), async (c) => {
        if (!(await gone(store, c, path))) await removeDirectory(store, c, path);
        store.witnesses.gone(path);
      }),
    makeDirectory: (path, signal) =>
      store.run(facts('makeDirectory', path, signal), (c) => make(store, c, path)),
    about,
    close: () => store.parts.pool.close(),
  };
  if (capabilities.renameOnto.directory === 'refuses') {
    // Servers that are not like the measured ones may mind several commands in one write.
    transport.batch = (operations, signal) => batch(store, transport, { operations, signal });
  }
  if (capabilities.modified === 'set') {
    transport.setModified = (path, modified, signal) =>
      store.run(facts('setModified', path, signal), async (c) => {
        await vouchForPresent(store, c, path);
        await setModified(store, c, { path, modified });
      });
  }
  if (capabilities.resume) {
    transport.resume = (path, source, from, signal) =>
      store.run(facts('resume', path, signal), (c) =>
        put(store, c, { path, source, from, signal }),
      );
  }
  return transport;
}

async function list(store: Store, connection: Connection, path: string): Promise<Listing> {
  await vouchForPresent(store, connection, path);
  return listWhole(store, connection, path);
}

async function look(
  store: Store,
  connection: Connection,
  path: string,
): Promise<StoreEntry | 'absent'> {
  const absent = await gone(store, connection, path);
  return absent ? 'absent' : lookAt(store, connection, path);
}

async function put(store: Store, connection: Connection, facts: WriteFacts): Promise<Stamp> {
  if (facts.from === 0) await vouchForNew(store, connection, facts.path);
  else await vouchForPresent(store, connection, facts.path);
  return write(store, connection, facts);
}

async function gone(store: Store, connection: Connection, path: string): Promise<boolean> {
  return (await vouchFor(store, connection, { path, use: 'reads' })) === 'absent';
}

async function make(store: Store, connection: Connection, path: string): Promise<void> {
  // What is there under an odd name must not be made once more: the server may make another one.
  if ((await vouchFor(store, connection, { path, use: 'reads' })) === 'present') {
    const found = await lookAt(store, connection, path);
    if (found !== 'absent' && found.kind === 'directory') return;
    throw new Finding('exists', 'something else is there already');
  }
  await vouchForNew(store, connection, path);
  await makeDirectory(store, connection, path);
  store.witnesses.found(path);
}
