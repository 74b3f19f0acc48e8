/**
 * What every local tree promises, as one suite: the fake disk of the simulation must behave as the real one does, or a
 * simulation proves nothing. It sees a tree only through its port and what a user's programs would do.
 */
import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { LocalError, type LocalStat, type LocalTree } from '../../src/core/ports/local-tree.ts';

export interface Bench {
  readonly tree: LocalTree;
  write(path: string, text: string): void;
  read(path: string): string | undefined;
  remove(path: string): void;
  fifo(path: string): void;
  /** Ends the program and starts it again on the same disk. */
  restart(): LocalTree;
  end(): void;
}

const signal = new AbortController().signal;
const nothingIgnored = (): boolean => false;

async function* partsOf(text: string): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  yield new TextEncoder().encode(text.slice(0, 2));
  yield new TextEncoder().encode(text.slice(2));
}

async function statAt(tree: LocalTree, path: string): Promise<LocalStat> {
  const stat = await tree.stat(path);
  if (stat === undefined) throw new Error(`nothing at ${path}`);
  return stat;
}

async function place(tree: LocalTree, text: string, path: string) {
  const expected = await tree.stat(path);
  const staged = await tree.stage(partsOf(text), signal);
  return tree.place(staged, path, expected, { mtime: 1_600_000_000, executable: true });
}

export function describeLocalTree(name: string, open: () => Promise<Bench>): void {
  describe(`local tree: ${name}`, () => {
    let bench: Bench;
    beforeEach(async () => {
      bench = await open();
      expect(await bench.tree.rootState(undefined)).to.equal('ok');
    });
    afterEach(() => {
      bench.end();
    });
    seeing(() => bench);
    placing(() => bench);
    moving(() => bench);
  });
}

function seeing(bench: () => Bench): void {
  it('scans parents before children, and hides its own names', async () => {
    const { tree } = bench();
    bench().write('d/e/x', 'one');
    bench().write('.ownsyncignore', '');
    await tree.mark('folder-1');
    const { entries, problems } = await tree.scan(nothingIgnored, signal);
    const paths = [...entries.keys()].filter((path) => path !== '.ownsyncignore');
    expect(paths).to.deep.equal(['d', 'd/e', 'd/e/x']);
    expect(entries.has('.ownsyncignore')).to.equal(true);
    expect(problems).to.deep.equal([]);
  });

  it('does not descend into what is ignored, and tells what it is in', async () => {
    bench().write('d/skip/x', 'one');
    const ignored = (path: string): boolean => path === 'd/skip';
    const scan = await bench().tree.scan(ignored, signal);
    expect([...scan.entries.keys()]).to.deep.equal(['d']);
    expect([...scan.untracked]).to.deep.equal(['d']);
  });

  it('reports a special file as a problem that keeps its directory', async () => {
    bench().fifo('d/pipe');
    const { entries, problems, untracked } = await bench().tree.scan(nothingIgnored, signal);
    expect([...entries.keys()]).to.deep.equal(['d']);
    expect(problems.map(({ path, kind }) => `${kind} ${path}`)).to.deep.equal(['special d/pipe']);
    expect([...untracked]).to.deep.equal(['d']);
  });

  it('knows its marker', async () => {
    const { tree } = bench();
    expect(await tree.rootState('folder-1')).to.equal('unmarked');
    await tree.mark('folder-1');
    expect(await tree.rootState('folder-1')).to.equal('ok');
    expect(await tree.rootState('folder-2')).to.equal('unmarked');
  });

  it('digests and reads what is as expected, and nothing else', async () => {
    const { tree } = bench();
    bench().write('x', 'hello');
    const before = await statAt(tree, 'x');
    const hello = createHash('sha256').update('hello').digest('hex');
    expect(await tree.digest('x', before)).to.equal(hello);
    expect(await textOf(tree, 'x', before)).to.equal('hello');
    bench().write('x', 'other one');
    expect(await tree.digest('x', before)).to.equal('changed');
    const error: unknown = await textOf(tree, 'x', before).catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(LocalError);
  });

  it('finds nothing below a file', async () => {
    bench().write('x', 'hello');
    expect(await bench().tree.stat('x/y')).to.equal(undefined);
    expect(await bench().tree.readText('x')).to.equal('hello');
    expect(await bench().tree.readText('y')).to.equal(undefined);
  });
}

async function textOf(tree: LocalTree, path: string, expected: LocalStat): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of tree.source(path, expected).open(0)) parts.push(part);
  return Buffer.concat(parts).toString();
}

