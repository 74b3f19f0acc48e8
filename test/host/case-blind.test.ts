/** A disk on which a file is found by any spelling of its name: what is there is never taken for something else, nor for nothing. */
import { expect } from 'chai';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { caseOn, plain } from '../../src/testkit/local-tree-bench.ts';
import type { Case } from '../../src/testkit/local-tree-bench.ts';
import { diskBench } from './disk-user.ts';
import { caseBlind } from './fs-steps.ts';

describe('case-blind disk', () => {
  let root: string;
  let bench: Case;
  beforeEach(async () => {
    const disk = diskBench();
    ({ root } = disk);
    bench = caseOn(disk);
    bench.user.write('dir/readme', 'text');
    await caseBlind(() => bench.tree.rootState(undefined));
  });
  afterEach(() => bench.close?.());

  it('is recognised', () => {
    expect(bench.tree.facts.caseSensitive).to.equal(false);
  });

  it('the case of a file and of a directory is changed, and nothing is left of it', async () => {
    const { tree, seen, trash } = bench;
    await caseBlind(async () => {
      expect(await tree.rename('dir/readme', 'dir/README', await seen('dir/readme'))).to.equal(
        'done',
      );
      expect(await tree.rename('dir', 'Dir', await seen('dir'))).to.equal('done');
    });
    expect(readdirSync(root)).to.have.members(['.ownsync', 'Dir']);
    expect(readdirSync(join(root, 'Dir'))).to.deep.equal(['README']);
    expect(bench.user.read('Dir/README')).to.equal('text');
    expect(readdirSync(join(root, '.ownsync', 'aside'))).to.deep.equal([]);
    expect(trash()).to.deep.equal([]);
  });

  it('another file is not renamed onto one of another spelling, and nothing is placed there as new', async () => {
    const { tree, user, seen, stage } = bench;
    user.write('dir/other', 'other');
    const staged = await stage('new');
    await caseBlind(async () => {
      expect(await tree.rename('dir/other', 'dir/README', await seen('dir/other'))).to.equal(
        'changed',
      );
      expect(await tree.place(staged, 'dir/README', undefined, plain)).to.equal('changed');
    });
    expect([user.read('dir/other'), user.read('dir/readme')]).to.deep.equal(['other', 'text']);
  });
});
