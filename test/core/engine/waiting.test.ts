/** After a new epoch every version is waited for until it is seen again: what is told of those that are not. */
import { expect } from 'chai';
import type { MemoryStore } from '../../../src/testkit/memory-store.ts';
import { computer, createStore } from '../../support/computers.ts';
import type { Computer } from '../../support/computers.ts';

describe('a version that is waited for', () => {
  let store: MemoryStore;
  let laptop: Computer;
  let desk: Computer;
  let ignored = '';

  beforeEach(async () => {
    store = createStore();
    ignored = '';
    laptop = computer(store, 'laptop', { settings: { ignored: () => (path) => path === ignored } });
    desk = computer(store, 'desk');
    for (const name of ['a', 'b']) laptop.user.write(name, `content of ${name}`);
    for (const one of [laptop, desk, laptop]) await one.sync();
  });

  const told = async (one: Computer): Promise<[string, string][]> => {
    const { problems } = await one.sync();
    return problems.map(({ path, kind }) => [path, kind]);
  };
  const beginEpoch = (): void => {
    store.put('.ownsync/epochs/0123456789abcdef', 'by hand');
  };

  it('and is nowhere is a problem', async () => {
    laptop.user.unreadable('a', true);
    store.remove('a');
    beginEpoch();
    const fresh = computer(store, 'fresh');
    await fresh.sync();
    expect(await told(fresh)).to.deep.equal([['a', 'not-on-store']]);
  });

  it('but cannot be read here is told so: this computer has not brought what it has', async () => {
    laptop.user.write('a', 'edited');
    laptop.user.unreadable('a', true);
    store.remove('a');
    beginEpoch();
    expect(await told(laptop)).to.deep.equal([['a', 'unreadable']]);
  });

  it('is no problem where it is ignored', async () => {
    ignored = 'b';
    store.remove('b');
    beginEpoch();
    expect(await told(laptop)).to.deep.equal([]);
  });
});
