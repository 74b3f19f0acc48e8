/** Stores for the doctor: a good one in memory, and the same with something bent. */
import type { Listing, Transport } from '../../src/core/ports/transport.ts';
import { TransportError } from '../../src/core/ports/transport.ts';
import { examine } from '../../src/doctor/examine.ts';
import type { ExamineOptions, Examination } from '../../src/doctor/examine.ts';
import { systemClock, systemRandom } from '../../src/host/world.ts';
import type { MemoryProfile } from '../../src/testkit/memory-profile.ts';
import { MemoryStore } from '../../src/testkit/memory-store.ts';
import { openMemoryTransport } from '../../src/testkit/memory-transport.ts';

export type Bend = (good: Transport, store: MemoryStore) => Partial<Transport>;

export interface World {
  readonly profile?: Partial<MemoryProfile>;
  readonly bend?: Bend;
  /** So many further connections are taken. */
  readonly limit?: number;
}

const GOOD: Partial<MemoryProfile> = { copy: true, batch: true, etag: 'strong' };

export function open(store: MemoryStore, { profile = {}, bend }: World): Transport {
  const good = openMemoryTransport(store, { profile: { ...GOOD, ...profile } });
  return bend === undefined ? good : { ...good, ...bend(good, store) };
}

export async function examined(
  world: World,
  options: Partial<ExamineOptions> = {},
): Promise<{ found: Examination; store: MemoryStore }> {
  const store = new MemoryStore();
  let connections = 0;
  const found = await examine({
    transport: open(store, world),
    connect: () => {
      connections += 1;
      const full = new TransportError('full', { kind: 'busy', operation: 'open' });
      return connections > (world.limit ?? Infinity)
        ? Promise.reject(full)
        : Promise.resolve(open(store, world));
    },
    ...{ clock: systemClock, random: systemRandom, signal: new AbortController().signal },
    ...{ quick: false, rounds: 12, entries: 60 },
    ...options,
  });
  return { found, store };
}

export const refused = (operation: string, path: string): TransportError =>
  new TransportError('not here', { kind: 'invalid-name', operation, path });

/** Refuses names with one of these signs. */
export const without =
  (signs: RegExp): Bend =>
  (good) => {
    const isRefused = (path: string): boolean => signs.test(path.slice(path.lastIndexOf('/') + 1));
    return {
      write: (path, source, signal) =>
        isRefused(path) ? Promise.reject(refused('write', path)) : good.write(path, source, signal),
      rename: (from, to, signal) =>
        isRefused(to) ? Promise.reject(refused('rename', to)) : good.rename(from, to, signal),
    };
  };

export const listing =
  (change: (listing: Listing) => Listing): Bend =>
  (good) => ({ list: async (path, signal) => change(await good.list(path, signal)) });

/** For each question about names a store that does not take them. */
export const withoutNames = {
  'names.blanks': { bend: without(/^ | $/) },
  'names.dots': { bend: without(/\.$/) },
  'names.tilde-and-dash': { bend: without(/^~/) },
  'names.quotes': { bend: without(/"/) },
  'names.brackets': { bend: without(/[*?]/) },
  'names.percent': { bend: without(/%/) },
  'names.backslash': { bend: without(/\\/) },
  'names.signs': { bend: without(/[:<>|]/) },
  'names.device-names': { bend: without(/^con$/i) },
  'names.letters': { bend: without(/[^\0-\u04ff]/) },
} satisfies Readonly<Record<string, World>>;
