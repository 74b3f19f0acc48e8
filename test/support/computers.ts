/**
 * Computers in memory over one store in memory, with the real engine: for what needs a few rounds and no server. Each sync
 * is a run of the program of its own.
 */
import { openFolder } from '../../src/core/engine/folder.ts';
import type { Limits } from '../../src/core/engine/limits.ts';
import type {
  Folder,
  FolderParts,
  FolderSettings,
  SyncReport,
} from '../../src/core/ports/folder.ts';
import type { Clock, Random } from '../../src/core/ports/world.ts';
import { systemClock, systemCodec, systemRandom } from '../../src/host/world.ts';
import type { FakeDisk, FakeDiskOptions } from '../../src/testkit/fake-disk.ts';
import { createFakeDisk } from '../../src/testkit/fake-disk.ts';
import type { MemoryProfile } from '../../src/testkit/memory-profile.ts';
import { createMemoryState } from '../../src/testkit/memory-state.ts';
import { MemoryStore } from '../../src/testkit/memory-store.ts';
import { openMemoryTransport } from '../../src/testkit/memory-transport.ts';
import type { MemoryTransportOptions } from '../../src/testkit/memory-transport.ts';

export interface Computer {
  readonly disk: FakeDisk;
  readonly user: FakeDisk['user'];
  /** A run of the program. */
  open(): Folder;
  sync(): Promise<SyncReport>;
}

export interface ComputerOptions {
  readonly disk?: FakeDiskOptions;
  readonly settings?: Partial<FolderSettings>;
  readonly profile?: Partial<MemoryProfile>;
  /** Faults around its operations on the store. */
  readonly gates?: Omit<MemoryTransportOptions, 'profile'>;
  readonly limits?: Partial<Limits>;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly onEvent?: FolderParts['onEvent'];
}

export function createStore(): MemoryStore {
  return new MemoryStore();
}

export function computer(
  store: MemoryStore,
  name: string,
  options: ComputerOptions = {},
): Computer {
  const { settings = {}, profile = {}, limits = {} } = options;
  const { clock = systemClock, random = systemRandom } = options;
  const disk = createFakeDisk(options.disk);
  const state = createMemoryState();
  const open = (): Folder =>
    openFolder(
      {
        settings: { ...SETTINGS, client: name, machine: `machine-${name}`, ...settings },
        transport: openMemoryTransport(store, { ...options.gates, profile }),
        local: disk.connect(options.disk?.gate ?? (() => undefined)),
        state,
        clock,
        random,
        codec: systemCodec,
        log: () => undefined,
        onEvent: options.onEvent ?? (() => undefined),
      },
      limits,
    );
  const sync = () => open().sync({ signal: new AbortController().signal });
  return { disk, user: disk.user, open, sync };
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
