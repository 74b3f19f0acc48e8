/** Damage that no size and no time shows: found by reading, named, and healed from whoever has the right bytes. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { VerifyOptions, VerifyReport } from '../../../src/core/ports/verify.ts';
import type { MemoryStore } from '../../../src/testkit/memory-store.ts';
import type { Computer } from '../../support/computers.ts';
import { computer, createStore } from '../../support/computers.ts';

const signal = new AbortController().signal;
const bytes = (text: string) => new TextEncoder().encode(text);

function verify(who: Computer, options: Omit<VerifyOptions, 'signal'> = {}): Promise<VerifyReport> {
  return who.open().verify({ signal, ...options });
}

/** Other bytes of the same number, and nothing else changes. */
function rotOnStore(store: MemoryStore, path: string, text: string): void {
  const node = store.find(path);
  if (node?.kind !== 'file') throw new Error(`no file at ${path}`);
  const { modified, id, version, changed } = node;
  store.put(path, bytes(text));
  Object.assign(store.find(path) ?? {}, { modified, id, version, changed });
}

function rotHere({ disk }: Computer, path: string, text: string): void {
  const node = disk.state.volume.find(path);
  if (node?.kind !== 'file') throw new Error(`no file at ${path}`);
  node.bytes = bytes(text);
}

async function twoInSync() {
  const store = createStore();
  const [one, two] = [computer(store, 'one'), computer(store, 'two')];
  for (const name of ['a', 'b', 'c']) one.user.write(`dir/${name}`, `right ${name}`);
  await one.sync();
  await two.sync();
  await one.sync();
  return { store, one, two };
}

const textOf = (store: MemoryStore, path: string) =>
  new TextDecoder().decode(store.bytes(path) ?? bytes('nothing'));

describe('verify', () => {
  it('finds nothing where nothing is wrong, and reads all when asked', async () => {
    const { one } = await twoInSync();
    expect(await verify(one)).to.deep.include({ files: 3, readFiles: 0, faults: [] });
    const read = await verify(one, { content: true });
    expect(read).to.deep.include({ files: 3, readFiles: 3, readBytes: 21, unread: 0, faults: [] });
  });

  it('a file that rotted on the store is healed from here; what was found is in the history', async () => {
    const { store, one, two } = await twoInSync();
    rotOnStore(store, 'dir/b', 'wrong b');
    expect((await verify(one)).faults).to.deep.equal([]);
    const { faults } = await verify(one, { content: true });
    expect(faults).to.deep.equal([{ path: 'dir/b', fault: 'damaged-on-store', healed: true }]);
    expect(textOf(store, 'dir/b')).to.equal('right b');
    const kept = [...store.tree('.ownsync/history').keys()].map((path) =>
      textOf(store, `.ownsync/history/${path}`),
    );
    expect(kept).to.include('wrong b');
    await two.sync();
    expect(two.user.read('dir/b')).to.equal('right b');
    expect((await verify(two, { content: true })).faults).to.deep.equal([]);
  });

  it('a computer that has not got the right bytes tells the others, and one of them heals', async () => {
    const { store, one, two } = await twoInSync();
    rotOnStore(store, 'dir/b', 'wrong b');
    two.user.unreadable('dir/b', true);
    const { faults } = await verify(two, { content: true });
    expect(faults).to.deep.equal([{ path: 'dir/b', fault: 'damaged-on-store' }]);
    await one.sync(); // reads what the other tells
    await one.sync();
    expect(textOf(store, 'dir/b')).to.equal('right b');
    two.user.unreadable('dir/b', false);
    expect((await verify(two, { content: true })).faults).to.deep.equal([]);
    expect(two.user.read('dir/b')).to.equal('right b');
  });

  it('a file that rotted on this disk is healed from the store, and not spread', async () => {
    const { store, one } = await twoInSync();
    rotHere(one, 'dir/a', 'wrong a');
    expect((await verify(one)).faults).to.deep.equal([]);
    const { faults } = await verify(one, { content: true });
    expect(faults).to.deep.equal([{ path: 'dir/a', fault: 'damaged-here', healed: true }]);
    expect(one.user.read('dir/a')).to.equal('right a');
    expect(textOf(store, 'dir/a')).to.equal('right a');
    expect((await one.sync()).done.uploaded).to.equal(0);
  });

  it('both sides rotted: says so, and spreads neither', async () => {
    const { store, one, two } = await twoInSync();
    rotHere(one, 'dir/a', 'wrong a');
    rotOnStore(store, 'dir/a', 'other a');
    const { faults } = await verify(one, { content: true });
    expect(faults.filter(({ healed }) => healed !== true)).to.not.deep.equal([]);
    await two.sync();
    await two.sync();
    await one.sync();
    const again = await verify(one, { content: true });
    expect(again.faults.every(({ healed }) => healed === true)).to.equal(true);
    expect(one.user.read('dir/a')).to.equal('right a');
    expect(textOf(store, 'dir/a')).to.equal('right a');
  });

  it('a budget is kept, and the next time goes on with the rest', async () => {
    const { store, one } = await twoInSync();
    rotOnStore(store, 'dir/c', 'wrong c');
    const first = await verify(one, { content: true, budget: 15 });
    expect(first).to.deep.include({ readFiles: 2, readBytes: 14, unread: 1, faults: [] });
    const second = await verify(one, { content: true, budget: 15 });
    expect(second.faults).to.deep.equal([
      { path: 'dir/c', fault: 'damaged-on-store', healed: true },
    ]);
  });
});
