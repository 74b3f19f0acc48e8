/** Another program on a store in memory. */
import type { Bench } from '../../src/testkit/index.ts';
import type { MemoryStore } from '../../src/testkit/memory-store.ts';

export function outsideOf(store: MemoryStore): NonNullable<Bench['outside']> {
  return {
    write: async (path, bytes) => {
      store.put(path, bytes);
    },
    read: async (path) => store.bytes(path) ?? new Uint8Array(0),
    names: async (path) => [...store.tree(path).keys()].filter((name) => !name.includes('/')),
    remove: async (path) => {
      store.remove(path);
    },
    link: async (path) => {
      store.putOdd(path, 'link');
    },
  };
}
