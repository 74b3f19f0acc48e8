/**
 * A client's memory of one folder. All of it is in memory while a folder is open; `commit` makes what changed durable, all
 * or nothing. ORDER: whoever calls it does so after the disk or store operation that the change describes, never before.
 */
import type { GuardedAction } from '../decide/guard.ts';
import { applyChange } from '../decide/merge.ts';
import type { Done } from '../decide/take-back.ts';
import type { ClientFile } from '../format/small-files.ts';
import type { Entry, Key } from '../model/entry.ts';
import { DIRECTORY_KEY, keyOf, storedTimeOf } from '../model/entry.ts';
import type { Ancestor } from '../model/facts.ts';
import { Master } from '../model/master.ts';
import type { Change, Dot, Version } from '../model/version.ts';
import { clientOf, makeDot } from '../model/version.ts';
import type { StateStore } from '../ports/state-store.ts';
import type { ListedEntry, Stamp } from '../ports/transport.ts';
import type { Part, Transaction } from './transaction.ts';
import { Table } from './table.ts';

/** A whole listing, and the etag that the directory had before it was read. */
export interface Remembered {
  readonly etag: string;
  readonly entries: readonly ListedEntry[];
}

/** What the store was last seen to hold at a path. */
export interface Sighting {
  readonly key: Key;
  readonly stamp: Stamp;
  /** Taken from an announced version by size and time; not read yet. */
  readonly unread?: true;
  /** A survey has listed it since it was placed or fetched: only then may its absence be a deletion. */
  readonly listed?: true;
}

/** What the store showed before, and of which content. */
export type PastStamp = Stamp & { readonly key?: Key };

/** A file's digest with the fingerprint it was computed for. */
export interface Indexed {
  readonly size: number;
  readonly mtime: number;
  readonly ctime: number;
  readonly id: string;
  readonly digest: string;
  /** Modified within two seconds of its hashing: hashed again next time. */
  readonly racy?: true;
}

export interface Identity {
  readonly client: string;
  /** Number of the last change, published or not. */
  readonly n: number;
  /** Number of the last sealed segment, and its text's digest. */
  readonly k: number;
  readonly previous: string;
  readonly machine: string;
  /** Earlier ids of this client → what each had published when it was given up. */
  readonly former: Readonly<Record<string, number>>;
}

export interface Sealed {
  readonly k: number;
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** A client file as it was last read. */
export interface KnownClient extends ClientFile {
  readonly stamp: Stamp;
}

export interface HeldPath {
  /** Also `send-back`: the answer to what came back on the store and shall not. */
  readonly action: GuardedAction | 'send-back';
  readonly origin: string;
  readonly key: Key;
  /** What the store showed where something came back: not read again while it shows that. */
  readonly shown?: { readonly stamp: Stamp; readonly size: number };
}

/** When, and by whom. */
export interface DoneDeed {
  readonly at: number;
  readonly action: GuardedAction;
  readonly origin: string;
}

/** What one run did to a path. */
export interface DeedRow extends Done {
  readonly path: string;
  readonly run: number;
}

const PAST_STAMPS = 8;
const OLD_KEYS = 16;

export class FolderState {
  readonly master = new Master();
  readonly ancestors = new Table<Ancestor>('ancestor');
  readonly sightings = new Table<Sighting>('sighting');
  readonly index = new Table<Indexed>('index');
  /** Content that a path held before. */
  readonly old = new Table<readonly Key[]>('old');
  /** Stamps that a path had before, sighted or recorded, newest last: none of them may be given to other content. */
  readonly past = new Table<readonly PastStamp[]>('past');
  readonly seen = new Table<number>('seen');
  /** Client → number of its last applied segment. */
  readonly segments = new Table<number>('segments');
  /** Segment name → numbers of its first and last change, of those read or written. */
  readonly segmentEnds = new Table<readonly [number, number]>('segment-end');
  /** Master's name → what it has seen, of those merged. */
  readonly masters = new Table<Record<string, number>>('masters');
  readonly outbox = new Table<Change>('outbox');
  readonly held = new Table<HeldPath>('held');
  readonly accepted = new Table<HeldPath>('accepted');
  /** Guarded deeds of the last hour that were let through. */
  readonly window = new Table<DoneDeed>('window');
  /** Path → who deleted it, until that is done here. */
  readonly goneBy = new Table<string>('gone-by');
  /** Versions that may be nowhere any more: see lost.ts → the round since which they are waited for. */
  readonly waits = new Table<number>('waits');
  /** Name of its file → client, as last read. */
  readonly clients = new Table<KnownClient>('clients');
  /** Names below `staging/` that this client made, and has not swept. */
  readonly staged = new Table<true>('staged');
  /** Path → the large file that is on its way there. */
  readonly parts = new Table<Part>('part');
  /** What the last run did, for whoever wants it undone: see undo-deeds.ts. */
  readonly deeds = new Table<DeedRow>('deed');
  /** Path → round in which its content on the store was last read back. */
  readonly verified = new Table<number>('verified');
  /** Path → content that the store should hold, and does not. */
  readonly damaged = new Table<{ readonly expected: Key; readonly found: Key }>('damaged');
  /** Directory → its listing, where its etag tells whether that still holds. */
  readonly listings = new Table<Remembered>('listing');
  readonly meta = new Table<unknown>('meta');
  readonly #master = new Table<readonly Version[]>('master');
  readonly #all: readonly Table<unknown>[];
  readonly #store: StateStore;

