/** A file that another program renames on the store is the same file: it keeps its time and its executable bit. */
import { expect } from 'chai';
import { computer, createStore } from '../../support/computers.ts';
import type { ComputerOptions } from '../../support/computers.ts';

const mtime = 1_600_000_000_000;

describe('a file renamed on the store', () => {
  for (const [what, profile] of [
    ['sets times as asked', {}],
    ['gives files its own times', { modified: 'read' }],
  ] as const satisfies readonly [string, ComputerOptions['profile']][]) {
    it(`keeps its time and its bit, where the store ${what}`, async () => {
      const store = createStore();
      const [laptop, desk] = [
        computer(store, 'laptop', { profile }),
        computer(store, 'desk', { profile }),
      ];
      laptop.user.write('run.sh', 'one', { mtime, executable: true });
      await laptop.sync();
      await desk.sync();
      store.rename('run.sh', 'renamed.sh');
      for (const one of [desk, laptop, desk]) await one.sync();
      for (const { user } of [laptop, desk]) {
        const expected = { kind: 'file', text: 'one', mtime: mtime / 1000, executable: true };
        expect(user.entry('renamed.sh')).to.deep.equal(expected);
        expect(user.entry('run.sh')).to.equal(undefined);
      }
    });
  }

  it('which has other content since then has the time of that', async () => {
    const store = createStore();
    const [laptop, desk] = [computer(store, 'laptop'), computer(store, 'desk')];
    laptop.user.write('run.sh', 'one', { mtime, executable: true });
    await laptop.sync();
    await desk.sync();
    store.rename('run.sh', 'renamed.sh');
    store.put('renamed.sh', 'two', { modified: mtime + 60_000 });
    await desk.sync();
    const expected = { kind: 'file', text: 'two', mtime: mtime / 1000 + 60, executable: false };
    expect(desk.user.entry('renamed.sh')).to.deep.equal(expected);
  });
});
