/** Where an upload tells no time, the store is asked for it: once for many files, and again for one that looks as before. */
import { expect } from 'chai';
import { TransportError } from '../../../src/core/ports/transport.ts';
import { systemClock } from '../../../src/host/world.ts';
import { computer, createStore, type ComputerOptions } from '../../support/computers.ts';

const profile = { modified: 'read', silentWrites: true, ids: false } as const;

describe('on a store that gives files its own time and tells it only when asked', () => {
  let store: ReturnType<typeof createStore>;
  const one = (name: string, gates: ComputerOptions['gates'] = {}) => {
    const sleep = (milliseconds: number): Promise<void> => {
      store.clock += milliseconds;
      return Promise.resolve();
    };
    return computer(store, name, { profile, gates, clock: { ...systemClock, sleep } });
  };

  beforeEach(() => {
    store = createStore();
  });

  it('one listing tells the times of all files in a directory', async () => {
    const [laptop, desk] = [one('laptop'), one('desk')];
    await laptop.sync();
    for (let file = 0; file < 60; file++) laptop.user.write(`folder ${file % 2}/${file}`, 'x');
    laptop.user.write('alone', 'y');
    const looks = (): number => store.operations.get('look') ?? 0;
    const before = looks();
    expect((await laptop.sync()).done.uploaded).to.equal(61);
    expect(looks() - before).to.be.below(15);
    const reads = store.operations.get('read') ?? 0;
    expect((await desk.sync()).done.downloaded).to.equal(61);
    expect((store.operations.get('read') ?? 0) - reads).to.be.below(61 + 10);
    expect((await laptop.sync()).done.uploaded).to.equal(0);
  });

  it('content that would look as before is written again, a second later', async () => {
    const [laptop, desk] = [one('laptop'), one('desk')];
    const names = ['a', 'b', 'c', 'd', 'e'];
    for (const name of names) laptop.user.write(name, `old ${name}`);
    await laptop.sync();
    await desk.sync();
    const { clock } = store;
    for (const name of names) laptop.user.write(name, `new ${name}`);
    expect((await laptop.sync()).inSync).to.equal(true);
    expect(store.clock).to.equal(clock + 1000);
    await desk.sync();
    expect(names.map((name) => desk.user.read(name))).to.deep.equal(names.map((n) => `new ${n}`));
  });

  it('where listings are refused each file is asked for; where that is refused too it waits', async () => {
    let [lists, looks] = [1, 0];
    const laptop = one('laptop', {
      before: (operation, path) => {
        const isRefused =
          (operation === 'list' && path.endsWith('/new') && lists-- > 0) ||
          (operation === 'look' && /\/new\/\d+$/.test(path) && looks-- > 0);
        if (isRefused)
          throw new TransportError('permission denied', { kind: 'denied', operation, path });
      },
    });
    await laptop.sync();
    for (const name of ['a', 'b', 'c', 'd']) laptop.user.write(name, name);
    expect((await laptop.sync()).inSync).to.equal(true);
    expect(lists).to.be.below(1);
    for (const name of ['a', 'b', 'c', 'd']) laptop.user.write(name, `${name} again`);
    [lists, looks] = [1, 4];
    const { problems } = await laptop.sync();
    const told = problems.map(({ path, kind }) => `${path} ${kind}`);
    expect(told).to.have.members(['a denied', 'b denied', 'c denied', 'd denied']);
    expect((await laptop.sync()).inSync).to.equal(true);
    expect(store.text('d')).to.equal('d again');
  });
});

describe('on a store that tells no times at all', () => {
  it('a change that keeps the size is uploaded, whatever time it would have to differ by', async () => {
    const store = createStore();
    const timeless = { profile: { modified: 'none', ids: false } } as const;
    const [laptop, desk] = [computer(store, 'laptop', timeless), computer(store, 'desk', timeless)];
    laptop.user.write('a', 'old');
    await laptop.sync();
    await desk.sync();
    desk.user.write('a', 'new');
    await desk.sync();
    await laptop.sync();
    expect(laptop.user.read('a')).to.equal('new');
  });
});

describe('on a store where times are set', () => {
  it('content that comes back to its path has its own time again, and other content has not', async () => {
    const store = createStore();
    const laptop = computer(store, 'laptop');
    const mtime = 1_700_000_000_000;
    const shownTime = async (text?: string): Promise<number | undefined> => {
      if (text === undefined) laptop.user.remove('a');
      else laptop.user.write('a', text, { mtime });
      expect((await laptop.sync()).inSync).to.equal(true);
      const found = store.find('a');
      return found?.kind === 'file' ? found.modified : undefined;
    };
    expect(await shownTime('one')).to.equal(mtime);
    expect(await shownTime()).to.equal(undefined);
    expect(await shownTime('one')).to.equal(mtime);
    expect(await shownTime()).to.equal(undefined);
    expect(await shownTime('two')).to.equal(mtime + 1000);
  });
});
