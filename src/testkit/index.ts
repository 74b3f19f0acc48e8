/**
 * The door `ownsync/testkit` for authors of transport plugins. It re-exports and holds nothing of its own;
 * the program itself must never import it.
 */
export { MemoryStore, type MemorySnapshot } from './memory-store.ts';
export { openMemoryTransport, type Gate, type MemoryTransportOptions } from './memory-transport.ts';
export type { MemoryProfile } from './memory-profile.ts';