  constructor(store: StateStore) {
    this.#store = store;
    this.#all = this.#tables();
    const tables = new Map(this.#all.map((table) => [table.name, table]));
    for (const row of store.load()) {
      tables.get(row.table)?.load(row.key, row.value);
    }
    for (const [path, versions] of this.#master.entries()) {
      this.master.set(path, versions);
    }
  }

  commit(): void {
    const writes = this.#all.flatMap((table) => table.takeWrites());
    if (writes.length > 0) {
      this.#store.commit(writes);
    }
  }

  get identity(): Identity {
    return this.meta.get('identity') as Identity;
  }

  set identity(identity: Identity) {
    this.meta.set('identity', identity);
  }

  get folder(): string | undefined {
    return this.meta.get('folder') as string | undefined;
  }

  /** A master that proves nothing yet: written into a store that may have been set back just before. */
  get unproven(): string | undefined {
    return this.meta.get('unproven') as string | undefined;
  }

  set unproven(name: string | undefined) {
    this.#setOrDelete('unproven', name);
  }

  get sealed(): Sealed | undefined {
    return this.meta.get('sealed') as Sealed | undefined;
  }

  set sealed(sealed: Sealed | undefined) {
    this.#setOrDelete('sealed', sealed);
  }

  get transaction(): Transaction | undefined {
    return this.meta.get('transaction') as Transaction | undefined;
  }

  set transaction(transaction: Transaction | undefined) {
    this.#setOrDelete('transaction', transaction);
  }

  get round(): number {
    return (this.meta.get('round') as number | undefined) ?? 0;
  }

  seenByClient(): Record<string, number> {
    return Object.fromEntries(this.seen.entries());
  }

  /** What is merged, own unpublished changes included. */
  seenWithOwn(): Record<string, number> {
    const { client, n } = this.identity;
    return { ...this.seenByClient(), [client]: n };
  }

  /** As if this client had never been: it joins as a newcomer. Not committed yet. */
  forgetAll(): void {
    for (const path of [...this.master.paths()]) {
      this.setVersions(path, []);
    }
    for (const table of this.#tables()) {
      table.clear();
    }
  }

  setVersions(path: string, versions: readonly Version[]): void {
    this.master.set(path, versions);
    if (versions.length > 0) {
      this.#master.set(path, versions);
    } else {
      this.#master.delete(path);
    }
  }

  /** Merges a change, own or another's, and remembers what the path held before. */
  apply(change: Change): void {
    const { dropped } = applyChange(this.master, change);
    this.setVersions(change.path, this.master.recorded(change.path));
    this.rememberOld(change.path, dropped);
    if (change.entry === null) {
      this.goneBy.set(change.path, clientOf(change.dot));
    } else {
      this.goneBy.delete(change.path);
    }
  }

  rememberOld(path: string, dropped: readonly Version[]): void {
    const keys = dropped.filter((v) => v.entry.kind !== 'directory').map((v) => keyOf(v.entry));
    if (keys.length > 0) {
      const before = this.old.get(path) ?? [];
      this.old.set(path, [...new Set([...before, ...keys])].slice(-OLD_KEYS));
      const files = dropped.map((v) => v.entry).filter((entry) => entry.kind === 'file');
      this.rememberStamps(
        path,
        files.map((entry) => ({
          size: entry.size,
          modified: storedTimeOf(entry),
          key: entry.digest,
        })),
      );
    }
  }

  /** Records a change of this client: merged at once, published with the next segment. Returns its dot. */
  record(change: Omit<Change, 'dot' | 'by'>, by: string): Dot {
    const n = this.identity.n + 1;
    this.identity = { ...this.identity, n };
    const was = this.master.recorded(change.path).filter((v) => change.replaces.includes(v.dot));
    const past = was.length === 0 ? {} : { was };
    const made: Change = { ...change, ...past, dot: makeDot(this.identity.client, n), by };
    this.apply(made);
    this.outbox.set(String(n).padStart(15, '0'), made);
    return made.dot;
  }

  outboxChanges(): Change[] {
    return [...this.outbox.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, c]) => c);
  }

  /** The ancestor for content that is here, standing for all versions that hold it. */
  hold(path: string, entry: Entry, ancestor: Omit<Ancestor, 'dots'>): void {
    const key = keyOf(entry);
    const dots = this.master
      .versions(path)
      .filter((v) => keyOf(v.entry) === key)
      .map((v) => v.dot);
    this.ancestors.set(path, { ...ancestor, dots });
  }

  see(path: string, sighting: Sighting): void {
    this.#remember(path);
    this.sightings.set(path, sighting);
  }

  /** The store holds nothing here any more; what it held may still come back. */
  unsee(path: string): void {
    this.#remember(path);
    this.sightings.delete(path);
  }

  #remember(path: string): void {
    const before = this.sightings.get(path);
    if (before !== undefined && before.key !== DIRECTORY_KEY) {
      // One that was never read may have shown other content.
      const { stamp, key, unread } = before;
      this.rememberStamps(path, [unread === true ? stamp : { ...stamp, key }]);
    }
  }

  rememberStamps(path: string, stamps: readonly PastStamp[]): void {
    this.past.set(path, [...(this.past.get(path) ?? []), ...stamps].slice(-PAST_STAMPS));
  }

  #setOrDelete(key: string, value: unknown): void {
    if (value === undefined) {
      this.meta.delete(key);
    } else {
      this.meta.set(key, value);
    }
  }

  #tables(): Table<unknown>[] {
    return [
      this.ancestors,
      this.sightings,
      this.index,
      this.old,
      this.past,
      this.seen,
      this.segments,
      this.segmentEnds,
      this.masters,
      this.outbox,
      this.held,
      this.accepted,
      this.window,
      this.goneBy,
      this.waits,
      this.clients,
      this.listings,
      this.staged,
      this.parts,
      this.deeds,
      this.verified,
      this.damaged,
      this.meta,
      this.#master,
    ] as Table<unknown>[];
  }
}
