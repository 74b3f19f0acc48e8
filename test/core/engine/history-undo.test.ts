/** Taking the last run back, on computers in memory, and cut off at any step. */
import { expect } from 'chai';
import type { UndoOptions } from '../../../src/core/ports/history.ts';
import { computer, createStore } from '../../support/computers.ts';
import type { Computer } from '../../support/computers.ts';
import {
  cuttingGate,
  everyText,
  restore,
  settle,
  signal,
  texts,
  told,
  world,
} from './history-world.ts';
import type { World } from './history-world.ts';

const undo = async (at: Computer, options: Omit<UndoOptions, 'signal'> = {}) =>
  at.open().undo({ signal, ...options });

/** Somebody does something, and another one gets it with one sync. */
async function oneSync(
  { from, to }: { readonly from: Computer; readonly to: Computer },
  change: (user: Computer['user']) => void,
): Promise<void> {
  change(from.user);
  await from.sync();
  await from.sync();
  await to.sync();
}

async function start(at: World): Promise<Record<string, string | undefined>> {
  at.laptop.user.write('a', 'one');
  at.laptop.user.write('dir/b', 'two');
  at.laptop.user.write('dir/c', 'three', { executable: true });
  at.laptop.user.write('name', 'moved');
  at.laptop.user.symlink('link', 'a');
  at.laptop.user.symlink('gone link', 'dir');
  at.laptop.user.mkdir('empty');
  await settle(at);
  return texts(at.laptop);
}

function everything(user: Computer['user']): void {
  user.write('a', 'one more');
  user.remove('dir/b');
  user.rename('name', 'other name');
  user.write('new/deep/file', 'new');
  user.remove('link');
  user.symlink('link', 'elsewhere');
  user.remove('gone link');
  user.remove('empty');
  user.chmod('dir/c', false);
}

