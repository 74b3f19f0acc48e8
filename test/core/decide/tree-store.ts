/**
 * The plain files on a store as a map, and what all have published. Carries out what a placing transaction would: nothing is
 * replaced but what was expected, nothing is placed where something is, and a directory goes only when nothing is in it.
 */
import type { Item } from '../../../src/core/engine/transaction.ts';
import type { Entry, Key } from '../../../src/core/model/entry.ts';
import { DIRECTORY_KEY, mtimeOf, storedKeyOf } from '../../../src/core/model/entry.ts';
import { isBelow, parentOf } from '../../../src/core/model/path.ts';
import type { Change } from '../../../src/core/model/version.ts';
import type { Stamp, StoreEntry } from '../../../src/core/ports/transport.ts';
import { isEmpty } from './tree-disk.ts';

interface Stored {
  readonly key: Key;
  readonly stamp: Stamp;
}

export class TreeStore {
  readonly files = new Map<string, Stored>();
  readonly changes: Change[] = [];

  put(path: string, entry: Entry): void {
    const key = storedKeyOf(entry);
    if (key !== undefined) {
      this.files.set(path, { key, stamp: stampOf(entry) });
    }
  }

  look(path: string): StoreEntry | 'absent' {
    const stored = this.files.get(path);
    return stored === undefined
      ? 'absent'
      : { kind: stored.key === DIRECTORY_KEY ? 'directory' : 'file', stamp: stored.stamp };
  }

  /** A file's content is its digest. */
  async *read(path: string): AsyncGenerator<Uint8Array> {
    await Promise.resolve();
    yield new TextEncoder().encode(this.files.get(path)?.key);
  }

  /** False: left for a later round, nothing was done. */
  carryOut(item: Item): boolean {
    switch (item.action) {
      case 'put':
      case 'tree':
        return this.#clears(item) && this.#placesAll(item);
      case 'delete':
        return this.#clears(item) || !this.files.has(item.path);
      case 'remove-directory':
        return !this.files.has(item.path) || this.#removesDirectory(item.path);
      case 'move':
        return this.#moves(item);
      case 'move-tree':
        return this.#movesTree(item);
      case 'touch':
        return false;
    }
  }

  #removesDirectory(path: string): boolean {
    return (
      this.files.get(path)?.key === DIRECTORY_KEY &&
      isEmpty(this.files, path) &&
      this.files.delete(path)
    );
  }

  #clears({ path, expected }: Item): boolean {
    if (expected === undefined) {
      return true;
    }
    if (expected.key === DIRECTORY_KEY) {
      return this.#removesDirectory(path);
    }
    return this.files.get(path)?.key === expected.key && this.files.delete(path);
  }

  #isFree(path: string): boolean {
    const parent = parentOf(path);
    const hasParent = parent === '' || this.files.get(parent)?.key === DIRECTORY_KEY;
    return hasParent && !this.files.has(path);
  }

  #placesAll({ path, members }: Item): boolean {
    if (!this.#isFree(path)) {
      return false;
    }
    for (const member of members) {
      if (member.entry !== null) {
        this.put(member.path, member.entry);
      }
    }
    return true;
  }

  #moves({ path, from = '', expected }: Item): boolean {
    const moving = this.files.get(from);
    if (moving === undefined || moving.key !== expected?.key || !this.#isFree(path)) {
      return false;
    }
    this.files.delete(from);
    this.files.set(path, moving);
    return true;
  }

  #movesTree({ path, from = '', members }: Item): boolean {
    const inside = [...this.files].filter(([other]) => other === from || isBelow(other, from));
    const expected = new Set(members.filter((m) => m.entry === null).map((m) => m.path));
    const isExact = inside.length === expected.size && inside.every(([p]) => expected.has(p));
    if (!isExact || !this.#isFree(path)) {
      return false;
    }
    for (const [old, stored] of inside) {
      this.files.delete(old);
      this.files.set(path + old.slice(from.length), stored);
    }
    return true;
  }
}

export function stampOf(entry: Entry): Stamp {
  return entry.kind === 'file' ? { size: entry.size, modified: mtimeOf(entry) * 1000 } : {};
}
