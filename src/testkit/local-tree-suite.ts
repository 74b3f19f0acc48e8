/**
 * The contract of {@link LocalTree} as mocha tests, run for the real disk and for the fake one alike: what the simulation proves
 * about the engine holds on a computer only as far as both keep these. Reading is here, changing in local-tree-changes.ts.
 */
import { expect } from 'chai';
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { LocalError } from '../core/ports/local-tree.ts';
import {
  caseOn,
  changesTo,
  chunks,
  failure,
  never,
  paths,
  plain,
  textOf,
} from './local-tree-bench.ts';
import type { Case, LocalTreeBench } from './local-tree-bench.ts';
import { describePlacing } from './local-tree-placing.ts';
import { describeChanges } from './local-tree-changes.ts';
import { describeKeeping } from './local-tree-keeping.ts';
import { describeTrash } from './local-tree-trash.ts';

export type { LocalTreeBench } from './local-tree-bench.ts';

const nothingIgnored = (): boolean => false;

/** Declares the suite; `setup` makes an empty folder whose first `rootState` the suite asks itself. */
export function describeLocalTree(name: string, setup: () => LocalTreeBench): void {
  describe(`local tree: ${name}`, () => {
    let bench: Case;
    beforeEach(async () => {
      bench = caseOn(setup());
      expect(await bench.tree.rootState(undefined)).to.equal('ok');
    });
    afterEach(() => bench.close?.());

    describeMarker(() => bench);
    describeScan(() => bench);
    describeReading(() => bench);
    describeStaging(() => bench);
    describeKeeping(() => bench);
    describeTrash(() => bench);
    describePlacing(() => bench);
    describeChanges(() => bench);
  });
}

function describeMarker(bench: () => Case): void {
  describe('marker', () => {
    it('tells this folder from one without a marker, and from another', async () => {
      const { tree } = bench();
      expect(await tree.rootState('f1')).to.equal('unmarked');
      await tree.mark('f1');
      expect(await tree.rootState('f1')).to.equal('ok');
      expect(await tree.rootState('f2')).to.equal('unmarked');
      expect(await tree.rootState(undefined)).to.equal('ok');
    });

    it('is there for the next run, and in no scan', async () => {
      const { tree, reopen } = bench();
      await tree.mark('f1');
      const next = reopen();
      expect(await next.rootState('f1')).to.equal('ok');
      expect(paths(await next.scan(nothingIgnored, never))).to.deep.equal([]);
    });
  });
}

function describeScan(bench: () => Case): void {
  describe('scan', () => {
    it('finds files, directories and links, parents before children', async () => {
      const { tree, user } = bench();
      user.write('b/c/d.txt', 'd');
      user.write('a.txt', 'aa');
      user.mkdir('empty');
      user.symlink('b/link', '../a.txt');
      const { entries, problems, untracked } = await tree.scan(nothingIgnored, never);
      expect([...entries.keys()].sort()).to.deep.equal([
        'a.txt',
        'b',
        'b/c',
        'b/c/d.txt',
        'b/link',
        'empty',
      ]);
      const order = [...entries.keys()];
      expect(order.indexOf('b')).to.be.below(order.indexOf('b/c'));
      expect(order.indexOf('b/c')).to.be.below(order.indexOf('b/c/d.txt'));
      expect(entries.get('a.txt')).to.include({ kind: 'file', size: 2, executable: false });
      expect(entries.get('b/link')).to.include({ kind: 'link', target: '../a.txt' });
      expect(problems).to.deep.equal([]);
      expect(untracked.size).to.equal(0);
    });

    it('does not follow a link to a directory', async () => {
      const { tree, user } = bench();
      user.write('real/inside.txt', 'x');
      user.symlink('alias', 'real');
      expect(paths(await tree.scan(nothingIgnored, never))).to.deep.equal([
        'alias',
        'real',
        'real/inside.txt',
      ]);
    });

    it('says the same of a path as stat does', async () => {
      const { tree, user } = bench();
      user.write('d/file', 'x');
      user.symlink('d/link', 'nowhere');
      for (const [path, stat] of (await tree.scan(nothingIgnored, never)).entries) {
        expect(await tree.stat(path), path).to.deep.equal(stat);
      }
    });

    it('leaves out what is ignored, does not look into it, and tells which directory it keeps', async () => {
      const { tree, user } = bench();
      user.write('keep/a.tmp', 'x');
      user.write('keep/b.txt', 'x');
      user.write('keep/node_modules/deep/c.txt', 'x');
      const asked: [string, boolean][] = [];
      const scan = await tree.scan((path, isDirectory) => {
        asked.push([path, isDirectory]);
        return path.endsWith('.tmp') || path.endsWith('node_modules');
      }, never);
      expect(paths(scan)).to.deep.equal(['keep', 'keep/b.txt']);
      expect(asked).to.deep.include.members([
        ['keep/node_modules', true],
        ['keep/a.tmp', false],
      ]);
      expect(asked.map(([path]) => path)).not.to.include('keep/node_modules/deep');
      expect(scan.untracked.has('keep')).to.equal(true);
    });

    it('hides our names at the root and temporary names anywhere, and shows .ownsyncignore', async () => {
      const { tree, user } = bench();
      ['.ownsyncignore', '.ownsync-x', 'd/.ownsync-tmp-1', 'd/.ownsync-y', 'd/f'].forEach((path) =>
        user.write(path, 'x'),
      );
      expect(paths(await tree.scan(nothingIgnored, never))).to.deep.equal([
        '.ownsyncignore',
        'd',
        'd/.ownsync-y',
        'd/f',
      ]);
    });

    it('ends with the signal', async () => {
      const { tree, user } = bench();
      user.write('a', 'x');
      const reason = new Error('enough');
      expect(await failure(tree.scan(nothingIgnored, AbortSignal.abort(reason)))).to.equal(reason);
    });
  });
}

