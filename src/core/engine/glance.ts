/**
 * What one look at the root tells of everything below it, on stores where a directory's etag rises with every change in it:
 * a directory whose etag is the one remembered holds what is remembered, and is not asked again. On all other stores every
 * question is asked.
 *
 * ORDER: etags tell how things were when they were told. The first change that this client makes itself, and every question
 * that has to be asked after another one (`forget`), ends what was told before. Nothing is placed, replaced or believed gone
 * by memory: whoever does that asks the store, and looks.
 */
import { compareStamps } from '../model/stamp.ts';
import { byPath, isReserved, join, nameOf, parentOf } from '../model/path.ts';
import type { ListedEntry, Listing } from '../ports/transport.ts';
import { OWN } from './layout.ts';
import type { FolderState, Remembered } from './state.ts';
import { isKind } from './store-io.ts';
import type { StoreIo } from './store-io.ts';

/** A small file, and the stamp that it was listed with before it was read. */
interface KeptText {
  readonly stamp: ListedEntry['stamp'];
  readonly text: string;
}

export class Glance {
  readonly #store: StoreIo;
  readonly #state: FolderState;
  readonly #isOn: boolean;
  /** Directory → its etag, as told since the last change of this client. */
  readonly #told = new Map<string, string>();
  #root: Listing | undefined;
  /** The store's count of changes when that was told. */
  #at = 0;
  /** Among the user's files, something was not as remembered, or was asked. */
  #hasNews = true;

  constructor(store: StoreIo, state: FolderState) {
    this.#store = store;
    this.#state = state;
    this.#isOn = store.capabilities.wholeTree === 'etags';
  }

  /** Looks at the root, and at the directory of ours if something changed there. `thorough`: nothing is remembered. */
  async begin({ thorough }: { readonly thorough: boolean }): Promise<void> {
    if (!this.#isOn) {
      return;
    }
    if (thorough) {
      this.#state.listings.clear();
    }
    this.forget();
    const before = this.#state.listings.get('');
    this.#root = await this.#ask('');
    this.#hasNews = before === undefined || usersFiles(before) !== usersFiles(this.#root);
    await this.#renewOwn();
  }

  /** What was told counts no longer: from here on the store is asked. */
  forget(): void {
    this.#told.clear();
    this.#root = undefined;
    this.#at = this.#store.changes;
  }

  /** Memory, if it still holds; never asks. */
  known(path: string): Listing | undefined {
    if (this.#isPast()) {
      this.forget();
    }
    const told = this.#told.get(path);
    const remembered = this.#state.listings.get(path);
    if (told === undefined || remembered?.etag !== told) {
      return undefined;
    }
    this.#tell(path, remembered.entries);
    return { entries: remembered.entries, complete: true };
  }

  /** Of a directory: as it is now, or as it was at the earliest when the round began. */
  async list(path: string): Promise<Listing> {
    const known = this.known(path);
    if (known !== undefined) {
      return known;
    }
    if (path === '' && this.#root !== undefined) {
      return this.#root;
    }
    this.#hasNews ||= !isOwn(path);
    return this.#ask(path);
  }

  /** A directory of ours, made anew if a store that was set back lacks it. */
  async listOwn(path: string): Promise<Listing> {
    try {
      return await this.list(path);
    } catch (error) {
      if (!isKind(error, 'not-found')) {
        throw error;
      }
      await this.#store.makeDirectory(path);
      return this.list(path);
    }
  }

  /**
   * After the user's files were listed, before anything of ours is read: what is told of ours from here on is not older
   * than any of those listings.
   */
  async afterTree(): Promise<void> {
    if (!this.#isOn || !this.#hasNews || this.#isPast()) {
      return;
    }
    this.#told.delete(OWN);
    for (const path of [...this.#told.keys()].filter(isOwn)) {
      this.#told.delete(path);
    }
    await this.#renewOwn(true);
  }

  /** A small file of ours that is written once. Undefined: proven missing. */
  async readText(path: string, limit: number): Promise<string | undefined> {
    const listed = this.known(parentOf(path))?.entries.find(({ name }) => name === nameOf(path));
    const kept = this.#state.meta.get(`text ${path}`) as KeptText | undefined;
    const isKept = listed !== undefined && kept !== undefined;
    if (isKept && compareStamps(kept.stamp, listed.stamp) === 'same') {
      return kept.text;
    }
    const text = await this.#store.readTextIfThere(path, limit);
    if (text !== undefined && listed !== undefined) {
      this.#state.meta.set(`text ${path}`, { stamp: listed.stamp, text } satisfies KeptText);
    }
    return text;
  }

  /** This client has changed the store since. */
  #isPast(): boolean {
    return this.#store.changes !== this.#at;
  }

  async #renewOwn(always = false): Promise<void> {
    const isThere = this.#root?.entries.some(({ name }) => name === OWN) === true;
    if (!isThere || (!always && this.known(OWN) !== undefined)) {
      return;
    }
    try {
      await this.#ask(OWN);
    } catch (error) {
      if (!isKind(error, 'not-found')) {
        throw error;
      }
    }
  }

  async #ask(path: string): Promise<Listing> {
    const at = this.#store.changes;
    const listing = await this.#store.list(path);
    if (!this.#isOn) {
      return listing;
    }
    const { entries, etag, complete } = listing;
    if (etag !== undefined && complete) {
      this.#remember(path, { etag, entries });
    } else {
      this.#state.listings.delete(path);
    }
    if (at === this.#store.changes && at === this.#at) {
      this.#tell(path, entries);
    }
    return listing;
  }

  #tell(path: string, entries: readonly ListedEntry[]): void {
    for (const { name, kind, stamp } of entries) {
      const below = join(path, name);
      if (kind !== 'directory' || stamp.etag === undefined) {
        this.#told.delete(below);
      } else {
        this.#told.set(below, stamp.etag);
      }
    }
  }

  #remember(path: string, listing: Remembered): void {
    const { listings } = this.#state;
    const before = listings.get(path);
    if (before?.etag === listing.etag) {
      return;
    }
    const there = new Set(listing.entries.map(({ name }) => name));
    for (const { name, kind } of before?.entries ?? []) {
      if (kind === 'directory' && !there.has(name)) {
        this.#forgetBelow(join(path, name));
      }
    }
    listings.set(path, listing);
  }

  #forgetBelow(path: string): void {
    const remembered = this.#state.listings.get(path);
    this.#state.listings.delete(path);
    for (const { name, kind } of remembered?.entries ?? []) {
      if (kind === 'directory') {
        this.#forgetBelow(join(path, name));
      }
    }
  }
}

function isOwn(path: string): boolean {
  return path !== '' && isReserved(path);
}

/** What the root itself shows of the user's files; directories have etags of their own. */
function usersFiles({ entries }: Pick<Listing, 'entries'>): string {
  const users = entries.filter(({ name }) => !isReserved(name));
  const shown = users
    .sort((a, b) => byPath(a.name, b.name))
    .map(({ name, kind, stamp }) => (kind === 'directory' ? [name, kind] : [name, kind, stamp]));
  return JSON.stringify(shown);
}
