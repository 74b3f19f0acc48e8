/** The master against a model that recomputes everything: which directories are implied, and what lies below one. */
import { expect } from 'chai';
import fc from 'fast-check';
import { keyOf } from '../../../src/core/model/entry.ts';
import { Master } from '../../../src/core/model/master.ts';
import { byPath, isBelow } from '../../../src/core/model/path.ts';
import type { Version } from '../../../src/core/model/version.ts';
import { IMPLIED } from '../../../src/core/model/version.ts';
import { fileOf, RUNS, tinyPath } from '../arbitraries.ts';

type Recorded = ReadonlyMap<string, readonly Version[]>;

const one: Version = { dot: 'dora:1', by: 'dora', entry: fileOf('a', 1) };
const directory: Version = { dot: 'dora:2', by: 'dora', entry: { kind: 'directory' } };
const versions = fc.subarray([one, directory]);
const writes = fc.array(fc.tuple(tinyPath, versions), { maxLength: 8 });

function filled(sets: readonly (readonly [string, Version[]])[]): [Master, Recorded] {
  const master = new Master();
  const model = new Map<string, Version[]>();
  for (const [path, versions] of sets) {
    master.set(path, versions);
    model.set(path, versions);
  }
  return [master, new Map([...model].filter(([, versions]) => versions.length > 0))];
}

const hasBelow = (model: Recorded, path: string) =>
  [...model.keys()].some((other) => isBelow(other, path));

describe('a master', () => {
  it('implies a directory exactly while something recorded lies below it', () => {
    fc.assert(
      fc.property(writes, tinyPath, (sets, path) => {
        const [master, model] = filled(sets);
        expect(master.isImplied(path)).to.equal(hasBelow(model, path));
        for (const directory of master.impliedDirectories()) {
          expect(hasBelow(model, directory)).to.equal(true);
        }
      }),
      RUNS,
    );
  });

  it('shows the implied directory beside what is recorded, unless a directory is recorded', () => {
    fc.assert(
      fc.property(writes, tinyPath, (sets, path) => {
        const [master, model] = filled(sets);
        const recorded = model.get(path) ?? [];
        const isRecorded = recorded.some((v) => v.entry.kind === 'directory');
        const shown = master.versions(path);
        const implied = shown.filter((v) => v.dot === IMPLIED);
        expect(shown.filter((v) => v.dot !== IMPLIED)).to.deep.equal(recorded);
        expect(implied.map((v) => keyOf(v.entry))).to.deep.equal(
          hasBelow(model, path) && !isRecorded ? ['/'] : [],
        );
      }),
      RUNS,
    );
  });

  it('finds all paths below a directory, sorted, also between two changes', () => {
    fc.assert(
      fc.property(writes, writes, tinyPath, (before, after, path) => {
        const [master] = filled(before);
        master.pathsBelow(path);
        for (const [at, versions] of after) {
          master.set(at, versions);
        }
        const [, model] = filled([...before, ...after]);
        const expected = [...model.keys()].filter((other) => isBelow(other, path)).sort(byPath);
        expect(master.pathsBelow(path)).to.deep.equal(expected);
        expect([...master.paths()].sort(byPath)).to.deep.equal([...model.keys()].sort(byPath));
        expect(master.size).to.equal(model.size);
      }),
      RUNS,
    );
  });

  it('a name that only starts alike is not below', () => {
    const [master] = filled(['a/x', 'a-b/x', 'ab/x', 'a!/x'].map((path) => [path, [one]]));
    expect(master.pathsBelow('a')).to.deep.equal(['a/x']);
  });
});
