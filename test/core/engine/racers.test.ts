/**
 * Two computers that take the placing lease at the same moment on a store that tells both that they won: the later rename
 * replaces the earlier one with all that was staged. Only one may go on, and the other one brings its files all the same.
 */
import { expect } from 'chai';
import type { MemoryProfile } from '../../../src/testkit/memory-profile.ts';
import { MemoryStore } from '../../../src/testkit/memory-store.ts';
import { computer } from '../../support/computers.ts';

const racy: Partial<MemoryProfile> = {
  renameOnto: { file: 'refuses', directory: 'refuses' },
  racy: true,
};

const placing = '.ownsync/locks/placing';

interface Gate {
  readonly reached: Promise<void>;
  readonly reach: () => void;
}

function gate(): Gate {
  let reach = (): void => undefined;
  const reached = new Promise<void>((resolve) => (reach = resolve));
  return { reached, reach };
}

describe('a lease that two were told they have', () => {
  it('is the later one; who lost what it had staged stages it again', async () => {
    const store = new MemoryStore();
    const [tested, replaced] = [gate(), gate()];
    let [races, isOver, tooEarly] = [false, false, false];
    const a = computer(store, 'a', {
      profile: racy,
      limits: { racers: 100 },
      gates: {
        before: (operation, _, to) => {
          if (!races || operation !== 'rename' || to !== placing) return undefined;
          races = false;
          tested.reach(); // the store has found the name free, and has not renamed yet
          return replaced.reached;
        },
        after: (operation, _, to) => {
          isOver ||= operation === 'rename' && to === placing;
        },
      },
    });
    const b = computer(store, 'b', {
      profile: racy,
      limits: { racers: 100 },
      gates: {
        before: (operation, path) => {
          tooEarly ||= !isOver && operation === 'rename' && path.startsWith(`${placing}/`);
        },
        after: (operation, _, to) => {
          if (operation === 'rename' && to === placing) setTimeout(replaced.reach, 40);
        },
      },
    });
    await a.sync();
    await b.sync();
    a.user.write('from a', 'a');
    b.user.write('from b', 'b');
    races = true;
    const first = a.sync();
    await tested.reached;
    const [, second] = await Promise.all([first, b.sync()]);
    expect(tooEarly, 'placed by who had lost the lease').to.equal(false);
    expect(second.done.uploaded).to.equal(1);
    await a.sync();
    for (const who of [a, b]) {
      expect(who.user.read('from a')).to.equal('a');
      expect(who.user.read('from b')).to.equal('b');
    }
    expect([...store.tree('.ownsync/staging').keys()]).to.deep.equal([]);
    expect([...store.tree('.ownsync/locks').keys()]).to.deep.equal([]);
  }).timeout(20_000);

  it('a folder that two make at once is one folder for both', async () => {
    const store = new MemoryStore();
    const [tested, replaced] = [gate(), gate()];
    const a = computer(store, 'a', {
      profile: racy,
      limits: { racers: 100 },
      gates: {
        before: (operation, _, to) => {
          if (operation !== 'rename' || to !== '.ownsync') return undefined;
          tested.reach();
          return replaced.reached;
        },
      },
    });
    const b = computer(store, 'b', {
      profile: racy,
      limits: { racers: 100 },
      gates: {
        after: (operation, _, to) => {
          if (operation === 'rename' && to === '.ownsync') replaced.reach();
        },
      },
    });
    a.user.write('from a', 'a');
    b.user.write('from b', 'b');
    const first = a.sync();
    await tested.reached;
    const reports = await Promise.all([first, b.sync()]);
    expect(reports.map(({ halt }) => halt)).to.deep.equal([undefined, undefined]);
    await a.sync();
    await b.sync();
    expect(a.user.read('from b')).to.equal('b');
    expect(b.user.read('from a')).to.equal('a');
  }).timeout(20_000);
});
