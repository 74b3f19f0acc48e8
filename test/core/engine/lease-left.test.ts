/** A computer that dies while it gives its lease back leaves nothing: its next sync takes the empty directory away. */
import { expect } from 'chai';
import { TransportError } from '../../../src/core/ports/transport.ts';
import { computer, createStore } from '../../support/computers.ts';
import type { ComputerOptions } from '../../support/computers.ts';

describe('a lease of which only the directory is left', () => {
  for (const [what, operation, profile] of [
    ['removed at once', 'removeDirectory', {}],
    ['taken away first', 'rename', { looksThenRemoves: true }],
  ] as const satisfies readonly [string, string, ComputerOptions['profile']][]) {
    it(`goes with the next sync of who left it, where directories are ${what}`, async () => {
      const store = createStore();
      let isCut = true;
      const laptop = computer(store, 'laptop', {
        profile,
        gates: {
          before: (wanted, path) => {
            if (!isCut || wanted !== operation || path !== '.ownsync/locks/placing') return;
            throw new TransportError('cut', { kind: 'unreachable', operation, path });
          },
        },
      });
      laptop.user.write('a', 'one');
      const first = await laptop.sync().then(
        () => 'through',
        () => 'cut',
      );
      expect(first).to.equal('cut');
      expect([...store.tree('.ownsync/locks').keys()]).to.deep.equal(['placing']);
      isCut = false;
      expect((await laptop.sync()).inSync).to.equal(true);
      expect([...store.tree('.ownsync/locks').keys()]).to.deep.equal([]);
      expect(store.text('a')).to.equal('one');
    });
  }
});
