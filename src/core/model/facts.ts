/**
 * What reconciling knows of one path: its four inputs (ancestor, local, master's versions, sighting) and what it decides.
 */
import type { Entry, Key } from './entry.ts';
import type { Dot, Version } from './version.ts';

/** What this client last held at a path, and the dots it stands for. */
export interface Ancestor {
  readonly key: Key;
  readonly dots: readonly Dot[];
  /** Metadata last held; absent for directories. */
  readonly mtime?: number;
  readonly executable?: boolean;
  /** What the versions ask for, where this computer's disk made something else of it (no executable bit, coarse times). */
  readonly asked?: Asked;
}

export interface Asked {
  readonly mtime: number;
  readonly executable: boolean;
}

export interface PathFacts {
  readonly path: string;
  readonly ancestor: Ancestor | undefined;
  /** What the scan found; for a file with its digest. */
  readonly local: Entry | undefined;
  /** Recorded versions, and the implied directory. */
  readonly versions: readonly Version[];
  /** What the store was last seen to hold. */
  readonly sighted: Key | undefined;
  /** This round's survey proved that the store holds nothing here. */
  readonly absent: boolean;
  /** Made by this client, or by a former self of it, and not waited for. */
  readonly isOwn: (dot: Dot) => boolean;
  /** This version's content is already kept under its conflict name. */
  readonly isSaved: (version: Version) => boolean;
  /** For a local directory: nothing synced is in it, and nothing ignored either. */
  readonly emptyHere: boolean;
  /** For a local directory: it has local content that is not what its ancestors say. */
  readonly hasNews: boolean;
  /** For a local file or link: versions below this path that the client has not held. */
  readonly unseenBelow: boolean;
  /** For an empty local directory that others see only by what is in it: all of that was deleted here. */
  readonly emptiedHere: boolean;
}

/**
 * One thing to do about a path. `record`, `hold` and `forget` only change records; the rest touches the local folder or the
 * store and records afterwards.
 */
export type Step =
  /** Publish: these versions are replaced by `entry` (null: by nothing). */
  | { readonly do: 'record'; readonly replaces: readonly Dot[]; readonly entry: Entry | null }
  /** The local content stands for these versions. */
  | { readonly do: 'hold'; readonly ancestor: Ancestor }
  | { readonly do: 'forget' }
  /** Make the store hold the local entry, replacing `over`. `repair`: nothing new, the store lost it. */
  | {
      readonly do: 'upload';
      readonly entry: Entry;
      readonly over: readonly Dot[];
      readonly repair: boolean;
    }
  /** The local path is gone, replacing `over`; the store's file follows. */
  | { readonly do: 'delete-on-store'; readonly over: readonly Dot[] }
  | { readonly do: 'download'; readonly version: Version; readonly dots: readonly Dot[] }
  /** Fetch a sibling to its conflict name; the ancestor then stands for `dots` but for no content. */
  | { readonly do: 'fetch-beside'; readonly version: Version; readonly dots: readonly Dot[] }
  /** The local file goes to its conflict name, and what it stood for is replaced by nothing. */
  | { readonly do: 'step-aside'; readonly entry: Entry; readonly over: readonly Dot[] }
  | { readonly do: 'delete-here' }
  /** Same content, other metadata: set it on the local file. */
  | { readonly do: 'set-metadata'; readonly entry: Entry; readonly dots: readonly Dot[] };
