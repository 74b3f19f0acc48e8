/** Merging: what a client holds depends on what it has seen and on nothing else, least of all on the order of reading. */
import { expect } from 'chai';
import fc from 'fast-check';
import { applyChange, freshChanges, readiness } from '../../../src/core/decide/merge.ts';
import { Master } from '../../../src/core/model/master.ts';
import type { Change, Seen } from '../../../src/core/model/version.ts';
import { numberOf, seenHas } from '../../../src/core/model/version.ts';
import { fileOf, RUNS } from '../arbitraries.ts';
import type { Client, History } from './histories.ts';
import { acts, CLIENTS, copyOf, held, merge, played, read, snapshotOf } from './histories.ts';

const all = (history: History): Client[] => [...history.clients.values()];

/** A third state, made from `a` and `b` in this order. */
function joined(a: Client, b: Client): Client {
  const both = copyOf(a);
  merge(both, snapshotOf(b));
  return both;
}

const same = (a: Client, b: Client): void => {
  expect([held(a), a.seen]).to.deep.equal([held(b), b.seen]);
};

describe('merging', () => {
  it('a client holds what was added and what nothing it has seen replaced, however it learned of it', () => {
    fc.assert(
      fc.property(acts, (list) => {
        const history = played(list);
        for (const client of all(history)) {
          expect(held(client)).to.deep.equal(history.expected(client.seen));
        }
      }),
      RUNS,
    );
  });

  it('two masters give the same in either order', () => {
    fc.assert(
      fc.property(acts, (list) => {
        const [a, b] = all(played(list)) as [Client, Client];
        same(joined(a, b), joined(b, a));
      }),
      RUNS,
    );
  });

  it('three masters give the same however they are grouped', () => {
    fc.assert(
      fc.property(acts, (list) => {
        const [a, b, c] = all(played(list)) as [Client, Client, Client];
        same(joined(joined(a, b), c), joined(a, joined(b, c)));
      }),
      RUNS,
    );
  });

  it('a master merged with itself, or again, changes nothing', () => {
    fc.assert(
      fc.property(acts, (list) => {
        const [a, b] = all(played(list)) as [Client, Client];
        same(joined(a, a), a);
        same(joined(joined(a, b), b), joined(a, b));
      }),
      RUNS,
    );
  });

  it('reading all segments gives the same as merging the masters, in whatever order they come', () => {
    const order = fc.array(fc.nat(100), { minLength: 30, maxLength: 30 });
    fc.assert(
      fc.property(acts, order, (list, keys) => {
        const history = played([
          ...list,
          ...CLIENTS.map((who) => ({ do: 'publish', who }) as const),
        ]);
        const [a, b, c] = all(history) as [Client, Client, Client];
        const reader: Client = { name: 'anna', master: new Master(), seen: {}, unpublished: [] };
        const waiting = history.segments.map((segment, i) => ({ segment, key: keys[i % 30] ?? 0 }));
        waiting.sort((x, y) => x.key - y.key);
        for (let tries = 0; tries <= waiting.length; tries++) {
          waiting.forEach(({ segment }) => read(reader, segment));
        }
        same(reader, joined(joined(a, b), c));
      }),
      RUNS,
    );
  });

  it('a deletion never removes an edit that it had not seen', () => {
    fc.assert(
      fc.property(acts, (list) => {
        const [a, b] = all(played(list)) as [Client, Client];
        const [edit, deletion] = [copyOf(a), copyOf(b)];
        const next = (client: Client, replaces: readonly string[], entry: Change['entry']) => {
          const number = (client.seen[client.name] ?? 0) + 1;
          const dot = `${client.name}:${String(number)}`;
          applyChange(client.master, { path: 'a', dot, by: 'x', replaces, entry });
          client.seen = { ...client.seen, [client.name]: number };
          return dot;
        };
        const dots = ({ master }: Client) => master.recorded('a').map((v) => v.dot);
        const made = next(edit, dots(edit), fileOf('e', 9));
        next(deletion, dots(deletion), null);
        expect(dots(joined(deletion, edit))).to.include(made);
        expect(dots(joined(edit, deletion))).to.include(made);
      }),
      RUNS,
    );
  });
});

describe('applyChange', () => {
  it('says which versions went', () => {
    const master = new Master();
    const change = { path: 'a', by: 'anna', replaces: [] };
    applyChange(master, { ...change, dot: 'anna:1', entry: fileOf('a', 1) });
    applyChange(master, { ...change, dot: 'bert:1', entry: fileOf('b', 1) });
    const { dropped } = applyChange(master, {
      ...change,
      dot: 'anna:2',
      replaces: ['anna:1'],
      entry: null,
    });
    expect(dropped.map((v) => v.dot)).to.deep.equal(['anna:1']);
    expect(master.recorded('a').map((v) => v.dot)).to.deep.equal(['bert:1']);
  });

  it('the same change twice is one version', () => {
    const master = new Master();
    const change = { path: 'a', dot: 'anna:1', by: 'anna', replaces: [], entry: fileOf('a', 1) };
    applyChange(master, change);
    applyChange(master, change);
    expect(master.recorded('a')).to.have.length(1);
  });
});

describe('readiness', () => {
  const segment = { client: 'anna', from: 4, to: 6, seen: { anna: 6, bert: 2 } };
  const rows: readonly (readonly [string, Seen, ReturnType<typeof readiness>])[] = [
    ['all before it and all it builds on is merged', { anna: 3, bert: 2 }, 'apply'],
    ['more than it builds on is merged', { anna: 3, bert: 9, carl: 1 }, 'apply'],
    ['a part of it is merged', { anna: 5, bert: 2 }, 'apply'],
    ['all of it is merged', { anna: 6, bert: 2 }, 'known'],
    ['all of it is merged, by a master', { anna: 9 }, 'known'],
    ['an earlier segment is missing', { anna: 2, bert: 2 }, 'wait'],
    ['something of another client is missing', { anna: 3, bert: 1 }, 'wait'],
    ['another client is not known at all', { anna: 3 }, 'wait'],
  ];
  for (const [sentence, seen, expected] of rows) {
    it(`${expected}, when ${sentence}`, () => {
      expect(readiness(segment, seen)).to.equal(expected);
    });
  }

  it('only what is not merged yet is fresh', () => {
    const changes = [4, 5, 6].map((n): Change => ({
      path: 'a',
      dot: `anna:${String(n)}`,
      by: 'anna',
      replaces: [],
      entry: null,
    }));
    fc.assert(
      fc.property(fc.nat(8), (n) => {
        const fresh = freshChanges(changes, { anna: n });
        expect(fresh.map((change) => numberOf(change.dot))).to.deep.equal(
          [4, 5, 6].filter((k) => k > n),
        );
        expect(fresh.some((change) => seenHas({ anna: n }, change.dot))).to.equal(false);
      }),
      { numRuns: 100 },
    );
  });
});
