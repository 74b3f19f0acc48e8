/**
 * The engine's face towards the program: what a folder is told, what it reports. The command line and the page see only this.
 */
import type {
  BackReport,
  PathHistory,
  RestoreOptions,
  UndoOptions,
  VersionsOptions,
} from './history.ts';
import type { LocalTree } from './local-tree.ts';
import type { VerifyOptions, VerifyReport } from './verify.ts';
import type { StateStore } from './state-store.ts';
import type { Transport } from './transport.ts';
import type { Clock, Codec, Log, Random } from './world.ts';

export interface FolderSettings {
  readonly name: string;
  /** Readable name of this computer, for conflict copies and `clients/`. */
  readonly client: string;
  /** Identifies machine, state folder's path and inode: if it differs from the last run's, the state was copied. */
  readonly machine: string;
  /** True for a path that the user's rules exclude. `extra` holds the lines of the folder's own `.ownsyncignore`. */
  readonly ignored: (extra: string) => (path: string, isDirectory: boolean) => boolean;
  /** Lines of a `.ownsyncignore` that cannot be followed and are left out. Absent: none. */
  readonly unusableRules?: (extra: string) => readonly string[];
  readonly rounds: 'relaxed' | 'strict';
  /** What a deletion by another program on the store means. */
  readonly deletedOnStore: 'follow' | 'restore';
  /** How long another program's file must stand still, milliseconds. */
  readonly settle: number;
  /** How long replaced and deleted files are kept, milliseconds. */
  readonly retention: number;
  /** Of these at most so many bytes, in the trash here and in the history on the store; the oldest go first. Undefined: any. */
  readonly historySize?: number | undefined;
  /** A client whose `clients/` file is younger is live, milliseconds. */
  readonly liveFor: number;
  /** In strict rounds: nobody's upload is waited for longer than this before a download, milliseconds. 0: do not wait. */
  readonly strictWait: number;
  /** The store's root is served to the web: deny it with a `.htaccess`. */
  readonly webRoot: boolean;
}

export interface FolderParts {
  readonly settings: FolderSettings;
  /** Rooted at the folder's place on the store. */
  readonly transport: Transport;
  readonly local: LocalTree;
  readonly state: StateStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly codec: Codec;
  readonly log: Log;
  readonly onEvent: (event: FolderEvent) => void;
}

/** What was done to one path, as a person would tell it. `here`: on this computer; `store`: on the store. */
export type Deed =
  | 'uploaded'
  | 'downloaded'
  | 'deleted-here'
  | 'deleted-on-store'
  | 'moved-here'
  | 'moved-on-store'
  | 'conflict-copy'
  | 'metadata'
  | 'repaired'
  | 'adopted';

/** Nothing done yet, to count from. */
export function noDeeds(): Record<Deed, number> {
  return {
    uploaded: 0,
    downloaded: 0,
    'deleted-here': 0,
    'deleted-on-store': 0,
    'moved-here': 0,
    'moved-on-store': 0,
    'conflict-copy': 0,
    metadata: 0,
    repaired: 0,
    adopted: 0,
  };
}

export type FolderEvent =
  | {
      readonly type: 'phase';
      readonly phase: 'scan' | 'survey' | 'compare' | 'upload' | 'place' | 'download' | 'finish';
    }
  /** Progress of the running phase; `total` in the same unit. */
  | {
      readonly type: 'progress';
      readonly unit: 'files' | 'bytes';
      readonly done: number;
      readonly total: number;
    }
  | { readonly type: 'done'; readonly deed: Deed; readonly path: string; readonly from?: string }
  | { readonly type: 'problem'; readonly problem: PathProblem }
  | { readonly type: 'waiting'; readonly reason: string; readonly milliseconds: number };

/** Trouble with one path; the rest goes on. The message says what failed, why, and what happens next. */
export interface PathProblem {
  readonly path: string;
  readonly kind:
    | 'special'
    | 'unreadable'
    | 'name'
    | 'case-clash'
    | 'unicode-clash'
    | 'denied'
    | 'no-space'
    | 'corrupt'
    | 'busy'
    | 'not-on-store'
    | 'settling'
    | 'other';
  readonly message: string;
}

