/** What history is thrown away, by age and by size, and what never is. */
import { createHash } from 'node:crypto';
import { expect } from 'chai';
import type { Clock } from '../../../src/core/ports/world.ts';
import { systemClock } from '../../../src/host/world.ts';
import type { MemoryStore } from '../../../src/testkit/memory-store.ts';
import { computer, createStore } from '../../support/computers.ts';
import type { Computer, ComputerOptions } from '../../support/computers.ts';
import { restore, told } from './history-world.ts';

const DAY = 24 * 60 * 60 * 1000;

interface Years {
  readonly store: MemoryStore;
  readonly laptop: Computer;
  /** So many days later, by every clock. */
  later(days: number): Promise<void>;
}

function years(options: Omit<ComputerOptions, 'clock'> = {}): Years {
  const store = createStore();
  const clock: Clock = { ...systemClock, now: () => store.clock };
  const laptop = computer(store, 'laptop', { ...options, clock });
  const later = async (days: number): Promise<void> => {
    store.clock += days * DAY;
    await laptop.sync();
  };
  return { store, laptop, later };
}

/** Contents in the history, without indexes and records. */
function kept(store: MemoryStore): string[] {
  return [...store.tree('.ownsync/history')]
    .filter(([path]) => /\/\d+$/.test(path))
    .map(([, text]) => text)
    .sort();
}

/** Versions of ten bytes, each so many days after the one that it replaces. */
async function versions({ laptop, later }: Years, count: number, days = 1): Promise<void> {
  for (let i = 0; i <= count; i += 1) {
    laptop.user.write('a', `version ${String(i).padStart(2, '0')}`, { mtime: i * DAY });
    await later(days);
  }
}

describe('history is pruned', () => {
  it('by age: what was replaced longer ago than the retention, a day more or two', async () => {
    const at = years({ settings: { retention: 5 * DAY } });
    await versions(at, 20);
    expect(kept(at.store)).to.include('version 19').and.not.include('version 10');
    expect(kept(at.store)).to.include('version 15');
    await at.later(10);
    expect(kept(at.store)).to.deep.equal([]);
    expect(at.store.tree('.ownsync/history').size).to.equal(0);
    expect(at.laptop.user.read('a')).to.equal('version 20');
  });

  it('by size: the oldest first', async () => {
    const plain = years();
    await versions(plain, 8);
    expect(kept(plain.store)).to.have.length(8);
    const at = years({ settings: { historySize: 2000 } });
    await versions(at, 20, 0.15);
    await at.later(1);
    const names = Array.from({ length: 20 }, (_, day) => `version ${String(day).padStart(2, '0')}`);
    const left = kept(at.store);
    expect(left.length).to.be.greaterThan(2).and.lessThan(12);
    expect(left).to.deep.equal(names.slice(-left.length));
    const bytes = [...at.store.tree('.ownsync/history').values()].join('').length;
    expect(bytes).to.be.lessThan(2600);
  });

  it('by size on a store that tells no times; there nothing is over by age', async () => {
    const at = years({
      profile: { modified: 'none', ids: false },
      settings: { retention: DAY, historySize: 2000 },
    });
    await versions(at, 12);
    const left = kept(at.store);
    expect(left).to.include('version 11').and.not.include('version 00');
    expect(left.length).to.be.greaterThan(2);
  });

  it('and the trash here by the same measures', async () => {
    const at = years({ settings: { historySize: 25 } });
    const desk = computer(at.store, 'desk');
    for (const text of ['one', 'two', 'three', 'four', 'five', 'six']) {
      desk.user.write('a', `${text} and more text`);
      await desk.sync();
      await at.later(1);
    }
    expect(at.laptop.disk.state.trash.length).to.be.lessThan(3);
  });
});

describe('history is never pruned', () => {
  for (const [what, settings] of [
    ['by age', { retention: DAY }],
    ['by size', { historySize: 1 }],
  ] as const) {
    it(`${what} where it holds the only copy of what is current, until that is back`, async () => {
      const at = years({ settings });
      at.laptop.user.write('a', 'current');
      at.laptop.user.write('b', 'another');
      await at.laptop.sync();
      await at.laptop.sync();
      loseToHistory(at.store, 'a', 'current');
      const clock: Clock = { ...systemClock, now: () => at.store.clock };
      const desk = computer(at.store, 'desk', { settings, clock });
      const later = async (days: number) => {
        at.store.clock += days * DAY;
        await desk.sync();
      };
      for (const days of [1, 40, 1, 1]) await later(days);
      expect(kept(at.store)).to.deep.equal(['current']);
      expect(told(await restore(desk, { path: 'a' }))).to.deep.equal(['put back: a']);
      for (const days of [0, 1, 40, 1]) await later(days);
      expect(at.store.text('a')).to.equal('current');
      expect(kept(at.store)).to.deep.equal([]);
    });
  }

  it('but for what is at its path as well', async () => {
    const at = years({ settings: { retention: DAY } });
    at.laptop.user.write('a', 'current');
    await at.laptop.sync();
    loseToHistory(at.store, 'a', 'current');
    at.store.put('a', 'current');
    for (const days of [0, 1, 40, 1]) await at.later(days);
    expect(kept(at.store)).to.deep.equal([]);
  });
});

/** As if a program had died between setting a file aside and telling anybody of its deletion. */
function loseToHistory(store: MemoryStore, path: string, text: string): void {
  const day = `.ownsync/history/${new Date(store.clock).toISOString().slice(0, 10)}`;
  const [name = ''] = store.tree('.ownsync/clients').keys();
  const client = name.replace('.json', '');
  store.makeDirectory(`${day}/${client}-9`);
  const key = createHash('sha256').update(text).digest('hex');
  const dots = [`${client}:1`, `${client}:2`];
  const line = { index: 1, path, key, dots, why: 'deleted', by: 'laptop' };
  store.put(`${day}/${client}-9/index.jsonl`, `${JSON.stringify(line)}\n`);
  store.put(`${day}/${client}-9/1`, text);
  store.remove(path);
}
