/**
 * The contract suite of {@link LocalTree}, about content that is wanted by its digest: what a cut has left of it is gone on
 * with, in this run or the next, and what nobody wants any more goes.
 */
import { expect } from 'chai';
import { createHash } from 'node:crypto';
import { describe, it } from 'mocha';
import { chunks, failure, never, paths, plain } from './local-tree-bench.ts';
import type { Case } from './local-tree-bench.ts';

const TEXT = 'the beginning that came, and the rest that did not';
const DIGEST = createHash('sha256').update(TEXT).digest('hex');
const OTHER = DIGEST.replace(/^./, (digit) => (digit === '0' ? '1' : '0'));

export function describeKeeping(bench: () => Case): void {
  describe('keeping what a cut has left', () => {
    const cut = async (digest: string, text: string, from = 0): Promise<void> => {
      const broken = new Error('the line broke');
      const content = async function* (): AsyncGenerator<Uint8Array> {
        yield* chunks(text);
        throw broken;
      };
      expect(await failure(bench().tree.stage(content(), never, { digest, from }))).to.equal(
        broken,
      );
    };

    it('goes on with it, and tells the digest of the whole', async () => {
      const { tree, user } = bench();
      expect(await tree.kept(DIGEST)).to.equal(0);
      await cut(DIGEST, TEXT.slice(0, 10));
      expect(await tree.kept(DIGEST)).to.equal(10);
      await cut(DIGEST, TEXT.slice(10, 20), 10);
      expect(await tree.kept(DIGEST)).to.equal(20);
      const rest = chunks(TEXT.slice(20));
      const staged = await tree.stage(rest, never, { digest: DIGEST, from: 20 });
      expect(staged).to.include({ digest: DIGEST, size: TEXT.length });
      expect(await tree.kept(DIGEST)).to.equal(0);
      expect(await tree.place(staged, 'a', undefined, plain)).not.to.equal('changed');
      expect(user.read('a')).to.equal(TEXT);
    });

    it('takes no more of it than it is told, and begins anew at 0', async () => {
      const { tree } = bench();
      await cut(DIGEST, `${TEXT.slice(0, 10)}, rotten`);
      const rest = chunks(TEXT.slice(10));
      const staged = await tree.stage(rest, never, { digest: DIGEST, from: 10 });
      expect(staged).to.include({ digest: DIGEST, size: TEXT.length });
      await cut(DIGEST, 'rotten');
      const again = await tree.stage(chunks(TEXT), never, { digest: DIGEST, from: 0 });
      expect(again.digest).to.equal(DIGEST);
    });

    it('a beginning that is not what it should be shows in the digest', async () => {
      const { tree } = bench();
      await cut(DIGEST, 'rotten');
      const staged = await tree.stage(chunks(TEXT.slice(6)), never, { digest: DIGEST, from: 6 });
      expect(staged.digest).not.to.equal(DIGEST);
      expect(staged.size).to.equal(TEXT.length);
    });

    it('refuses to go on with more than there is', async () => {
      const { tree } = bench();
      await cut(DIGEST, TEXT.slice(0, 10));
      const more = tree.stage(chunks(TEXT.slice(20)), never, { digest: OTHER, from: 20 });
      expect(await failure(more)).not.to.equal(undefined);
    });

    it('is there for the next run after a sweep, in no scan, until nobody wants it', async () => {
      const { tree, temporary, reopen } = bench();
      await cut(DIGEST, TEXT.slice(0, 10));
      await cut(OTHER, TEXT.slice(0, 20));
      expect(paths(await tree.scan(() => false, never))).to.deep.equal([]);
      const next = reopen();
      await next.rootState(undefined);
      await next.sweep(1000);
      expect([await next.kept(DIGEST), await next.kept(OTHER)]).to.deep.equal([10, 20]);
      await next.dropKept(new Set([DIGEST]));
      expect([await next.kept(DIGEST), await next.kept(OTHER)]).to.deep.equal([10, 0]);
      await next.dropKept(new Set());
      expect(temporary()).to.equal(0);
    });

    it('serves two paths that want the same content at the same time', async () => {
      const { tree, temporary } = bench();
      const wanted = { digest: DIGEST, from: 0 };
      const both = await Promise.all([
        tree.stage(chunks(TEXT), never, wanted),
        tree.stage(chunks(TEXT), never, wanted),
      ]);
      expect(both.map(({ digest }) => digest)).to.deep.equal([DIGEST, DIGEST]);
      for (const staged of both) await tree.discard(staged);
      expect(temporary()).to.equal(0);
    });
  });
}