/** One question to a person: paths held back by the guard, all by the same client. */
export interface Held {
  readonly id: string;
  /** Readable name of the client whose changes these are; this client's own name for local ones. */
  readonly origin: string;
  /** `come-back`: the store shows again what these paths held before, as after a backup was put back. */
  readonly action:
    'delete-here' | 'delete-on-store' | 'replace-here' | 'replace-on-store' | 'come-back';
  readonly paths: readonly string[];
  /** With `come-back`, where it can be told: the store is as it was at about this time, milliseconds since 1970. */
  readonly setBackTo?: number;
}

/** Why a folder as a whole does not go on until a person decides. */
export type Halt =
  | 'local-root-missing'
  | 'local-root-unmarked'
  | 'store-emptied'
  | 'other-folder-on-store'
  | 'format-too-new';

/** What {@link Folder.rejoin} did. */
export type Rejoined =
  /** Both sides are the ones that were synced before. */
  | 'nothing-to-do'
  /** The next sync unites the local directory with the folder on the store, as a newcomer's. */
  | 'local-folder'
  /** The next sync unites the local directory with the other folder that is on the store now. */
  | 'other-folder'
  /** The folder was made on the store again; the next sync uploads what is here. */
  | 'store-again'
  /** Only a newer program can. */
  | 'format-too-new';

export interface SyncReport {
  readonly rounds: number;
  /** True only when every known path is equal here and on the store, or listed below with a reason. */
  readonly inSync: boolean;
  readonly done: Readonly<Record<Deed, number>>;
  /** Conflict copies made in this run. */
  readonly conflicts: readonly string[];
  readonly problems: readonly PathProblem[];
  readonly held: readonly Held[];
  readonly halt?: { readonly reason: Halt; readonly message: string };
  /** With `dryRun`: what would be done. */
  readonly plan?: readonly { readonly deed: Deed; readonly path: string; readonly from?: string }[];
  /** With `wait`: live clients that do not hold everything yet. Empty when all do. */
  readonly missingClients?: readonly string[];
}

export interface FolderStatus {
  readonly folderId: string | undefined;
  readonly clientId: string;
  readonly files: number;
  readonly lastRound: number | undefined;
  readonly problems: readonly PathProblem[];
  readonly held: readonly Held[];
  /** The last sync did not begin; why. */
  readonly halt?: { readonly reason: Halt; readonly message: string };
  readonly clients: readonly {
    readonly id: string;
    readonly name: string;
    readonly lastSeen: number;
    readonly upToDate: boolean;
  }[];
}

export interface SyncOptions {
  readonly signal: AbortSignal;
  readonly dryRun?: boolean;
  /** Milliseconds to wait until all live clients hold everything. */
  readonly wait?: number;
}

export interface Folder {
  /**
   * Rounds until one leaves nothing to do (at most 5). Rejects with TransportError or LocalError when the folder as a whole
   * cannot be worked on; nothing is lost then and the next call goes on.
   */
  sync(options: SyncOptions): Promise<SyncReport>;
  /** From the local state alone; no store is asked. */
  status(): FolderStatus;
  /**
   * Lets held paths go on at the next sync. `which`: ids of questions, or whose changes they are by name or id; none: all.
   * Returns how many paths were released.
   */
  accept(which?: readonly string[]): number;
  /** The other answer: at the next sync everything is as it was before these changes. As {@link Folder.accept}. */
  restoreHeld(which?: readonly string[]): number;
  /** The way on from a halt; deletes nothing. Rejects with TransportError or LocalError. */
  rejoin(options: { readonly signal: AbortSignal }): Promise<Rejoined>;
  /** What the store tells of a path; nothing is written anywhere. Rejects with TransportError. */
  versions(options: VersionsOptions): Promise<PathHistory>;
  /**
   * Puts back what was at a path, as an ordinary edit that the next sync spreads. Rejects with TransportError or LocalError;
   * the same call again goes on with the rest.
   */
  restore(options: RestoreOptions): Promise<BackReport>;
  /**
   * Syncs, then compares records, store and this disk, and syncs again if something has to be put right. Rejects with
   * TransportError or LocalError.
   */
  verify(options: VerifyOptions): Promise<VerifyReport>;
  /** Takes back what the last sync, restore or undo on this computer did, in the same way. */
  undo(options: UndoOptions): Promise<BackReport>;
}

/** Opens a folder over its parts: `src/core/engine/folder.ts` exports it as `openFolder`. */
export type OpenFolder = (parts: FolderParts) => Folder;
