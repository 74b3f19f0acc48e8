/** Who takes the name: the same for every client, whatever order it read the versions in. */
import { expect } from 'chai';
import fc from 'fast-check';
import { beats, unify, winner } from '../../../src/core/decide/winner.ts';
import type { Entry } from '../../../src/core/model/entry.ts';
import { keyOf, mtimeOf } from '../../../src/core/model/entry.ts';
import type { Version } from '../../../src/core/model/version.ts';
import { fileOf, RUNS, tinyEntry, tinyVersions } from '../arbitraries.ts';

const directory: Entry = { kind: 'directory' };
const link = (target: string, mtime: number): Entry => ({ kind: 'link', target, mtime });
const version = (dot: string, entry: Entry): Version => ({ dot, by: 'dora', entry });

describe('beats', () => {
  const rows: readonly (readonly [string, Entry, Entry])[] = [
    ['the newer file', fileOf('a', 2), fileOf('b', 1)],
    ['of two equally old the greater digest', fileOf('b', 1), fileOf('a', 1)],
    ['a directory, however new the file is', directory, fileOf('a', 9)],
    ['a directory, however new the link is', directory, link('a', 9)],
    ['the newer link', link('a', 2), fileOf('f', 1)],
    ['a file from before 1970 over an older one', fileOf('a', -1), fileOf('b', -2)],
  ];
  for (const [sentence, better, worse] of rows) {
    it(`${sentence} wins`, () => {
      expect(beats(better, worse)).to.equal(true);
      expect(beats(worse, better)).to.equal(false);
    });
  }

  it('of two contents exactly one wins, and nothing beats itself', () => {
    fc.assert(
      fc.property(tinyEntry, tinyEntry, (a, b) => {
        if (keyOf(a) === keyOf(b) && mtimeOf(a) === mtimeOf(b)) {
          expect(beats(a, b)).to.equal(false);
        } else {
          expect(beats(a, b)).to.equal(!beats(b, a));
        }
      }),
      RUNS,
    );
  });

  it('who beats the one who beats a third beats the third', () => {
    fc.assert(
      fc.property(tinyEntry, tinyEntry, tinyEntry, (a, b, c) => {
        if (beats(a, b) && beats(b, c)) {
          expect(beats(a, c)).to.equal(true);
        }
      }),
      RUNS,
    );
  });
});

describe('winner', () => {
  const shuffled = tinyVersions.chain((versions) =>
    fc.tuple(fc.constant(versions), fc.shuffledSubarray(versions, { minLength: versions.length })),
  );

  it('does not depend on the order of the versions', () => {
    fc.assert(
      fc.property(shuffled, ([versions, other]) => {
        expect(winner(other)).to.deep.equal(winner(versions));
      }),
      RUNS,
    );
  });

  it('is not beaten by any version of another content', () => {
    fc.assert(
      fc.property(tinyVersions, (versions) => {
        const first = winner(versions);
        expect(first === undefined).to.equal(versions.length === 0);
        const others = versions.filter((v) => first && keyOf(v.entry) !== keyOf(first.entry));
        for (const other of others) {
          const unified = unify(other, versions);
          expect(first && beats(first.entry, unified.entry)).to.equal(true);
        }
      }),
      RUNS,
    );
  });

  it('for equal content is one version: the oldest time, executable if any is', () => {
    fc.assert(
      fc.property(tinyVersions, (versions) => {
        for (const v of versions) {
          const one = unify(v, versions);
          const same = versions.filter((o) => keyOf(o.entry) === keyOf(v.entry));
          expect(keyOf(one.entry)).to.equal(keyOf(v.entry));
          expect(same.some((o) => o.dot === one.dot)).to.equal(true);
          expect(mtimeOf(one.entry)).to.equal(Math.min(...same.map((o) => mtimeOf(o.entry))));
          if (one.entry.kind === 'file') {
            const any = same.some((o) => o.entry.kind === 'file' && o.entry.executable);
            expect(one.entry.executable).to.equal(any);
          }
        }
      }),
      RUNS,
    );
  });

  it('the older time of equal content decides against others', () => {
    const versions = [
      version('a:1', fileOf('a', 1)),
      version('b:1', fileOf('a', 9)),
      version('c:1', fileOf('b', 5)),
    ];
    expect(winner(versions)?.dot).to.equal('c:1');
  });
});
