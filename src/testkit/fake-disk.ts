/**
 * A local copy of a folder in memory, with the promises of {@link LocalTree}: what a user has is replaced or removed only
 * while it still is what the caller saw, whole or not at all, and then it goes to the trash. Every step passes a gate, so
 * that a test can crash between two of them or let the user in. It must never do in one step what a real disk does in two.
 */
import { createHash } from 'node:crypto';
import type { LocalTree } from '../core/ports/local-tree.ts';
import { createFakeUser, type FakeUser } from './fake-user.ts';
import type { DiskGate } from './fake-disk-session.ts';
import type { DiskState } from './fake-disk-state.ts';
import { connectDisk } from './fake-disk-tree.ts';
import { Volume, type VolumeOptions } from './fake-volume.ts';

export type { DiskGate, DiskPoint } from './fake-disk-session.ts';

export interface FakeDiskOptions extends Partial<VolumeOptions> {
  readonly nameBytes?: number;
  /** Bytes that may still be staged; beyond, `no-space`. Default: no limit. */
  readonly space?: number;
  readonly gate?: DiskGate;
  /** Default: SHA-256, in hex. */
  readonly digestOf?: (bytes: Uint8Array) => string;
}

export interface FakeDisk extends LocalTree {
  readonly user: FakeUser;
  readonly state: DiskState;
  /** The same disk for another run of the program. */
  connect(gate: DiskGate): LocalTree;
  /** Another disk with the same content. `fresh`: as put back from a backup, with new ids and change times. */
  copy(options: { readonly fresh: boolean; readonly now?: () => number }): FakeDisk;
  /** Takes over the content of another disk; ids and change times are new. */
  restore(other: FakeDisk): void;
}

export function createFakeDisk(options: FakeDiskOptions = {}): FakeDisk {
  const volume = new Volume({ now: options.now ?? (() => 1_800_000_000_000), ...options });
  const state: DiskState = {
    volume,
    facts: {
      caseSensitive: options.caseSensitive ?? true,
      unicode: options.unicode ?? 'as-given',
      nameBytes: options.nameBytes ?? 255,
      keepsExecutable: options.showsExecutable === undefined,
    },
    staged: new Map(),
    kept: new Map(),
    trash: [],
    asides: [],
    marker: undefined,
    present: true,
    space: options.space ?? Number.POSITIVE_INFINITY,
    digestOf: options.digestOf ?? sha256,
    tokens: 0,
  };
  return {
    ...connectDisk(state, options.gate ?? (() => undefined)),
    user: createFakeUser(volume),
    state,
    connect: (gate) => connectDisk(state, gate),
    copy({ fresh, now }) {
      const other = createFakeDisk(now === undefined ? options : { ...options, now });
      take(other.state, state, fresh);
      return other;
    },
    restore(other) {
      take(state, other.state, true);
    },
  };
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function take(to: DiskState, from: DiskState, fresh: boolean): void {
  to.volume.copyFrom(from.volume, fresh);
  to.marker = from.marker;
  to.trash = [...from.trash];
  to.asides = [];
  to.tokens = Math.max(to.tokens, from.tokens);
  to.kept.clear();
  for (const [digest, bytes] of from.kept) to.kept.set(digest, bytes);
  to.staged.clear();
  for (const [token, file] of from.staged) to.staged.set(token, file);
}
