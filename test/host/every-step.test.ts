/**
 * Each change of the local tree, ended before each of its steps on the disk, and with a person acting before each of them. Whatever
 * the step: a path is as before or done, and what a person wrote is where they wrote it.
 */
import { expect } from 'chai';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { LocalTree } from '../../src/core/ports/local-tree.ts';
import { caseOn, never, paths, plain } from '../../src/testkit/local-tree-bench.ts';
import type { BenchUser, Case } from '../../src/testkit/local-tree-bench.ts';
import { diskBench } from './disk-user.ts';
import { Crash, watchSteps } from './fs-steps.ts';

interface Change {
  readonly name: string;
  /** `d/a` holds "old" beforehand unless `fresh`; the change is prepared, then made. */
  readonly fresh?: true;
  /** Its outcome is what is remembered of the new file. */
  readonly places?: true;
  readonly prepare: (bench: Case) => Promise<() => Promise<unknown>>;
  /** Texts at paths when it is done. */
  readonly done: Readonly<Record<string, string | undefined>>;
  /** What it puts into the trash. */
  readonly trashed?: string;
}

const changes: readonly Change[] = [
  {
    name: 'place a new file',
    places: true,
    fresh: true,
    prepare: async ({ tree, stage }) => {
      const staged = await stage('new');
      return () => tree.place(staged, 'd/a', undefined, { ...plain, executable: true });
    },
    done: { 'd/a': 'new' },
  },
  {
    name: 'replace a file',
    places: true,
    prepare: async ({ tree, stage, seen }) => {
      const [staged, expected] = [await stage('new'), await seen('d/a')];
      return () => tree.place(staged, 'd/a', expected, plain);
    },
    done: { 'd/a': 'new' },
    trashed: 'old',
  },
  {
    name: 'replace a file by a link',
    prepare: async ({ tree, seen }) => {
      const expected = await seen('d/a');
      return () => tree.placeLink('d/a', 'nowhere', expected);
    },
    done: { 'd/a': undefined },
    trashed: 'old',
  },
  {
    name: 'remove a file',
    prepare: async ({ tree, seen }) => {
      const expected = await seen('d/a');
      return () => tree.remove('d/a', expected);
    },
    done: { 'd/a': undefined },
    trashed: 'old',
  },
  {
    name: 'rename a file',
    prepare: async ({ tree, seen }) => {
      const expected = await seen('d/a');
      return () => tree.rename('d/a', 'e/b', expected);
    },
    done: { 'd/a': undefined, 'e/b': 'old' },
  },
  {
    name: 'rename a directory',
    prepare: async ({ tree, seen }) => {
      const expected = await seen('d');
      return () => tree.rename('d', 'e/f', expected);
    },
    done: { 'd/a': undefined, 'e/f/a': 'old' },
  },
  {
    name: 'set time and mode',
    prepare: async ({ tree, seen }) => {
      const expected = await seen('d/a');
      return () => tree.setMetadata('d/a', expected, { ...plain, executable: true });
    },
    done: { 'd/a': 'old' },
  },
];

async function prepared(
  change: Change,
): Promise<{ bench: Case; root: string; run: () => Promise<unknown> }> {
  const disk = diskBench();
  const bench = caseOn(disk);
  await bench.tree.rootState(undefined);
  if (change.fresh !== true) bench.user.write('d/a', 'old', { mtime: 1_600_000_000_000 });
  return { bench, root: disk.root, run: await change.prepare(bench) };
}

/** The steps that the change takes when nothing disturbs it, by name. */
async function stepsOf(change: Change): Promise<string[]> {
  const { bench, run } = await prepared(change);
  const steps: string[] = [];
  const outcome = await watchSteps((_, name) => void steps.push(name), run);
  expect(outcome).not.to.equal('changed');
  for (const [path, text] of Object.entries(change.done))
    expect(bench.user.read(path), path).to.equal(text);
  bench.close?.();
  return steps;
}

async function nextRun(bench: Case): Promise<LocalTree> {
  const tree = bench.reopen();
  await tree.rootState(undefined);
  await tree.scan(() => false, never);
  await tree.sweep(60_000);
  return tree;
}

