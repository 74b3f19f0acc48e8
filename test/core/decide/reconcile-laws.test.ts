/** Laws of reconciling, over every small state of a path and over random larger ones. */
import { expect } from 'chai';
import fc from 'fast-check';
import { reconcile } from '../../../src/core/decide/reconcile.ts';
import { RUNS } from '../arbitraries.ts';
import type { Law } from './laws.ts';
import {
  comesToRest,
  editsAreNotOverwritten,
  localStays,
  oneDeedAtATime,
  onlySeenIsReplaced,
  orderDoesNotMatter,
  storeStays,
} from './laws.ts';
import type { State } from './states.ts';
import { allStates, anyState, worldOf } from './states.ts';
import { told } from './steps.ts';
import { factsOf } from './world.ts';

const laws: readonly (readonly [string, Law])[] = [
  ['local content that is no version is uploaded, steps aside, or stays untouched', localStays],
  ['what others have on the store and was not held here is kept before it is replaced', storeStays],
  ['only what was seen, is equal, or is kept beside is replaced', onlySeenIsReplaced],
  ['nothing is downloaded over a local edit, and none is deleted', editsAreNotOverwritten],
  ['the order of the versions does not matter', orderDoesNotMatter],
  ['one path has at most one deed at a time', oneDeedAtATime],
  [
    'after a few rounds nothing is left to do, the winner is here and on the store, nothing is lost',
    (_facts, _steps, state) => comesToRest(state),
  ],
];

/** Law → what breaks it in this state. */
function judged(state: State): [string, string][] {
  const { shared, client } = worldOf(state);
  const facts = factsOf(shared, client);
  const steps = reconcile(facts);
  return laws.flatMap(([sentence, law]): [string, string][] => {
    const why = law(facts, steps, state);
    if (why === undefined) {
      return [];
    }
    const text = JSON.stringify({ ...state, versions: facts.versions });
    return [[sentence, `${why}\nsteps: ${steps.map(told).join('; ')}\n${text}`]];
  });
}

describe('laws of reconciling, in every small state', () => {
  const broken = new Map<string, string[]>();
  let count = 0;

  before(function () {
    this.timeout(120_000);
    for (const state of allStates()) {
      count += 1;
      for (const [sentence, why] of judged(state)) {
        broken.set(sentence, [...(broken.get(sentence) ?? []), why].slice(0, 3));
      }
    }
  });

  it('there are many of them', () => {
    expect(count).to.be.greaterThan(100_000);
  });

  for (const [sentence] of laws) {
    it(sentence, () => {
      expect(broken.get(sentence)?.join('\n\n')).to.equal(undefined);
    });
  }
});

describe('laws of reconciling, in 10,000 larger states', () => {
  it('all of them hold', () => {
    fc.assert(
      fc.property(anyState, (state) => {
        expect(judged(state)[0]?.join(': ')).to.equal(undefined);
      }),
      RUNS,
    );
  });
});
