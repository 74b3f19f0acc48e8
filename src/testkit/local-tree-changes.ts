/**
 * Contract cases of {@link LocalTree}: directories, renames, removals, metadata, the trash. Part of the suite in local-tree-suite.ts.
 */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { changesTo, plain } from './local-tree-bench.ts';
import type { Case } from './local-tree-bench.ts';

export function describeChanges(bench: () => Case): void {
  describeDirectories(bench);
  describeRenaming(bench);
  describeRemoving(bench);
  describeMetadata(bench);
}

function describeDirectories(bench: () => Case): void {
  describe('directories', () => {
    it('are made with their parents; an existing one is success', async () => {
      const { tree } = bench();
      expect(await tree.makeDirectory('a/b/c')).to.equal('done');
      expect(await tree.makeDirectory('a/b')).to.equal('done');
      expect(await tree.stat('a/b/c')).to.include({ kind: 'directory' });
    });

    it('are not made where, or below where, a file or a link is', async () => {
      const { tree, user } = bench();
      user.write('file', 'x');
      user.mkdir('real');
      user.symlink('alias', 'real');
      for (const path of ['file', 'file/a', 'alias', 'alias/a']) {
        expect(await tree.makeDirectory(path), path).to.equal('changed');
      }
    });

    it('are removed only when empty; missing is success', async () => {
      const { tree, user } = bench();
      user.mkdir('empty');
      user.write('full/ignored.tmp', 'x');
      user.write('file', 'x');
      expect(await tree.removeDirectory('empty')).to.equal('done');
      expect(await tree.removeDirectory('empty')).to.equal('done');
      expect(await tree.removeDirectory('missing/deeper')).to.equal('done');
      expect(await tree.removeDirectory('full')).to.equal('changed');
      expect(await tree.removeDirectory('file')).to.equal('changed');
      expect(user.read('full/ignored.tmp')).to.equal('x');
    });
  });
}

function describeRenaming(bench: () => Case): void {
  describe('rename', () => {
    it('a file, making parents; it is the same file, and nothing is in the trash', async () => {
      const { tree, user, seen, trash } = bench();
      user.write('a', 'text');
      const before = await seen('a');
      expect(await tree.rename('a', 'x/y/b', before)).to.equal('done');
      expect(await tree.stat('a')).to.equal(undefined);
      expect(user.read('x/y/b')).to.equal('text');
      expect((await seen('x/y/b')).id).to.equal(before.id);
      expect(trash()).to.deep.equal([]);
    });

    it('a directory with all that is in it, and a link', async () => {
      const { tree, user, seen } = bench();
      user.write('d/e/f', 'text');
      user.symlink('link', 'd');
      expect(await tree.rename('d', 'n/d', await seen('d'))).to.equal('done');
      expect(await tree.rename('link', 'other', await seen('link'))).to.equal('done');
      expect(user.read('n/d/e/f')).to.equal('text');
      expect(await tree.stat('other')).to.include({ kind: 'link', target: 'd' });
    });

    it('never onto something that exists, not even an empty directory', async () => {
      const { tree, user, seen } = bench();
      user.write('a', 'a');
      user.write('there', 'there');
      user.mkdir('empty');
      user.write('d/f', 'f');
      user.symlink('link', 'a');
      for (const from of ['a', 'd']) {
        for (const to of ['there', 'empty', 'link']) {
          expect(await tree.rename(from, to, await seen(from)), `${from} ${to}`).to.equal(
            'changed',
          );
        }
      }
      expect([user.read('a'), user.read('there'), user.read('d/f')]).to.deep.equal([
        'a',
        'there',
        'f',
      ]);
    });

    it('changed when the file is no longer what it was', async () => {
      const { tree, user, seen } = bench();
      for (const [path, change] of changesTo(user)) {
        user.write(path, 'before', { mtime: 1_600_000_000_000 });
        const expected = await seen(path);
        change();
        const after = await tree.stat(path);
        expect(await tree.rename(path, 'target', expected), path).to.equal('changed');
        expect(await tree.stat('target'), path).to.equal(undefined);
        expect(await tree.stat(path), path).to.deep.equal(after);
      }
    });

    it('only the case of a name', async () => {
      const { tree, user, seen } = bench();
      user.write('dir/readme', 'text');
      expect(await tree.rename('dir/readme', 'dir/README', await seen('dir/readme'))).to.equal(
        'done',
      );
      expect(await tree.rename('dir', 'Dir', await seen('dir'))).to.equal('done');
      const { entries } = await tree.scan(() => false, new AbortController().signal);
      expect([...entries.keys()]).to.deep.equal(['Dir', 'Dir/README']);
      expect(user.read('Dir/README')).to.equal('text');
    });

    it('not below itself', async () => {
      const { tree, user, seen } = bench();
      user.mkdir('d');
      expect(await tree.rename('d', 'd/e', await seen('d'))).to.equal('changed');
      expect(await tree.stat('d')).to.include({ kind: 'directory' });
    });
  });
}

