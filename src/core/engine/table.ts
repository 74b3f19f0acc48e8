/** One named table of the local state: a map in memory that knows which rows the next commit has to write. */
import type { StateWrite } from '../ports/state-store.ts';

export class Table<T> {
  readonly name: string;
  readonly #rows = new Map<string, T>();
  readonly #dirty = new Set<string>();

  constructor(name: string) {
    this.name = name;
  }

  /** From the store: not dirty. */
  load(key: string, value: string): void {
    this.#rows.set(key, JSON.parse(value) as T);
  }

  get(key: string): T | undefined {
    return this.#rows.get(key);
  }

  has(key: string): boolean {
    return this.#rows.has(key);
  }

  set(key: string, value: T): void {
    this.#rows.set(key, value);
    this.#dirty.add(key);
  }

  delete(key: string): void {
    if (this.#rows.delete(key)) {
      this.#dirty.add(key);
    }
  }

  clear(): void {
    for (const key of [...this.#rows.keys()]) {
      this.delete(key);
    }
  }

  keys(): IterableIterator<string> {
    return this.#rows.keys();
  }

  entries(): IterableIterator<[string, T]> {
    return this.#rows.entries();
  }

  get size(): number {
    return this.#rows.size;
  }

  takeWrites(): StateWrite[] {
    if (this.#dirty.size === 0) {
      return [];
    }
    const writes = [...this.#dirty].map((key) => {
      const value = this.#rows.get(key);
      return { table: this.name, key, value: value === undefined ? null : JSON.stringify(value) };
    });
    this.#dirty.clear();
    return writes;
  }
}
