/**
 * Where a client remembers: named tables of text values. One commit is all or nothing and survives a crash once it returns.
 * Implemented on SQLite by `src/host` and in memory by `src/testkit`, under one contract suite.
 */
export interface StateRow {
  readonly table: string;
  readonly key: string;
  readonly value: string;
}

export interface StateWrite {
  readonly table: string;
  readonly key: string;
  /** Null removes the row. */
  readonly value: string | null;
}

export interface StateStore {
  /** Every row, in any order. */
  load(): Iterable<StateRow>;
  commit(writes: readonly StateWrite[]): void;
  close(): void;
}
