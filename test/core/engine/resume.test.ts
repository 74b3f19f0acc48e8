/**
 * Large transfers that are cut: in the same sync and in a later one they go on where they stopped, nothing is taken for whole
 * that is not, and what nobody wants any more is swept. Stores and disks in memory, faults at chosen chunks.
 */
import { expect } from 'chai';
import { encodeHolder } from '../../../src/core/format/small-files.ts';
import { TransportError } from '../../../src/core/ports/transport.ts';
import type { Clock } from '../../../src/core/ports/world.ts';
import { systemClock } from '../../../src/host/world.ts';
import type { MemoryStore } from '../../../src/testkit/memory-store.ts';
import type { MemoryTransportOptions } from '../../../src/testkit/memory-transport.ts';
import { computer, createStore } from '../../support/computers.ts';
import type { Computer, ComputerOptions } from '../../support/computers.ts';

const TEXT = Array.from({ length: 20_000 }, (_, line) => `line ${String(line)}`).join('\n');
const LIMITS = { resumable: 1000 };
/** Waits for nothing. */
const hasty: Clock = { ...systemClock, sleep: () => Promise.resolve() };
const STAGED = /^\.ownsync\/staging\/.*\/new\//;

interface Moved {
  /** Operation and bytes it has moved, of large staged files. */
  readonly sent: [string, number][];
  fault: ((operation: string, path: string, done: number) => void) | undefined;
}

function watched(): { moved: Moved; gates: MemoryTransportOptions } {
  const moved: Moved = { sent: [], fault: undefined };
  return {
    moved,
    gates: {
      before: (operation, path) => {
        if (STAGED.test(path) && ['write', 'resume'].includes(operation))
          moved.sent.push([operation, 0]);
        moved.fault?.(operation, path, -1);
      },
      chunk: (operation, path, done) => {
        const last = moved.sent.at(-1);
        if (last !== undefined && STAGED.test(path) && operation !== 'read') last[1] = done;
        moved.fault?.(operation, path, done);
      },
    },
  };
}

function broken(operation: string, path: string): TransportError {
  return new TransportError('the line is cut', {
    kind: 'unreachable',
    outcome: 'unknown',
    operation,
    path,
  });
}

/** Cuts so many transfers of large files in their middle. */
function cuts(moved: Moved, times: number, wanted: readonly string[] = ['write', 'resume']): void {
  let left = times;
  moved.fault = (operation, path, done) => {
    const isLarge = STAGED.test(path) || path === 'large.txt';
    if (left > 0 && isLarge && done > 0 && done < TEXT.length && wanted.includes(operation)) {
      left -= 1;
      throw broken(operation, path);
    }
  };
}

const failed = (sync: Promise<unknown>): Promise<unknown> =>
  sync.then(
    () => expect.fail('the sync must fail'),
    (error: unknown) => error,
  );

function staging(store: MemoryStore): string[] {
  return [...store.tree().keys()].filter((path) => path.startsWith('.ownsync/staging/'));
}

function tornOf(store: MemoryStore): string {
  const [torn] = staging(store).filter((path) => STAGED.test(path));
  return torn ?? expect.fail('nothing is staged');
}

interface Case {
  readonly store: MemoryStore;
  readonly moved: Moved;
  readonly laptop: Computer;
}

function uploading(options: ComputerOptions = {}): Case {
  const store = createStore();
  const { moved, gates } = watched();
  const laptop = computer(store, 'laptop', { limits: LIMITS, gates, clock: hasty, ...options });
  laptop.user.write('large.txt', TEXT);
  return { store, moved, laptop };
}

const half = Math.ceil(TEXT.length / 2);

