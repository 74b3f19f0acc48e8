/** While another computer's lease is on the store, what it covers is left alone, and nobody says that all is in sync. */
import { expect } from 'chai';
import { encodeHolder } from '../../../src/core/format/small-files.ts';
import { computer, createStore } from '../../support/computers.ts';

describe('while another computer is placing', () => {
  const placing = '.ownsync/locks/placing/desk-1-0/holder.json';
  const item = { action: 'put', path: 'a', index: 1 } as const;

  for (const [what, text, told] of [
    [
      'a path, it is told',
      encodeHolder({ tx: 'desk-1-0', client: '0123456789ab', name: 'desk', items: [item] }),
      'a',
    ],
    ['something that cannot be read, everything waits', '{}', '.ownsync/locks/placing'],
  ] as const) {
    it(what, async () => {
      const store = createStore();
      const laptop = computer(store, 'laptop');
      await laptop.sync();
      store.put(placing, text);
      laptop.user.write('a', 'edited');
      const report = await laptop.sync();
      expect(report.inSync).to.equal(false);
      expect(report.problems.map(({ path, kind }) => [path, kind])).to.deep.equal([[told, 'busy']]);
      expect(store.text('a')).to.equal(undefined);
      store.remove('.ownsync/locks/placing');
      expect((await laptop.sync()).inSync).to.equal(true);
      expect(store.text('a')).to.equal('edited');
    });
  }
});