function describeReading(bench: () => Case): void {
  describe('reading', () => {
    it('stat: nothing there, and nothing below a file or a link', async () => {
      const { tree, user } = bench();
      user.write('file', 'x');
      user.write('real/file', 'x');
      user.symlink('alias', 'real');
      for (const path of ['missing', 'missing/deeper', 'file/below', 'alias/file']) {
        expect(await tree.stat(path), path).to.equal(undefined);
      }
    });

    it('digest: SHA-256 of the content', async () => {
      const { tree, user, seen } = bench();
      const text = 'some text\n'.repeat(100_000);
      user.write('a', text);
      user.write('empty', '');
      expect(await tree.digest('a', await seen('a'))).to.equal(sha256(text));
      expect(await tree.digest('empty', await seen('empty'))).to.equal(sha256(''));
    });

    it('digest: changed when the file was edited, replaced, deleted or became a link', async () => {
      const { tree, user, seen } = bench();
      for (const [path, change] of changesTo(user)) {
        user.write(path, 'before', { mtime: 1_600_000_000_000 });
        const expected = await seen(path);
        change();
        expect(await tree.digest(path, expected), path).to.equal('changed');
      }
    });

    it('source: gives the content from any place, again and again', async () => {
      const { tree, user, seen } = bench();
      user.write('a', '0123456789');
      const source = tree.source('a', await seen('a'));
      expect(source.size).to.equal(10);
      expect(await textOf(source.open(0))).to.equal('0123456789');
      expect(await textOf(source.open(7))).to.equal('789');
      expect(await textOf(source.open(10))).to.equal('');
    });

    it('source: fails when the file is no longer what it was, before it gives anything', async () => {
      const { tree, user, seen } = bench();
      for (const [path, change] of changesTo(user)) {
        user.write(path, 'before', { mtime: 1_600_000_000_000 });
        const source = tree.source(path, await seen(path));
        change();
        const first = source.open(0)[Symbol.asyncIterator]().next();
        expect(await failure(first), path).to.be.instanceOf(LocalError);
      }
    });

    it('source: fails when the file changes while it is read', async () => {
      const { tree, user, seen } = bench();
      user.write('a', 'x'.repeat(1_000_000), { mtime: 1_600_000_000_000 });
      const content = tree
        .source('a', await seen('a'))
        .open(0)
        [Symbol.asyncIterator]();
      await content.next();
      user.write('a', 'y'.repeat(1_000_000), { mtime: 1_600_000_001_000 });
      const rest = { [Symbol.asyncIterator]: () => content };
      expect(await failure(textOf(rest))).to.be.instanceOf(LocalError);
    });

    it('readText: the text, or undefined when there is no such file', async () => {
      const { tree, user } = bench();
      user.write('.ownsyncignore', '*.tmp\n');
      user.mkdir('directory');
      user.symlink('link', '.ownsyncignore');
      expect(await tree.readText('.ownsyncignore')).to.equal('*.tmp\n');
      expect(await tree.readText('missing')).to.equal(undefined);
      expect(await tree.readText('directory')).to.equal(undefined);
      expect(await tree.readText('link')).to.equal(undefined);
    });
  });
}

function describeStaging(bench: () => Case): void {
  describe('staging', () => {
    it('tells digest and size, and shows nothing to a scan', async () => {
      const { tree, stage, temporary } = bench();
      const staged = await stage('some content');
      expect(staged).to.include({ digest: sha256('some content'), size: 12 });
      expect(temporary()).to.equal(1);
      expect(paths(await tree.scan(nothingIgnored, never))).to.deep.equal([]);
    });

    it('discard leaves nothing, and may be called twice', async () => {
      const { tree, stage, temporary } = bench();
      const staged = await stage('x');
      await tree.discard(staged);
      await tree.discard(staged);
      expect(temporary()).to.equal(0);
    });

    it('passes on the error of the content, and leaves nothing', async () => {
      const { tree, temporary } = bench();
      const broken = new Error('the line broke');
      const content = async function* (): AsyncGenerator<Uint8Array> {
        yield* chunks('some');
        throw broken;
      };
      expect(await failure(tree.stage(content(), never))).to.equal(broken);
      expect(temporary()).to.equal(0);
    });

    it('ends with the signal, and leaves nothing', async () => {
      const { tree, temporary } = bench();
      const stop = new AbortController();
      const reason = new Error('enough');
      const content = async function* (): AsyncGenerator<Uint8Array> {
        yield* chunks('some');
        stop.abort(reason);
        yield* chunks('more');
      };
      expect(await failure(tree.stage(content(), stop.signal))).to.equal(reason);
      expect(temporary()).to.equal(0);
    });

    it('sweep takes what an interrupted run left, and nothing of this run', async () => {
      const { tree, stage, temporary, reopen } = bench();
      await stage('left behind');
      const mine = await stage('still wanted');
      await tree.sweep(1000);
      expect(temporary()).to.equal(2);
      expect(await tree.place(mine, 'a', undefined, plain)).not.to.equal('changed');
      const next = reopen();
      await next.rootState(undefined);
      await next.sweep(1000);
      expect(temporary()).to.equal(0);
    });
  });
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
