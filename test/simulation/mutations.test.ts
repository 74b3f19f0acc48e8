/**
 * The list of breakages fits the engine as it is, and every rule of the design has one, or a reason why it needs none.
 * Whether the simulation notices them is what `npm run mutate` finds out.
 */
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { mutated, mutations, notNeeded } from '../../scripts/mutations/index.ts';
import { profiles } from '../../src/testkit/simulation/index.ts';

const core = new URL('../../src/core/', import.meta.url);
const sourceOf = (file: string): string => readFileSync(new URL(file, core), 'utf8');
const rules = Array.from({ length: 31 }, (_, index) => `R${String(index + 1)}`);

describe('mutations', () => {
  for (const mutation of mutations) {
    it(`fits: ${mutation.name}`, () => {
      for (const [file, text] of mutated(mutation, sourceOf)) {
        expect(text).not.to.equal(sourceOf(file));
      }
    });
  }

  it('refuses a mutation that fits nowhere, or twice', () => {
    const [first] = mutations;
    if (first === undefined) throw new Error('no mutations');
    expect(() => mutated(first, () => 'something else')).to.throw('fits 0 places');
    expect(() => mutated(first, () => `${first.text}\n${first.text}`)).to.throw('fits 2 places');
  });

  it('has one for every rule of the design, or says why not', () => {
    const broken = new Set(mutations.flatMap(({ breaks }) => breaks));
    expect(rules.filter((rule) => broken.has(rule) === rule in notNeeded)).to.deep.equal([]);
  });

  it('names each once, and profiles that exist', () => {
    expect(new Set(mutations.map(({ name }) => name)).size).to.equal(mutations.length);
    const names = new Set(mutations.flatMap((mutation) => mutation.profiles));
    expect([...names].filter((name) => !Object.hasOwn(profiles, name))).to.deep.equal([]);
  });
});
