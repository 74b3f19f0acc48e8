/** A full disk, a disk that refuses, and another disk mounted inside the folder. */
import { expect } from 'chai';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { LocalError } from '../../src/core/ports/local-tree.ts';
import { openDisk } from '../../src/host/disk-root.ts';
import { setAside } from '../../src/host/disk-aside.ts';
import { caseOn, failure, never, paths, plain } from '../../src/testkit/local-tree-bench.ts';
import type { Case } from '../../src/testkit/local-tree-bench.ts';
import { asOrdinaryUser } from './ordinary-user.ts';
import { diskBench, temporaryDirectory } from './disk-user.ts';
import { mountBind, mountSmall, unmountAll } from './mounted.ts';

let directory: string;
beforeEach(() => {
  directory = temporaryDirectory();
});
afterEach(() => {
  unmountAll();
  rmSync(directory, { recursive: true, force: true });
});

async function benchAt(root: string): Promise<Case> {
  const bench = caseOn(diskBench(root));
  expect(await bench.tree.rootState(undefined)).to.equal('ok');
  return bench;
}

/** Takes every byte that is left. */
function fill(root: string): void {
  const { bavail, bsize } = statfsSync(root);
  try {
    writeFileSync(join(root, 'filler'), Buffer.alloc(bavail * bsize + 1));
  } catch {
    // Full: that was the wish.
  }
}

/** Takes every inode that is left; gives the names. */
function takeNames(root: string): string[] {
  const names: string[] = [];
  try {
    for (;;) {
      const name = `f${names.length}`;
      writeFileSync(join(root, name), '');
      names.push(name);
    }
  } catch {
    return names;
  }
}

describe('a full local disk', () => {
  it('staging fails as no-space, leaves nothing, and goes on when there is room', async function () {
    const root = join(directory, 'small');
    mountSmall(this, root, '128k');
    const bench = await benchAt(root);
    const error = await failure(bench.stage('x'.repeat(200_000)));
    expect(error).to.be.instanceOf(LocalError).with.property('kind', 'no-space');
    expect((error as Error).message).to.include('the disk is full');
    expect(bench.temporary()).to.equal(0);
    const staged = await bench.stage('small');
    expect(await bench.tree.place(staged, 'a', undefined, plain)).to.include({ size: 5 });
  });

  it('everything that is there can still be opened, scanned, read, replaced and removed, or fails whole', async function () {
    const root = join(directory, 'small');
    mountSmall(this, root, '128k');
    const bench = await benchAt(root);
    const { tree, user, seen } = bench;
    user.write('a', 'mine');
    user.write('b', 'also mine');
    const staged = await bench.stage('new');
    fill(root);
    expect(await tree.rootState(undefined)).to.equal('ok');
    const placed = await failure(tree.place(staged, 'a', await seen('a'), plain));
    if (placed !== undefined)
      expect(placed).to.be.instanceOf(LocalError).with.property('kind', 'no-space');
    const removed = await failure(seen('b').then((stat) => tree.remove('b', stat)));
    if (removed !== undefined)
      expect(removed).to.be.instanceOf(LocalError).with.property('kind', 'no-space');
    const scan = await tree.scan(() => false, never);
    expect(paths(scan)).to.include('a');
    const trashed = bench.trash().map(({ text }) => text);
    expect(['mine', ...trashed]).to.include(user.read('a') === 'new' ? 'mine' : user.read('a'));
    expect(user.read('b') ?? trashed.find((text) => text === 'also mine')).to.equal('also mine');
  });

  it('a file is replaced though the trash has no room: the old one waits aside for it', async function () {
    const root = join(directory, 'small');
    mountSmall(this, root, '128k,nr_inodes=24');
    const bench = await benchAt(root);
    const { tree, user, seen } = bench;
    user.write('a', 'old');
    expect(await tree.rename('a', 'b', await seen('a'))).to.equal('done');
    const staged = await bench.stage('new');
    const fillers = takeNames(root);
    expect(fillers.length).to.be.above(1);
    expect(await tree.place(staged, 'b', await seen('b'), plain)).to.include({ size: 3 });
    await tree.scan(() => false, never);
    expect([user.read('b'), bench.trash()]).to.deep.equal(['new', []]);
    fillers.forEach((path) => user.remove(path));
    await tree.scan(() => false, never);
    expect([user.read('b'), bench.trash()]).to.deep.equal(['new', [{ path: 'b', text: 'old' }]]);
  });

  it('a file that cannot be replaced for want of room is at its path again', async function () {
    const root = join(directory, 'small');
    mountSmall(this, root, '128k,nr_inodes=24');
    const bench = await benchAt(root);
    const { tree, user, seen } = bench;
    user.write('a', 'old');
    takeNames(root);
    const error = await failure(tree.placeLink('a', 'target', await seen('a')));
    expect(error).to.be.instanceOf(LocalError).with.property('kind', 'no-space');
    expect(user.read('a')).to.equal('old');
  });

  it('a folder is still opened when not even a name can be made', async function () {
    const root = join(directory, 'small');
    mountSmall(this, root, '128k,nr_inodes=8');
    const bench = await benchAt(root);
    takeNames(root);
    expect(await bench.tree.rootState(undefined)).to.equal('ok');
    const error = await failure(bench.stage('x'));
    expect(error).to.be.instanceOf(LocalError).with.property('kind', 'no-space');
  });
});

