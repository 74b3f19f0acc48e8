/** The fake disk keeps the contract of LocalTree, as the real one does; and what only it can do: gates, kinds of disks. */
import { expect } from 'chai';
import { createFakeDisk, type DiskPoint } from '../../src/testkit/fake-disk.ts';
import { describeLocalTree } from '../../src/testkit/local-tree-suite.ts';

const signal = new AbortController().signal;
const open = (): undefined => undefined;

describeLocalTree('fake disk', () => {
  const disk = createFakeDisk();
  const decoder = new TextDecoder();
  return {
    tree: disk.connect(open),
    user: disk.user,
    trash: () =>
      disk.state.trash.flatMap(({ path, node }) =>
        node.kind === 'file' ? [{ path, text: decoder.decode(node.bytes) }] : [],
      ),
    temporary: () => disk.state.staged.size,
    reopen: () => disk.connect(open),
  };
});

describe('the fake disk', () => {
  it('keeps what a crash left aside, and the next scan brings it back', async () => {
    const disk = createFakeDisk();
    disk.user.write('d/x', 'hello');
    let reached = (): void => undefined;
    const stopped = new Promise<void>((resolve) => {
      reached = resolve;
    });
    const tree = disk.connect((point) => {
      if (point !== 'between') return undefined;
      reached();
      return new Promise(() => undefined);
    });
    const stat = await tree.stat('d/x');
    if (stat === undefined) throw new Error('nothing there');
    void tree.remove('d/x', stat);
    await stopped;
    expect(disk.user.read('d/x')).to.equal(undefined);
    await disk.connect(open).scan(() => false, signal);
    expect(disk.user.read('d/x')).to.equal('hello');
  });

  it('passes its gates before and after each operation', async () => {
    const points: [DiskPoint, string, string][] = [];
    const disk = createFakeDisk({
      gate: (point, operation, path) => {
        points.push([point, operation, path]);
        return undefined;
      },
    });
    await disk.stat('x');
    expect(points).to.deep.equal([
      ['before', 'stat', 'x'],
      ['after', 'stat', 'x'],
    ]);
  });

  it('can be blind to case, and renames only the case', async () => {
    const disk = createFakeDisk({ caseSensitive: false });
    disk.user.write('Readme', 'hello');
    const stat = await disk.stat('README');
    if (stat === undefined) throw new Error('nothing there');
    expect(await disk.rename('Readme', 'README', stat)).to.equal('done');
    expect([...disk.user.tree().keys()]).to.deep.equal(['README']);
  });

  it('can turn names into their decomposed form', () => {
    const disk = createFakeDisk({ unicode: 'nfd' });
    disk.user.write('\u00e4', 'hello');
    expect([...disk.user.tree().keys()]).to.deep.equal(['a\u0308']);
    expect(disk.user.read('\u00e4')).to.equal('hello');
  });

  it('keeps times as exactly as it is told', async () => {
    const disk = createFakeDisk({ mtimePrecision: 2000 });
    disk.user.write('x', 'hello', { mtime: 1_000_003_999 });
    expect(await disk.stat('x')).to.include({ mtime: 1_000_002_000 });
  });

  it('gives the id of a removed file to the next one', async () => {
    const disk = createFakeDisk({ reuseIds: true });
    disk.user.write('x', 'hello');
    const before = await disk.stat('x');
    disk.user.remove('x');
    disk.user.write('y', 'hello');
    expect((await disk.stat('y'))?.id).to.equal(before?.id);
  });

  it('tells a change of equal size and time by its change time', async () => {
    const disk = createFakeDisk();
    disk.user.write('x', 'hello', { mtime: 1000 });
    const before = await disk.stat('x');
    disk.user.write('x', 'other', { mtime: 1000 });
    expect(await disk.stat('x')).not.to.deep.equal(before);
  });
});
