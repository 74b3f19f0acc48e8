/** Several clients that reconcile one path against each other: they end alike, and nothing anybody wrote is lost. */
import { expect } from 'chai';
import fc from 'fast-check';
import type { Entry } from '../../../src/core/model/entry.ts';
import { fileOf, RUNS } from '../arbitraries.ts';
import type { Act, Name } from './clients.ts';
import { NAMES, People } from './clients.ts';

function ends(acts: readonly Act[], count = 3): string | undefined {
  const people = new People(count);
  for (const act of acts) {
    people.act(act);
  }
  return people.settle(people.clients);
}

/** Every sequence of `length` acts of two clients; each writing makes new content, older or newer than all before. */
function* allActs(length: number): Generator<Act[]> {
  const choices = (['anna', 'bert'] as const).flatMap((who) => [
    (): Act => ({ who, do: 'sync' }),
    (): Act => ({ who, do: 'delete' }),
    (i: number): Act => ({ who, do: 'write', entry: fileOf('abcdef'[i] ?? '', 10 + i) }),
    (i: number): Act => ({ who, do: 'write', entry: fileOf('abcdef'[i] ?? '', 10 - i) }),
  ]);
  for (let n = 0; n < choices.length ** length; n++) {
    yield Array.from({ length }, (_, i) =>
      choices[Math.floor(n / choices.length ** i) % choices.length]!(i),
    );
  }
}

const who = fc.constantFrom<Name>(...NAMES);
const sync = fc.record({ who, do: fc.constant('sync' as const) });
const deletion = fc.record({ who, do: fc.constant('delete' as const) });

const actsWith = (entry: fc.Arbitrary<Entry>): fc.Arbitrary<Act[]> =>
  fc.array(
    fc.oneof(
      { weight: 4, arbitrary: sync },
      { weight: 1, arbitrary: deletion },
      { weight: 4, arbitrary: fc.record({ who, do: fc.constant('write' as const), entry }) },
    ),
    { maxLength: 16 },
  );

/** No content is ever written twice: what somebody replaced is not what somebody else made. */
const unique = actsWith(fc.nat(9).map((mtime): Entry => fileOf('a', mtime))).map((acts) =>
  acts.map((act, i): Act =>
    act.do === 'write' && act.entry.kind === 'file'
      ? { ...act, entry: { ...act.entry, digest: i.toString(16).repeat(64).slice(0, 64) } }
      : act,
  ),
);

const repeated = actsWith(
  fc.oneof(
    fc
      .tuple(fc.constantFrom('a', 'b', 'c'), fc.nat(4), fc.boolean())
      .map((made): Entry => fileOf(...made)),
    fc.record({
      kind: fc.constant('link' as const),
      target: fc.constantFrom('x', 'y'),
      mtime: fc.nat(4),
    }),
    fc.constant<Entry>({ kind: 'directory' }),
  ),
);

describe('several clients and one path', () => {
  const sentence =
    'all end with the same winner, the store too, and nothing that was not replaced knowingly is lost';

  it(`${sentence}: in every history of two clients with five acts`, () => {
    const wrong: string[] = [];
    for (const acts of allActs(5)) {
      const why = ends(acts, 2);
      if (why !== undefined && wrong.length < 3) {
        wrong.push(why);
      }
    }
    expect(wrong.join('\n\n')).to.equal('');
  });

  it(`${sentence}: in 10,000 histories of three clients`, () => {
    fc.assert(
      fc.property(unique, (acts) => {
        expect(ends(acts)).to.equal(undefined);
      }),
      RUNS,
    );
  });

  it('all end alike with equal contents, links and directories too', () => {
    fc.assert(
      fc.property(repeated, (acts) => {
        const why = ends(acts);
        expect(why?.includes(' is lost') === true ? undefined : why).to.equal(undefined);
      }),
      RUNS,
    );
  });

  it('who of two newly joined clients syncs first does not decide who wins', () => {
    const files = fc.tuple(fc.nat(2), fc.nat(2)).map(([x, y]) => [fileOf('a', x), fileOf('b', y)]);
    fc.assert(
      fc.property(files, (entries) => {
        const outcomes = [false, true].map((isReversed) => {
          const people = new People(2);
          entries.forEach((entry, i) => people.act({ who: NAMES[i]!, do: 'write', entry }));
          const order = isReversed ? [...people.clients].reverse() : people.clients;
          expect(people.settle(order)).to.equal(undefined);
          return people.clients.map(({ local }) => local);
        });
        expect(outcomes[0]).to.deep.equal(outcomes[1]);
      }),
      { numRuns: 200 },
    );
  });
});
