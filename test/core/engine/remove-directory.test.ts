/**
 * Removing directories on a store that looks whether one is empty and then removes it with all that came into it meanwhile:
 * another program's file is not lost, nor another computer's transaction, wherever the removal is cut off.
 */
import { expect } from 'chai';
import { encodeHolder } from '../../../src/core/format/small-files.ts';
import { TransportError } from '../../../src/core/ports/transport.ts';
import type { MemoryTransportOptions } from '../../../src/testkit/memory-transport.ts';
import { computer, createStore } from '../../support/computers.ts';

const profile = { looksThenRemoves: true, ids: false } as const;
type Gate = NonNullable<MemoryTransportOptions['before']>;

/** A laptop whose gates a test may change, after its directory is on the store. */
async function scene() {
  const store = createStore();
  const at: { before: Gate; after: Gate } = { before: () => undefined, after: () => undefined };
  const gates: MemoryTransportOptions = {
    before: (...call) => at.before(...call),
    after: (...call) => at.after(...call),
  };
  const laptop = computer(store, 'laptop', { profile, gates });
  const desk = computer(store, 'desk', { profile });
  laptop.user.write('dir/file', 'old');
  laptop.user.write('other', 'old');
  await laptop.sync();
  await desk.sync();
  return { store, at, laptop, desk };
}

type Scene = Awaited<ReturnType<typeof scene>>;

/** Another program writes into the directory at the last moment. */
const strayBefore =
  ({ store }: Scene): Gate =>
  (operation, path) => {
    if (operation === 'rename' && path === 'dir') store.put('dir/sub/stray', 'kept');
  };

const textsOf = ({ user }: Scene['laptop']): string[] =>
  [...user.tree().keys()].map((path) => `${path}: ${user.read(path) ?? ''}`);

function namesIn(store: Scene['store'], path: string): string[] {
  const node = store.find(path);
  return node?.kind === 'directory' ? [...node.children.keys()] : [];
}

describe('a directory is removed on a store that looks and then removes', () => {
  it('an empty one is gone everywhere', async () => {
    const { store, laptop, desk } = await scene();
    laptop.user.remove('dir');
    expect((await laptop.sync()).inSync).to.equal(true);
    expect(store.find('dir')).to.equal(undefined);
    await desk.sync();
    expect(desk.user.read('dir/file')).to.equal(undefined);
  });

  it('what came into it a moment before is kept, and comes to all', async () => {
    const all = await scene();
    all.laptop.user.remove('dir');
    all.at.before = strayBefore(all);
    await all.laptop.sync();
    expect(all.store.text('dir/sub/stray')).to.equal('kept');
    await all.desk.sync();
    expect(all.desk.user.read('dir/sub/stray')).to.equal('kept');
    expect(all.store.find('dir/file')).to.equal(undefined);
  });

  it('where its name was taken meanwhile, what is in it goes beside', async () => {
    const all = await scene();
    const { store, at, laptop, desk } = all;
    laptop.user.remove('dir');
    at.before = strayBefore(all);
    at.after = (operation, path) => {
      if (operation === 'rename' && path === 'dir') store.put('dir', 'a file by now');
    };
    await laptop.sync();
    at.after = () => undefined;
    await laptop.sync();
    await desk.sync();
    const beside = /^dir \(conflict from the store [^/]*\)\/sub\/stray: kept$/;
    expect(textsOf(desk).filter((line) => beside.test(line))).to.have.length(1);
    expect(desk.user.read('dir')).to.equal('a file by now');
  });

  for (const who of ['the same computer', 'another computer'] as const) {
    it(`is cut off at every step, and ${who} goes on: nothing is lost`, async () => {
      for (let step = 1, isOver = false; !isOver; step++) {
        const all = await scene();
        const { at, laptop, desk, store } = all;
        laptop.user.remove('dir');
        const put = { was: false };
        let steps = step;
        at.before = (operation, path, to) => {
          void strayBefore(all)(operation, path, to);
          put.was ||= store.text('dir/sub/stray') !== undefined;
          if (steps-- > 1) return;
          throw new TransportError('cut', { kind: 'unreachable', operation, path });
        };
        isOver = await laptop.sync().then(
          () => true,
          () => false,
        );
        at.before = () => undefined;
        store.clock += 120_000; // its lease is old by now
        for (const client of who === 'the same computer' ? [laptop, desk] : [desk, laptop, desk])
          await client.sync();
        if (put.was) expect(desk.user.read('dir/sub/stray'), `step ${step}`).to.equal('kept');
        expect(textsOf(desk), `step ${step}`).to.deep.equal(textsOf(laptop));
        const left = namesIn(store, '.ownsync/locks').filter((name) => name !== 'placing');
        expect(left, `step ${step}`).to.deep.equal([]);
      }
    });
  }

  it('a lease that is taken while the empty one is removed is put back', async () => {
    const { store, at, laptop } = await scene();
    const items = [{ action: 'put', path: 'other', index: 1 }] as const;
    const holder = { tx: 'desk-1-0', client: '0123456789ab', name: 'desk', items };
    const placing = '.ownsync/locks/placing';
    at.before = (operation, path) => {
      const isLast =
        ['rename', 'removeDirectory'].includes(operation) &&
        path === placing &&
        namesIn(store, placing).length === 0;
      if (!isLast || ++seen < ENOUGH[operation as keyof typeof ENOUGH]) return;
      store.put(`${placing}/desk-1-0/holder.json`, encodeHolder(holder));
      store.put(`${placing}/desk-1-0/replaced/1`, 'the only copy');
    };
    let seen = 0;
    laptop.user.write('other', 'new');
    await laptop.sync();
    expect(seen).to.be.greaterThan(0);
    expect(store.text(`${placing}/desk-1-0/replaced/1`)).to.equal('the only copy');
  });
});

/** A blind removal looks first, and is the second that comes here. */
const ENOUGH = { rename: 1, removeDirectory: 2 };
