/** What the server tells about its disk, where it offers that. */
import type { Store } from './store.ts';
import type { Task } from './task.ts';

export interface DiskFacts {
  readonly free: number;
  /** Longest name in bytes. */
  readonly longestName: number | undefined;
}

export async function diskFacts(store: Store, task: Task): Promise<DiskFacts | undefined> {
  if (!task.connection.offers('statvfs@openssh.com')) return undefined;
  const told = await task.ask<unknown>((channel, done) => {
    channel.ext_openssh_statvfs(store.absolute(''), done);
  });
  const facts = (told ?? {}) as Readonly<Record<string, unknown>>;
  const [blocks, size] = [Number(facts['f_bavail']), Number(facts['f_frsize'])];
  const longest = Number(facts['f_namemax']);
  const free = Math.min(blocks * size, Number.MAX_SAFE_INTEGER);
  if (!(free >= 0)) return undefined;
  return { free, longestName: longest > 0 ? longest : undefined };
}

export async function freeBytes(store: Store, task: Task): Promise<number | undefined> {
  return (await diskFacts(store, task))?.free;
}
