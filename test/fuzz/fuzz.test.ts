/**
 * Every fuzzer for a short while, always with the same inputs, so that a failure is one of today's change. `npm run fuzz` goes
 * on with others for as long as one likes.
 */
import { expect } from 'chai';
import fc from 'fast-check';
import { must, target } from './target.ts';
import { targets } from './targets.ts';

const INPUTS = 300;
const SEED = 1;

describe('input from outside', function () {
  this.timeout(120_000);

  for (const one of targets) {
    it(`${one.name}: whatever comes, no harm`, async () => {
      const { inputs, failure } = await one.run({ inputs: INPUTS, seed: SEED });
      if (failure !== undefined) throw new Error(failure);
      expect(inputs).to.equal(Math.ceil(INPUTS * one.share));
    });
  }

  it('a fuzzer finds what is wrong, and says how to see it again', async () => {
    const broken = target('numbers', fc.nat(), {
      check: (value) => must(value < 1000, () => 'too large'),
    });
    const { failure } = await broken.run({ inputs: 100, seed: 7 });
    expect(failure).to.contain('1000').and.contain('seed: 7').and.contain('too large');
  });

  it('a fuzzer finds what computes for too long', async () => {
    const slow = target('slow', fc.constant(1), {
      patience: 50,
      check: () => {
        const end = process.cpuUsage().user + 100_000;
        while (process.cpuUsage().user < end);
      },
    });
    expect((await slow.run({ inputs: 1 })).failure).to.contain('it computed for');
  });
});
