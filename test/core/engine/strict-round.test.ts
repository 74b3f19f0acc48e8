/** Strict rounds: nobody downloads before all live computers have uploaded, and no dead one is waited for for ever. */
import { expect } from 'chai';
import type { SyncReport } from '../../../src/core/ports/folder.ts';
import type { Clock } from '../../../src/core/ports/world.ts';
import type { MemoryStore } from '../../../src/testkit/memory-store.ts';
import type { Computer } from '../../support/computers.ts';
import { computer, createStore } from '../../support/computers.ts';

const MINUTE = 60_000;
const WAIT = 5 * MINUTE;

/** A room of computers that share a clock: who sleeps waits until all sleep, then the time passes. */
class Room {
  readonly store: MemoryStore = createStore();
  readonly #sleepers: { until: number; wake: () => void }[] = [];
  /** Since the beginning, milliseconds. */
  passed = 0;

  readonly #clock: Clock = {
    now: () => this.store.clock,
    monotonic: () => this.passed,
    sleep: (milliseconds) =>
      new Promise((wake) => {
        this.#sleepers.push({ until: this.passed + milliseconds, wake });
      }),
  };

  computer(name: string, strictWait = WAIT): Computer {
    const settings = { rounds: 'strict', strictWait } as const;
    return computer(this.store, name, { settings, clock: this.#clock });
  }

  get asleep(): number {
    return this.#sleepers.length;
  }

  /** Lets everybody go on until all that are not done sleep. */
  async calm(): Promise<void> {
    for (let turn = 0; turn < 200; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  }

  pass(milliseconds: number): void {
    this.passed += milliseconds;
    this.store.clock += milliseconds;
    const due = this.#sleepers.filter(({ until }) => until <= this.passed);
    for (const sleeper of due) {
      this.#sleepers.splice(this.#sleepers.indexOf(sleeper), 1);
      sleeper.wake();
    }
  }

  /** What `sync` reports; time passes while it sleeps. */
  async whole(sync: Promise<SyncReport>): Promise<SyncReport> {
    let done = false;
    void sync.finally(() => (done = true));
    for (;;) {
      await this.calm();
      if (done as boolean) return await sync;
      this.pass(1000);
    }
  }

  get marks(): string[] {
    return [...this.store.tree('.ownsync/locks').keys()].sort();
  }
}

describe('a strict round', () => {
  let room: Room;
  let a: Computer;
  let b: Computer;
  let c: Computer;

  beforeEach(async () => {
    room = new Room();
    [a, b, c] = [room.computer('a'), room.computer('b'), room.computer('c')];
    a.user.write('old', 'old');
    for (const one of [a, b, c, a, b, c]) await room.whole(one.sync());
    expect(room.marks).to.deep.equal([]);
  });

  it('lets nobody download before all have written', async () => {
    a.user.write('of a', 'a');
    b.user.write('of b', 'b');
    c.user.write('of c', 'c');
    await room.whole(a.sync()); // there is nothing to download yet, so it waits for nobody
    const waiting = [b.sync()];
    await room.calm();
    waiting.push(a.sync());
    await room.calm();
    room.pass(MINUTE);
    await room.calm();
    expect(room.asleep).to.equal(2);
    expect([a.user.read('of b'), b.user.read('of a')]).to.deep.equal([undefined, undefined]);
    expect((await room.whole(c.sync())).inSync).to.equal(true);
    for (const sync of waiting) expect((await room.whole(sync)).inSync).to.equal(true);
    expect(room.passed).to.be.lessThan(2 * MINUTE);
    for (const one of [a, b, c]) {
      expect([...one.user.tree().keys()]).to.deep.equal(['of a', 'of b', 'of c', 'old']);
    }
    expect(room.marks).to.deep.equal([]);
  });

  it('is over for who has nothing to upload as soon as it said so', async () => {
    a.user.write('of a', 'a');
    await room.whole(a.sync());
    const waiting = b.sync();
    await room.calm();
    expect([room.asleep, b.user.read('of a')]).to.deep.equal([1, undefined]);
    await room.whole(c.sync());
    expect(c.user.read('of a')).to.equal('a');
    await room.whole(waiting);
    expect(b.user.read('of a')).to.equal('a');
    expect(room.passed).to.be.lessThan(MINUTE);
  });

  it('waits for strictWait and no longer, and is closed then for all', async () => {
    a.user.write('of a', 'a');
    await room.whole(a.sync());
    await room.whole(b.sync());
    expect(b.user.read('of a')).to.equal('a');
    expect(room.passed).to.be.within(WAIT, WAIT + MINUTE);
    expect(room.marks).to.deep.equal([]);
    await room.whole(c.sync());
    expect(c.user.read('of a')).to.equal('a');
    expect(room.passed).to.be.lessThan(WAIT + MINUTE);
  });

  it('does not wait with a strictWait of 0, nor ends the wait of others', async () => {
    const hasty = room.computer('hasty', 0);
    a.user.write('of a', 'a');
    await room.whole(a.sync());
    const before = room.marks;
    expect(before).to.have.length(2);
    await room.whole(hasty.sync());
    expect([hasty.user.read('of a'), room.passed]).to.deep.equal(['a', 0]);
    expect(room.marks).to.include.members(before);
  });

  it('does not wait for who is not live by the clock of the store', async () => {
    room.pass(25 * 60 * MINUTE);
    await room.whole(b.sync());
    a.user.write('of a', 'a');
    await room.whole(a.sync());
    const begun = room.passed;
    await room.whole(b.sync());
    expect([b.user.read('of a'), room.passed - begun]).to.deep.equal(['a', 0]);
    expect(room.marks).to.deep.equal([]);
  });

  it('of a client that crashed ends, and marks of no round are swept', async () => {
    room.store.put('.ownsync/locks/.round-00000000000000aa', '');
    room.store.put('.ownsync/locks/.wrote-00000000000000bb-0123456789ab', '');
    for (const one of [a, b, c]) await room.whole(one.sync());
    expect(room.marks).to.deep.equal([]);
    expect(room.passed).to.equal(0);
  });

  it('two that are opened at once hold nobody up', async () => {
    room.store.put('.ownsync/locks/.round-00000000000000aa', '');
    a.user.write('of a', 'a');
    b.user.write('of b', 'b');
    await room.whole(a.sync());
    room.store.put('.ownsync/locks/.round-00000000000000bb', '');
    const waiting = [b.sync(), a.sync()];
    await room.calm();
    await room.whole(c.sync());
    for (const sync of waiting) await room.whole(sync);
    expect(room.marks).to.deep.equal([]);
    expect(room.passed).to.be.lessThan(MINUTE);
  });
});
