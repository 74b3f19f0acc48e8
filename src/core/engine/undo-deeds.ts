/**
 * Remembering what a run did to each path, so that it can be taken back: a row a path, committed together with what it
 * describes. A run that does nothing leaves what the last one did.
 */
import type { Content } from '../decide/go-back.ts';
import type { Done } from '../decide/take-back.ts';
import type { Ancestor } from '../model/facts.ts';
import { parentsOf } from '../model/path.ts';
import type { FolderEvent } from '../ports/folder.ts';
import type { DeedRow, FolderState } from './state.ts';

/** `at`: by this computer's clock, milliseconds since 1970. */
export interface LastRun {
  readonly run: number;
  readonly what: 'sync' | 'restore' | 'undo';
  readonly at: number;
}

export function lastRun(state: FolderState): LastRun | undefined {
  return state.meta.get('lastRun') as LastRun | undefined;
}

/** By path, what the last run did. */
export function lastDeeds(state: FolderState): Map<string, Done> {
  const run = lastRun(state)?.run;
  const rows = [...state.deeds.entries()].map(([, row]) => row).filter((row) => row.run === run);
  return new Map(rows.map((row) => [row.path, row]));
}

/** Notes what one run does. */
export class Deeds {
  readonly #state: FolderState;
  readonly #run: LastRun;
  #isBegun = false;

  constructor(state: FolderState, what: LastRun['what'], at: number) {
    this.#state = state;
    this.#run = { run: (lastRun(state)?.run ?? 0) + 1, what, at };
  }

  /** Of several deeds the first tells what was there before; a path with a conflict stays one. */
  note(path: string, done: Done): void {
    this.#begin();
    const { run } = this.#run;
    const key = `${String(run)} ${path}`;
    const known = this.#state.deeds.get(key);
    const row = known === undefined ? done : { ...done, ...first(known) };
    this.#state.deeds.set(key, { ...row, path, run });
  }

  /**
   * CRASH: an undo replaces what it takes back only when it is through. Cut before that, it is the same run that is taken back
   * next time, and what was taken back already is recognised.
   */
  finish(): void {
    if (this.#run.what === 'undo' && this.#isBegun) {
      this.#replace((row) => row.run !== this.#run.run);
    }
  }

  #begin(): void {
    if (!this.#isBegun && this.#run.what !== 'undo') {
      this.#replace(() => true);
    }
    this.#isBegun = true;
  }

  #replace(isOver: (row: DeedRow) => boolean): void {
    for (const [key, row] of [...this.#state.deeds.entries()]) {
      if (isOver(row)) {
        this.#state.deeds.delete(key);
      }
    }
    this.#state.meta.set('lastRun', this.#run);
  }
}

function first({ deed, before, from }: DeedRow): Partial<Done> {
  return {
    before,
    ...(from === undefined ? {} : { from }),
    ...(deed === 'conflict-copy' ? { deed } : {}),
  };
}

export function contentOf(ancestor: Ancestor | undefined): Content | undefined {
  if (ancestor === undefined) {
    return undefined;
  }
  const { key, mtime, executable } = ancestor;
  return {
    key,
    ...(mtime === undefined ? {} : { mtime }),
    ...(executable === undefined ? {} : { executable }),
  };
}

/**
 * Deeds of a sync, told by its events: an ancestor is what this computer held, and it is set before the deed is told.
 * Joining is no deed: taking it back would take everything away from everybody.
 */
export function syncDeeds(state: FolderState, at: number): (event: FolderEvent) => void {
  const deeds = new Deeds(state, 'sync', at);
  const before = new Map(state.ancestors.entries());
  const isFirst = state.meta.get('lastRound') === undefined;
  const note = (path: string, done: Pick<Done, 'deed' | 'from'>): void => {
    const [then, now] = [contentOf(before.get(path)), contentOf(state.ancestors.get(path))];
    deeds.note(path, { ...done, before: then, after: now });
  };
  return (event) => {
    if (isFirst || event.type !== 'done' || event.deed === 'repaired' || event.deed === 'adopted') {
      return;
    }
    const { path, deed, from } = event;
    const isMove = deed === 'moved-here' || deed === 'moved-on-store';
    note(path, { deed, ...(isMove && from !== undefined ? { from } : {}) });
    if (from !== undefined) {
      note(from, { deed });
    }
    // Directories that came with it, without a word of their own.
    for (const parent of deed === 'downloaded' || deed === 'moved-here' ? parentsOf(path) : []) {
      if (!before.has(parent) && state.ancestors.has(parent)) {
        note(parent, { deed });
      }
    }
  };
}
