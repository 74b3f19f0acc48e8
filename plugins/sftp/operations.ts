/**
 * The contract's operations over one store: each is put into its frame and handed over to the file that its name
 * suggests. Holds no protocol of its own.
 */
import type {
  BatchOperation,
  Capabilities,
  Stamp,
  StoreEntry,
  Transport,
} from '../../src/plugin-api.ts';
import { batch } from './batch.ts';
import { stepsOf, type Value } from './change.ts';
import { copy } from './copy.ts';
import { list } from './entries.ts';
import { read } from './read.ts';
import { freeBytes } from './space.ts';
import type { Store } from './store.ts';
import type { OperationFacts } from './task.ts';
import { write, type WriteFacts } from './write.ts';

export function transportOf(
  store: Store,
  capabilities: Capabilities,
  about: NonNullable<Transport['about']>,
): Transport {
  const facts = (operation: string, path: string, signal: AbortSignal): OperationFacts => ({
    ...{ operation, path, signal },
  });
  const small = async (one: BatchOperation, signal: AbortSignal): Promise<Value> => {
    const path = one.operation === 'rename' ? one.from : one.path;
    return store.run(facts(one.operation, path, signal), async (task) => {
      const { check, act } = stepsOf(store, task, one);
      await check();
      return act();
    });
  };
  const change = async (one: BatchOperation, signal: AbortSignal): Promise<void> => {
    await small(one, signal);
  };
  const put = (operation: string, what: WriteFacts, signal: AbortSignal): Promise<Stamp> =>
    store.run(facts(operation, what.path, signal), (task) => write(store, task, what));
  return {
    capabilities,
    list: (path, signal) => store.run(facts('list', path, signal), (t) => list(store, t, path)),
    look: async (path, signal) =>
      (await small({ operation: 'look', path }, signal)) as StoreEntry | 'absent',
    read: (path, from, signal) => read(store, facts('read', path, signal), from),
    write: (path, source, signal) => put('write', { path, source, from: 0 }, signal),
    resume: (path, source, from, signal) => put('resume', { path, source, from }, signal),
    rename: (from, to, signal) => change({ operation: 'rename', from, to }, signal),
    remove: (path, signal) => change({ operation: 'remove', path }, signal),
    removeDirectory: (path, signal) => change({ operation: 'removeDirectory', path }, signal),
    makeDirectory: (path, signal) => change({ operation: 'makeDirectory', path }, signal),
    ...(capabilities.modified === 'set' && {
      setModified: (path, modified, signal) =>
        change({ operation: 'setModified', path, modified }, signal),
    }),
    ...(capabilities.copy && {
      copy: (from, to, signal) =>
        store.run(facts('copy', from, signal), (task) => copy(store, task, { from, to })),
    }),
    batch: (operations, signal) => batch(store, operations, signal),
    space: (signal) => store.run(facts('space', '', signal), (task) => freeBytes(store, task)),
    about,
    close: () => store.close(),
  };
}