function placing(bench: () => Bench): void {
  it('places new content with its parents, time and bit', async () => {
    const { tree } = bench();
    const placed = await place(tree, 'hello', 'd/e/x');
    expect(placed).to.deep.equal(await tree.stat('d/e/x'));
    expect(placed).to.include({ kind: 'file', size: 5, mtime: 1_600_000_000_000 });
    expect(placed).to.include({ executable: true });
    expect(bench().read('d/e/x')).to.equal('hello');
  });

  it('replaces only what is expected', async () => {
    const { tree } = bench();
    bench().write('x', 'first');
    const old = await statAt(tree, 'x');
    bench().write('x', 'second one');
    const staged = await tree.stage(partsOf('third'), signal);
    const metadata = { mtime: 1, executable: false };
    expect(await tree.place(staged, 'x', old, metadata)).to.equal('changed');
    expect(await tree.place(staged, 'x', undefined, metadata)).to.equal('changed');
    expect(bench().read('x')).to.equal('second one');
    expect(await place(tree, 'third', 'x')).not.to.equal('changed');
    expect(bench().read('x')).to.equal('third');
  });

  it('puts nothing where a file is above', async () => {
    bench().write('x', 'a file');
    expect(await place(bench().tree, 'hello', 'x/y')).to.equal('changed');
    expect(await bench().tree.makeDirectory('x/y')).to.equal('changed');
    expect(bench().read('x')).to.equal('a file');
  });

  it('places links and sees them as links', async () => {
    const { tree } = bench();
    bench().write('target/x', 'hello');
    const placed = await tree.placeLink('d/link', '../target', undefined);
    expect(placed).to.include({ kind: 'link', target: '../target' });
    expect(await tree.placeLink('d/link', 'elsewhere', undefined)).to.equal('changed');
    expect(await tree.stat('d/link/x')).to.equal(undefined);
    expect(await place(tree, 'hello', 'd/link/y')).to.equal('changed');
  });

  it('sets metadata only on what is expected', async () => {
    const { tree } = bench();
    bench().write('x', 'hello');
    const before = await statAt(tree, 'x');
    const metadata = { mtime: 1_500_000_000, executable: true };
    const after = await tree.setMetadata('x', before, metadata);
    expect(after).to.include({ mtime: 1_500_000_000_000, executable: true });
    expect(await tree.setMetadata('x', before, metadata)).to.equal('changed');
  });
}

function moving(bench: () => Bench): void {
  it('renames within the root and never onto something', async () => {
    const { tree } = bench();
    bench().write('x', 'hello');
    bench().write('y', 'there');
    const stat = await statAt(tree, 'x');
    expect(await tree.rename('x', 'y', stat)).to.equal('changed');
    expect(await tree.rename('x', 'd/z', await statAt(tree, 'x'))).to.equal('done');
    expect(bench().read('d/z')).to.equal('hello');
    expect(bench().read('x')).to.equal(undefined);
    expect(bench().read('y')).to.equal('there');
  });

  it('renames whole directories', async () => {
    const { tree } = bench();
    bench().write('d/e/x', 'hello');
    const stat = await statAt(tree, 'd');
    expect(await tree.rename('d', 'd/e/f', stat)).to.equal('changed');
    expect(await tree.rename('d', 'g', stat)).to.equal('done');
    expect(bench().read('g/e/x')).to.equal('hello');
  });

  it('removes only what is expected', async () => {
    const { tree } = bench();
    bench().write('x', 'hello');
    const old = await statAt(tree, 'x');
    bench().write('x', 'other one');
    expect(await tree.remove('x', old)).to.equal('changed');
    expect(await tree.remove('x', await statAt(tree, 'x'))).to.equal('done');
    expect(await tree.stat('x')).to.equal(undefined);
  });

  it('removes only empty directories', async () => {
    const { tree } = bench();
    bench().write('d/x', 'hello');
    expect(await tree.removeDirectory('d')).to.equal('changed');
    bench().remove('d/x');
    expect(await tree.removeDirectory('d')).to.equal('done');
    expect(await tree.removeDirectory('d')).to.equal('done');
    expect(await tree.stat('d')).to.equal(undefined);
  });

  it('makes directories, also where one is', async () => {
    const { tree } = bench();
    expect(await tree.makeDirectory('d/e')).to.equal('done');
    expect(await tree.makeDirectory('d')).to.equal('done');
    expect(await tree.stat('d/e')).to.include({ kind: 'directory' });
  });

  it('drops what was staged and not placed', async () => {
    const { tree } = bench();
    const staged = await tree.stage(partsOf('hello'), signal);
    expect(staged).to.include({ size: 5 });
    await tree.discard(staged);
    const again = bench().restart();
    expect(await again.rootState(undefined)).to.equal('ok');
    await again.sweep(1000);
    const { entries } = await again.scan(nothingIgnored, signal);
    expect([...entries.keys()]).to.deep.equal([]);
  });
}