describe('a directory that refuses', () => {
  it('each change is denied with its path, and nothing is touched', async () => {
    const bench = await benchAt(directory);
    const { tree, user, seen, stage } = bench;
    user.write('d/a', 'mine');
    user.mkdir('d/empty');
    const staged = await stage('new');
    chmodSync(join(directory, 'd'), 0o555);
    await asOrdinaryUser([directory], async () => {
      const expected = await seen('d/a');
      const operations = [
        tree.place(staged, 'd/a', expected, plain),
        tree.place(staged, 'd/b', undefined, plain),
        tree.placeLink('d/l', 'x', undefined),
        tree.makeDirectory('d/n'),
        tree.remove('d/a', expected),
        tree.removeDirectory('d/empty'),
        tree.rename('d/a', 'b', expected),
      ];
      for (const [index, operation] of operations.entries()) {
        const error = await failure(operation);
        expect(error, String(index)).to.be.instanceOf(LocalError).with.property('kind', 'denied');
        expect((error as LocalError).path, String(index)).to.match(/^d\//u);
      }
    });
    chmodSync(join(directory, 'd'), 0o755);
    expect(user.read('d/a')).to.equal('mine');
    expect(readdirSync(join(directory, 'd')).sort()).to.deep.equal(['a', 'empty']);
  });

  it('a file that may not be read is denied for digest and source', async () => {
    const bench = await benchAt(directory);
    const { tree, user, seen } = bench;
    user.write('a', 'mine');
    chmodSync(join(directory, 'a'), 0);
    await asOrdinaryUser([directory], async () => {
      const expected = await seen('a');
      const error = await failure(tree.digest('a', expected));
      expect(error).to.be.instanceOf(LocalError).with.property('kind', 'denied');
    });
  });
});

describe('another disk mounted inside the folder', () => {
  for (const kind of ['tmpfs', 'bind'] as const) {
    describe(kind, () => {
      let bench: Case;
      let inner: string;
      beforeEach(async function () {
        const root = join(directory, 'root');
        inner = join(root, 'inner');
        mkdirSync(root);
        mkdirSync(join(directory, 'elsewhere'));
        if (kind === 'tmpfs') mountSmall(this, inner, '1m');
        else mountBind(this, inner, join(directory, 'elsewhere'));
        bench = await benchAt(root);
      });

      it('content is placed, replaced and removed there, with nothing left beside', async () => {
        const { tree, user, stage, seen, trash } = bench;
        const metadata = { mtime: 1_234_567_890, executable: true };
        const placed = await tree.place(await stage('one'), 'inner/d/a', undefined, metadata);
        expect(placed).to.include({ size: 3, mtime: 1_234_567_890_000, executable: true });
        expect(placed).to.deep.equal(await tree.stat('inner/d/a'));
        const second = await tree.place(
          await stage('two!'),
          'inner/d/a',
          await seen('inner/d/a'),
          plain,
        );
        expect(second).to.include({ size: 4, mtime: plain.mtime * 1000 });
        expect(await tree.remove('inner/d/a', await seen('inner/d/a'))).to.equal('done');
        expect(user.read('inner/d/a')).to.equal(undefined);
        expect(
          trash()
            .map(({ text }) => text)
            .sort(),
        ).to.deep.equal(['one', 'two!']);
        expect(readdirSync(join(inner, 'd'))).to.deep.equal([]);
        expect(bench.temporary()).to.equal(0);
      });

      it('changed is changed there too, and the staged file stays usable', async () => {
        const { tree, user, stage, seen } = bench;
        user.write('inner/a', 'mine');
        const staged = await stage('new');
        const expected = await seen('inner/a');
        user.write('inner/a', 'edited');
        expect(await tree.place(staged, 'inner/a', expected, plain)).to.equal('changed');
        expect(await tree.place(staged, 'inner/a', undefined, plain)).to.equal('changed');
        expect(await tree.place(staged, 'inner/b', undefined, plain)).to.include({ size: 3 });
        expect(readdirSync(inner).sort()).to.deep.equal(['a', 'b']);
      });

      it('a file is renamed into it and out of it', async () => {
        const { tree, user, seen } = bench;
        user.write('a', 'mine', { mtime: 1_600_000_000_000 });
        expect(await tree.rename('a', 'inner/b', await seen('a'))).to.equal('done');
        expect(await seen('inner/b')).to.include({ mtime: 1_600_000_000_000 });
        expect(await tree.rename('inner/b', 'c', await seen('inner/b'))).to.equal('done');
        expect([user.read('a'), user.read('inner/b'), user.read('c')]).to.deep.equal([
          undefined,
          undefined,
          'mine',
        ]);
        expect(readdirSync(inner)).to.deep.equal([]);
      });

      it('after a crash the file that was aside there is back, and copies are swept', async () => {
        const { user, seen, reopen } = bench;
        user.write('inner/d/a', 'mine');
        const root = join(directory, 'root');
        await setAside(openDisk(root), 'inner/d/a', {
          expected: await seen('inner/d/a'),
          purpose: 'replace',
        });
        writeFileSync(join(inner, 'd', '.ownsync-tmp-0123456789ab-1'), 'half a copy');
        expect(existsSync(join(inner, 'd', 'a'))).to.equal(false);
        const tree = reopen();
        await tree.rootState(undefined);
        const scan = await tree.scan(() => false, never);
        expect(paths(scan)).to.deep.equal(['inner', 'inner/d', 'inner/d/a']);
        await tree.sweep(60_000);
        expect(readdirSync(join(inner, 'd'))).to.deep.equal(['a']);
        expect(user.read('inner/d/a')).to.equal('mine');
      });
    });
  }
});
