/** The answer "no, put it back" to each kind of question: everybody comes together, and nothing is asked again here. */
import { expect } from 'chai';
import type { Held } from '../../../src/core/ports/folder.ts';
import type { MemoryStore } from '../../../src/testkit/memory-store.ts';
import type { Computer } from '../../support/computers.ts';
import { computer, createStore } from '../../support/computers.ts';

const NAMES = Array.from({ length: 60 }, (_, i) => `d/f${String(i)}`);
const GONE = NAMES.slice(0, 40);

describe('putting back what is held', () => {
  let store: MemoryStore;
  let laptop: Computer;
  let desk: Computer;
  let tower: Computer;

  beforeEach(async () => {
    store = createStore();
    laptop = computer(store, 'laptop');
    desk = computer(store, 'desk');
    tower = computer(store, 'tower');
    for (const path of NAMES) laptop.user.write(path, `content of ${path}`);
    for (const one of [laptop, desk, tower, laptop, desk, tower]) await one.sync();
  });

  async function isAsked(one: Computer, action: Held['action'], count = 40): Promise<void> {
    const { held, problems } = await one.sync();
    expect(held.map((question) => [question.action, question.paths.length])).to.deep.equal([
      [action, count],
    ]);
    expect(problems).to.deep.equal([]);
  }

  async function isQuiet(one: Computer): Promise<void> {
    const { inSync, held, problems, conflicts } = await one.sync();
    expect({ inSync, held, problems, conflicts }).to.deep.equal({
      ...{ inSync: true, held: [], problems: [], conflicts: [] },
    });
  }

  /** All hold the content that `text` says, the store too, and a further turn changes nothing. */
  async function agree(text: (path: string) => string): Promise<void> {
    for (const one of [laptop, desk, tower, laptop, desk, tower]) await isQuiet(one);
    const expected = NAMES.map((path) => [path, text(path)]);
    for (const one of [laptop, desk, tower]) {
      const files = [...one.user.tree()].flatMap(([path, entry]) =>
        entry.kind === 'file' ? [[path, entry.text]] : [],
      );
      expect(files).to.have.deep.members(expected);
    }
    expect(NAMES.map((path) => [path, store.text(path)])).to.deep.equal(expected);
    const before = JSON.stringify([...store.operations].filter(([name]) => name === 'rename'));
    for (const one of [laptop, desk, tower]) await isQuiet(one);
    expect(JSON.stringify([...store.operations].filter(([name]) => name === 'rename'))).to.equal(
      before,
    );
  }

  const old = (path: string): string => `content of ${path}`;

  it('deleted here: the files come back', async () => {
    for (const path of GONE) laptop.user.remove(path);
    await isAsked(laptop, 'delete-on-store');
    expect(laptop.open().restoreHeld()).to.equal(40);
    await isQuiet(laptop);
    await agree(old);
  });

  it('a whole directory deleted here: it comes back', async () => {
    laptop.user.remove('d');
    await isAsked(laptop, 'delete-on-store', 60);
    expect(laptop.open().restoreHeld(['laptop'])).to.equal(60);
    await agree(old);
  });

  it('replaced here: what the store holds comes back, and the replacement is in the trash', async () => {
    for (const path of GONE) laptop.user.write(path, `locked ${path}`);
    await isAsked(laptop, 'replace-on-store');
    expect(laptop.open().restoreHeld()).to.equal(40);
    await agree(old);
    expect(JSON.stringify(laptop.disk.state.trash)).to.contain('d/f0');
  });

  it('replaced here, and edited again before the next sync: that is kept beside', async () => {
    for (const path of GONE) laptop.user.write(path, `locked ${path}`);
    await isAsked(laptop, 'replace-on-store');
    laptop.open().restoreHeld();
    laptop.user.write('d/f0', 'late');
    const { conflicts } = await laptop.sync();
    expect(conflicts).to.have.length(1);
    const texts = [...laptop.user.tree().values()].map((entry) =>
      entry.kind === 'file' ? entry.text : '',
    );
    expect(texts).to.include.members(['late', 'content of d/f0']);
  });

  describe('by another computer', () => {
    it('deleted: recorded again, and back on the computer that deleted it', async () => {
      for (const path of GONE) laptop.user.remove(path);
      await isAsked(laptop, 'delete-on-store');
      laptop.open().accept();
      await isQuiet(laptop);
      await isAsked(desk, 'delete-here');
      await isAsked(tower, 'delete-here');
      expect(desk.open().restoreHeld()).to.equal(40);
      await isQuiet(desk);
      await agree(old);
    });

    it('deleted, put back by two at once', async () => {
      for (const path of GONE) laptop.user.remove(path);
      await isAsked(laptop, 'delete-on-store');
      laptop.open().accept();
      await isQuiet(laptop);
      for (const one of [desk, tower]) await isAsked(one, 'delete-here');
      for (const one of [desk, tower]) one.open().restoreHeld();
      await Promise.all([desk.sync(), tower.sync()]);
      await agree(old);
    });

    it('deleted, accepted by one and put back by another', async () => {
      for (const path of GONE) laptop.user.remove(path);
      await isAsked(laptop, 'delete-on-store');
      laptop.open().accept();
      await isQuiet(laptop);
      for (const one of [desk, tower]) await isAsked(one, 'delete-here');
      tower.open().accept();
      await isQuiet(tower);
      desk.open().restoreHeld();
      await agree(old);
    });

    it('replaced: the old content is the newest, and the other computer is asked in its turn', async () => {
      for (const path of GONE) laptop.user.write(path, `locked ${path}`);
      await isAsked(laptop, 'replace-on-store');
      laptop.open().accept();
      await isQuiet(laptop);
      await isAsked(desk, 'replace-here');
      await isAsked(tower, 'replace-here');
      expect(desk.open().restoreHeld()).to.equal(40);
      await isQuiet(desk);
      expect(store.text('d/f0')).to.equal('content of d/f0');
      await isQuiet(tower); // what it holds is the newest again: there is nothing left to ask
      await isAsked(laptop, 'replace-here');
      laptop.open().accept();
      await agree(old);
    });
  });

  it('replaced by another program on the store: held on each computer, put back by one', async () => {
    for (const path of GONE) store.put(path, `locked ${path}`);
    for (const one of [laptop, desk, tower]) await isAsked(one, 'replace-here');
    expect(laptop.open().status().held[0]?.origin).to.equal('another program on the store');
    expect(desk.open().restoreHeld()).to.equal(40);
    await isQuiet(desk);
    await agree(old);
  });

  describe('by another program on the store', () => {
    beforeEach(async () => {
      for (const path of GONE) store.remove(path);
      for (const one of [laptop, desk, tower]) await isAsked(one, 'delete-here');
    });

    it('deleted: repaired from here, and nobody else has to answer', async () => {
      expect(desk.open().restoreHeld(['delete-here:another-program-on-the-store'])).to.equal(40);
      await isQuiet(desk);
      await agree(old);
    });

    it('deleted, accepted by one and put back by another', async () => {
      laptop.open().accept();
      await isQuiet(laptop);
      desk.open().restoreHeld();
      await desk.sync();
      tower.open().restoreHeld();
      await tower.sync();
      for (const one of [laptop, desk, tower]) {
        const { held } = await one.sync();
        if (held.length > 0) one.open().restoreHeld();
      }
      await agree(old);
    });
  });
});
