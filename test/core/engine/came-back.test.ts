/** A store that was put back from a backup: many files that come back at once are one question. */
import { expect } from 'chai';
import type { SyncReport } from '../../../src/core/ports/folder.ts';
import type { Clock } from '../../../src/core/ports/world.ts';
import { sayHeld } from '../../../src/cli/words.ts';
import type { MemorySnapshot, MemoryStore } from '../../../src/testkit/memory-store.ts';
import type { Computer } from '../../support/computers.ts';
import { computer, createStore } from '../../support/computers.ts';

const DAY = 24 * 3_600_000;
const names = (count: number, prefix: string): string[] =>
  Array.from({ length: count }, (_, i) => `${prefix}${String(i)}`);
const KEPT = names(20, 'kept');
const GONE = names(40, 'gone');
const OLD = [...KEPT, ...GONE];

describe('a store that was restored', () => {
  let store: MemoryStore;
  let laptop: Computer;
  let desk: Computer;
  let backup: MemorySnapshot;
  const clock: Clock = {
    now: () => store.clock,
    monotonic: () => store.clock,
    sleep: () => Promise.resolve(),
  };

  /** Files of 3 May; a month later 40 are deleted, one is edited, one is new. */
  beforeEach(async () => {
    store = createStore();
    store.clock = Date.UTC(2026, 4, 3, 12);
    laptop = computer(store, 'laptop', { clock });
    desk = computer(store, 'desk', { clock });
    for (const path of OLD) laptop.user.write(path, `old ${path}`, { mtime: store.clock });
    await turns(2);
    backup = store.snapshot();
    store.clock += 30 * DAY;
    for (const path of GONE) laptop.user.remove(path);
    laptop.user.write('kept0', 'edited', { mtime: store.clock });
    laptop.user.write('new', 'new', { mtime: store.clock });
    for (const one of [laptop, desk]) {
      await one.sync();
      one.open().accept();
      await one.sync();
    }
    await turns(1);
    expect([files(laptop).length, files(desk).length]).to.deep.equal([21, 21]);
    store.clock += DAY;
  });

  async function turns(count: number): Promise<void> {
    for (let turn = 0; turn < count; turn += 1) for (const one of [laptop, desk]) await one.sync();
  }
  const files = (one: Computer): string[] => [...one.user.tree().keys()];
  const asked = ({ held }: SyncReport) =>
    held.map(({ action, paths }) => [action, paths.length] as const);

  /** Only the users' files, as a person copies them back by hand. */
  function copyBack(paths: readonly string[], modified?: number): void {
    for (const path of paths) {
      store.put(path, `old ${path}`, { modified: modified ?? Date.UTC(2026, 4, 3, 12) });
    }
  }

  async function agree(paths: readonly string[]): Promise<void> {
    for (const one of [laptop, desk, laptop, desk]) {
      const { held, problems } = await one.sync();
      expect({ held, problems }).to.deep.equal({ held: [], problems: [] });
    }
    const users = [...store.tree().keys()].filter((path) => !path.startsWith('.ownsync'));
    for (const found of [files(laptop), files(desk), users]) {
      expect(found).to.have.members([...paths]);
    }
    expect(laptop.user.read('kept0')).to.equal('edited');
  }

  for (const how of ['with all of ownsync’s own', 'of the users’ files only'] as const) {
    describe(how, () => {
      const restore = (): void => {
        if (how === 'of the users’ files only') copyBack(OLD);
        else store.restore(backup);
      };
      const count = how === 'of the users’ files only' ? 41 : 40;

      it('is one question, which says of when it is; the rest goes on', async () => {
        restore();
        laptop.user.write('meanwhile', 'meanwhile');
        const report = await laptop.sync();
        expect(asked(report)).to.deep.equal([['come-back', count]]);
        expect(report.held.map(sayHeld)).to.deep.equal([
          `${String(count)} paths came back on the store: it seems to have been restored to about 3 May 2026`,
        ]);
        expect(asked(await desk.sync())).to.deep.equal([['come-back', count]]);
        expect(files(laptop)).to.have.length(22);
        expect([desk.user.read('meanwhile'), desk.user.read('kept0')]).to.deep.equal([
          'meanwhile',
          'edited',
        ]);
        expect(store.text('new')).to.equal('new');
        expect(asked(await laptop.sync())).to.deep.equal([['come-back', count]]);
      });

      it('let happen: what came back is everywhere again, beside what is current', async () => {
        restore();
        await turns(1);
        expect(laptop.open().accept()).to.equal(count);
        await laptop.sync();
        await turns(2);
        const copies = files(laptop).filter((path) => path.includes('conflict'));
        expect(copies).to.have.length(count - 40);
        await agree([...OLD, 'new', ...copies]);
      });

      it('put back: the store is as it was before, by one answer', async () => {
        restore();
        await turns(1);
        expect(desk.open().restoreHeld()).to.equal(count);
        await desk.sync();
        await agree([...KEPT, 'new']);
        expect(store.text('kept0')).to.equal('edited');
        const kept = [...store.tree('.ownsync/history').values()];
        expect(kept).to.include('old gone0');
      });
    });
  }

  it('says no date when the files were written anew', async () => {
    copyBack(GONE, store.clock);
    const [question] = (await laptop.sync()).held;
    expect(question && sayHeld(question)).to.equal(
      '40 paths came back on the store: it seems to have been restored to an older copy',
    );
  });

  it('a few files that come back are no question', async () => {
    copyBack(GONE.slice(0, 10));
    expect(asked(await laptop.sync())).to.deep.equal([]);
    await agree([...KEPT, ...GONE.slice(0, 10), 'new']);
  });

  it('many new files of another program are no question', async () => {
    const fresh = names(40, 'fresh');
    for (const path of fresh) store.put(path, `new ${path}`);
    expect(asked(await laptop.sync())).to.deep.equal([]);
    await agree([...KEPT, ...fresh, 'new']);
  });

  it('is a question too when it comes back drop by drop', async () => {
    copyBack(GONE.slice(0, 20));
    expect(asked(await laptop.sync())).to.deep.equal([]);
    copyBack(GONE);
    expect(asked(await laptop.sync())).to.deep.equal([['come-back', 20]]);
  });

  it('reads what waits only once', async () => {
    copyBack(GONE);
    await laptop.sync();
    const reads = store.operations.get('read') ?? 0;
    await laptop.sync();
    expect(store.operations.get('read')).to.be.lessThan(reads + 5);
  });

  it('is no question any more when the files are taken away again', async () => {
    copyBack(GONE);
    await turns(1);
    for (const path of GONE) store.remove(path);
    await agree([...KEPT, 'new']);
  });
});
