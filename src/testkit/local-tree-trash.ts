/**
 * The part of the contract of {@link LocalTree} about the trash: what is in it is kept for a time, and can be had again.
 */
import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { textOf } from './local-tree-bench.ts';
import type { Case } from './local-tree-bench.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

export function describeTrash(bench: () => Case): void {
  describe('the trash', () => {
    it('sweep keeps what is younger than the retention, and takes what is older', async () => {
      const { tree, user, seen, trash } = bench();
      user.write('a', 'text');
      await tree.remove('a', await seen('a'));
      await tree.sweep(60_000);
      expect(trash()).to.have.length(1);
      await tree.sweep(0);
      expect(trash()).to.have.length(0);
    });

    it('sweep takes the oldest of the rest too where it is more than it may be', async () => {
      const { tree, user, seen, trash } = bench();
      for (const text of ['1 old', '2 old', '3 new']) {
        user.write(`d/${text}`, text);
        await tree.remove(`d/${text}`, await seen(`d/${text}`));
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      const kept = () =>
        trash()
          .map(({ text }) => text)
          .sort();
      await tree.sweep(60_000, 15);
      expect(kept()).to.deep.equal(['1 old', '2 old', '3 new']);
      await tree.sweep(60_000, 14);
      expect(kept()).to.deep.equal(['2 old', '3 new']);
      await tree.sweep(60_000, 5);
      expect(kept()).to.deep.equal(['3 new']);
      await tree.sweep(60_000, 4);
      expect(kept()).to.deep.equal([]);
    });

    it('gives back what was at a path, by its content, and keeps it', async () => {
      const { tree, user, seen } = bench();
      for (const text of ['one', 'two', 'three']) {
        user.write('d/a', text);
        await tree.remove('d/a', await seen('d/a'));
      }
      for (const text of ['two', 'three', 'two', 'one']) {
        const found = await tree.trashed('d/a', sha256(text));
        expect(found?.size).to.equal(text.length);
        expect(await textOf(found!.open(0))).to.equal(text);
        expect(await textOf(found!.open(1))).to.equal(text.slice(1));
      }
      expect(await tree.trashed('d/a', sha256('four'))).to.equal(undefined);
      expect(await tree.trashed('a', sha256('one'))).to.equal(undefined);
      expect(await tree.trashed('d/a/b', sha256('one'))).to.equal(undefined);
    });

    it('gives nothing back through a link that was deleted', async () => {
      const { tree, user, seen } = bench();
      user.write('d/a', 'text');
      // From the place that it gets in the trash this points to the file.
      user.symlink('l', '../../../d');
      await tree.remove('l', await seen('l'));
      expect(await tree.trashed('l', sha256('text'))).to.equal(undefined);
      expect(await tree.trashed('l/a', sha256('text'))).to.equal(undefined);
    });
  });
}
