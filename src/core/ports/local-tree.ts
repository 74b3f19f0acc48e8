/**
 * The local copy of a folder, as the engine sees it. Implemented by `src/host` on a real disk and by `src/testkit` in memory.
 *
 * Promises: nothing outside the root is touched and no symlink is followed; a user's file is replaced, renamed or removed
 * only while it still is what the caller saw (`expected`), and then it goes to the trash, never away; what is put in place
 * appears whole or not at all. `.ownsync` and `.ownsync-*` at the root, and temporary names (`.ownsync-tmp-*`) anywhere, never
 * show in a scan; `.ownsyncignore` is an ordinary file and does.
 */
import type { Source } from './transport.ts';

/** What a stat tells of one path: the fingerprint by which a later look knows that nothing changed. */
export type LocalStat =
  | {
      readonly kind: 'file';
      readonly size: number;
      /** Milliseconds since 1970, fractions as the disk has them. */
      readonly mtime: number;
      readonly ctime: number;
      /** Device and inode. */
      readonly id: string;
      readonly executable: boolean;
    }
  | { readonly kind: 'directory'; readonly id: string }
  | { readonly kind: 'link'; readonly target: string; readonly mtime: number; readonly id: string };

export interface LocalProblem {
  readonly path: string;
  /** `special`: FIFO, socket, device. `name`: not UTF-8, or not representable. */
  readonly kind: 'special' | 'unreadable' | 'name';
  readonly message: string;
}

export interface LocalScan {
  /** Every path below the root that is not ignored, parents before children. */
  readonly entries: ReadonlyMap<string, LocalStat>;
  readonly problems: readonly LocalProblem[];
  /** Directories that hold ignored things: not empty, though nothing in them is synced. */
  readonly untracked: ReadonlySet<string>;
}

export interface LocalFacts {
  readonly caseSensitive: boolean;
  /** What the disk makes of names: keeps them, or normalises to NFD or NFC. */
  readonly unicode: 'as-given' | 'nfc' | 'nfd';
  readonly nameBytes: number;
  /** False: the disk shows all files as executable, or none (exFAT, many shares, Windows); the engine does not ask it then. */
  readonly keepsExecutable: boolean;
}

/** `missing`: no directory there; `unmarked`: there, but not the folder that was synced before. */
export type RootState = 'ok' | 'missing' | 'unmarked';

export interface StagedFile {
  readonly token: string;
  readonly digest: string;
  readonly size: number;
}

/** A content that is known by its digest before it comes, so that what a cut left of it is worth keeping. */
export interface Wanted {
  /** SHA-256 in hex. */
  readonly digest: string;
  /** So many bytes of what was kept are its beginning; `content` goes on after them. */
  readonly from: number;
}

/** What an operation on a user's path came to. `changed`: the path is no longer what was expected; nothing was done. */
export type LocalOutcome = 'done' | 'changed';

export interface LocalTree {
  readonly facts: LocalFacts;
  /** Looks for the marker; `folderId` undefined: none is expected yet (first round). */
  rootState(folderId: string | undefined): Promise<RootState>;
  /** Writes the marker with the folder's id. Called once, at the first join. */
  mark(folderId: string): Promise<void>;
  scan(
    ignored: (path: string, isDirectory: boolean) => boolean,
    signal: AbortSignal,
  ): Promise<LocalScan>;
  /** Undefined: nothing there (or a parent that is no directory). */
  stat(path: string): Promise<LocalStat | undefined>;
  /** SHA-256 in hex of a file; `changed` when it is not, or did not stay, what `expected` says. */
  digest(path: string, expected: LocalStat): Promise<string | 'changed'>;
  /** Content for an upload; iterating fails if the file changes meanwhile. */
  source(path: string, expected: LocalStat): Source;
  /** Small text file at the root (`.ownsyncignore`); undefined if absent. */
  readText(path: string): Promise<string | undefined>;
  /**
   * Writes a temporary file on the root's disk, flushed, never visible to a scan. Fails with LocalError `no-space` on a full disk.
   * With `wanted`, what has come when `content` fails is kept for a later call, in this run or another; the digest told is that
   * of the whole, kept beginning included, and may be another than the wanted one.
   */
  stage(
    content: AsyncIterable<Uint8Array>,
    signal: AbortSignal,
    wanted?: Wanted,
  ): Promise<StagedFile>;
  /** Bytes that are kept of a content whose staging was cut; 0: none. */
  kept(digest: string): Promise<number>;
  /** Drops what is kept of all other contents. */
  dropKept(wanted: ReadonlySet<string>): Promise<void>;
  /** Drops a staged file that is not wanted after all. */
  discard(staged: StagedFile): Promise<void>;
  /**
   * Puts a staged file at `path`. `expected`: what is there now (undefined: nothing). Makes missing parents.
   * `mtime` in seconds since 1970. Returns the new stat.
   */
  place(
    staged: StagedFile,
    path: string,
    expected: LocalStat | undefined,
    metadata: { readonly mtime: number; readonly executable: boolean },
  ): Promise<LocalStat | 'changed'>;
  placeLink(
    path: string,
    target: string,
    expected: LocalStat | undefined,
  ): Promise<LocalStat | 'changed'>;
  /** Existing directory is success; a file in the way is `changed`. Makes missing parents. */
  makeDirectory(path: string): Promise<LocalOutcome>;
  /** Within the root, never onto something that exists. Makes missing parents of `to`. Case-only renames work. */
  rename(from: string, to: string, expected: LocalStat): Promise<LocalOutcome>;
  /** A file or link goes to the trash. */
  remove(path: string, expected: LocalStat): Promise<LocalOutcome>;
  /** Only if nothing, not even something ignored, is in it; then `done`, else `changed`. Missing is `done`. */
  removeDirectory(path: string): Promise<LocalOutcome>;
  setMetadata(
    path: string,
    expected: LocalStat,
    metadata: { readonly mtime: number; readonly executable: boolean },
  ): Promise<LocalStat | 'changed'>;
  /**
   * Removes temporary files of rounds that were interrupted, except what is kept for a later one, and trash older than the
   * retention (milliseconds). `trashSize`: of the rest, the oldest first, what is more than so many bytes.
   */
  sweep(trashRetention: number, trashSize?: number): Promise<void>;
  /** What was at `path` with this content (SHA-256, hex), from the trash; undefined: not there. */
  trashed(path: string, digest: string): Promise<Source | undefined>;
}

export type LocalErrorKind = 'no-space' | 'denied' | 'invalid-name' | 'missing-root' | 'unknown';

/** The one error that leaves a LocalTree. */
export class LocalError extends Error {
  readonly kind: LocalErrorKind;
  readonly path: string | undefined;

  constructor(message: string, facts: { kind: LocalErrorKind; path?: string; cause?: unknown }) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.name = 'LocalError';
    this.kind = facts.kind;
    this.path = facts.path;
  }
}
