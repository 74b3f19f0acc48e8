/**
 * What is not asked again, and above all what is: on a store whose directories' etags rise with everything below, memory
 * answers for what did not change, and for nothing that this client changed itself, could not see whole, or must know now.
 */
import { expect } from 'chai';
import { Glance } from '../../../src/core/engine/glance.ts';
import { FolderState } from '../../../src/core/engine/state.ts';
import { StoreIo } from '../../../src/core/engine/store-io.ts';
import type { Listing, Transport } from '../../../src/core/ports/transport.ts';
import { systemClock, systemCodec } from '../../../src/host/world.ts';
import type { MemoryProfile } from '../../../src/testkit/memory-profile.ts';
import { createMemoryState } from '../../../src/testkit/memory-state.ts';
import { MemoryStore } from '../../../src/testkit/memory-store.ts';
import { openMemoryTransport } from '../../../src/testkit/memory-transport.ts';
import { computer } from '../../support/computers.ts';

const owncloud: Partial<MemoryProfile> = {
  ...{ etag: 'kept', wholeTree: 'etags', checksums: true, removeTree: true },
  renameOnto: { file: 'refuses', directory: 'refuses' },
};

const anew = { thorough: false };

interface Desk {
  readonly store: MemoryStore;
  readonly state: FolderState;
  /** A round: what it asks is in `asked`. */
  begin(): Promise<{ glance: Glance; io: StoreIo; asked: string[] }>;
}

function desk(bend: (listing: Listing, path: string) => Listing = (listing) => listing): Desk {
  const store = new MemoryStore();
  const state = new FolderState(createMemoryState());
  for (const path of [
    'docs/a',
    'docs/deep/b',
    'other/c',
    '.ownsync/locks/.lock',
    '.ownsync/manifests/m',
  ])
    store.put(path, 'x');
  return {
    ...{ store, state },
    async begin() {
      const asked: string[] = [];
      const good = openMemoryTransport(store, { profile: owncloud });
      const list: Transport['list'] = async (path, signal) => {
        asked.push(path);
        return bend(await good.list(path, signal), path);
      };
      const io = new StoreIo({ ...good, list }, systemCodec, new AbortController().signal);
      const glance = new Glance(io, state);
      await glance.begin(anew);
      return { glance, io, asked };
    },
  };
}

const everything = ['', 'docs', 'docs/deep', 'other', '.ownsync/locks', '.ownsync/manifests'];

async function listAll(glance: Glance): Promise<void> {
  for (const path of everything) await glance.list(path);
}

describe('a glance', () => {
  it('asks the root alone when nothing changed, and answers as the store would', async () => {
    const { store, begin } = desk();
    await listAll((await begin()).glance);
    const { glance, asked, io } = await begin();
    for (const path of everything) {
      const { entries, complete } = await glance.list(path);
      expect(complete).to.equal(true);
      expect(entries, path).to.deep.equal(
        (
          await openMemoryTransport(store, { profile: owncloud }).list(
            path,
            new AbortController().signal,
          )
        ).entries,
      );
    }
    expect(asked).to.deep.equal(['']);
    expect(io.changes).to.equal(0);
  });

  it('asks again exactly where something changed, all the way down', async () => {
    const { store, begin } = desk();
    await listAll((await begin()).glance);
    store.put('docs/deep/b', 'y');
    const { glance, asked } = await begin();
    await listAll(glance);
    expect(asked).to.deep.equal(['', 'docs', 'docs/deep']);
    expect((await glance.list('docs/deep')).entries.map(({ name }) => name)).to.deep.equal(['b']);
  });

  it('knows nothing any more once this client has changed anything', async () => {
    const { begin } = desk();
    await listAll((await begin()).glance);
    const { glance, io, asked } = await begin();
    expect(glance.known('.ownsync/locks')).not.to.equal(undefined);
    await io.makeDirectory('other/new');
    for (const path of everything) expect(glance.known(path), path).to.equal(undefined);
    await glance.list('other');
    await glance.list('.ownsync/locks');
    expect(asked).to.deep.equal(['', 'other', '.ownsync/locks']);
  });

  it('asks what it was told to ask, though the etags say that nothing came', async () => {
    const { begin } = desk();
    await listAll((await begin()).glance);
    const { glance, asked } = await begin();
    glance.forget();
    await glance.list('.ownsync/manifests');
    expect(asked).to.deep.equal(['', '.ownsync/manifests']);
  });

  it('looks at its own directory again after the tree, if the tree was not as remembered', async () => {
    const { store, begin } = desk();
    await listAll((await begin()).glance);
    store.put('docs/new', 'x');
    const { glance, asked } = await begin();
    for (const path of ['', 'docs', 'docs/deep', 'other']) await glance.list(path);
    store.put('.ownsync/locks/placing/tx/holder.json', '{}');
    await glance.afterTree();
    expect(asked).to.deep.equal(['', 'docs', '.ownsync']);
    expect(glance.known('.ownsync/locks'), 'locks that changed meanwhile').to.equal(undefined);
  });

  it('a file at the root alone is news enough for that', async () => {
    const { store, begin } = desk();
    await listAll((await begin()).glance);
    store.put('at the root', 'x');
    const { glance, asked } = await begin();
    await glance.list('');
    await glance.afterTree();
    expect(asked).to.deep.equal(['', '.ownsync']);
  });

  it('remembers no listing that is not whole, and none of a directory without an etag', async () => {
    for (const bend of [
      (listing: Listing, path: string) =>
        path === 'docs' ? { ...listing, complete: false } : listing,
      ({ entries, complete }: Listing) => ({ entries, complete }),
    ]) {
      const { begin } = desk(bend);
      await listAll((await begin()).glance);
      const { glance, asked } = await begin();
      await glance.list('docs');
      expect(asked).to.include('docs');
    }
  });

  it('asks for a directory that tells no etag in the listing above it', async () => {
    const { begin } = desk((listing, path) => ({
      ...listing,
      entries: listing.entries.map((entry) =>
        path === '' && entry.name === 'docs' ? { ...entry, stamp: {} } : entry,
      ),
    }));
    await listAll((await begin()).glance);
    const { glance, asked } = await begin();
    await listAll(glance);
    expect(asked).to.deep.equal(['', 'docs']);
  });

  it('forgets what lay in a directory that is gone', async () => {
    const { store, state, begin } = desk();
    await listAll((await begin()).glance);
    expect([...state.listings.keys()]).to.include('docs/deep');
    store.remove('docs');
    await listAll((await begin()).glance).catch(() => undefined);
    expect([...state.listings.keys()].filter((path) => path.startsWith('docs'))).to.deep.equal([]);
  });

  it('asks for everything when it shall be thorough', async () => {
    const { begin } = desk();
    await listAll((await begin()).glance);
    const { glance, asked } = await begin();
    await glance.begin({ thorough: true });
    await listAll(glance);
    expect(asked.slice(1)).to.include.members(everything);
  });
});

