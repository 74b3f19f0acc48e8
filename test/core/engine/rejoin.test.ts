/** Halts of a whole folder, and the way on from each: both sides are united, nothing is deleted anywhere. */
import { expect } from 'chai';
import type { Halt } from '../../../src/core/ports/folder.ts';
import { LocalError } from '../../../src/core/ports/local-tree.ts';
import { createFakeDisk } from '../../../src/testkit/fake-disk.ts';
import type { MemoryStore } from '../../../src/testkit/memory-store.ts';
import type { Computer } from '../../support/computers.ts';
import { computer, createStore } from '../../support/computers.ts';

const signal = new AbortController().signal;

describe('rejoining', () => {
  let store: MemoryStore;
  let laptop: Computer;
  let desk: Computer;

  beforeEach(async () => {
    store = createStore();
    laptop = computer(store, 'laptop');
    desk = computer(store, 'desk');
    for (const name of ['a', 'b', 'c', 'd/e', 'd/f']) laptop.user.write(name, `content of ${name}`);
    for (const one of [laptop, desk, laptop, desk]) await one.sync();
  });

  async function isHalted(one: Computer, reason: Halt): Promise<void> {
    const { halt, inSync } = await one.sync();
    expect({ reason: halt?.reason, inSync }).to.deep.equal({ reason, inSync: false });
    expect(one.open().status().halt).to.deep.equal(halt);
  }

  function userFiles(): string[] {
    return [...store.tree()].flatMap(([path, text]) =>
      path.startsWith('.ownsync') || text === '/' ? [] : [`${path} = ${text}`],
    );
  }

  function filesOf(one: Computer): string[] {
    return [...one.user.tree()].flatMap(([path, entry]) =>
      entry.kind === 'file' ? [`${path} = ${entry.text}`] : [],
    );
  }

  async function agree(...computers: Computer[]): Promise<string[]> {
    for (const one of [...computers, ...computers, ...computers]) {
      const { halt, held, problems } = await one.sync();
      expect({ halt, held, problems }).to.deep.equal({ halt: undefined, held: [], problems: [] });
    }
    for (const one of computers) expect(filesOf(one)).to.have.members(userFiles());
    return userFiles();
  }

  const ALL = ['a', 'b', 'c', 'd/e', 'd/f'].map((name) => `${name} = content of ${name}`);

  it('has nothing to do where nothing is wrong', async () => {
    expect(await laptop.open().rejoin({ signal })).to.equal('nothing-to-do');
    expect((await laptop.sync()).done).to.deep.equal((await laptop.sync()).done);
    expect(laptop.open().status().halt).to.equal(undefined);
  });

  it('has nothing to do before the first sync', async () => {
    const fresh = computer(store, 'fresh');
    expect(await fresh.open().rejoin({ signal })).to.equal('nothing-to-do');
  });

  describe('a local folder without its marker', () => {
    it('that is empty: everything is brought again', async () => {
      laptop.disk.restore(createFakeDisk());
      await isHalted(laptop, 'local-root-unmarked');
      expect(await laptop.open().rejoin({ signal })).to.equal('local-folder');
      expect(await agree(laptop, desk)).to.have.members(ALL);
    });

    it('that holds other things: both are united, by content', async () => {
      const other = createFakeDisk();
      other.user.write('a', 'content of a');
      other.user.write('b', 'another b');
      other.user.write('only here', 'only here');
      laptop.disk.restore(other);
      await isHalted(laptop, 'local-root-unmarked');
      expect(userFiles()).to.have.members(ALL);
      expect(await laptop.open().rejoin({ signal })).to.equal('local-folder');
      const files = await agree(laptop, desk);
      expect(files.filter((file) => !file.includes('conflict'))).to.include(
        'only here = only here',
      );
      expect(files).to.have.length(7);
      expect(files.some((file) => file.endsWith('= another b'))).to.equal(true);
      expect(files.some((file) => file.endsWith('= content of b'))).to.equal(true);
    });

    it('leaves nobody behind that others would wait for', async () => {
      laptop.disk.restore(createFakeDisk());
      await laptop.open().rejoin({ signal });
      await agree(laptop, desk);
      expect(
        desk
          .open()
          .status()
          .clients.map(({ name }) => name)
          .sort(),
      ).to.deep.equal(['desk', 'laptop']);
    });
  });

  it('a local folder that is not there is refused, and remembered as the reason', async () => {
    laptop.disk.state.present = false;
    for (const doing of [laptop.sync(), laptop.open().rejoin({ signal })]) {
      const error: unknown = await doing.catch((reason: unknown) => reason);
      expect(error).to.be.instanceOf(LocalError).and.include({ kind: 'missing-root' });
    }
    expect(laptop.open().status().halt?.reason).to.equal('local-root-missing');
    laptop.disk.state.present = true;
    await agree(laptop, desk);
    expect(laptop.open().status().halt).to.equal(undefined);
  });

  describe('a store that was emptied', () => {
    const empty = (): void => {
      for (const name of [...store.tree().keys()].reverse()) store.remove(name);
    };

    it('halts all, and one uploads again', async () => {
      empty();
      for (const one of [laptop, desk]) await isHalted(one, 'store-emptied');
      expect([...store.tree().keys()]).to.deep.equal([]);
      desk.user.write('meanwhile', 'meanwhile');
      expect(await laptop.open().rejoin({ signal })).to.equal('store-again');
      await laptop.sync();
      expect(userFiles()).to.have.members(ALL);
      expect(await agree(desk, laptop)).to.have.members([...ALL, 'meanwhile = meanwhile']);
    });

    it('goes on by itself when the right one is mounted again', async () => {
      const before = store.snapshot();
      empty();
      await isHalted(laptop, 'store-emptied');
      store.restore(before);
      expect(await agree(laptop, desk)).to.have.members(ALL);
    });

    it('whose records are left but for the one that says what it is', async () => {
      store.remove('.ownsync/format.json');
      await isHalted(laptop, 'store-emptied');
      expect(await laptop.open().rejoin({ signal })).to.equal('store-again');
      expect(await agree(laptop, desk)).to.have.members(ALL);
    });

    it('and a newcomer is told what to do', async () => {
      store.remove('.ownsync/format.json');
      const error: unknown = await computer(store, 'new')
        .sync()
        .catch((reason: unknown) => reason);
      expect(error).to.include({ kind: 'corrupt' });
      expect(String(error)).to.contain('ownsync rejoin');
    });

    it('while the local folder is another one: both are united', async () => {
      empty();
      laptop.disk.restore(createFakeDisk());
      laptop.user.write('only here', 'only here');
      expect(await laptop.open().rejoin({ signal })).to.equal('local-folder');
      await laptop.sync();
      expect(await agree(desk, laptop)).to.have.members([...ALL, 'only here = only here']);
    });
  });

  describe('another folder on the store', () => {
    let tower: Computer;
    beforeEach(async () => {
      for (const name of [...store.tree().keys()].reverse()) store.remove(name);
      tower = computer(store, 'tower');
      tower.user.write('a', 'content of a');
      tower.user.write('b', 'b of tower');
      tower.user.write('g', 'content of g');
      await tower.sync();
    });

    it('halts, and is joined as by a newcomer: everything here is kept', async () => {
      await isHalted(laptop, 'other-folder-on-store');
      expect(filesOf(laptop)).to.have.members(ALL);
      expect(await laptop.open().rejoin({ signal })).to.equal('other-folder');
      const files = await agree(laptop, tower);
      expect(files).to.include.members(ALL.filter((file) => !file.startsWith('b')));
      expect(files).to.include('g = content of g');
      expect(files.filter((file) => file.endsWith('= content of b'))).to.have.length(1);
      expect(files.filter((file) => file.endsWith('= b of tower'))).to.have.length(1);
    });

    it('is left alone until then, whatever is deleted here', async () => {
      laptop.user.remove('a');
      await isHalted(laptop, 'other-folder-on-store');
      expect(userFiles()).to.have.length(3);
      await laptop.open().rejoin({ signal });
      expect(await agree(laptop, tower)).to.include('a = content of a');
    });

    it('of a newer program is no way on', async () => {
      store.put(
        '.ownsync/format.json',
        JSON.stringify({
          ...(JSON.parse(store.text('.ownsync/format.json') ?? '') as object),
          leastReader: 99,
          leastWriter: 99,
        }),
      );
      expect(await laptop.open().rejoin({ signal })).to.equal('format-too-new');
      await isHalted(laptop, 'format-too-new');
    });
  });
});
