/** The guard: who is held for deleting or replacing too much, and that nobody else is. */
import { expect } from 'chai';
import fc from 'fast-check';
import type { GuardedDeed, GuardFacts } from '../../../src/core/decide/guard.ts';
import { guard } from '../../../src/core/decide/guard.ts';
import { RUNS } from '../arbitraries.ts';

const LIMITS = { guardFiles: 25, guardShare: 0.2, guardAll: 4 };

interface Which {
  readonly origin?: string;
  readonly prefix?: string;
  readonly action?: GuardedDeed['action'];
}

const deeds = (count: number, which: Which = {}): GuardedDeed[] => {
  const { origin = 'dora', prefix = 'f', action = 'delete-here' } = which;
  return Array.from({ length: count }, (_, i) => ({
    path: `${prefix}${String(i)}`,
    action,
    origin,
    key: 'k',
  }));
};

const recent = (count: number, which: Which = {}) =>
  new Map(deeds(count, { prefix: 'r', ...which }).map((deed) => [deed.path, deed]));

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
    facts: { deeds: deeds(20), recent: recent(20, { prefix: 'f' }), total: 100 },
    held: 0,
  },
  {
    sentence: '20 by each of two',
    facts: { deeds: [...deeds(20), ...deeds(20, { origin: 'emil', prefix: 'e' })], total: 100 },
    held: 0,
  },
  {
    sentence: '20 now, and 20 by another within the hour',
    facts: { deeds: deeds(20), recent: recent(20, { origin: 'emil' }), total: 100 },
    held: 0,
  },
  {
    sentence: '30 by one, 5 by another',
    facts: { deeds: [...deeds(30), ...deeds(5, { origin: 'emil', prefix: 'e' })], total: 100 },
    held: 30,
  },
  {
    sentence: 'the last of 10 files, when the others went within the hour',
    facts: { deeds: deeds(1), recent: recent(9, { action: 'delete-on-store' }), total: 10 },
    held: 1,
  },
  {
    sentence: 'all 4 files replaced: a person who saves each',
    facts: { deeds: deeds(4, { action: 'replace-on-store' }), total: 4 },
    held: 0,
  },
  {
    sentence: 'all 25 files replaced',
    facts: { deeds: deeds(25, { action: 'replace-here' }), total: 25 },
    held: 0,
  },
  {
    sentence: 'all 26 files replaced',
    facts: { deeds: deeds(26, { action: 'replace-here' }), total: 26 },
    held: 26,
  },
  {
    sentence: '13 replaced and 13 deleted of 100',
    facts: {
      deeds: [...deeds(13), ...deeds(13, { action: 'replace-here', prefix: 'r' })],
      total: 100,
    },
    held: 26,
  },
  {
    sentence: '3 of 4 deleted, the last replaced',
    facts: { deeds: [...deeds(3), ...deeds(1, { action: 'replace-here', prefix: 'r' })], total: 4 },
    held: 0,
  },
  {
    sentence: '26 of 100 that came back',
    facts: { deeds: deeds(26, { action: 'come-back' }), total: 100 },
    held: 26,
  },
  {
    sentence: 'all 4 that came back',
    facts: { deeds: deeds(4, { action: 'come-back' }), total: 4 },
    held: 0,
  },
  {
    sentence: 'the one of 3 that was asked about',
    facts: { deeds: deeds(3), isAsked: ({ path }) => path === 'f1', total: 100 },
    held: 1,
  },
  {
    sentence: 'what was asked about and is accepted',
    facts: { deeds: deeds(3), isAsked: () => true, isAccepted: () => true, total: 100 },
    held: 0,
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
  isAsked: () => false,
  limits: LIMITS,
  ...facts,
});

describe('guard', () => {
  for (const { sentence, facts, held } of rows) {
    it(`${held > 0 ? 'holds' : 'lets through'} ${sentence}`, () => {
      expect(guard(withDefaults(facts))).to.have.length(held);
    });
  }

  const action = fc.constantFrom<GuardedDeed['action'][]>(
    'delete-here',
    'replace-here',
    'delete-on-store',
    'replace-on-store',
    'come-back',
  );
  const isDeletion = (one: GuardedDeed) => one.action.startsWith('delete');
  const deed: fc.Arbitrary<GuardedDeed> = fc.record({
    path: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
    action,
    origin: fc.constantFrom('dora', 'emil'),
    key: fc.constant('k'),
  });
  const anyFacts = fc
    .record({
      deeds: fc.array(deed, { maxLength: 8 }),
      recent: fc.dictionary(
        fc.constantFrom('a', 'x', 'y'),
        fc.record({ action, origin: fc.constantFrom('dora', 'emil') }),
      ),
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
      isAsked: () => false,
    }));

  it('holds all open deeds of an origin, or its deletions, or none, and never an accepted one', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const held = new Set(guard(facts));
        for (const origin of ['dora', 'emil']) {
          const open = facts.deeds.filter((d) => d.origin === origin && !facts.isAccepted(d));
          const those = open.filter((d) => held.has(d));
          expect([0, open.filter(isDeletion).length, open.length]).to.include(those.length);
          expect(those.length === open.length || those.every(isDeletion)).to.equal(true);
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
        const only = new Map([...facts.recent].filter(([, { origin }]) => origin === 'dora'));
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
