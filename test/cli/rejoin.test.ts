/**
 * `ownsync rejoin` over a scripted engine.
 */
import { expect } from 'chai';
import { rejoin } from '../../src/cli/rejoin.ts';
import { LocalError } from '../../src/core/ports/local-tree.ts';
import type { Rejoined } from '../../src/core/ports/folder.ts';
import { bench } from './helpers.ts';
import type { Bench } from './helpers.ts';

describe('ownsync rejoin', () => {
  let at: Bench;
  beforeEach(() => (at = bench()));
  afterEach(() => at.clean());

  const rows: readonly (readonly [Rejoined, string, number])[] = [
    ['nothing-to-do', 'nothing to do: both sides are the ones that were synced before', 0],
    ['local-folder', 'what is in the local folder is united with the store, by content', 0],
    ['other-folder', 'united with the folder that is on the store now', 0],
    ['store-again', 'what is here is uploaded', 0],
    ['format-too-new', 'install that version here', 4],
  ];
  for (const [outcome, text, code] of rows) {
    it(`tells what it did: ${outcome}`, async () => {
      at.folders['docs'] = { rejoin: () => Promise.resolve(outcome) };
      expect(await at.run((program) => rejoin(program, { folders: ['docs'] }))).to.equal(code);
      expect(at.out).to.have.length(1);
      expect(at.out[0]).to.contain('docs: ').and.contain(text);
      expect(at.calls).to.include('lock docs').and.not.include('lock pics');
    });
  }

  it('a folder that is not there needs a decision, a wrong name is a wrong use', async () => {
    const error = new LocalError('not there', { kind: 'missing-root' });
    at.folders['docs'] = { rejoin: () => Promise.reject(error) };
    expect(await at.run((program) => rejoin(program, { folders: ['docs'] }))).to.equal(4);
    expect(at.err.join('\n')).to.contain('docs: the local folder is not there: not there');
    expect(await at.run((program) => rejoin(program, { folders: ['dosc'] }))).to.equal(2);
  });
});
