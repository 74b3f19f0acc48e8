/**
 * Simulated computers whose memory is a real SQLite file: a crash leaves its connection open, the next start opens another one.
 * Only some runs are made so, since they cost more; no power is lost here, so the files may lie in memory.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StateRow, StateStore } from '../../core/ports/state-store.ts';
import { openSqliteState } from '../../host/sqlite-state.ts';
import { connectState, type SimulatedState } from '../memory-state.ts';

/** One run in so many. */
const share = 50;

/** Runs `work` with what its options need; every so many seeds that is a way to make real states. */
export async function withStates<T>(
  seed: number,
  work: (options: { readonly createState?: () => SimulatedState }) => Promise<T>,
): Promise<T> {
  if (seed % share !== 0) return work({});
  const directory = mkdtempSync(join(quickest(), 'ownsync-simulated-'));
  const opened: StateStore[] = [];
  let files = 0;
  const open = (file: string): StateStore => {
    const store = openSqliteState(file);
    opened.push(store);
    return store;
  };
  const createState = (rows: readonly StateRow[] = []): SimulatedState => {
    const file = join(directory, `${String((files += 1))}.sqlite`);
    const first = open(file);
    first.commit(rows);
    return {
      load: () => first.load(),
      copy: () => createState([...first.load()]),
      restore(other) {
        const gone = [...first.load()].map(({ table, key }) => ({ table, key, value: null }));
        first.commit([...gone, ...other.load()]);
      },
      connect(fate) {
        const store = open(file);
        return connectState({
          load: () => [...store.load()],
          write: (writes) => {
            store.commit(writes);
          },
          fate,
        });
      },
    };
  };
  try {
    return await work({ createState: () => createState() });
  } finally {
    for (const store of opened) store.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Linux has a directory that never waits for a disk. */
function quickest(): string {
  const memory = '/dev/shm';
  return existsSync(memory) ? memory : tmpdir();
}