describe('a large upload that is cut', () => {
  it('goes on in the same sync', async () => {
    const { store, moved, laptop } = uploading();
    cuts(moved, 1);
    const report = await laptop.sync();
    expect(report.inSync).to.equal(true);
    expect(store.text('large.txt')).to.equal(TEXT);
    expect(moved.sent).to.deep.equal([
      ['write', half],
      ['resume', TEXT.length],
    ]);
    expect(staging(store)).to.deep.equal([]);
  });

  it('is told after three cuts at the same byte, and goes on in the next run', async () => {
    const { store, moved, laptop } = uploading();
    moved.fault = (operation, path, done) => {
      const isCut = operation === 'write' ? done >= half : operation === 'resume';
      if (STAGED.test(path) && isCut) throw broken(operation, path);
    };
    expect(await failed(laptop.sync())).to.be.instanceOf(TransportError);
    moved.fault = undefined;
    moved.sent.length = 0;
    const report = await laptop.sync();
    expect(report.inSync).to.equal(true);
    expect(store.text('large.txt')).to.equal(TEXT);
    expect(moved.sent.map(([operation]) => operation)).to.deep.equal(['resume']);
    expect(staging(store)).to.deep.equal([]);
  });

  /** A run that ends with half of the file on the store. */
  async function interrupted(options: ComputerOptions = {}): Promise<Case> {
    const found = uploading(options);
    found.moved.fault = (operation, path, done) => {
      const isHalf = operation === 'write' && STAGED.test(path) && done > 0;
      if (isHalf || operation === 'look') throw broken(operation, path);
    };
    await failed(found.laptop.sync());
    found.moved.fault = undefined;
    found.moved.sent.length = 0;
    return found;
  }

  it('an interrupted run leaves half of it, and a record of that', async () => {
    const { store } = await interrupted();
    expect(store.text(tornOf(store))).to.equal(TEXT.slice(0, half));
  });

  for (const [what, spoil] of [
    ['altered', (text: string) => `X${text.slice(1)}`],
    ['longer than the file', (text: string) => text + TEXT],
    ['empty', () => ''],
  ] as const) {
    it(`what an earlier run left is written anew if it is ${what}`, async () => {
      const { store, moved, laptop } = await interrupted();
      const torn = tornOf(store);
      store.put(torn, spoil(store.text(torn) ?? ''));
      expect((await laptop.sync()).inSync).to.equal(true);
      expect(store.text('large.txt')).to.equal(TEXT);
      expect(moved.sent).to.deep.equal([['write', TEXT.length]]);
    });
  }

  it('what was cut in the same sync is written anew if its end is not what was sent', async () => {
    const { store, moved, laptop } = uploading();
    let isCut = false;
    moved.fault = (operation, path, done) => {
      if (operation !== 'write' || !STAGED.test(path) || done < 0 || isCut) return;
      isCut = true;
      store.put(path, '\0'.repeat(done));
      throw broken(operation, path);
    };
    expect((await laptop.sync()).inSync).to.equal(true);
    expect(store.text('large.txt')).to.equal(TEXT);
    expect(moved.sent.map(([operation]) => operation)).to.deep.equal(['write', 'write']);
  });

  it('is swept when the file is another by then, or gone', async () => {
    for (const act of ['edit', 'delete'] as const) {
      const { store, moved, laptop } = await interrupted();
      if (act === 'edit') laptop.user.write('large.txt', TEXT.toUpperCase());
      else laptop.user.remove('large.txt');
      expect((await laptop.sync()).inSync).to.equal(true);
      const sent = moved.sent.map(([operation]) => operation);
      expect(sent).to.deep.equal(act === 'edit' ? ['write'] : []);
      expect(staging(store)).to.deep.equal([]);
    }
  });

  it('begins anew on a store that cannot go on in a file, or that refuses to', async () => {
    const cannot = await interrupted({ profile: { resume: false } });
    const refuses = await interrupted();
    refuses.moved.fault = (operation, path) => {
      if (operation !== 'resume') return;
      throw new TransportError('not permitted', { kind: 'unknown', operation, path });
    };
    for (const { store, moved, laptop } of [cannot, refuses]) {
      expect((await laptop.sync()).inSync).to.equal(true);
      expect(store.text('large.txt')).to.equal(TEXT);
      expect(moved.sent.at(-1)).to.deep.equal(['write', TEXT.length]);
      expect(staging(store)).to.deep.equal([]);
    }
  });

  it('that has arrived whole is not sent again when placing has to wait', async () => {
    const { store, moved, laptop } = uploading({ limits: { ...LIMITS, leaseWait: 0 } });
    const desk = computer(store, 'desk');
    await desk.sync();
    const holder = { tx: 'desk-1-0', client: '0123456789ab', name: 'desk', items: [] };
    store.put('.ownsync/locks/placing/desk-1-0/holder.json', encodeHolder(holder));
    expect((await laptop.sync()).inSync).to.equal(false);
    expect((await laptop.sync()).inSync).to.equal(false);
    expect(moved.sent).to.deep.equal([['write', TEXT.length]]);
    store.remove('.ownsync/locks/placing/desk-1-0/holder.json');
    store.remove('.ownsync/locks/placing/desk-1-0');
    expect((await laptop.sync()).inSync).to.equal(true);
    expect(moved.sent.length).to.equal(1);
    expect(store.text('large.txt')).to.equal(TEXT);
    expect(staging(store)).to.deep.equal([]);
  });
});

