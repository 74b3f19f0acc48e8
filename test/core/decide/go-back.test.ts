/** Going back, carried out on a plain map as a disk would: what is wanted is there, what nobody has elsewhere stays. */
import { expect } from 'chai';
import fc from 'fast-check';
import type { BackPlan, Choice, Wanted } from '../../../src/core/decide/go-back.ts';
import { goBack } from '../../../src/core/decide/go-back.ts';
import type { Entry } from '../../../src/core/model/entry.ts';
import { DIRECTORY_KEY, keyOf } from '../../../src/core/model/entry.ts';
import { byPath, isBelow, parentsOf } from '../../../src/core/model/path.ts';
import { SLOW_RUNS, tinyEntry, tinyPath } from '../arbitraries.ts';

type Tree = Map<string, string>;

/** Only what a disk can hold: nothing is below a file, and what holds something is a directory. */
function possible(entries: readonly (readonly [string, Entry])[]): Map<string, Entry> {
  const tree = new Map<string, Entry>();
  for (const [path, entry] of [...entries].sort(([a], [b]) => byPath(a, b))) {
    const isBelowContent = parentsOf(path).some(
      (parent) => (tree.get(parent)?.kind ?? 'directory') !== 'directory',
    );
    if (isBelowContent) continue;
    for (const parent of parentsOf(path)) tree.set(parent, { kind: 'directory' });
    if (!tree.has(path)) tree.set(path, entry);
  }
  return tree;
}

const anyTree = fc.array(fc.tuple(tinyPath, tinyEntry), { maxLength: 8 }).map(possible);

/** A directory that holds something is there without a word. */
const wantedOf = (tree: ReadonlyMap<string, Entry>): Map<string, Wanted> =>
  new Map(
    [...tree]
      .filter(([path]) => ![...tree.keys()].some((other) => isBelow(other, path)))
      .map(([path, entry]) => {
        const times =
          entry.kind === 'file' ? { mtime: entry.mtime, executable: entry.executable } : {};
        return [path, { key: keyOf(entry), was: path, ...times }];
      }),
  );

const keysOf = (tree: ReadonlyMap<string, Entry>): Tree =>
  new Map([...tree].map(([path, entry]) => [path, keyOf(entry)]));

/** As a disk does it: nothing goes where something else is, and no directory that is not empty goes. */
function carryOut(tree: Tree, { steps }: BackPlan): void {
  const isDirectory = (path: string) => path === '' || tree.get(path) === DIRECTORY_KEY;
  const makeParents = (path: string): boolean => {
    for (const parent of parentsOf(path).reverse())
      if (!tree.has(parent)) tree.set(parent, DIRECTORY_KEY);
    return parentsOf(path).every(isDirectory);
  };
  for (const step of steps) {
    const { path } = step;
    const isFull = [...tree.keys()].some((other) => isBelow(other, path));
    switch (step.do) {
      case 'remove':
        expect(isFull, `${path} is removed with something in it`).to.equal(false);
        tree.delete(path);
        break;
      case 'make directory':
      case 'put':
        if (!makeParents(path)) break;
        expect(tree.get(path) === DIRECTORY_KEY, `${path} is there`).to.equal(false);
        expect(step.do === 'put' || !tree.has(path), `${path} is in the way`).to.equal(true);
        tree.set(path, step.do === 'put' ? step.wanted.key : DIRECTORY_KEY);
        break;
      case 'set metadata':
        expect(tree.get(path)).to.equal(step.wanted.key);
        break;
      case 'move':
        throw new Error('going back never moves');
    }
  }
}

const whole = (wanted: Choice['wanted']): Choice => ({ wanted, isWhole: true });

describe('going back to a whole folder', () => {
  it('makes it what it was, if all that is here is recorded', () => {
    fc.assert(
      fc.property(anyTree, anyTree, (here, was) => {
        const plan = goBack(whole(wantedOf(was)), { here, isRecorded: () => true });
        const tree = keysOf(here);
        carryOut(tree, plan);
        expect(plan.left).to.deep.equal([]);
        expect(tree).to.deep.equal(keysOf(was));
      }),
      SLOW_RUNS,
    );
  });

  it('leaves every file that is recorded nowhere, and tells of each path that is not as it was', () => {
    fc.assert(
      fc.property(anyTree, anyTree, fc.func(fc.boolean()), (here, was, isRecorded) => {
        const plan = goBack(whole(wantedOf(was)), { here, isRecorded });
        const tree = keysOf(here);
        carryOut(tree, plan);
        for (const [path, entry] of here) {
          const key = keyOf(entry);
          const mustStay = entry.kind !== 'directory' && !isRecorded(path, key);
          if (mustStay) expect(tree.get(path)).to.equal(key);
        }
        const told = plan.left.map(({ path }) => path);
        for (const [path, key] of keysOf(was)) {
          const isTold = told.includes(path) || parentsOf(path).some((up) => told.includes(up));
          if (tree.get(path) !== key) expect(isTold, path).to.equal(true);
        }
        for (const path of tree.keys()) {
          const isNeeded = [...tree.keys()].some((other) => isBelow(other, path));
          const isExtra = !was.has(path) && !isNeeded;
          if (isExtra) expect(told).to.include(path);
        }
        expect(new Set(told).size).to.equal(told.length);
      }),
      SLOW_RUNS,
    );
  });

  it('a second time does nothing', () => {
    fc.assert(
      fc.property(anyTree, (was) => {
        const plan = goBack(whole(wantedOf(was)), { here: was, isRecorded: () => false });
        expect(plan).to.deep.equal({ steps: [], left: [] });
      }),
      SLOW_RUNS,
    );
  });

  it('sets a time or mode again, where only that is another one', () => {
    const here = new Map<string, Entry>([
      ['a', { kind: 'file', digest: 'x', size: 1, mtime: 1, executable: false }],
    ]);
    const wanted = new Map([['a', { key: 'x', mtime: 1, executable: true, was: 'a' }]]);
    const { steps } = goBack(whole(wanted), { here, isRecorded: () => false });
    expect(steps.map((step) => step.do)).to.deep.equal(['set metadata']);
  });
});

describe('going back to one path', () => {
  it('touches nothing else, and replaces what is there however new it is', () => {
    fc.assert(
      fc.property(anyTree, tinyPath, (here, path) => {
        const there = here.get(path);
        const wanted = new Map([[path, { key: 'wanted', was: path }]]);
        const ground = {
          here: new Map(there === undefined ? [] : [[path, there]]),
          isRecorded: () => false,
        };
        const { steps, left } = goBack({ wanted, isWhole: false }, ground);
        expect(steps.map((step) => [step.do, step.path])).to.deep.equal([['put', path]]);
        expect(left).to.deep.equal([]);
      }),
    );
  });
});
