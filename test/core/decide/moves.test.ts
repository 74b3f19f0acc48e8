/** Pairing what goes with what comes. */
import { expect } from 'chai';
import fc from 'fast-check';
import { pairMoves } from '../../../src/core/decide/moves.ts';
import { nameOf } from '../../../src/core/model/path.ts';
import { RUNS, tinyPath } from '../arbitraries.ts';

type Side = Readonly<Record<string, string>>;

const listed = (side: Side) => Object.entries(side).map(([path, digest]) => ({ path, digest }));

describe('pairMoves', () => {
  const rows: readonly (readonly [string, Side, Side, Side])[] = [
    ['a renamed file', { a: '1' }, { b: '1' }, { b: 'a' }],
    ['a moved file', { 'a/x': '1' }, { 'b/x': '1' }, { 'b/x': 'a/x' }],
    ['other content is no move', { a: '1' }, { b: '2' }, {}],
    ['what only goes', { a: '1' }, {}, {}],
    ['what only comes', {}, { b: '1' }, {}],
    ['of two copies one is moved', { a: '1' }, { b: '1', c: '1' }, { b: 'a' }],
    [
      'two files with one content, two moves',
      { a: '1', b: '1' },
      { c: '1', d: '1' },
      { c: 'a', d: 'b' },
    ],
    [
      'the one with the same name first',
      { 'a/x': '1', 'a/y': '1' },
      { 'b/y': '1', 'b/x': '1' },
      { 'b/y': 'a/y', 'b/x': 'a/x' },
    ],
  ];
  for (const [sentence, going, coming, expected] of rows) {
    it(sentence, () => {
      expect(Object.fromEntries(pairMoves(listed(going), listed(coming)))).to.deep.equal(expected);
    });
  }

  it('of several with one content, name and time decide, the better likeness first', () => {
    const going = [
      { path: 'a/x', digest: '1', mtime: 1 },
      { path: 'a/y', digest: '1', mtime: 2 },
      { path: 'a/z', digest: '1', mtime: 3 },
    ];
    const coming = [
      { path: 'c', digest: '1', mtime: 9 },
      { path: 'b/x', digest: '1', mtime: 1 },
      { path: 'd', digest: '1', mtime: 3 },
    ];
    const pairs = Object.fromEntries(pairMoves(going, coming));
    expect(pairs).to.deep.equal({ 'b/x': 'a/x', d: 'a/z', c: 'a/y' });
  });

  const side = fc.dictionary(tinyPath, fc.constantFrom('1', '2', '3'), { maxKeys: 6 });

  it('takes each path at most once, pairs only equal content, and as many as there can be', () => {
    fc.assert(
      fc.property(side, side, (going, coming) => {
        const pairs = pairMoves(listed(going), listed(coming));
        expect(new Set(pairs.values()).size).to.equal(pairs.size);
        for (const [to, from] of pairs) {
          expect(coming[to]).to.equal(going[from]);
          expect(going[from]).not.to.equal(undefined);
        }
        const count = (of: Side, digest: string) =>
          Object.values(of).filter((other) => other === digest).length;
        const most = ['1', '2', '3'].map((d) => Math.min(count(going, d), count(coming, d)));
        expect(pairs.size).to.equal(most.reduce((a, b) => a + b));
      }),
      RUNS,
    );
  });

  it('a file that keeps its name alone is paired with itself, whatever else moves', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.constantFrom('x', 'y', 'z', 'w')), (names) => {
        const going = Object.fromEntries(names.map((name) => [`a/${name}`, '1']));
        const coming = Object.fromEntries([...names].reverse().map((name) => [`b/${name}`, '1']));
        for (const [to, from] of pairMoves(listed(going), listed(coming))) {
          expect(nameOf(to)).to.equal(nameOf(from));
        }
      }),
      { numRuns: 200 },
    );
  });
});
