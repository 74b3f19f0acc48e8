/**
 * The master: path → versions, merged from all manifests. It also knows which directories exist only because something
 * below them does. Mutable in memory; every change to it goes through `set`.
 */
import { DIRECTORY_KEY, keyOf } from './entry.ts';
import { byPath, parentsOf } from './path.ts';
import type { Version } from './version.ts';
import { IMPLIED } from './version.ts';

const IMPLIED_DIRECTORY: Version = { dot: IMPLIED, by: '', entry: { kind: 'directory' } };

/** One value for all, so that a caller can tell by identity that nothing changed. */
const NONE: readonly Version[] = [];

export class Master {
  readonly #versions = new Map<string, readonly Version[]>();
  /** How many paths with versions lie below a directory. */
  readonly #below = new Map<string, number>();
  #sorted: readonly string[] | undefined;

  /** Recorded versions only. */
  recorded(path: string): readonly Version[] {
    return this.#versions.get(path) ?? NONE;
  }

  /** Recorded versions, and the implied directory if something lies below and no directory is recorded. */
  versions(path: string): readonly Version[] {
    const recorded = this.recorded(path);
    const implied =
      this.#below.has(path) && !recorded.some((v) => keyOf(v.entry) === DIRECTORY_KEY);
    return implied ? [...recorded, IMPLIED_DIRECTORY] : recorded;
  }

  set(path: string, versions: readonly Version[]): void {
    const had = this.#versions.has(path);
    if (versions.length > 0) {
      this.#versions.set(path, versions);
    } else {
      this.#versions.delete(path);
    }
    if (had === versions.length > 0) {
      return;
    }
    this.#sorted = undefined;
    for (const parent of parentsOf(path)) {
      const count = (this.#below.get(parent) ?? 0) + (had ? -1 : 1);
      if (count > 0) {
        this.#below.set(parent, count);
      } else {
        this.#below.delete(parent);
      }
    }
  }

  isImplied(path: string): boolean {
    return this.#below.has(path);
  }

  paths(): IterableIterator<string> {
    return this.#versions.keys();
  }

  impliedDirectories(): IterableIterator<string> {
    return this.#below.keys();
  }

  get size(): number {
    return this.#versions.size;
  }

  /** Paths with versions below a directory. */
  pathsBelow(directory: string): readonly string[] {
    this.#sorted ??= [...this.#versions.keys()].sort(byPath);
    const sorted = this.#sorted;
    const prefix = `${directory}/`;
    const found: string[] = [];
    for (let i = firstAtLeast(sorted, prefix); i < sorted.length; i++) {
      const path = sorted[i];
      if (path === undefined || !path.startsWith(prefix)) {
        break;
      }
      found.push(path);
    }
    return found;
  }
}

function firstAtLeast(sorted: readonly string[], text: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? '') < text) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}
