/**
 * Contract cases of {@link LocalTree}: putting content and links at users' paths. Part of the suite in local-tree-suite.ts.
 */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { changesTo, never, paths, plain } from './local-tree-bench.ts';
import type { Case } from './local-tree-bench.ts';

export function describePlacing(bench: () => Case): void {
  describe('placing', () => {
    describeNew(bench);
    describeReplacing(bench);
    describeLinks(bench);
  });
}

function describeNew(bench: () => Case): void {
  it('a new file: content, time, executable, parents; the stat is what stat says', async () => {
    const { tree, user, stage, temporary } = bench();
    const metadata = { mtime: 1_234_567_890, executable: true };
    const placed = await tree.place(await stage('new'), 'deep/er/a.sh', undefined, metadata);
    expect(placed).to.include({
      kind: 'file',
      size: 3,
      mtime: 1_234_567_890_000,
      executable: true,
    });
    expect(placed).to.deep.equal(await tree.stat('deep/er/a.sh'));
    expect(user.read('deep/er/a.sh')).to.equal('new');
    expect(temporary()).to.equal(0);
  });

  it('a time before 1970, and an empty file', async () => {
    const { tree, stage } = bench();
    const placed = await tree.place(await stage(''), 'old', undefined, {
      mtime: -86_400,
      executable: false,
    });
    expect(placed).to.include({ size: 0, mtime: -86_400_000, executable: false });
  });

  it('changed when something is there; it stays, and the staged file stays usable', async () => {
    const { tree, user, stage } = bench();
    user.write('file', 'mine');
    user.mkdir('directory');
    user.symlink('link', 'file');
    const staged = await stage('theirs');
    for (const path of ['file', 'directory', 'link']) {
      expect(await tree.place(staged, path, undefined, plain), path).to.equal('changed');
    }
    expect(user.read('file')).to.equal('mine');
    expect(await tree.place(staged, 'elsewhere', undefined, plain)).to.include({ kind: 'file' });
    expect(user.read('elsewhere')).to.equal('theirs');
  });

  it('changed below a file, and below a link, which is not passed', async () => {
    const { tree, user, stage } = bench();
    user.write('file', 'x');
    user.mkdir('real');
    user.symlink('alias', 'real');
    const staged = await stage('theirs');
    expect(await tree.place(staged, 'file/a', undefined, plain)).to.equal('changed');
    expect(await tree.place(staged, 'alias/a', undefined, plain)).to.equal('changed');
    expect(user.read('real/a')).to.equal(undefined);
  });
}

function describeReplacing(bench: () => Case): void {
  it('replaces what was expected; the old content is in the trash', async () => {
    const { tree, user, seen, stage, trash } = bench();
    user.write('d/a.txt', 'old');
    const placed = await tree.place(await stage('new!'), 'd/a.txt', await seen('d/a.txt'), plain);
    expect(placed).to.deep.equal(await tree.stat('d/a.txt'));
    expect(placed).to.include({ size: 4, mtime: plain.mtime * 1000 });
    expect(user.read('d/a.txt')).to.equal('new!');
    expect(trash()).to.deep.equal([{ path: 'd/a.txt', text: 'old' }]);
    expect(paths(await tree.scan(() => false, never))).to.deep.equal(['d', 'd/a.txt']);
  });

  it('keeps every content that was replaced at one path', async () => {
    const { tree, user, seen, stage, trash } = bench();
    user.write('a', '0');
    for (const text of ['1', '2', '3']) {
      await tree.place(await stage(text), 'a', await seen('a'), plain);
    }
    expect(
      trash()
        .map(({ text }) => text)
        .sort(),
    ).to.deep.equal(['0', '1', '2']);
  });

  it('changed when the file was edited, replaced, deleted or became a link; nothing is touched', async () => {
    const { tree, user, seen, stage, trash } = bench();
    for (const [path, change] of changesTo(user)) {
      user.write(path, 'before', { mtime: 1_600_000_000_000 });
      const expected = await seen(path);
      change();
      const after = await tree.stat(path);
      const staged = await stage('theirs');
      expect(await tree.place(staged, path, expected, plain), path).to.equal('changed');
      expect(await tree.stat(path), path).to.deep.equal(after);
    }
    expect(trash()).to.deep.equal([]);
  });

  it('a file takes the place of a link, never of a directory', async () => {
    const { tree, user, seen, stage } = bench();
    user.write('target', 'untouched');
    user.symlink('link', 'target');
    user.mkdir('directory');
    const placed = await tree.place(await stage('new'), 'link', await seen('link'), plain);
    expect(placed).to.include({ kind: 'file' });
    expect(user.read('target')).to.equal('untouched');
    const staged = await stage('new');
    expect(await tree.place(staged, 'directory', await seen('directory'), plain)).to.equal(
      'changed',
    );
  });
}

function describeLinks(bench: () => Case): void {
  it('a new link with missing parents, pointing anywhere', async () => {
    const { tree } = bench();
    const placed = await tree.placeLink('d/link', '../no/where', undefined);
    expect(placed).to.include({ kind: 'link', target: '../no/where' });
    expect(placed).to.deep.equal(await tree.stat('d/link'));
  });

  it('a link replaces an expected link or file, whose content goes to the trash', async () => {
    const { tree, user, seen, trash } = bench();
    user.symlink('link', 'one');
    user.write('file', 'text');
    expect(await tree.placeLink('link', 'two', await seen('link'))).to.include({ target: 'two' });
    expect(await tree.placeLink('file', 'two', await seen('file'))).to.include({ target: 'two' });
    expect(trash()).to.deep.include({ path: 'file', text: 'text' });
  });

  it('changed when the link is another by now', async () => {
    const { tree, user, seen } = bench();
    user.symlink('link', 'one');
    const expected = await seen('link');
    user.remove('link');
    user.symlink('link', 'other');
    expect(await tree.placeLink('link', 'two', expected)).to.equal('changed');
    expect(await tree.placeLink('link', 'two', undefined)).to.equal('changed');
    expect(await tree.stat('link')).to.include({ target: 'other' });
  });
}
