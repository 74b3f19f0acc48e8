/** Computers in memory with a past, and how they tell of it. */
import { expect } from 'chai';
import type { BackReport, RestoreOptions } from '../../../src/core/ports/history.ts';
import type { MemoryStore } from '../../../src/testkit/memory-store.ts';
import { computer, createStore } from '../../support/computers.ts';
import type { Computer, ComputerOptions } from '../../support/computers.ts';

export const signal = new AbortController().signal;
export const HOUR = 3_600_000;

export interface World {
  readonly store: MemoryStore;
  readonly laptop: Computer;
  readonly desk: Computer;
}

export function world(options: ComputerOptions = {}): World {
  const store = createStore();
  return {
    store,
    laptop: computer(store, 'laptop', options),
    desk: computer(store, 'desk', options),
  };
}

/** An hour later by the store's clock, everybody syncs until all is quiet. Gives the time before and after. */
export async function settle({ store, laptop, desk }: World): Promise<number> {
  store.clock += HOUR;
  for (let turn = 0; turn < 3; turn += 1) for (const one of [laptop, desk]) await one.sync();
  return store.clock + HOUR / 2;
}

export async function story(at: Computer, path: string): Promise<string[]> {
  const { versions } = await at.open().versions({ signal, path });
  return versions.map(({ number, what, by, kept, isCurrent, other }) =>
    [number ?? '-', what, other, by, kept, isCurrent ? 'now' : undefined]
      .filter((word) => word !== undefined)
      .join(' '),
  );
}

export const restore = (
  at: Computer,
  options: Omit<RestoreOptions, 'signal'>,
): Promise<BackReport> => at.open().restore({ signal, ...options });

export const told = ({ done, left, refused, halt }: BackReport): string[] => [
  ...done.map(({ did, path }) => `${did}: ${path}`),
  ...left.map(({ why, path }) => `${why}: ${path}`),
  ...(refused === undefined ? [] : [refused.why]),
  ...(halt === undefined ? [] : [halt.reason]),
];

export const texts = ({ user }: Computer): Record<string, string | undefined> =>
  Object.fromEntries(
    [...user.tree()].map(([path, entry]) => [
      path,
      entry.kind === 'file' ? entry.text : entry.kind === 'link' ? `-> ${entry.target}` : '/',
    ]),
  );

/** What is in the folder, and what is in its trash. */
export const everyText = (at: Computer): (string | undefined)[] => [
  ...Object.values(texts(at)),
  ...at.disk.state.trash.map(({ node }) =>
    node.kind === 'file'
      ? new TextDecoder().decode(node.bytes)
      : node.kind === 'link'
        ? `-> ${node.target}`
        : '/',
  ),
];

export const trashOf = ({ disk }: Computer): string[] => disk.state.trash.map(({ path }) => path);

/** Three versions of one file. */
export async function threeVersions(at: World): Promise<number[]> {
  at.laptop.user.write('a', 'one', { mtime: 1_700_000_000_000 });
  const first = await settle(at);
  at.desk.user.write('a', 'two!', { executable: true });
  const second = await settle(at);
  at.laptop.user.write('a', 'three');
  return [first, second, await settle(at)];
}

/** Everything happens to it, and the time and the folder before that. */
export async function eventful(
  at: World,
): Promise<{ readonly then: number; readonly was: object }> {
  at.laptop.user.write('a', 'one');
  at.laptop.user.write('dir/b', 'two');
  at.laptop.user.write('dir/deep/c', 'three', { executable: true });
  at.laptop.user.write('was file', 'text');
  at.laptop.user.symlink('link', 'a');
  at.laptop.user.symlink('gone link', 'dir');
  at.laptop.user.mkdir('empty');
  at.laptop.user.write('moved/x', 'x');
  const then = await settle(at);
  const was = texts(at.laptop);
  at.desk.user.write('a', 'one more');
  at.desk.user.remove('dir');
  at.desk.user.remove('gone link');
  at.desk.user.remove('link');
  at.desk.user.symlink('link', 'elsewhere');
  at.desk.user.remove('empty');
  at.desk.user.rename('moved', 'to here');
  at.desk.user.remove('was file');
  at.desk.user.write('was file/now a directory', 'text');
  at.desk.user.write('new/deep/file', 'new');
  await settle(at);
  expect(texts(at.laptop)).to.deep.equal(texts(at.desk));
  return { then, was };
}

/** A disk whose program ends at a chosen step. */
export function cuttingGate(): {
  readonly gate: () => undefined;
  /** From now on it ends at the `step`-th step; never without. */
  cut(step?: number): void;
} {
  let cutAt = Infinity;
  let steps = 0;
  return {
    gate: () => {
      steps += 1;
      if (steps > cutAt) throw new Error('the program ends here');
      return undefined;
    },
    cut(step = Infinity) {
      [cutAt, steps] = [step, 0];
    },
  };
}
