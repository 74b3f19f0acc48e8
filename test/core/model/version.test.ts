/** Dots and what has been seen of each client. */
import { expect } from 'chai';
import fc from 'fast-check';
import {
  clientOf,
  covers,
  makeDot,
  maximum,
  numberOf,
  seenHas,
} from '../../../src/core/model/version.ts';
import { anyClient, RUNS } from '../arbitraries.ts';

const seen = fc.dictionary(fc.constantFrom('anna', 'bert', 'carl'), fc.nat(3));

describe('dots', () => {
  it('name their client and their number', () => {
    fc.assert(
      fc.property(anyClient, fc.integer({ min: 1, max: 999_999_999_999_999 }), (client, n) => {
        const dot = makeDot(client, n);
        expect([clientOf(dot), numberOf(dot)]).to.deep.equal([client, n]);
      }),
      RUNS,
    );
  });

  it('what is seen of a client is all up to a number', () => {
    expect(seenHas({ anna: 2 }, 'anna:2')).to.equal(true);
    expect(seenHas({ anna: 2 }, 'anna:3')).to.equal(false);
    expect(seenHas({ anna: 10 }, 'anna:9')).to.equal(true);
    expect(seenHas({ anna: 2 }, 'bert:1')).to.equal(false);
  });
});

describe('seen', () => {
  it('the maximum has what either has, and nothing more', () => {
    fc.assert(
      fc.property(
        seen,
        seen,
        fc.constantFrom('anna', 'bert', 'carl'),
        fc.integer({ min: 1, max: 4 }),
        (a, b, client, n) => {
          const dot = makeDot(client, n);
          expect(seenHas(maximum(a, b), dot)).to.equal(seenHas(a, dot) || seenHas(b, dot));
        },
      ),
      RUNS,
    );
  });

  it('one covers another exactly if their maximum is no more than it', () => {
    fc.assert(
      fc.property(seen, seen, (a, b) => {
        const more = Object.entries(maximum(a, b)).some(([client, n]) => n > (a[client] ?? 0));
        expect(covers(a, b)).to.equal(!more);
        expect(covers(maximum(a, b), a) && covers(maximum(a, b), b)).to.equal(true);
      }),
      RUNS,
    );
  });

  it('taking the maximum changes neither of both', () => {
    const [a, b] = [{ anna: 1 }, { anna: 2, bert: 1 }];
    maximum(a, b);
    expect([a, b]).to.deep.equal([{ anna: 1 }, { anna: 2, bert: 1 }]);
  });
});
