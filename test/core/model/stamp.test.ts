/** Stamps: same only on proof, different only on proof, else unsure. */
import { expect } from 'chai';
import fc from 'fast-check';
import type { Likeness } from '../../../src/core/model/stamp.ts';
import { collides, compareStamps, looksAlike } from '../../../src/core/model/stamp.ts';
import type { Stamp } from '../../../src/core/ports/transport.ts';
import { RUNS } from '../arbitraries.ts';

const SECOND = 1000;
const MINUTE = 60_000;
const DAY = 86_400_000;
const at = 1_700_000_040_000; // a whole minute
const base: Stamp = { size: 5, modified: at };

interface Row {
  readonly sentence: string;
  readonly a: Stamp;
  readonly b: Stamp;
  readonly expected: Likeness;
}

const rows: readonly Row[] = [
  { sentence: 'size and second are equal', a: base, b: base, expected: 'same' },
  {
    sentence: 'parts of a second differ',
    a: base,
    b: { size: 5, modified: at + 999 },
    expected: 'same',
  },
  {
    sentence: 'seconds differ',
    a: base,
    b: { size: 5, modified: at + SECOND },
    expected: 'different',
  },
  { sentence: 'sizes differ', a: base, b: { size: 6, modified: at }, expected: 'different' },
  {
    sentence: 'sizes differ and no time is known',
    a: { size: 5 },
    b: { size: 6 },
    expected: 'different',
  },
  { sentence: 'no size is known on one side', a: base, b: { modified: at }, expected: 'unsure' },
  { sentence: 'no time is known on one side', a: base, b: { size: 5 }, expected: 'unsure' },
  { sentence: 'nothing is known', a: {}, b: {}, expected: 'unsure' },
  {
    sentence: 'only the time is known and differs',
    a: { modified: at },
    b: { modified: at + SECOND },
    expected: 'different',
  },
  {
    sentence: 'one side tells minutes, in the same minute',
    a: { ...base, precision: MINUTE },
    b: { size: 5, modified: at + 59 * SECOND },
    expected: 'unsure',
  },
  {
    sentence: 'one side tells minutes, in the next minute',
    a: { ...base, precision: MINUTE },
    b: { size: 5, modified: at + MINUTE },
    expected: 'different',
  },
  {
    sentence: 'both tell minutes and are equal',
    a: { ...base, precision: MINUTE },
    b: { ...base, precision: MINUTE },
    expected: 'unsure',
  },
  {
    sentence: 'both tell minutes and the sizes differ',
    a: { ...base, precision: MINUTE },
    b: { size: 6, modified: at, precision: MINUTE },
    expected: 'different',
  },
  {
    sentence: 'one side tells days, on the same day',
    a: { size: 5, modified: Math.floor(at / DAY) * DAY, precision: DAY },
    b: base,
    expected: 'unsure',
  },
  {
    sentence: 'one side tells two seconds',
    a: { ...base, precision: 2 * SECOND },
    b: base,
    expected: 'unsure',
  },
  {
    sentence: 'both tell milliseconds, and these differ',
    a: { ...base, precision: 1 },
    b: { size: 5, modified: at + 1, precision: 1 },
    expected: 'different',
  },
  {
    sentence: 'ids differ',
    a: { ...base, id: '1' },
    b: { ...base, id: '2' },
    expected: 'different',
  },
  {
    sentence: 'ids are equal, as is the rest',
    a: { ...base, id: '1' },
    b: { ...base, id: '1' },
    expected: 'same',
  },
  {
    sentence: 'only ids are known and are equal',
    a: { id: '1' },
    b: { id: '1' },
    expected: 'unsure',
  },
  { sentence: 'only one side has an id', a: { ...base, id: '1' }, b: base, expected: 'same' },
  {
    sentence: 'ids are equal and the time differs',
    a: { ...base, id: '1' },
    b: { size: 5, modified: at + SECOND, id: '1' },
    expected: 'different',
  },
  {
    sentence: 'only etags are known and are equal',
    a: { etag: 'x' },
    b: { etag: 'x' },
    expected: 'unsure',
  },
  {
    sentence: 'strong etags differ',
    a: { ...base, etag: 'x' },
    b: { ...base, etag: 'y' },
    expected: 'different',
  },
  {
    sentence: 'weak etags differ',
    a: { ...base, etag: 'W/x' },
    b: { ...base, etag: 'W/y' },
    expected: 'same',
  },
  {
    sentence: 'a weak etag became a strong one',
    a: { ...base, etag: 'W/x' },
    b: { ...base, etag: 'x' },
    expected: 'same',
  },
  {
    sentence: 'etags are equal and sizes differ',
    a: { size: 5, etag: 'x' },
    b: { size: 6, etag: 'x' },
    expected: 'different',
  },
  {
    sentence: 'times before 1970 in one second',
    a: { size: 5, modified: -1 },
    b: { size: 5, modified: -1000 },
    expected: 'same',
  },
  {
    sentence: 'times on either side of 1970',
    a: { size: 5, modified: -1 },
    b: { size: 5, modified: 0 },
    expected: 'different',
  },
];