describe('a sync on a store with etags for whole trees', () => {
  it('asks one question when nothing has changed, and everything once a day', async () => {
    const store = new MemoryStore();
    let now = Date.UTC(2026, 10, 22);
    const clock = { ...systemClock, now: () => now };
    const a = computer(store, 'a', { profile: owncloud, clock });
    a.user.write('docs/file', 'content');
    await a.sync();
    await a.sync();
    const asked = async (): Promise<Record<string, number>> => {
      store.operations.clear();
      expect((await a.sync()).inSync).to.equal(true);
      return Object.fromEntries(store.operations);
    };
    expect(await asked()).to.deep.equal({ list: 1 });
    now += 25 * 60 * 60 * 1000;
    const { list = 0 } = await asked();
    expect(list, 'a day later').to.be.greaterThan(5);
    await asked(); // it wrote that it is still here
    expect(await asked()).to.deep.equal({ list: 1 });
  });

  it("asks one question too where another computer's records are many", async () => {
    const store = new MemoryStore();
    const a = computer(store, 'a', {
      profile: owncloud,
      limits: { segmentsPerMaster: 3, masterAge: 0 },
    });
    const b = computer(store, 'b', { profile: owncloud });
    for (let file = 0; file < 5; file++) {
      b.user.write(`docs/${String(file)}`, String(file));
      await b.sync();
    }
    for (let time = 0; time < 3; time++) await a.sync();
    expect(store.tree('.ownsync/master').size, 'a master is written').to.equal(1);
    store.operations.clear();
    expect((await a.sync()).inSync).to.equal(true);
    expect(Object.fromEntries(store.operations)).to.deep.equal({ list: 1 });
  });

  it('after locks that changed while the tree was listed, the lease is asked, and then all that came', async () => {
    const store = new MemoryStore();
    const asked: string[] = [];
    const before = (operation: string, path: string): void => {
      if (operation !== 'list') return;
      asked.push(path);
      if (path === 'docs') store.put('.ownsync/locks/.lock-other', '');
    };
    const a = computer(store, 'a', { profile: owncloud, gates: { before } });
    a.user.write('docs/file', 'content');
    await a.sync();
    await a.sync();
    store.put('docs/news', 'from another program');
    asked.length = 0;
    await a.sync();
    const { length } = asked.slice(0, asked.indexOf('.ownsync/locks/placing'));
    expect(asked.slice(0, length)).to.deep.equal(['', 'docs', '.ownsync']);
    expect(asked.slice(length + 1)).to.include.members(
      ['epochs', 'manifests', 'master'].map((name) => `.ownsync/${name}`),
    );
  });

  it('before an absence is believed, lease and records are asked, whatever the etags say', async () => {
    const store = new MemoryStore();
    const asked: string[] = [];
    const before = (operation: string, path: string): void => {
      asked.push(`${operation} ${path}`);
    };
    const a = computer(store, 'a', { profile: owncloud, gates: { before } });
    a.user.write('docs/file', 'content');
    a.user.write('docs/other', 'content');
    await a.sync();
    await a.sync();
    store.remove('docs/file');
    asked.length = 0;
    await a.sync();
    const after = asked.slice(asked.indexOf('look docs/file') + 1);
    expect(after.slice(0, 3)).to.deep.equal(
      ['locks/placing', 'manifests', 'master'].map((name) => `list .ownsync/${name}`),
    );
    expect(a.user.read('docs/file')).to.equal(undefined);
  });

  it("takes another program's content of the same size, second and etag, by its checksum", async () => {
    const store = new MemoryStore();
    const a = computer(store, 'a', { profile: owncloud });
    a.user.write('docs/file', 'one');
    await a.sync();
    const node = store.find('docs/file');
    const modified = node?.kind === 'file' ? node.modified : 0;
    store.put('docs/file', 'two', { modified });
    await a.sync();
    expect(await a.disk.readText('docs/file')).to.equal('two');
  });
});
