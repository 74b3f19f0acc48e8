/**
 * The past of a folder, as the program asks for it: what was at a path, bringing it back, and taking the last round back.
 */
import type { LocalTree } from './local-tree.ts';

/** Where the content of a version can be had: the store's tree, its history, or nowhere on the store any more. */
export type Kept = 'current' | 'history' | 'gone';

/** One thing that happened to a path. */
export interface PastVersion {
  /** 1 is the oldest that is known. Undefined: there was nothing from then on, or only a directory. */
  readonly number?: number;
  /** The name that the content had then. */
  readonly path: string;
  /** When it reached the store, milliseconds since 1970, by the store's clock. Undefined: before the records begin. */
  readonly at?: number;
  /** Readable name of the computer. */
  readonly by: string;
  readonly what: 'first' | 'changed' | 'same content' | 'deleted' | 'moved here' | 'moved away';
  /** For moves: the other name. */
  readonly other?: string;
  readonly kind?: 'file' | 'link' | 'directory';
  /** SHA-256, hex, of a file. */
  readonly digest?: string;
  /** Bytes. */
  readonly size?: number;
  /** Seconds since 1970. */
  readonly mtime?: number;
  readonly executable?: boolean;
  readonly isCurrent: boolean;
  readonly kept?: Kept;
  /** Where the content is, relative to the folder's place on the store. */
  readonly place?: string;
}

/** A path below a directory, and the last thing that happened to it. */
export interface PastPath {
  readonly path: string;
  readonly exists: boolean;
  readonly versions: number;
  readonly last: PastVersion;
}

export interface PathHistory {
  readonly path: string;
  /** Oldest first; empty when nothing is known of the path itself. */
  readonly versions: readonly PastVersion[];
  /** For a directory: what was below it, in the order of paths. */
  readonly below: readonly PastPath[];
}

/** Somewhere to put files: the folder, or a place outside. What is there already is never replaced without `expected`. */
export type RestoreTarget = Pick<
  LocalTree,
  'stage' | 'discard' | 'place' | 'placeLink' | 'makeDirectory'
>;

export interface VersionsOptions {
  readonly signal: AbortSignal;
  /** A file or directory; `''`: the whole folder. */
  readonly path: string;
}

export interface RestoreOptions {
  readonly signal: AbortSignal;
  /** A file or directory; `''`: the whole folder. */
  readonly path: string;
  /** As it was then, milliseconds since 1970. */
  readonly at?: number;
  /** {@link PastVersion.number} */
  readonly version?: number;
  /** Another place than its own; nothing there is replaced. `path` is relative to the target; no target: to the folder. */
  readonly to?: { readonly path: string; readonly target?: RestoreTarget };
  readonly dryRun?: boolean;
}

export interface UndoOptions {
  readonly signal: AbortSignal;
  readonly dryRun?: boolean;
  /** Only what the last round did to this computer's folder, or only what it sent. */
  readonly only?: 'here' | 'sent';
}

/** What was done to a path, or with `dryRun` would be. */
export interface Back {
  readonly did: 'put back' | 'replaced' | 'removed' | 'moved back' | 'time or mode set';
  readonly path: string;
  /** For a move: where it was. */
  readonly from?: string;
}

/** A path that stays as it is. */
export interface Left {
  readonly path: string;
  readonly why:
    | 'never synced'
    | 'changed since'
    | 'in the way'
    | 'content gone'
    | 'conflict'
    | 'new here'
    | 'failed';
  readonly message?: string;
}

/** Why nothing was done at all. */
export type Refusal =
  /** Nothing is known of this path. */
  | { readonly why: 'unknown path' }
  /** It was not there at that time; it was later, from `from` on. */
  | { readonly why: 'not there then'; readonly from?: number }
  | { readonly why: 'no such version'; readonly versions: number }
  /** Nothing older than what is there now is known. */
  | { readonly why: 'nothing older' }
  /** For a directory a time is needed; `before`: just before the last thing that happened in it. */
  | { readonly why: 'time needed'; readonly before?: number }
  | { readonly why: 'nothing to undo' };

export interface BackReport {
  readonly done: readonly Back[];
  readonly left: readonly Left[];
  readonly refused?: Refusal;
  readonly halt?: { readonly reason: string; readonly message: string };
  /** For {@link RestoreOptions.at}-less requests: which version it was. */
  readonly version?: PastVersion;
  /** For an undo: what is taken back, and when that was by this computer's clock. */
  readonly undone?: { readonly what: 'sync' | 'restore' | 'undo'; readonly at: number };
}
