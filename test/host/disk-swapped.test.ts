/** What somebody puts in a path's place between the look and the work is neither read, nor waited for, nor passed through. */
import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { LocalError } from '../../src/core/ports/local-tree.ts';
import type { LocalStat } from '../../src/core/ports/local-tree.ts';
import { caseOn, failure, plain, textOf } from '../../src/testkit/local-tree-bench.ts';
import type { Case } from '../../src/testkit/local-tree-bench.ts';
import { diskBench, temporaryDirectory } from './disk-user.ts';

describe('disk paths that were exchanged', () => {
  let root: string;
  let outside: string;
  let bench: Case;
  beforeEach(async () => {
    const disk = diskBench();
    ({ root } = disk);
    bench = caseOn(disk);
    outside = temporaryDirectory();
    await bench.tree.rootState(undefined);
  });
  afterEach(() => {
    bench.close?.();
    rmSync(outside, { recursive: true });
  });

  /** A file in a directory, then the directory exchanged for a link to one outside that holds a file of the same name. */
  async function behindLink(): Promise<LocalStat> {
    bench.user.write('d/a', 'mine');
    const expected = await bench.seen('d/a');
    renameSync(join(root, 'd'), join(root, 'was-d'));
    writeFileSync(join(outside, 'a'), 'theirs');
    symlinkSync(outside, join(root, 'd'));
    return expected;
  }

  it('a FIFO in the place of a file is not waited for', async () => {
    const { tree, user, seen } = bench;
    user.write('a', 'x');
    const expected = await seen('a');
    user.remove('a');
    execFileSync('mkfifo', [join(root, 'a')]);
    expect(await tree.digest('a', expected)).to.equal('changed');
    expect(await failure(textOf(tree.source('a', expected).open(0)))).to.be.instanceOf(LocalError);
    expect(await tree.readText('a')).to.equal(undefined);
    expect(await tree.remove('a', expected)).to.equal('changed');
    expect(await tree.setMetadata('a', expected, plain)).to.equal('changed');
    expect(await tree.place(await bench.stage('new'), 'a', expected, plain)).to.equal('changed');
    expect(await tree.place(await bench.stage('new'), 'a', undefined, plain)).to.equal('changed');
    expect(await failure(tree.stat('a'))).to.be.instanceOf(LocalError);
  });

  it('a link in the place of a parent is not passed for reading', async () => {
    const expected = await behindLink();
    const { tree } = bench;
    expect(await tree.digest('d/a', expected)).to.equal('changed');
    expect(await tree.stat('d/a')).to.equal(undefined);
    expect(await tree.readText('d/a')).to.equal(undefined);
    expect(await failure(textOf(tree.source('d/a', expected).open(0)))).to.be.instanceOf(
      LocalError,
    );
  });

  it('a link in the place of a parent is not passed for changing', async () => {
    const expected = await behindLink();
    const { tree, stage, user, seen } = bench;
    user.write('other', 'x');
    const staged = await stage('new');
    expect(await tree.place(staged, 'd/a', expected, plain)).to.equal('changed');
    expect(await tree.place(staged, 'd/b', undefined, plain)).to.equal('changed');
    expect(await tree.placeLink('d/l', 'x', undefined)).to.equal('changed');
    expect(await tree.makeDirectory('d/n')).to.equal('changed');
    expect(await tree.remove('d/a', expected)).to.equal('changed');
    expect(await tree.removeDirectory('d/a')).to.equal('changed');
    expect(await tree.setMetadata('d/a', expected, plain)).to.equal('changed');
    expect(await tree.rename('d/a', 'b', expected)).to.equal('changed');
    expect(await tree.rename('other', 'd/b', await seen('other'))).to.equal('changed');
    expect(readdirSync(outside)).to.deep.equal(['a']);
    expect(readFileSync(join(outside, 'a'), 'utf8')).to.equal('theirs');
  });

  it('a replaced private file stays private, and special mode bits are not copied', async () => {
    const { tree, user, seen, stage } = bench;
    user.write('secret', 'old');
    execFileSync('chmod', ['4600', join(root, 'secret')]);
    await tree.place(await stage('new'), 'secret', await seen('secret'), {
      ...plain,
      executable: true,
    });
    const mode = execFileSync('stat', ['-c', '%a', join(root, 'secret')], { encoding: 'utf8' });
    expect(mode.trim()).to.equal('700');
  });

  it('what our own directory holds cannot be reached as an alias', async () => {
    symlinkSync('.ownsync', join(root, 'alias'));
    const { tree, stage } = bench;
    expect(await tree.place(await stage('x'), 'alias/folder.json', undefined, plain)).to.equal(
      'changed',
    );
    expect(existsSync(join(root, '.ownsync', 'folder.json'))).to.equal(false);
  });

  it('our directory deleted under way is made again', async () => {
    const { tree, stage, user, seen } = bench;
    user.write('a', 'old');
    rmSync(join(root, '.ownsync'), { recursive: true });
    expect(await tree.place(await stage('new'), 'a', await seen('a'), plain)).to.include({
      size: 3,
    });
    expect(bench.trash()).to.deep.equal([{ path: 'a', text: 'old' }]);
    rmSync(join(root, '.ownsync'), { recursive: true });
    await tree.sweep(0);
    await tree.mark('f1');
    expect(await tree.rootState('f1')).to.equal('ok');
  });

  it('a hard link of another case is a file of its own', async () => {
    const { tree, user, seen } = bench;
    user.write('d/a', 'mine');
    linkSync(join(root, 'd', 'a'), join(root, 'd', 'A'));
    const listed = readdirSync(join(root, 'd'));
    expect(await tree.rename('d/a', 'd/A', await seen('d/a'))).to.equal('changed');
    expect(readdirSync(join(root, 'd'))).to.deep.equal(listed);
  });

  it('a name that the disk cannot hold is an error of its kind, and nothing is lost', async () => {
    const { tree, user, seen, stage } = bench;
    const long = 'x'.repeat(256);
    user.write('a', 'mine');
    mkdirSync(join(root, 'd'));
    const operations: [string, Promise<unknown>][] = [
      ['place', tree.place(await stage('x'), long, undefined, plain)],
      ['makeDirectory', tree.makeDirectory(`d/${long}`)],
      ['placeLink', tree.placeLink(long, 'x', undefined)],
      ['rename', tree.rename('a', long, await seen('a'))],
    ];
    for (const [name, operation] of operations) {
      const error = await failure(operation);
      expect(error, name).to.be.instanceOf(LocalError).with.property('kind', 'invalid-name');
    }
    expect(user.read('a')).to.equal('mine');
  });
});