describe('undo', () => {
  it('of nothing says so', async () => {
    const at = world();
    expect(told(await undo(at.laptop))).to.deep.equal(['nothing to undo']);
    await at.laptop.sync();
    expect(told(await undo(at.laptop))).to.deep.equal(['nothing to undo']);
  });

  it('of the first sync takes nothing away', async () => {
    const at = world();
    await start(at);
    const tower = computer(at.store, 'tower');
    await tower.sync();
    expect(told(await undo(tower))).to.deep.equal(['nothing to undo']);
  });

  it('takes back what others changed here, then for everybody, and can be undone itself', async () => {
    const at = world();
    const before = await start(at);
    await oneSync({ from: at.laptop, to: at.desk }, everything);
    const after = texts(at.desk);
    expect(after).to.not.deep.equal(before);

    const dry = await undo(at.desk, { dryRun: true });
    expect(texts(at.desk)).to.deep.equal(after);
    const report = await undo(at.desk);
    expect(report).to.deep.equal(dry);
    expect(report.left).to.deep.equal([]);
    expect(report.undone).to.include({ what: 'sync' });
    expect(texts(at.desk)).to.deep.equal(before);
    expect(at.desk.user.entry('dir/c')).to.include({ executable: true });

    expect((await undo(at.desk)).undone).to.include({ what: 'undo' });
    expect(texts(at.desk)).to.deep.equal(after);
    await undo(at.desk);
    await settle(at);
    expect(texts(at.laptop)).to.deep.equal(before);
    expect(texts(at.desk)).to.deep.equal(before);
  });

  it('takes back what was sent, but for what is new', async () => {
    const at = world();
    const before = await start(at);
    everything(at.laptop.user);
    await at.laptop.sync();
    const { left } = await undo(at.laptop);
    expect(left).to.deep.equal([{ path: 'new/deep/file', why: 'new here' }]);
    const rest = { new: '/', 'new/deep': '/', 'new/deep/file': 'new' };
    expect(texts(at.laptop)).to.deep.equal({ ...before, ...rest });
    await settle(at);
    expect(texts(at.desk)).to.deep.equal({ ...before, ...rest });
  });

  it('of one part only leaves the other alone', async () => {
    for (const only of ['here', 'sent'] as const) {
      const at = world();
      await start(at);
      at.laptop.user.write('a', 'mine');
      at.desk.user.write('dir/b', 'theirs');
      await at.desk.sync();
      await at.laptop.sync();
      await undo(at.laptop, { only });
      const [a, b] = only === 'here' ? ['mine', 'two'] : ['one', 'theirs'];
      expect(texts(at.laptop)).to.include({ a, 'dir/b': b });
    }
  });

  it('leaves alone what was changed since, and conflicts', async () => {
    const at = world();
    await start(at);
    await oneSync({ from: at.laptop, to: at.desk }, everything);
    at.desk.user.write('a', 'my edit');
    at.desk.user.write('dir/b', 'mine again');
    at.desk.user.remove('other name');
    const { left } = await undo(at.desk);
    expect(left).to.deep.equal([
      { path: 'a', why: 'changed since' },
      { path: 'dir/b', why: 'changed since' },
      { path: 'other name', why: 'changed since' },
    ]);
    expect(texts(at.desk)).to.include({ a: 'my edit', 'dir/b': 'mine again' });
    await settle(at);
    at.laptop.user.write('dir/c', 'on the laptop');
    at.desk.user.write('dir/c', 'on the desk');
    await at.laptop.sync();
    await at.desk.sync();
    const kept = texts(at.desk);
    const conflict = await undo(at.desk);
    expect(conflict.left.filter(({ why }) => why === 'conflict')).to.have.length(2);
    expect(texts(at.desk)).to.deep.equal(kept);
  });

  it('reaches behind syncs that did nothing, not behind one that did', async () => {
    const at = world();
    await start(at);
    await oneSync({ from: at.laptop, to: at.desk }, (user) => user.write('a', '2'));
    for (let i = 0; i < 3; i += 1) await at.desk.sync();
    expect(told(await undo(at.desk))).to.deep.equal(['replaced: a']);
    await at.desk.sync();
    expect(told(await undo(at.desk))).to.deep.equal(['replaced: a']);
    expect(at.desk.user.read('a')).to.equal('2');
  });

  it('takes a restore back', async () => {
    const at = world();
    await start(at);
    await oneSync({ from: at.laptop, to: at.desk }, (user) => user.write('a', 'two'));
    at.desk.user.write('a', 'my edit');
    await restore(at.desk, { path: 'a', version: 1 });
    const report = await undo(at.desk);
    expect(told(report)).to.deep.equal(['replaced: a']);
    expect(report.undone).to.include({ what: 'restore' });
    expect(at.desk.user.read('a')).to.equal('my edit');
  });

  it('finds what another program has overwritten on the store in the trash here', async () => {
    const at = world();
    await start(at);
    at.store.put('a', 'by another program');
    at.store.clock += 3_600_000;
    await at.desk.sync();
    expect(at.desk.user.read('a')).to.equal('by another program');
    expect(told(await undo(at.desk))).to.deep.equal(['replaced: a']);
    expect(at.desk.user.read('a')).to.equal('one');
  });

  it('cut off at any step goes on, and nothing is lost', async () => {
    const { gate, cut: cutAt } = cuttingGate();
    const isThrough: boolean[] = [];
    for (let cut = 3; !isThrough.includes(true); cut += 3) {
      const store = createStore();
      const at = {
        store,
        laptop: computer(store, 'laptop'),
        desk: computer(store, 'desk', { disk: { gate } }),
      };
      const before = await start(at);
      await oneSync({ from: at.laptop, to: at.desk }, everything);
      const mine = texts(at.desk);
      cutAt(cut);
      isThrough.push(
        await undo(at.desk).then(
          () => true,
          () => false,
        ),
      );
      cutAt();
      if (isThrough.at(-1) === false) await undo(at.desk);
      expect(texts(at.desk), `cut at step ${String(cut)}`).to.deep.equal(before);
      for (const text of Object.values(mine)) expect(everyText(at.desk)).to.include(text);
      await undo(at.desk);
      expect(texts(at.desk), `cut at step ${String(cut)}, undone`).to.deep.equal(mine);
    }
    expect(isThrough.length).to.be.greaterThan(10);
  });
});