describe('an upload of any size', () => {
  it('of what is no longer the content that was hashed is a problem, and right in the next sync', async () => {
    const { store, moved, laptop } = uploading();
    await laptop.sync();
    laptop.user.write('large.txt', TEXT.replaceAll('line', 'edit'));
    moved.fault = (operation, path, done) => {
      const file = laptop.disk.state.volume.find('large.txt');
      const isBegun = STAGED.test(path) && operation === 'write' && done < 0;
      // Neither size nor time nor id tell it.
      if (isBegun && file?.kind === 'file') file.bytes = Buffer.from(TEXT.toUpperCase());
    };
    const [problem] = (await laptop.sync()).problems;
    expect(problem).to.include({ path: 'large.txt', kind: 'busy' });
    expect(store.text('large.txt')).to.equal(TEXT);
    expect((await laptop.sync()).inSync).to.equal(true);
    expect(store.text('large.txt')).to.equal(TEXT.toUpperCase());
  });
});

describe('a large download that is cut', () => {
  async function downloading(): Promise<Case & { readonly desk: Computer }> {
    const found = uploading();
    await found.laptop.sync();
    const { moved, gates } = watched();
    const desk = computer(found.store, 'desk', { limits: LIMITS, gates });
    cuts(moved, Infinity, ['read']);
    await failed(desk.sync());
    moved.fault = undefined;
    return { ...found, moved, desk };
  }

  /** Bytes that are read of the file from now on. */
  function counted(moved: Moved): { bytes: number } {
    const read = { bytes: 0 };
    moved.fault = (operation, path, done) => {
      if (operation === 'read' && path === 'large.txt' && done > 0) read.bytes += 1;
    };
    return read;
  }

  it('leaves its part where nobody sees it, and goes on from there', async () => {
    const { moved, desk } = await downloading();
    const [kept] = desk.disk.state.kept.values();
    expect(kept?.length).to.equal(64 * 1024);
    expect(desk.user.read('large.txt')).to.equal(undefined);
    const read = counted(moved);
    expect((await desk.sync()).inSync).to.equal(true);
    expect(desk.user.read('large.txt')).to.equal(TEXT);
    expect(read.bytes).to.equal(Math.ceil((TEXT.length - 64 * 1024) / (64 * 1024)));
    expect(desk.disk.state.kept.size).to.equal(0);
  });

  it('begins anew if its part is not what it should be', async () => {
    const { desk } = await downloading();
    for (const digest of desk.disk.state.kept.keys())
      desk.disk.state.kept.set(digest, Buffer.from('rotten'));
    expect((await desk.sync()).inSync).to.equal(true);
    expect(desk.user.read('large.txt')).to.equal(TEXT);
  });

  it('drops its part when nobody wants it any more', async () => {
    const { laptop, desk } = await downloading();
    laptop.user.write('large.txt', 'small');
    await laptop.sync();
    expect((await desk.sync()).inSync).to.equal(true);
    expect(desk.user.read('large.txt')).to.equal('small');
    expect(desk.disk.state.kept.size).to.equal(0);
  });
});
