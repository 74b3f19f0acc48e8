/** The guard: who is held for deleting or replacing too much, and that nobody else is. */
import { expect } from 'chai';
import fc from 'fast-check';
import type { GuardedDeed, GuardFacts } from '../../../src/core/decide/guard.ts';
import { guard } from '../../../src/core/decide/guard.ts';
import { RUNS } from '../arbitraries.ts';

const LIMITS = { guardFiles: 25, guardShare: 0.2, guardAll: 4 };

const deeds = (count: number, origin = 'dora', prefix = 'f'): GuardedDeed[] =>
  Array.from({ length: count }, (_, i) => ({
    path: `${prefix}${String(i)}`,
    action: 'delete-here',
    origin,
    key: 'k',
  }));

const recent = (count: number, origin = 'dora', prefix = 'r') =>
  new Map(deeds(count, origin, prefix).map((deed) => [deed.path, origin]));

interface Row {
  readonly sentence: string;
  readonly facts: Partial<GuardFacts> & { readonly total: number };
  readonly held: number;
}

const rows: readonly Row[] = [
  { sentence: 'nothing is done', facts: { total: 100 }, held: 0 },
  { sentence: '25 of 100 files', facts: { deeds: deeds(25), total: 100 }, held: 0 },
  { sentence: '26 of 100 files', facts: { deeds: deeds(26), total: 100 }, held: 26 },
  {
    sentence: '26 of 130 files: exactly a fifth',
    facts: { deeds: deeds(26), total: 130 },
    held: 0,
  },
  {
    sentence: '26 of 129 files: more than a fifth',
    facts: { deeds: deeds(26), total: 129 },
    held: 26,
  },
  { sentence: '20 of 40 files: half, but few', facts: { deeds: deeds(20), total: 40 }, held: 0 },
  { sentence: 'all 4 files', facts: { deeds: deeds(4), total: 4 }, held: 4 },
  { sentence: '3 of 4 files', facts: { deeds: deeds(3), total: 4 }, held: 0 },
  { sentence: 'all 3 files', facts: { deeds: deeds(3), total: 3 }, held: 0 },
  {
    sentence: '13 now and 13 within the hour, of 100',
    facts: { deeds: deeds(13), recent: recent(13), total: 100 },
    held: 13,
  },
  {
    sentence: '13 now and 12 within the hour, of 100',
    facts: { deeds: deeds(13), recent: recent(12), total: 100 },
    held: 0,
  },
  {
    sentence: 'the same paths again within the hour',
    facts: { deeds: deeds(20), recent: recent(20, 'dora', 'f'), total: 100 },
    held: 0,
  },
  {
    sentence: '20 by each of two',
    facts: { deeds: [...deeds(20), ...deeds(20, 'emil', 'e')], total: 100 },
    held: 0,
  },
  {
    sentence: '20 now, and 20 by another within the hour',
    facts: { deeds: deeds(20), recent: recent(20, 'emil'), total: 100 },
    held: 0,
  },
  {
    sentence: '30 by one, 5 by another',
    facts: { deeds: [...deeds(30), ...deeds(5, 'emil', 'e')], total: 100 },
    held: 30,
  },
  {
    sentence: '30, all accepted',
    facts: { deeds: deeds(30), isAccepted: () => true, total: 100 },
    held: 0,
  },
  {
    sentence: '30, of which 10 are accepted',
    facts: { deeds: deeds(30), isAccepted: ({ path }) => Number(path.slice(1)) < 10, total: 100 },
    held: 0,
  },
];

const withDefaults = (facts: Row['facts']): GuardFacts => ({
  deeds: [],
  recent: new Map(),
  isAccepted: () => false,
  limits: LIMITS,
  ...facts,
});

describe('guard', () => {
  for (const { sentence, facts, held } of rows) {
    it(`${held > 0 ? 'holds' : 'lets through'} ${sentence}`, () => {
      expect(guard(withDefaults(facts))).to.have.length(held);
    });
  }

  const deed = fc.record({
    path: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
    action: fc.constantFrom('delete-here', 'replace-here', 'delete-on-store', 'replace-on-store'),
    origin: fc.constantFrom('dora', 'emil'),
    key: fc.constant('k'),
  });
  const anyFacts = fc
    .record({
      deeds: fc.array(deed, { maxLength: 8 }),
      recent: fc.dictionary(fc.constantFrom('a', 'x', 'y'), fc.constantFrom('dora', 'emil')),
      accepted: fc.subarray(['a', 'b', 'c']),
      total: fc.nat(10),
      limits: fc.record({
        guardFiles: fc.nat(4),
        guardShare: fc.constantFrom(0, 0.2, 0.5, 1),
        guardAll: fc.nat(5),
      }),
    })
    .map(({ recent: before, accepted, ...rest }): GuardFacts => ({
      ...rest,
      recent: new Map(Object.entries(before)),
      isAccepted: ({ path }) => accepted.includes(path),
    }));

  it('holds all open deeds of an origin or none of them, and never an accepted one', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const held = new Set(guard(facts));
        for (const origin of ['dora', 'emil']) {
          const open = facts.deeds.filter((d) => d.origin === origin && !facts.isAccepted(d));
          const count = open.filter((d) => held.has(d)).length;
          expect([0, open.length]).to.include(count);
        }
        expect([...held].some((d) => facts.isAccepted(d))).to.equal(false);
      }),
      RUNS,
    );
  });

  it('what one does never holds another', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const alone = facts.deeds.filter((d) => d.origin === 'dora');
        const only = new Map([...facts.recent].filter(([, origin]) => origin === 'dora'));
        const held = guard(facts).filter((d) => d.origin === 'dora');
        expect(guard({ ...facts, deeds: alone, recent: only })).to.deep.equal(held);
      }),
      RUNS,
    );
  });

  it('more deeds never hold fewer', () => {
    fc.assert(
      fc.property(anyFacts, deed, (facts, extra) => {
        const held = guard(facts);
        expect(guard({ ...facts, deeds: [...facts.deeds, extra] })).to.include.members(held);
      }),
      RUNS,
    );
  });
});
