/**
 * A crash after each line of the ORDER comments: the disk is brought to what that line leaves, then another run opens it. The user's
 * path must be as before or done, no content may be gone, and nothing of ours may stay behind.
 */
import { expect } from 'chai';
import { linkSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { LocalScan, LocalTree } from '../../src/core/ports/local-tree.ts';
import { setAside } from '../../src/host/disk-aside.ts';
import type { Aside } from '../../src/host/disk-aside.ts';
import type { AsidePurpose } from '../../src/host/disk-aside-names.ts';
import { openDisk } from '../../src/host/disk-root.ts';
import { caseOn, never, paths, plain } from '../../src/testkit/local-tree-bench.ts';
import type { Case } from '../../src/testkit/local-tree-bench.ts';
import { diskBench } from './disk-user.ts';
import { watchSteps } from './fs-steps.ts';

describe('disk after a crash', () => {
  let root: string;
  let bench: Case;
  beforeEach(async () => {
    const disk = diskBench();
    ({ root } = disk);
    bench = caseOn(disk);
    await bench.tree.rootState(undefined);
  });
  afterEach(() => bench.close?.());

  /** The first half of a change, by a run that then ends without a word. */
  async function aside(path: string, purpose: AsidePurpose): Promise<Aside> {
    const done = await setAside(openDisk(root), path, {
      expected: await bench.seen(path),
      purpose,
    });
    if (done === 'changed') throw new Error('changed');
    return done;
  }

  async function nextRun(): Promise<{ tree: LocalTree; scan: LocalScan }> {
    const tree = bench.reopen();
    await tree.rootState(undefined);
    return { tree, scan: await tree.scan(() => false, never) };
  }

  function asides(): string[] {
    return readdirSync(join(root, '.ownsync', 'aside'));
  }

  it('the file is aside, the path is empty: it is back before the scan looks', async () => {
    bench.user.write('d/a', 'mine');
    const before = await bench.seen('d/a');
    await aside('d/a', 'replace');
    expect(bench.user.read('d/a')).to.equal(undefined);
    const { scan } = await nextRun();
    expect(paths(scan)).to.deep.equal(['d', 'd/a']);
    expect(scan.entries.get('d/a')).to.include({ id: 'id' in before ? before.id : '', size: 4 });
    expect(asides()).to.deep.equal([]);
    expect(bench.trash()).to.deep.equal([]);
  });

  it('the new content is in place, with its temporary name or without: the old one is in the trash', async () => {
    bench.user.write('d/a', 'old');
    await aside('d/a', 'replace');
    const staged = await bench.stage('new');
    linkSync(join(root, '.ownsync', 'tmp', staged.token), join(root, 'd', 'a'));
    const { tree } = await nextRun();
    expect(bench.user.read('d/a')).to.equal('new');
    expect(bench.trash()).to.deep.equal([{ path: 'd/a', text: 'old' }]);
    await tree.sweep(60_000);
    expect([asides(), bench.temporary()]).to.deep.equal([[], 0]);
    expect(bench.user.read('d/a')).to.equal('new');
  });

  it('the directory was removed meanwhile: it is made again for the file', async () => {
    bench.user.write('d/e/a', 'mine');
    await aside('d/e/a', 'replace');
    bench.user.remove('d');
    await nextRun();
    expect(bench.user.read('d/e/a')).to.equal('mine');
  });

  it('a file or a link stands where the directory was: the aside goes to the trash', async () => {
    bench.user.write('d/a', 'mine');
    await aside('d/a', 'replace');
    bench.user.remove('d');
    bench.user.write('d', 'now a file');
    await nextRun();
    expect(bench.user.read('d')).to.equal('now a file');
    expect(bench.trash()).to.deep.equal([{ path: 'd/a', text: 'mine' }]);
    expect(asides()).to.deep.equal([]);
  });

  it('a rename that had not come to its new name: back at the old one', async () => {
    bench.user.write('a', 'mine');
    await aside('a', 'move');
    await nextRun();
    expect(bench.user.read('a')).to.equal('mine');
    expect(asides()).to.deep.equal([]);
  });

  it('a rename whose old name was taken meanwhile: kept beside it, and beside what has that name', async () => {
    bench.user.write('d/a.txt', 'mine');
    await aside('d/a.txt', 'move');
    bench.user.write('d/a.txt', 'new');
    bench.user.write('d/a (kept).txt', 'earlier');
    const { scan } = await nextRun();
    expect(paths(scan)).to.deep.equal(['d', 'd/a (kept 2).txt', 'd/a (kept).txt', 'd/a.txt']);
    expect(bench.user.read('d/a (kept 2).txt')).to.equal('mine');
    expect(bench.user.read('d/a.txt')).to.equal('new');
    expect([asides(), bench.trash()]).to.deep.equal([[], []]);
  });

  it('a rename out of a directory that is a file by now: kept beside that', async () => {
    bench.user.write('d/a.txt', 'mine');
    await aside('d/a.txt', 'move');
    bench.user.remove('d');
    bench.user.write('d', 'now a file');
    await nextRun();
    expect(bench.user.read('d_a (kept).txt')).to.equal('mine');
    expect(asides()).to.deep.equal([]);
  });

  it('a rename that had its new name already: it stays there, once', async () => {
    bench.user.write('a', 'mine');
    const { place } = await aside('a', 'move');
    linkSync(place, join(root, 'b'));
    const { scan } = await nextRun();
    expect(paths(scan)).to.deep.equal(['b']);
    expect([asides(), bench.trash()]).to.deep.equal([[], []]);
  });

  it('a path too long for one name is recovered as well, and one of all sorts of characters', async () => {
    const long = Array.from({ length: 12 }, (_, index) => `${index}${'é'.repeat(60)}`).join('/');
    const odd = "odd/%2F ..-replace-1-x/a'b\\c\n🙂.";
    for (const path of [long, odd]) {
      bench.user.write(path, 'mine');
      await aside(path, 'replace');
    }
    await nextRun();
    expect([bench.user.read(long), bench.user.read(odd)]).to.deep.equal(['mine', 'mine']);
    expect(asides()).to.deep.equal([]);
  });

  it('directories for a name under which nothing had arrived are removed', async () => {
    mkdirSync(join(root, '.ownsync', 'aside', '0123456789ab-1-replace-3', 'a', 'b'), {
      recursive: true,
    });
    const { scan } = await nextRun();
    expect(asides()).to.deep.equal([]);
    expect(paths(scan)).to.deep.equal([]);
  });

  it('a directory whose case was being changed is back with all that is in it', async () => {
    bench.user.write('d/e/a', 'mine');
    await aside('d/e', 'move');
    const { scan } = await nextRun();
    expect(paths(scan)).to.deep.equal(['d', 'd/e', 'd/e/a']);
    expect(asides()).to.deep.equal([]);
  });

  it('what this run has aside itself is left alone by its own scans and sweeps', async () => {
    const { tree, user, stage, seen } = bench;
    user.write('a', 'old');
    const expected = await seen('a');
    const staged = await stage('new');
    const others: Promise<unknown>[] = [];
    // Scans take steps themselves: only the first ones are answered with another scan.
    const startOthers = (step: number): void => {
      if (step < 60)
        others.push(
          tree.scan(() => false, never),
          tree.sweep(60_000),
        );
    };
    const placed = await watchSteps(startOthers, () => tree.place(staged, 'a', expected, plain));
    await Promise.all(others);
    expect(placed).to.include({ size: 3 });
    expect(user.read('a')).to.equal('new');
    expect(bench.trash()).to.deep.equal([{ path: 'a', text: 'old' }]);
  });
});
