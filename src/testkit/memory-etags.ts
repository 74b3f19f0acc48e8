/**
 * Etags of directories, as a server has them that raises them with every change below: at once, or late, that is when the
 * operation that changed something is answered, or at the latest some time after. It never touches what it tells about.
 */

/** Late ones are raised by then, whether anybody was answered or not. Milliseconds of the store's clock. */
const LATEST = 1000;

export interface Raising {
  readonly clock: number;
  /** New etags for every directory above the path. */
  raise(path: string): void;
}

export class MemoryEtags {
  when: 'now' | 'late' = 'now';
  readonly #store: Raising;
  /** Path → when what is above it is raised at the latest. */
  readonly #due = new Map<string, number>();

  constructor(store: Raising) {
    this.#store = store;
  }

  /** Something at this path is another from now on. */
  changing(path: string): void {
    if (this.when === 'now') this.#store.raise(path);
    else if (!this.#due.has(path)) this.#due.set(path, this.#store.clock + LATEST);
  }

  answered(path: string): void {
    if (this.#due.delete(path)) this.#store.raise(path);
  }

  /** Before etags are told. `all`: nothing is under way any more. */
  settle(all = false): void {
    for (const [path, due] of this.#due) {
      if (all || due <= this.#store.clock) this.answered(path);
    }
  }
}
