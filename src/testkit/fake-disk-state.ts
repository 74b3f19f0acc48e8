/**
 * Everything that a fake disk keeps when the program on it ends. Plain data.
 */
import type { LocalFacts } from '../core/ports/local-tree.ts';
import type { Volume, VolumeNode } from './fake-volume.ts';

/** A file that left its path and is not yet in the trash. */
export interface Aside {
  readonly path: string;
  readonly node: VolumeNode;
  /** The run of the program that is at work on it. */
  readonly owner: object;
  /** With `move`, the content may be nowhere else. */
  readonly purpose: 'replace' | 'move';
}

/** A temporary file, and the run of the program that made it. */
export interface Staged {
  readonly bytes: Uint8Array;
  readonly owner: object;
}

/** What lies in the trash. */
export interface TrashItem {
  readonly path: string;
  /** Milliseconds since 1970, by this disk's clock. */
  readonly since: number;
  readonly node: VolumeNode;
}

/** Everything a disk keeps when the program on it ends. */
export interface DiskState {
  readonly volume: Volume;
  readonly facts: LocalFacts;
  readonly staged: Map<string, Staged>;
  /** Digest of a whole content → what a cut staging of it has kept. */
  readonly kept: Map<string, Uint8Array>;
  trash: TrashItem[];
  asides: Aside[];
  marker: string | undefined;
  /** False: the root directory itself is gone. */
  present: boolean;
  space: number;
  /** Hex. */
  readonly digestOf: (bytes: Uint8Array) => string;
  tokens: number;
}
