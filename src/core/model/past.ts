/**
 * What the records on a store tell of former times: every change that is still recorded, with when it reached the store.
 * Plain data; who wants to know how things were asks `decide/as-it-was.ts`.
 */
import type { Change, Version } from './version.ts';

export interface PastChange extends Change {
  /** Number of the segment that brought it; its transaction's folder in the history is named after it. */
  readonly k: number;
  /** Milliseconds since 1970: the store's own time of the segment; where it tells none, its writer's. */
  readonly at: number;
}

export interface Past {
  /** Path → its versions now. */
  readonly current: ReadonlyMap<string, readonly Version[]>;
  /** Each dot once, in any order. */
  readonly changes: readonly PastChange[];
}
