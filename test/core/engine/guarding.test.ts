/** The guard over many rounds: what is held, what is not, and that nothing but an hour makes it forget. */
import { expect } from 'chai';
import type { Held, SyncReport } from '../../../src/core/ports/folder.ts';
import type { Clock } from '../../../src/core/ports/world.ts';
import type { MemoryStore } from '../../../src/testkit/memory-store.ts';
import type { Computer } from '../../support/computers.ts';
import { computer, createStore } from '../../support/computers.ts';

const HOUR = 3_600_000;
const names = (count: number, prefix = 'f'): string[] =>
  Array.from({ length: count }, (_, i) => `${prefix}${String(i)}`);

describe('guarding', () => {
  let store: MemoryStore;
  let laptop: Computer;
  let desk: Computer;
  let time: number;
  const clock: Clock = {
    now: () => time,
    monotonic: () => time,
    sleep: () => Promise.resolve(),
  };

  beforeEach(() => {
    store = createStore();
    time = store.clock;
    laptop = computer(store, 'laptop', { clock });
    desk = computer(store, 'desk', { clock });
  });

  async function fill(paths: readonly string[]): Promise<void> {
    for (const path of paths) laptop.user.write(path, `content of ${path}`);
    for (const one of [laptop, desk, laptop, desk]) await one.sync();
    expect(desk.user.tree().size).to.be.at.least(paths.length);
  }

  const files = (one: Computer): string[] =>
    [...one.user.tree()].filter(([, { kind }]) => kind !== 'directory').map(([path]) => path);
  const asked = ({ held }: SyncReport): (readonly [Held['action'], number])[] =>
    held.map(({ action, paths }) => [action, paths.length] as const);

  describe('deletions in many small rounds', () => {
    it('are held when a fifth of a large folder has gone within the hour, the rest goes on', async () => {
      const paths = names(200);
      await fill(paths);
      let gone = 0;
      for (; gone < 40; gone += 4) {
        for (const path of paths.slice(gone, gone + 4)) laptop.user.remove(path);
        expect(asked(await laptop.sync())).to.deep.equal([]);
        expect(asked(await desk.sync())).to.deep.equal([]);
        time += 60_000;
      }
      expect(files(desk)).to.have.length(160);
      laptop.user.remove('f40');
      laptop.user.write('new', 'new');
      expect(asked(await laptop.sync())).to.deep.equal([['delete-on-store', 1]]);
      expect(asked(await desk.sync())).to.deep.equal([]);
      expect([desk.user.read('f40'), desk.user.read('new')]).to.deep.equal([
        'content of f40',
        'new',
      ]);
      time += 2 * HOUR;
      expect(asked(await laptop.sync())).to.deep.equal([['delete-on-store', 1]]);
    });

    it('are held before the last of a small folder goes', async () => {
      const paths = names(10);
      await fill(paths);
      for (const path of paths) {
        laptop.user.remove(path);
        await laptop.sync();
        await desk.sync();
      }
      expect(files(desk)).to.deep.equal(['f9']);
      expect(asked(await laptop.sync())).to.deep.equal([['delete-on-store', 1]]);
    });

    it('are not forgotten when the clock is set back, but an hour after', async () => {
      await fill(names(100));
      for (const path of names(25)) laptop.user.remove(path);
      expect(asked(await laptop.sync())).to.deep.equal([]);
      time -= 5 * HOUR;
      laptop.user.remove('f25');
      expect(asked(await laptop.sync())).to.deep.equal([['delete-on-store', 1]]);
      time += HOUR + 1;
      laptop.user.remove('f26');
      expect((await laptop.sync()).held)
        .to.have.nested.property('[0].paths')
        .deep.equal(['f25']);
    });
  });

  it('holds all of a folder of 10 that is emptied, on either side', async () => {
    const paths = names(10);
    await fill(paths);
    for (const path of paths) laptop.user.remove(path);
    expect(asked(await laptop.sync())).to.deep.equal([['delete-on-store', 10]]);
    for (const path of paths) store.remove(path);
    expect(asked(await desk.sync())).to.deep.equal([['delete-here', 10]]);
    expect(files(desk)).to.have.length(10);
  });

  describe('a folder of 500 that is moved', () => {
    const paths = names(500, 'old/deep/f');
    beforeEach(() => fill(paths));

    it('on a computer is not held anywhere', async () => {
      laptop.user.rename('old', 'new');
      for (const one of [laptop, desk, laptop]) expect(asked(await one.sync())).to.deep.equal([]);
      expect(files(desk)).to.have.length(500);
      expect(desk.user.read('new/deep/f0')).to.equal('content of old/deep/f0');
    });

    it('on the store, by another program, is not held anywhere', async () => {
      store.makeDirectory('new');
      store.rename('old/deep', 'new/deep');
      for (const one of [laptop, desk, laptop]) expect(asked(await one.sync())).to.deep.equal([]);
      expect([files(laptop).length, files(desk).length]).to.deep.equal([500, 500]);
      expect(desk.user.read('new/deep/f0')).to.equal('content of old/deep/f0');
    });

    it('of which much is deleted at the same time holds what is deleted', async () => {
      laptop.user.rename('old', 'new');
      for (const path of names(150, 'new/deep/f')) laptop.user.remove(path);
      expect(asked(await laptop.sync())).to.deep.equal([['delete-on-store', 150]]);
      await desk.sync();
      expect(files(desk).filter((path) => path.startsWith('new/'))).to.have.length(350);
      expect(files(desk).filter((path) => path.startsWith('old/'))).to.have.length(150);
    });
  });

  it('a person may save every file of a small folder', async () => {
    await fill(names(4));
    for (const path of names(4)) {
      laptop.user.write(path, `edited ${path}`);
      for (const one of [laptop, desk]) expect(asked(await one.sync())).to.deep.equal([]);
    }
    expect(desk.user.read('f3')).to.equal('edited f3');
  });

  it('holds what replaces a large folder, on the computer where it happens and on the others', async () => {
    await fill(names(60));
    for (const path of names(60)) laptop.user.write(path, `locked ${path}`);
    expect(asked(await laptop.sync())).to.deep.equal([['replace-on-store', 60]]);
    expect(store.text('f0')).to.equal('content of f0');
    laptop.open().accept();
    expect(asked(await laptop.sync())).to.deep.equal([]);
    expect(asked(await desk.sync())).to.deep.equal([['replace-here', 60]]);
    expect(desk.user.read('f0')).to.equal('content of f0');
  });

  it('holds a directory as long as something in it is held, without trying again and again', async () => {
    await fill([...names(40, 'd/e/f'), ...names(20)]);
    laptop.user.remove('d');
    const first = await laptop.sync();
    expect(asked(first)).to.deep.equal([['delete-on-store', 40]]);
    expect([first.rounds, first.problems]).to.deep.equal([1, []]);
    laptop.open().accept();
    await laptop.sync();
    const there = await desk.sync();
    expect(asked(there)).to.deep.equal([['delete-here', 40]]);
    expect([there.rounds, there.problems]).to.deep.equal([1, []]);
    desk.open().accept();
    await desk.sync();
    expect([...desk.user.tree().keys()].filter((path) => path.startsWith('d'))).to.deep.equal([]);
  });

  it('does not ask about what a person has this computer put back from the history', async () => {
    await fill(names(60));
    const then = store.clock;
    time = store.clock += 60_000;
    for (const path of names(40)) laptop.user.write(path, `edited ${path}`);
    for (const path of names(20, 'late')) laptop.user.write(path, path);
    await laptop.sync();
    laptop.open().accept();
    await laptop.sync();
    time = store.clock += 60_000;
    const { signal } = new AbortController();
    await laptop.open().restore({ signal, path: '', at: then });
    expect(asked(await laptop.sync())).to.deep.equal([]);
    expect([store.text('f0'), store.text('late0')]).to.deep.equal(['content of f0', undefined]);
    await laptop.open().undo({ signal });
    expect(asked(await laptop.sync())).to.deep.equal([]);
    expect([store.text('f0'), store.text('late0')]).to.deep.equal(['edited f0', 'late0']);
  });

  describe('an answer', () => {
    beforeEach(async () => {
      await fill(names(60));
      for (const path of names(40)) laptop.user.remove(path);
      await laptop.sync();
    });

    it('may name the question, or the computer', async () => {
      expect(laptop.open().accept(['nobody'])).to.equal(0);
      expect(laptop.open().accept(['LAPTOP'])).to.equal(40);
      await laptop.sync();
      const [question] = (await desk.sync()).held;
      expect(question).to.include({ origin: 'laptop', action: 'delete-here' });
      expect(desk.open().accept(['laptop'])).to.equal(40);
      await desk.sync();
      expect(files(desk)).to.have.length(20);
    });

    it('holds though the same deletion is told by another computer then', async () => {
      laptop.open().accept();
      await laptop.sync();
      await desk.sync();
      expect(desk.open().accept(['laptop'])).to.equal(40);
      const third = computer(store, 'third', { clock, limits: { segmentsPerMaster: 1 } });
      await third.sync();
      for (const path of store.tree('.ownsync/manifests').keys()) {
        store.remove(`.ownsync/manifests/${path}`);
      }
      expect(asked(await desk.sync())).to.deep.equal([]);
      expect(files(desk)).to.have.length(20);
    });

    it('is asked for again only when something else is to happen', async () => {
      laptop.open().accept();
      for (const path of names(40)) laptop.user.write(path, `new ${path}`);
      expect(asked(await laptop.sync())).to.deep.equal([['replace-on-store', 40]]);
    });

    it('that never comes is no harm', async () => {
      time += 48 * HOUR;
      expect(asked(await laptop.sync())).to.deep.equal([['delete-on-store', 40]]);
      expect(asked(await desk.sync())).to.deep.equal([]);
      expect(files(desk)).to.have.length(60);
    });
  });
});
