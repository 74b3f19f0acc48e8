/** Whole directories renamed in one step: only when nothing else would be carried along, and with the same end. */
import { expect } from 'chai';
import fc from 'fast-check';
import { pairMoves } from '../../../src/core/decide/moves.ts';
import type { SubtreeFacts } from '../../../src/core/decide/subtrees.ts';
import { subtreeMoves } from '../../../src/core/decide/subtrees.ts';
import { isBelow, parentsOf } from '../../../src/core/model/path.ts';
import { RUNS } from '../arbitraries.ts';

/** Files of a tree: path → content. Directories follow from them. */
type Files = Readonly<Record<string, string>>;

interface Trees {
  readonly store: Files;
  readonly here: Files;
  /** Directories with nothing in them. */
  readonly emptyOnStore?: readonly string[];
  readonly emptyHere?: readonly string[];
}

function directoriesOf(files: Files, empty: readonly string[] = []): Set<string> {
  const above = [...Object.keys(files), ...empty].flatMap(parentsOf);
  return new Set([...above, ...empty]);
}

function factsOf({ store, here, emptyOnStore, emptyHere }: Trees): SubtreeFacts {
  const listed = (files: Files, other: Files) =>
    Object.entries(files)
      .filter(([path]) => other[path] === undefined)
      .map(([path, digest]) => ({ path, digest }));
  const directoriesHere = directoriesOf(here, emptyHere);
  const sighted = new Map([
    ...Object.keys(store).map((path) => [path, false] as const),
    ...[...directoriesOf(store, emptyOnStore)].map((path) => [path, true] as const),
  ]);
  return {
    moves: pairMoves(listed(store, here), listed(here, store)),
    sighted,
    isGone: (path) => here[path] === undefined && !directoriesHere.has(path),
    isDirectoryHere: (path) => directoriesHere.has(path),
  };
}