function describeRemoving(bench: () => Case): void {
  describe('remove', () => {
    it('a file goes to the trash, a link goes', async () => {
      const { tree, user, seen, trash } = bench();
      user.write('d/a', 'text');
      user.symlink('link', 'd/a');
      expect(await tree.remove('d/a', await seen('d/a'))).to.equal('done');
      expect(await tree.remove('link', await seen('link'))).to.equal('done');
      expect(await tree.stat('d/a')).to.equal(undefined);
      expect(await tree.stat('link')).to.equal(undefined);
      expect(await tree.stat('d')).to.include({ kind: 'directory' });
      expect(trash()).to.deep.include({ path: 'd/a', text: 'text' });
    });

    it('changed when the file is no longer what it was; nothing is touched', async () => {
      const { tree, user, seen, trash } = bench();
      for (const [path, change] of changesTo(user)) {
        user.write(path, 'before', { mtime: 1_600_000_000_000 });
        const expected = await seen(path);
        change();
        const after = await tree.stat(path);
        expect(await tree.remove(path, expected), path).to.equal('changed');
        expect(await tree.stat(path), path).to.deep.equal(after);
      }
      expect(trash()).to.deep.equal([]);
    });

    it("the trash keeps paths that get in each other's way", async () => {
      const { tree, user, seen, trash } = bench();
      user.write('a', 'a file');
      await tree.remove('a', await seen('a'));
      user.write('a/b', 'below a');
      await tree.remove('a/b', await seen('a/b'));
      const texts = trash().map(({ text }) => text);
      expect(texts.sort()).to.deep.equal(['a file', 'below a']);
    });
  });
}

function describeMetadata(bench: () => Case): void {
  describe('setMetadata', () => {
    it('sets time and executable, and leaves the content', async () => {
      const { tree, user, seen } = bench();
      user.write('a', 'text');
      const metadata = { mtime: 1_111_111_111, executable: true };
      const after = await tree.setMetadata('a', await seen('a'), metadata);
      expect(after).to.include({ mtime: 1_111_111_111_000, executable: true, size: 4 });
      expect(after).to.deep.equal(await tree.stat('a'));
      expect(user.read('a')).to.equal('text');
      expect(await tree.setMetadata('a', await seen('a'), plain)).to.include({ executable: false });
    });

    it('changed when the file is no longer what it was', async () => {
      const { tree, user, seen } = bench();
      for (const [path, change] of changesTo(user)) {
        user.write(path, 'before', { mtime: 1_600_000_000_000 });
        const expected = await seen(path);
        change();
        const after = await tree.stat(path);
        expect(await tree.setMetadata(path, expected, plain), path).to.equal('changed');
        expect(await tree.stat(path), path).to.deep.equal(after);
      }
    });
  });
}
