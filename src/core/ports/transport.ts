/**
 * The transport contract: what a plugin carries out on one store, truthfully.
 *
 * The engine decides names, order, staging, setting aside, placing, leases, retries and limits. A plugin does single
 * operations and translates errors. It never invents names, retries, sleeps, logs secrets, or keeps state between runs.
 * Paths are relative to the store's root, `/`-separated, already validated (no empty, `.` or `..` parts, no NUL);
 * `""` is the root. Every operation takes an AbortSignal, which also carries the engine's deadline.
 */

/** What identifies the content stored at a path without reading it. A part that is missing is unknown. */
export interface Stamp {
  /** Bytes. */
  readonly size?: number;
  /** Milliseconds since 1970, UTC, as exact as {@link Stamp.precision} says. */
  readonly modified?: number;
  /** How exact `modified` is, in milliseconds (1000: whole seconds, 60000: whole minutes). Default 1000. */
  readonly precision?: number;
  /** The store's opaque mark, without the quotes; weak ones keep their `W/`. */
  readonly etag?: string;
  /** The store's id of the file (device and inode, file id): survives a rename, differs after a replacement. */
  readonly id?: string;
  /** The store's own checksum of a file's content, with its algorithm (`SHA1:…`): two that differ mean two contents. */
  readonly checksum?: string;
}

export type StoreKind = 'file' | 'directory' | 'link' | 'other';

export interface StoreEntry {
  readonly kind: StoreKind;
  readonly stamp: Stamp;
}

export interface ListedEntry extends StoreEntry {
  /** One path segment, never `.` or `..`. */
  readonly name: string;
}

export interface Listing {
  readonly entries: readonly ListedEntry[];
  /** False when the server said, or it can be told, that entries are missing, or a line was not understood. */
  readonly complete: boolean;
  /** The listed directory's own mark, told in the same answer, before its entries were read; see {@link Capabilities.wholeTree}. */
  readonly etag?: string;
}

/** Content to be written: re-openable at an offset, of a known size. */
export interface Source {
  /** Bytes, exactly. A source that yields another number fails the write with kind `corrupt`. */
  readonly size: number;
  /** Wanted modification time, milliseconds since 1970. */
  readonly modified?: number;
  open(from: number): AsyncIterable<Uint8Array>;
}

export interface Content {
  /** Ending before the stored size is an error of the iteration, never a short end. */
  readonly stream: AsyncIterable<Uint8Array>;
  readonly stamp: Stamp;
}

export type TargetRule = 'refuses' | 'replaces' | 'unknown';

/** Facts about one connected store, fixed when `open` resolves. Unknown means the weakest value. */
export interface Capabilities {
  /** How many operations may be under way at once. */
  readonly parallel: number;
  readonly resume: boolean;
  /** What a rename does to a target that exists. For directories: a non-empty one. */
  readonly renameOnto: { readonly file: TargetRule; readonly directory: TargetRule };
  /**
   * A rename refuses a target that was there when it began, with kind `exists` or `not-empty`, whatever `renameOnto` says: only
   * racers may replace one another. An empty directory may give way to a directory.
   */
  readonly refusesTaken?: boolean;
  /**
   * `removeDirectory` looks whether the directory is empty and then removes it with whatever came into it meanwhile, since the
   * protocol has no other way. The engine renames such a directory to where nobody else writes before. Default false.
   */
  readonly looksThenRemoves?: boolean;
  readonly copy: boolean;
  /** `set`: the store keeps the modification time a write asks for; `read`: it only tells its own. */
  readonly modified: 'none' | 'read' | 'set';
  /** Milliseconds. */
  readonly modifiedPrecision: number;
  readonly etag: 'none' | 'weak' | 'strong';
  readonly ids: boolean;
  /**
   * `etags`: a directory's stamp and listing may carry an etag. It changes with every change anywhere below (names, content,
   * times), is new at the latest when the operation that changed it is answered, never before it can be listed, and never
   * comes back: while it is the same, so is everything below. Where that is not so for one directory, it tells none.
   */
  readonly wholeTree?: 'none' | 'etags';
  readonly caseSensitive: boolean;
  readonly unicode: 'as-given' | 'nfc' | 'nfd';
  /** Longest name in bytes of UTF-8. */
  readonly nameBytes: number;
}

export type TransportErrorKind =
  | 'unreachable'
  | 'busy'
  | 'auth'
  | 'denied'
  | 'not-found'
  | 'precondition'
  | 'exists'
  | 'not-empty'
  | 'no-space'
  | 'invalid-name'
  | 'unsupported'
  | 'corrupt'
  | 'cancelled'
  | 'unknown';

export interface TransportErrorFacts {
  readonly kind: TransportErrorKind;
  /** The contract's operation: `list`, `write`, `open`… */
  readonly operation: string;
  readonly path?: string;
  /** `unknown`: the operation may have taken effect; the engine looks before it repeats. Default `not-done`. */
  readonly outcome?: 'not-done' | 'unknown';
  /** The server's own words, secrets removed. */
  readonly serverSaid?: string;
  /** With `busy`: milliseconds the server asks to wait before the next try. */
  readonly retryAfter?: number;
  readonly cause?: unknown;
}