function leftBehind(root: string, bench: Case): (string | number)[] {
  let asides: string[] = [];
  try {
    asides = readdirSync(join(root, '.ownsync', 'aside'));
  } catch {
    // None was ever made.
  }
  return [...asides, bench.temporary()];
}

/** Of the size of "old": the time or the inode tells. */
const time = { mtime: 1_600_000_002_000 };
const acts: readonly [string, (user: BenchUser) => void][] = [
  ['edited in place', (user) => user.write('d/a', 'own', time)],
  ['saved as a new file', (user) => user.write('d/a', 'own', { ...time, how: 'replace' })],
  [
    'deleted, and written again',
    (user) => {
      user.remove('d/a');
      user.write('d/a', 'own', time);
    },
  ],
  [
    'the directory renamed, and a new one made',
    (user) => {
      if (user.read('d/a') !== undefined) user.rename('d', 'was-d');
      user.write('d/a', 'own', time);
    },
  ],
];

async function actAt(
  change: Change,
  { how, act, at }: { how: string; act: (user: BenchUser) => void; at: number },
): Promise<void> {
  const { bench, root, run } = await prepared(change);
  const outcome = await watchSteps((step) => {
    if (step === at) act(bench.user);
  }, run).catch((error: unknown) => error);
  const what = `${change.name}, ${how}, step ${at}: ${JSON.stringify(outcome)}`;
  if (change.places === true && outcome !== 'changed') {
    // What is remembered must not be what the person wrote, or their edit would never be seen.
    expect(outcome, what).not.to.deep.equal(await bench.tree.stat('d/a'));
  }
  const tree = await nextRun(bench);
  const { entries } = await tree.scan(() => false, never);
  const own = [...entries]
    .filter(([path, { kind }]) => kind === 'file' && bench.user.read(path) === 'own')
    .map(([path]) => path);
  // A directory that is renamed takes along what is in it at that moment, and nothing of another directory.
  const moves = change.name === 'rename a directory' && !how.startsWith('the directory');
  // Once a link is in place, the person writes through it.
  const places = ['d/a', 'd/nowhere', ...(moves ? ['e/f/a'] : [])];
  expect(places, what).to.include(own.join());
  if (how !== 'edited in place') {
    // A new file is not ours to change: nothing touches even its time.
    expect(entries.get(own.join()), what).to.include(time);
  }
  expect(leftBehind(root, bench), what).to.deep.equal([0]);
  bench.close?.();
}

describe('every step on the disk', function () {
  this.timeout(60_000);

  for (const change of changes) {
    it(`${change.name}: ended before any step, it is as before or done after the next scan`, async () => {
      const steps = await stepsOf(change);
      for (const [end, name] of steps.entries()) {
        // Ending before a look is ending before the next change.
        if (name === 'lstatSync') continue;
        const { bench, root, run } = await prepared(change);
        await watchSteps((step) => {
          if (step >= end) throw new Crash('the program is gone');
        }, run).catch((error: unknown) => error);
        const tree = await nextRun(bench);
        const before = change.fresh === true ? {} : { 'd/a': 'old' };
        const now = Object.keys({ ...before, ...change.done }).map(
          (path) => [path, bench.user.read(path)] as const,
        );
        const asBefore = now.every(
          ([path, text]) => text === (path === 'd/a' && change.fresh !== true ? 'old' : undefined),
        );
        const isDone = now.every(([path, text]) => text === change.done[path]);
        const what = `${change.name}, step ${end}: ${JSON.stringify(now)}`;
        expect(asBefore || isDone, what).to.equal(true);
        const kept = [...now.map(([, text]) => text), ...bench.trash().map(({ text }) => text)];
        if (change.fresh !== true) expect(kept, what).to.include('old');
        expect(leftBehind(root, bench), what).to.deep.equal([0]);
        expect(paths(await tree.scan(() => false, never)).join(), what).not.to.include('.ownsync');
        bench.close?.();
      }
    });

    for (const [how, act] of acts) {
      it(`${change.name}: ${how} before any step, what the person did stands`, async () => {
        const steps = await stepsOf(change);
        for (const at of steps.keys()) await actAt(change, { how, act, at });
      });
    }
  }
});