const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

const anyStamp: fc.Arbitrary<Stamp> = fc
  .record({
    size: maybe(fc.nat(2)),
    modified: maybe(fc.integer({ min: -3, max: 130 }).map((n) => n * 500)),
    precision: maybe(fc.constantFrom(1, SECOND, MINUTE)),
    etag: maybe(fc.constantFrom('x', 'y', 'W/x')),
    id: maybe(fc.constantFrom('1', '2')),
  })
  .map(
    (made) => Object.fromEntries(Object.entries(made).filter(([, v]) => v !== undefined)) as Stamp,
  );

describe('compareStamps', () => {
  for (const { sentence, a, b, expected } of rows) {
    it(`${expected}, when ${sentence}`, () => {
      expect(compareStamps(a, b)).to.equal(expected);
      expect(compareStamps(b, a)).to.equal(expected);
    });
  }

  it('does not depend on which stamp comes first', () => {
    fc.assert(
      fc.property(anyStamp, anyStamp, (a, b) => {
        expect(compareStamps(a, b)).to.equal(compareStamps(b, a));
      }),
      RUNS,
    );
  });

  it('a stamp is never different from itself', () => {
    fc.assert(
      fc.property(anyStamp, (stamp) => {
        expect(compareStamps(stamp, stamp)).not.to.equal('different');
      }),
      RUNS,
    );
  });

  it('without size and time to the second on both sides, nothing is the same', () => {
    fc.assert(
      fc.property(anyStamp, anyStamp, (a, b) => {
        const isExact = (s: Stamp) =>
          s.size !== undefined && s.modified !== undefined && (s.precision ?? SECOND) <= SECOND;
        if (compareStamps(a, b) === 'same') {
          expect(isExact(a) && isExact(b)).to.equal(true);
        }
      }),
      RUNS,
    );
  });
});

describe('checksums', () => {
  it('tell two contents apart that agree in everything else, if they are of one kind', () => {
    const other = (checksum: string) =>
      compareStamps({ ...base, checksum: 'SHA1:ab' }, { ...base, checksum });
    expect(other('SHA1:ac')).to.equal('different');
    expect(other('sha1:AB')).to.equal('same');
    expect(other('MD5:ac')).to.equal('same');
    expect(compareStamps({ ...base, checksum: 'SHA1:ab' }, base)).to.equal('same');
  });
});

describe('looksAlike', () => {
  it('compares with a record by size and time alone', () => {
    expect(looksAlike({ ...base, etag: 'x', id: '1' }, 5, at)).to.equal('same');
    expect(looksAlike({ ...base, etag: 'x', id: '1' }, 6, at)).to.equal('different');
    expect(looksAlike({ ...base, precision: MINUTE }, 5, at + SECOND)).to.equal('unsure');
  });
});

describe('collides', () => {
  it('other marks do not tell two stamps apart for who sees only size and time', () => {
    expect(collides({ ...base, id: '1', etag: 'x' }, { ...base, id: '2', etag: 'y' })).to.equal(
      true,
    );
    expect(collides(base, { size: 5, modified: at + SECOND })).to.equal(false);
    expect(collides(base, { size: 5 })).to.equal(true);
  });

  it('stamps that compare as the same collide', () => {
    fc.assert(
      fc.property(anyStamp, anyStamp, (a, b) => {
        if (compareStamps(a, b) === 'same') {
          expect(collides(a, b)).to.equal(true);
        }
      }),
      RUNS,
    );
  });
});
