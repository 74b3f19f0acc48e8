/**
 * Computers in memory over one store in memory, with the real engine: for what needs a few rounds and no server. Each sync
 * is a run of the program of its own.
 */
import { openFolder } from '../../src/core/engine/folder.ts';
import type { FolderSettings, SyncReport } from '../../src/core/ports/folder.ts';
import { systemClock, systemCodec, systemRandom } from '../../src/host/world.ts';
import type { FakeDisk, FakeDiskOptions } from '../../src/testkit/fake-disk.ts';
import { createFakeDisk } from '../../src/testkit/fake-disk.ts';
import type { MemoryProfile } from '../../src/testkit/memory-profile.ts';
import { createMemoryState } from '../../src/testkit/memory-state.ts';
import { MemoryStore } from '../../src/testkit/memory-store.ts';
import { openMemoryTransport } from '../../src/testkit/memory-transport.ts';

export interface Computer {
  readonly disk: FakeDisk;
  readonly user: FakeDisk['user'];
  sync(): Promise<SyncReport>;
}

export interface ComputerOptions {
  readonly disk?: FakeDiskOptions;
  readonly settings?: Partial<FolderSettings>;
  readonly profile?: Partial<MemoryProfile>;
}

export function createStore(): MemoryStore {
  return new MemoryStore();
}

export function computer(
  store: MemoryStore,
  name: string,
  { disk: diskOptions = {}, settings = {}, profile = {} }: ComputerOptions = {},
): Computer {
  const disk = createFakeDisk(diskOptions);
  const state = createMemoryState();
  return {
    disk,
    user: disk.user,
    sync: () =>
      openFolder({
        settings: { ...SETTINGS, client: name, machine: `machine-${name}`, ...settings },
        transport: openMemoryTransport(store, { profile }),
        local: disk,
        state,
        clock: systemClock,
        random: systemRandom,
        codec: systemCodec,
        log: () => undefined,
        onEvent: () => undefined,
      }).sync({ signal: new AbortController().signal }),
  };
}

const DAY = 24 * 60 * 60 * 1000;

const SETTINGS: FolderSettings = {
  name: 'documents',
  client: '',
  machine: '',
  ignored: () => () => false,
  rounds: 'relaxed',
  deletedOnStore: 'follow',
  settle: 0,
  retention: 30 * DAY,
  liveFor: DAY,
  strictWait: 0,
  webRoot: false,
};
