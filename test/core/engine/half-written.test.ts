/** Other programs write in place: what they have not finished is taken by nobody, and shows nowhere. */
import { expect } from 'chai';
import { systemClock } from '../../../src/host/world.ts';
import type { MemoryStore } from '../../../src/testkit/memory-store.ts';
import { computer, createStore } from '../../support/computers.ts';
import type { Computer } from '../../support/computers.ts';
import { story } from './history-world.ts';

describe('a file that another program is writing', () => {
  let store: MemoryStore;

  beforeEach(() => {
    store = createStore();
  });

  async function expectOnly(text: string, ...computers: Computer[]): Promise<void> {
    for (const one of [...computers, ...computers])
      expect((await one.sync()).inSync).to.equal(true);
    const [first] = computers;
    if (first === undefined) throw new Error('no computers');
    for (const { user } of computers) expect([...user.tree().keys()]).to.deep.equal(['a']);
    for (const { user } of computers) expect(user.read('a')).to.equal(text);
    expect(await story(first, 'a')).to.have.length(1);
  }

  it('is taken when it has stood still, and not before', async () => {
    const parts = ['one', 'one, two', 'one, two, three'];
    let time = 0;
    const clock = {
      ...systemClock,
      monotonic: () => time,
      sleep: (milliseconds: number) => {
        time += milliseconds;
        store.clock += milliseconds;
        const part = parts.shift();
        if (part !== undefined) store.put('a', part);
        return Promise.resolve();
      },
    };
    const settings = { settle: 10_000 };
    const [laptop, desk] = [
      computer(store, 'laptop', { settings, clock }),
      computer(store, 'desk', { settings, clock }),
    ];
    await laptop.sync();
    store.put('a', 'begun');
    const first = await laptop.sync();
    expect(parts).to.deep.equal([]);
    expect(first.problems).to.deep.equal([]);
    await expectOnly('one, two, three', laptop, desk);
  });

  it('and that grew while it was read is not taken as it was read', async () => {
    let reads = 0;
    const laptop = computer(store, 'laptop', {
      gates: {
        after: (operation, path) => {
          if (operation === 'read' && path === 'a' && (reads += 1) === 1) store.put('a', 'whole');
        },
      },
    });
    const desk = computer(store, 'desk');
    await laptop.sync();
    store.put('a', 'half');
    await laptop.sync();
    expect(reads).to.be.greaterThan(0);
    await expectOnly('whole', laptop, desk);
  });
});
