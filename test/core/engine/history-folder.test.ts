/** The whole folder as it was, on computers in memory, and cut off at any step. */
import { expect } from 'chai';
import { createFakeDisk } from '../../../src/testkit/fake-disk.ts';
import { computer, createStore } from '../../support/computers.ts';
import {
  cuttingGate,
  eventful,
  everyText,
  restore,
  settle,
  texts,
  told,
  world,
} from './history-world.ts';

describe('restoring the folder as it was', () => {
  it('brings back what was, and takes away what was not there', async () => {
    const at = world();
    const { then, was } = await eventful(at);
    const { left } = await restore(at.laptop, { path: '', at: then });
    expect(left).to.deep.equal([]);
    expect(texts(at.laptop)).to.deep.equal(was);
    await settle(at);
    expect(texts(at.desk)).to.deep.equal(was);
    expect(told(await restore(at.desk, { path: '', at: then }))).to.deep.equal([]);
  });

  it('to another place leaves the folder alone', async () => {
    const at = world();
    const { then, was } = await eventful(at);
    const now = texts(at.laptop);
    const outside = createFakeDisk();
    await restore(at.laptop, { path: '', at: then, to: { path: '', target: outside } });
    expect(texts({ ...at.laptop, user: outside.user })).to.deep.equal(was);
    await restore(at.laptop, { path: 'dir', at: then, to: { path: 'copy' } });
    const copied = { copy: '/', 'copy/b': 'two', 'copy/deep': '/', 'copy/deep/c': 'three' };
    expect(texts(at.laptop)).to.deep.equal({ ...now, ...copied });
  });

  it('a dry run only says what would be', async () => {
    const at = world();
    const { then } = await eventful(at);
    const now = texts(at.laptop);
    const dry = await restore(at.laptop, { path: '', at: then, dryRun: true });
    expect(texts(at.laptop)).to.deep.equal(now);
    expect(await restore(at.laptop, { path: '', at: then })).to.deep.equal(dry);
  });

  it('leaves alone what was never synced, and what is ignored', async () => {
    const ignored = () => (path: string) => path.endsWith('.tmp');
    const at = world({ settings: { ignored } });
    at.laptop.user.write('a', 'one');
    const then = await settle(at);
    at.laptop.user.write('a', 'two');
    at.laptop.user.write('dir/b', 'later');
    await settle(at);
    at.laptop.user.write('a', 'my edit');
    at.laptop.user.write('dir/mine', 'mine');
    at.laptop.user.write('dir/x.tmp', 'ignored');
    expect(told(await restore(at.laptop, { path: '', at: then }))).to.deep.equal([
      'removed: dir/b',
      'never synced: dir/mine',
      'never synced: a',
    ]);
    expect(texts(at.laptop)).to.deep.equal({
      a: 'my edit',
      dir: '/',
      'dir/mine': 'mine',
      'dir/x.tmp': 'ignored',
    });
  });
});

describe('restoring the folder, cut off at any step', () => {
  it('the same command again goes on, and nothing is lost', async () => {
    const { gate, cut: cutAt } = cuttingGate();
    const isThrough: boolean[] = [];
    for (let cut = 3; !isThrough.includes(true); cut += 3) {
      const store = createStore();
      const at = {
        store,
        laptop: computer(store, 'laptop', { disk: { gate } }),
        desk: computer(store, 'desk'),
      };
      const { then, was } = await eventful(at);
      const mine = texts(at.laptop);
      cutAt(cut);
      const whole = restore(at.laptop, { path: '', at: then });
      isThrough.push(await whole.then(() => true).catch(() => false));
      cutAt();
      await restore(at.laptop, { path: '', at: then });
      expect(texts(at.laptop), `cut at step ${String(cut)}`).to.deep.equal(was);
      for (const text of Object.values(mine)) expect(everyText(at.laptop)).to.include(text);
      await settle(at);
      expect(texts(at.desk), `cut at step ${String(cut)}`).to.deep.equal(was);
    }
    expect(isThrough.length).to.be.greaterThan(15);
  });
});