describe('subtreeMoves', () => {
  interface Row extends Trees {
    readonly sentence: string;
    readonly expected: Readonly<Record<string, string>>;
  }
  const rows: readonly Row[] = [
    {
      sentence: 'a renamed directory',
      store: { 'a/x': '1', 'a/y': '2' },
      here: { 'b/x': '1', 'b/y': '2' },
      expected: { b: 'a' },
    },
    {
      sentence: 'a renamed directory with directories in it, once',
      store: { 'a/x': '1', 'a/b/y': '2', 'a/b/z': '3' },
      here: { 'c/x': '1', 'c/b/y': '2', 'c/b/z': '3' },
      expected: { c: 'a' },
    },
    {
      sentence: 'a directory moved into one that is there',
      store: { 'a/x': '1', 'a/y': '2', 'd/z': '3' },
      here: { 'd/a/x': '1', 'd/a/y': '2', 'd/z': '3' },
      expected: { 'd/a': 'a' },
    },
    {
      sentence: 'not where the new parent is not there yet',
      store: { 'a/x': '1', 'a/y': '2' },
      here: { 'n/a/x': '1', 'n/a/y': '2' },
      expected: {},
    },
    { sentence: 'not one file alone', store: { 'a/x': '1' }, here: { 'b/x': '1' }, expected: {} },
    {
      sentence: 'not when a file stayed',
      store: { 'a/x': '1', 'a/y': '2', 'a/z': '3' },
      here: { 'b/x': '1', 'b/y': '2', 'a/z': '3' },
      expected: {},
    },
    {
      sentence: 'not when a file was deleted',
      store: { 'a/x': '1', 'a/y': '2', 'a/z': '3' },
      here: { 'b/x': '1', 'b/y': '2' },
      expected: {},
    },
    {
      sentence: 'not when a file was changed as well',
      store: { 'a/x': '1', 'a/y': '2', 'a/z': '3' },
      here: { 'b/x': '1', 'b/y': '2', 'b/z': '4' },
      expected: {},
    },
    {
      sentence: 'also when there is a new file in it',
      store: { 'a/x': '1', 'a/y': '2' },
      here: { 'b/x': '1', 'b/y': '2', 'b/new': '9' },
      expected: { b: 'a' },
    },
    {
      sentence: 'not when the target is taken on the store',
      store: { 'a/x': '1', 'a/y': '2', 'b/z': '3' },
      here: { 'b/x': '1', 'b/y': '2', 'b/z': '3' },
      expected: {},
    },
    {
      sentence: 'not when an empty directory of it is gone here',
      store: { 'a/x': '1', 'a/y': '2' },
      emptyOnStore: ['a/e'],
      here: { 'b/x': '1', 'b/y': '2' },
      expected: {},
    },
    {
      sentence: 'also with an empty directory in it',
      store: { 'a/x': '1', 'a/y': '2' },
      emptyOnStore: ['a/e'],
      here: { 'b/x': '1', 'b/y': '2' },
      emptyHere: ['b/e'],
      expected: { b: 'a' },
    },
    {
      sentence: 'not when the old directory is still here, empty',
      store: { 'a/x': '1', 'a/y': '2' },
      here: { 'b/x': '1', 'b/y': '2' },
      emptyHere: ['a'],
      expected: {},
    },
    {
      sentence: 'not into itself',
      store: { 'a/x': '1', 'a/y': '2' },
      here: { 'a/a/x': '1', 'a/a/y': '2' },
      expected: {},
    },
    {
      sentence: 'not out of itself',
      store: { 'a/a/x': '1', 'a/a/y': '2' },
      here: { 'a/x': '1', 'a/y': '2' },
      expected: {},
    },
    {
      sentence: 'two renamed directories',
      store: { 'a/x': '1', 'a/y': '2', 'b/x': '3', 'b/y': '4' },
      here: { 'c/x': '1', 'c/y': '2', 'd/x': '3', 'd/y': '4' },
      expected: { c: 'a', d: 'b' },
    },
    {
      sentence: 'of two that became one only one',
      store: { 'a/x': '1', 'a/y': '2', 'b/z': '3', 'b/w': '4' },
      here: { 'c/x': '1', 'c/y': '2', 'c/z': '3', 'c/w': '4' },
      expected: { c: 'a' },
    },
    {
      sentence: 'not two that swapped their names',
      store: { 'a/x': '1', 'a/y': '2', 'b/x': '3', 'b/y': '4' },
      here: { 'b/x': '1', 'b/y': '2', 'a/x': '3', 'a/y': '4' },
      expected: {},
    },
    {
      sentence: 'only the part that moved whole',
      store: { 'a/b/x': '1', 'a/b/y': '2', 'a/z': '3' },
      here: { 'a/c/x': '1', 'a/c/y': '2', 'a/z': '3' },
      expected: { 'a/c': 'a/b' },
    },
  ];
  for (const { sentence, expected, ...trees } of rows) {
    it(sentence, () => {
      expect(Object.fromEntries(subtreeMoves(factsOf(trees)))).to.deep.equal(expected);
    });
  }

  const path = fc
    .tuple(
      fc.subarray(['p', 'q'], { maxLength: 1 }),
      fc.subarray(['a', 'b', 'c']),
      fc.constantFrom('x', 'y', 'z'),
    )
    .map(([top, middle, name]) => [...top, ...middle, name].join('/'));
  const files = fc.dictionary(path, fc.constantFrom('1', '2', '3', '4', '5', '6'), { maxKeys: 7 });
  const renamed = fc
    .tuple(
      files,
      fc.constantFrom('a', 'b', 'p', 'a/b', 'p/a', 'q'),
      fc.constantFrom('n', 'c', 'p/n', 'q', 'b/n', 'a'),
      files,
      fc.nat(3),
    )
    .map(([store, from, to, extra, kept]): Trees => {
      const moved = Object.entries(store).map(([at, digest]) => [
        isBelow(at, from) ? to + at.slice(from.length) : at,
        digest,
      ]);
      const some = Object.entries(extra).slice(0, kept === 3 ? 2 : 0);
      return { store, here: Object.fromEntries([...moved, ...some]) as Files };
    })
    // A name cannot be a file and a directory in one tree.
    .filter(({ store, here }) =>
      [store, here].every((tree) => Object.keys(tree).every((at) => !directoriesOf(tree).has(at))),
    );

  it('the renames and then the moves that are left end where the single moves end', () => {
    let whole = 0;
    fc.assert(
      fc.property(renamed, (trees) => {
        const facts = factsOf(trees);
        const chosen = subtreeMoves(facts);
        whole += chosen.size;
        const bySingles = new Map(Object.entries(trees.store));
        const lifted = [...facts.moves].map(([to, from]) => [to, bySingles.get(from)] as const);
        for (const from of facts.moves.values()) bySingles.delete(from);
        for (const [to, digest] of lifted) bySingles.set(to, digest ?? '');
        expect(applied(trees.store, facts, chosen)).to.equal(sorted(bySingles));
      }),
      RUNS,
    );
    expect(whole).to.be.greaterThan(300);
  });

  it('no directory goes into another that goes, none that is there is covered', () => {
    fc.assert(
      fc.property(renamed, (trees) => {
        const facts = factsOf(trees);
        const chosen = [...subtreeMoves(facts)];
        for (const [to, from] of chosen) {
          expect(facts.sighted.get(from)).to.equal(true);
          expect(facts.sighted.has(to)).to.equal(false);
          for (const [otherTo, otherFrom] of chosen) {
            expect(isBelow(to, otherTo) || isBelow(from, otherFrom)).to.equal(false);
            expect(isBelow(to, otherFrom) || isBelow(from, otherTo)).to.equal(false);
          }
        }
      }),
      RUNS,
    );
  });
});

const sorted = (files: ReadonlyMap<string, string>) =>
  JSON.stringify([...files].sort(([a], [b]) => (a < b ? -1 : 1)));

/** As the engine does it: the directories first, one by one, then what is left of the single moves. */
function applied(store: Files, facts: SubtreeFacts, chosen: ReadonlyMap<string, string>) {
  const files = new Map(Object.entries(store));
  const left = new Map(facts.moves);
  for (const [to, from] of chosen) {
    for (const [at, digest] of [...files]) {
      if (isBelow(at, from)) {
        const target = to + at.slice(from.length);
        expect(left.get(target), `${at} is carried along`).to.equal(at);
        left.delete(target);
        files.delete(at);
        files.set(target, digest);
      }
    }
  }
  const lifted = [...left].map(([to, from]) => [to, files.get(from)] as const);
  for (const from of left.values()) files.delete(from);
  for (const [to, digest] of lifted) files.set(to, digest ?? 'nothing');
  return sorted(files);
}
