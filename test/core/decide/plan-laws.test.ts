/** Laws of whole plans: two clients with a few paths, in every small state and with random trees. */
import { expect } from 'chai';
import fc from 'fast-check';
import { SLOW_RUNS } from '../arbitraries.ts';
import { LAWS } from './tree-laws.ts';
import { anyActs, played } from './tree-people.ts';
import { difference, judged } from './tree-runs.ts';
import { allTreeStates, FAMILIES } from './tree-states.ts';

for (const family of FAMILIES) {
  describe(`laws of whole plans, in every small state: ${family.sentence}`, () => {
    const broken = new Map<string, string[]>();
    let count = 0;

    before(async function () {
      this.timeout(120_000);
      for (const state of allTreeStates(family)) {
        count += 1;
        for (const [law, why] of await judged(state)) {
          const text = `${why}\n${JSON.stringify(state)}`;
          broken.set(law, [...(broken.get(law) ?? []), text].slice(0, 3));
        }
      }
    });

    it('there are many of them', () => {
      expect(count).to.be.greaterThan(2000);
    });

    for (const [law, sentence] of Object.entries(LAWS)) {
      it(sentence, () => {
        expect(broken.get(law)?.join('\n\n')).to.equal(undefined);
      });
    }
  });
}

describe('laws of whole plans, in 2,000 histories of two clients with random trees', () => {
  it('all of them hold', async function () {
    this.timeout(120_000);
    await fc.assert(
      fc.asyncProperty(anyActs, async (acts) => {
        const [one, other] = [await played(acts, false), await played(acts, true)];
        expect([...one.broken, ...other.broken].map((found) => found.join(': '))).to.deep.equal([]);
        const differing = difference(one.contents, other.contents);
        expect(differing.filter((key) => !one.replaced.has(key))).to.deep.equal([]);
      }),
      SLOW_RUNS,
    );
  });
});
