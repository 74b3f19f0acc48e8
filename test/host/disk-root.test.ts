/** The root and its marker: missing, not a directory, unmarked, damaged, and back again. */
import { expect } from 'chai';
import { mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LocalError } from '../../src/core/ports/local-tree.ts';
import { openDiskTree } from '../../src/host/disk-tree.ts';
import { caseOn, failure, never, plain } from '../../src/testkit/local-tree-bench.ts';
import { asOrdinaryUser } from './ordinary-user.ts';
import { diskBench } from './disk-user.ts';
import { everExecutable } from './fs-steps.ts';

describe('disk root', () => {
  let bench: ReturnType<typeof diskBench>;
  beforeEach(() => {
    bench = diskBench();
  });
  afterEach(() => bench.close?.());

  it('missing when there is nothing, or a file; nothing is made', async () => {
    const missing = openDiskTree(join(bench.root, 'missing'));
    expect(await missing.rootState(undefined)).to.equal('missing');
    expect(await missing.rootState('f1')).to.equal('missing');
    writeFileSync(join(bench.root, 'file'), 'x');
    expect(await openDiskTree(join(bench.root, 'file')).rootState(undefined)).to.equal('missing');
    expect(readdirSync(bench.root)).to.deep.equal(['file']);
  });

  it('opening alone writes nothing', () => {
    openDiskTree(bench.root);
    expect(readdirSync(bench.root)).to.deep.equal([]);
  });

  it('our directory is for this user alone', async () => {
    await bench.tree.rootState(undefined);
    for (const name of ['.ownsync', '.ownsync/tmp']) {
      expect(statSync(join(bench.root, name)).mode & 0o777, name).to.equal(0o700);
    }
  });

  it('unmarked when the marker is damaged or is no text of ours', async () => {
    await bench.tree.rootState(undefined);
    await bench.tree.mark('f1');
    for (const text of ['', '{"folder":', 'null', '[]', '{"folder":7}']) {
      writeFileSync(join(bench.root, '.ownsync', 'folder.json'), text);
      expect(await bench.tree.rootState('f1'), text).to.equal('unmarked');
    }
  });

  it('missing while the disk is away, ok when it is back', async () => {
    const { tree, user } = bench;
    await tree.rootState(undefined);
    await tree.mark('f1');
    user.write('a', 'x');
    renameSync(bench.root, `${bench.root}-away`);
    expect(await tree.rootState('f1')).to.equal('missing');
    mkdirSync(bench.root);
    expect(await tree.rootState('f1')).to.equal('unmarked');
    rmSync(bench.root, { recursive: true });
    renameSync(`${bench.root}-away`, bench.root);
    expect(await tree.rootState('f1')).to.equal('ok');
    expect((await tree.scan(() => false, never)).entries.has('a')).to.equal(true);
  });

  it('nothing is written into what is mounted over the root in the middle of a round', async () => {
    const { tree, stage } = caseOn(bench);
    await tree.rootState(undefined);
    const staged = await stage('x');
    renameSync(bench.root, `${bench.root}-away`);
    mkdirSync(bench.root);
    for (const operation of [
      tree.place(staged, 'a', undefined, plain),
      tree.makeDirectory('d'),
      tree.placeLink('l', 'x', undefined),
      stage('y'),
      tree.sweep(0),
    ]) {
      const error = await failure(operation);
      expect(error).to.be.instanceOf(LocalError).with.property('kind', 'missing-root');
    }
    expect(readdirSync(bench.root)).to.deep.equal([]);
    rmSync(`${bench.root}-away`, { recursive: true });
  });

  it('a folder in which nothing can be written is denied, with its path', async () => {
    const error = await asOrdinaryUser([], () => failure(openDiskTree('/').rootState(undefined)));
    expect(error).to.be.instanceOf(LocalError).with.property('kind', 'denied');
  });

  it('facts of this disk', async () => {
    await bench.tree.rootState(undefined);
    expect(bench.tree.facts.nameBytes).to.equal(255);
    if (process.platform === 'linux') {
      expect(bench.tree.facts).to.deep.equal({
        caseSensitive: true,
        unicode: 'as-given',
        nameBytes: 255,
        keepsExecutable: true,
      });
    }
    expect(readdirSync(join(bench.root, '.ownsync', 'tmp'))).to.deep.equal([]);
  });

  it('a disk that shows every file as executable is recognised', async () => {
    await everExecutable(() => bench.tree.rootState(undefined));
    expect(bench.tree.facts.keepsExecutable).to.equal(false);
  });
});
