/** The folder's lock excludes other processes and this one, and dies with its holder. */
import { expect } from 'chai';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { LocalError } from '../../src/core/ports/local-tree.ts';
import { acquireFolderLock } from '../../src/host/folder-lock.ts';
import { openDiskTree } from '../../src/host/disk-tree.ts';
import { asOrdinaryUser } from './ordinary-user.ts';
import { temporaryDirectory } from './disk-user.ts';

describe('folder lock', function () {
  this.timeout(20_000);
  let root: string;
  let children: ChildProcess[] = [];
  beforeEach(() => {
    root = temporaryDirectory();
  });
  afterEach(() => {
    for (const child of children) child.kill('SIGKILL');
    children = [];
    rmSync(root, { recursive: true, force: true });
  });

  /** Another process that takes the lock and waits; its first word is what it got. */
  async function other(): Promise<{ child: ChildProcess; got: string }> {
    const module = JSON.stringify(new URL('../../src/host/folder-lock.ts', import.meta.url).href);
    const code = `import { acquireFolderLock } from ${module};
      const lock = acquireFolderLock(${JSON.stringify(root)});
      process.stdout.write(lock === 'taken' ? 'taken' : 'held');
      if (lock !== 'taken') setInterval(() => lock, 1000);`;
    const args = ['--import=tsx', '--input-type=module', '-e', code];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    children.push(child);
    const [word] = (await once(child.stdout, 'data')) as [Buffer];
    return { child, got: word.toString() };
  }

  function mine(): { release(): void } {
    const lock = acquireFolderLock(root);
    if (lock === 'taken') throw new Error('it is taken');
    return lock;
  }

  it('is taken for another process, and free for it after the release', async () => {
    const lock = mine();
    expect((await other()).got).to.equal('taken');
    lock.release();
    lock.release();
    expect((await other()).got).to.equal('held');
  });

  it('is free at once when its holder was killed', async () => {
    const { child, got } = await other();
    expect(got).to.equal('held');
    expect(acquireFolderLock(root)).to.equal('taken');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(readdirSync(join(root, '.ownsync'))).to.deep.equal(['lock']);
    mine().release();
  });

  it('is taken for a second holder in this process, whose try does not loosen it', async () => {
    const lock = mine();
    expect(acquireFolderLock(root)).to.equal('taken');
    expect(acquireFolderLock(join(root, '.'))).to.equal('taken');
    expect((await other()).got).to.equal('taken');
    lock.release();
  });

  it('stays held while the tree below is scanned and swept', async () => {
    const lock = mine();
    const tree = openDiskTree(root);
    await tree.rootState(undefined);
    await tree.scan(() => false, new AbortController().signal);
    await tree.sweep(0);
    expect((await other()).got).to.equal('taken');
    lock.release();
  });

  it('leaves only the lock file, with nothing in it', () => {
    mine().release();
    expect(readdirSync(join(root, '.ownsync'))).to.deep.equal(['lock']);
  });

  it('does not make a folder that is missing', () => {
    const missing = join(root, 'missing');
    expect(() => acquireFolderLock(missing))
      .to.throw(LocalError)
      .with.property('kind', 'missing-root');
    expect(readdirSync(root)).to.deep.equal([]);
  });

  it('says so when it may not write there', async () => {
    await asOrdinaryUser([], async () => {
      expect(() => acquireFolderLock('/'))
        .to.throw(LocalError)
        .with.property('kind', 'denied');
    });
  });
});
