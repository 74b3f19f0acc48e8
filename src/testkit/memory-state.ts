/**
 * The state store in memory: what SQLite does on a real computer, for tests and the simulation. What was committed
 * survives a simulated crash, what was not never existed. It must never keep half of a commit.
 */
import type { StateRow, StateStore, StateWrite } from '../core/ports/state-store.ts';

/** What a simulated crash does to one commit: `before` it took effect, `after`, or not at all. */
export type CommitFate = 'commit' | 'crash-before' | 'crash-after';

/** The rows of one computer, whatever keeps them, and the programs that come and go on it. */
export interface SimulatedState {
  load(): Iterable<StateRow>;
  /** Another store with the same rows, as a backup or a copied disk would have. */
  copy(): SimulatedState;
  /** Replaces all rows by those of `other`. */
  restore(other: SimulatedState): void;
  /**
   * One program's view of these rows. `fate` is asked at each commit; after a crash the view changes nothing any more,
   * silently: the program that used it no longer runs.
   */
  connect(fate: () => CommitFate): StateStore;
}

export interface MemoryState extends StateStore, SimulatedState {
  /** Every committed row, table and key joined by a NUL, sorted: two equal states give equal maps. */
  snapshot(): ReadonlyMap<string, string>;
  copy(): MemoryState;
  /** How many commits took effect. */
  readonly commits: number;
}

export function createMemoryState(initial: Iterable<StateRow> = []): MemoryState {
  const tables = new Map<string, Map<string, string>>();
  let commits = 0;

  const write = (writes: readonly StateWrite[]): void => {
    commits += 1;
    for (const { table, key, value } of writes) {
      const rows = tables.get(table) ?? new Map<string, string>();
      tables.set(table, rows);
      if (value === null) rows.delete(key);
      else rows.set(key, value);
    }
  };
  const load = (): StateRow[] =>
    [...tables].flatMap(([table, rows]) =>
      [...rows].map(([key, value]) => ({ table, key, value })),
    );

  const state: MemoryState = {
    load,
    commit: write,
    close: () => undefined,
    snapshot: () =>
      new Map(
        load()
          .map(({ table, key, value }): [string, string] => [`${table}\u0000${key}`, value])
          .sort(([a], [b]) => (a < b ? -1 : 1)),
      ),
    copy: () => createMemoryState(load()),
    restore(other) {
      tables.clear();
      write([...other.load()]);
    },
    connect: (fate) => connectState({ load, write, fate }),
    get commits() {
      return commits;
    },
  };
  write([...initial]);
  commits = 0;
  return state;
}

/** A view that its program's crash cuts off. */
export function connectState(parts: {
  readonly load: () => StateRow[];
  readonly write: (writes: readonly StateWrite[]) => void;
  readonly fate: () => CommitFate;
}): StateStore {
  let dead = false;
  return {
    load: parts.load,
    commit(writes) {
      if (dead) return;
      const fate = parts.fate();
      dead = fate !== 'commit';
      if (fate !== 'crash-before') parts.write(writes);
    },
    close: () => undefined,
  };
}