/** The one error that leaves a plugin. */
export class TransportError extends Error {
  readonly kind: TransportErrorKind;
  readonly operation: string;
  readonly path: string | undefined;
  readonly outcome: 'not-done' | 'unknown';
  readonly serverSaid: string | undefined;
  readonly retryAfter: number | undefined;

  constructor(message: string, facts: TransportErrorFacts) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.name = 'TransportError';
    this.kind = facts.kind;
    this.operation = facts.operation;
    this.path = facts.path;
    this.outcome = facts.outcome ?? 'not-done';
    this.serverSaid = facts.serverSaid;
    this.retryAfter = facts.retryAfter;
  }
}

/** One entry of a {@link Transport.batch}. */
export type BatchOperation =
  | { readonly operation: 'look'; readonly path: string }
  | { readonly operation: 'rename'; readonly from: string; readonly to: string }
  | { readonly operation: 'remove'; readonly path: string }
  | { readonly operation: 'removeDirectory'; readonly path: string }
  | { readonly operation: 'makeDirectory'; readonly path: string }
  | { readonly operation: 'setModified'; readonly path: string; readonly modified: number };

/** `value` is the looked-at entry for `look`, `undefined` for the rest. */
export type BatchResult =
  | { readonly ok: true; readonly value: StoreEntry | 'absent' | undefined }
  | { readonly ok: false; readonly error: TransportError };

/** One thing that a plugin found out about its server by itself. */
export interface StoreFact {
  /** Short, for a table: `listing`, `time dialect`. */
  readonly name: string;
  readonly value: string;
  /** Which of the plugin's ways this chooses, in a few words. */
  readonly drives: string;
}

/** What a plugin can tell of its server, for people and for `ownsync doctor`. */
export interface AboutStore {
  /** Product and version as the server tells them. Once this changes, what was measured before is measured again. */
  readonly identity: string;
  readonly facts: readonly StoreFact[];
}

export interface Transport {
  readonly capabilities: Capabilities;
  /** Direct children. A missing directory is `not-found`, proven. */
  list(path: string, signal: AbortSignal): Promise<Listing>;
  /** `absent` only when the server clearly says so; otherwise an error. */
  look(path: string, signal: AbortSignal): Promise<StoreEntry | 'absent'>;
  /** Reads from byte `from` on. A missing file is `not-found`. */
  read(path: string, from: number, signal: AbortSignal): Promise<Content>;
  /**
   * Writes in place under exactly this name; its parent exists (else `not-found`). Success: whole, size checked, time set if
   * `modified: set`. Failure: nothing or a torn file under that name, which is the engine's to resume or sweep.
   */
  write(path: string, source: Source, signal: AbortSignal): Promise<Stamp>;
  /** Goes on with a torn file of known size `from`; present if `capabilities.resume`. */
  resume?(path: string, source: Source, from: number, signal: AbortSignal): Promise<Stamp>;
  /** File or directory. Missing source: `not-found`. Existing target: see `renameOnto`. */
  rename(from: string, to: string, signal: AbortSignal): Promise<void>;
  /** A file. Missing is success. */
  remove(path: string, signal: AbortSignal): Promise<void>;
  /** Only if empty, else `not-empty`. Missing is success. */
  removeDirectory(path: string, signal: AbortSignal): Promise<void>;
  /**
   * A directory with all that is in it, in one request; missing is success. Optional: only where the protocol has it. It is
   * used for directories of ownsync's own alone.
   */
  removeTree?(path: string, signal: AbortSignal): Promise<void>;
  /** Its parent exists (else `not-found`). Existing is success and says nothing about who made it. */
  makeDirectory(path: string, signal: AbortSignal): Promise<void>;
  /** Sets a file's time, milliseconds since 1970; present if `capabilities.modified` is `set`. */
  setModified?(path: string, modified: number, signal: AbortSignal): Promise<void>;
  /** On the server, without replacing; present if `capabilities.copy`. */
  copy?(from: string, to: string, signal: AbortSignal): Promise<void>;
  /** Many small operations in as few round trips as the protocol allows; one result each, in order. */
  batch?(
    operations: readonly BatchOperation[],
    signal: AbortSignal,
  ): Promise<readonly BatchResult[]>;
  /**
   * Why nothing can be stored under this path, as far as its names alone tell; undefined: nothing is known against it. The
   * operations refuse it with `invalid-name` too. Optional.
   */
  refuses?(path: string): string | undefined;
  /** Bytes free, if the store tells. */
  space?(signal: AbortSignal): Promise<number | undefined>;
  /**
   * Asks nothing that takes long. With `scratch`, a directory of the doctor's that holds `inner/file`, also what shows only by trying
   * there; it is left as it was.
   */
  about?(signal: AbortSignal, scratch?: string): Promise<AboutStore>;
  /** May be called twice; leaves no socket, timer or mount behind. */
  close(): Promise<void>;
}
