/** What only a real disk has in store for a scan: specials, names in other encodings, refusals, a root that goes away. */
import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  linkSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { LocalError } from '../../src/core/ports/local-tree.ts';
import type { LocalScan } from '../../src/core/ports/local-tree.ts';
import { openDiskTree } from '../../src/host/disk-tree.ts';
import { failure, never, paths } from '../../src/testkit/local-tree-bench.ts';
import { asOrdinaryUser } from './ordinary-user.ts';
import { diskBench, temporaryDirectory } from './disk-user.ts';

const all = (): boolean => false;

describe('disk scan', () => {
  let bench: ReturnType<typeof diskBench>;
  beforeEach(async () => {
    bench = diskBench();
    await bench.tree.rootState(undefined);
  });
  afterEach(() => bench.close?.());

  function problems(scan: LocalScan): string[] {
    return scan.problems.map(({ kind, path }) => `${kind} ${path}`).sort();
  }

  it('a FIFO and a socket are problems, the rest goes on', async () => {
    bench.user.write('d/file', 'x');
    execFileSync('mkfifo', [join(bench.root, 'd', 'fifo')]);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(join(bench.root, 'socket'), resolve));
    const scan = await bench.tree.scan(all, never);
    server.close();
    expect(problems(scan)).to.deep.equal(['special d/fifo', 'special socket']);
    expect(scan.problems.map(({ message }) => message).join())
      .to.include('a FIFO')
      .and.include('a socket');
    expect(paths(scan)).to.deep.equal(['d', 'd/file']);
    expect([...scan.untracked]).to.deep.equal(['d']);
  });

  it('an ignored special is no problem', async () => {
    execFileSync('mkfifo', [join(bench.root, 'fifo')]);
    const scan = await bench.tree.scan((path) => path === 'fifo', never);
    expect(problems(scan)).to.deep.equal([]);
  });

  it('a name that is not UTF-8 is a problem, one that holds U+FFFD by right is not', async () => {
    const latin1 = Buffer.concat([Buffer.from(`${bench.root}/caf`), Buffer.from([0xe9])]);
    writeFileSync(latin1, 'x');
    bench.user.write('right \uFFFD', 'x');
    const scan = await bench.tree.scan(all, never);
    // Node's recursive removal passes such names over.
    unlinkSync(latin1);
    expect(problems(scan)).to.deep.equal(['name caf\uFFFD']);
    expect(paths(scan)).to.deep.equal(['right \uFFFD']);
  });

  it('a link whose target is not UTF-8 is a problem', async () => {
    symlinkSync(Buffer.from([0x61, 0xff]), join(bench.root, 'link'));
    expect(problems(await bench.tree.scan(all, never))).to.deep.equal(['name link']);
  });

  it('names of every sort come as they are', async () => {
    const names = [
      ' lead',
      'tail ',
      '-dash',
      '~tilde',
      'a\\b',
      "it's",
      '*?[1]',
      'nl\nin',
      'é',
      'e\u0301',
      '🙂',
      'x'.repeat(255),
    ];
    names.forEach((name) => bench.user.write(name, 'x'));
    const scan = await bench.tree.scan(all, never);
    expect(paths(scan)).to.deep.equal([...names].sort());
  });

  it('an unreadable directory is a problem, the directory itself and the rest are found', async () => {
    bench.user.write('closed/inside', 'x');
    bench.user.write('open/inside', 'x');
    chmodSync(join(bench.root, 'closed'), 0);
    const scan = await asOrdinaryUser([bench.root], () => bench.tree.scan(all, never));
    chmodSync(join(bench.root, 'closed'), 0o700);
    expect(problems(scan)).to.deep.equal(['unreadable closed']);
    expect(paths(scan)).to.deep.equal(['closed', 'open', 'open/inside']);
  });

  it('a directory that may be listed but not entered: its entries are problems', async () => {
    bench.user.write('d/inside', 'x');
    chmodSync(join(bench.root, 'd'), 0o444);
    const scan = await asOrdinaryUser([bench.root], () => bench.tree.scan(all, never));
    chmodSync(join(bench.root, 'd'), 0o700);
    expect(scan.problems.map(({ kind }) => kind)).to.include('unreadable');
    expect(scan.entries.has('d/inside')).to.equal(false);
  });

  it('many directories and levels, each entry once and after its parent', async () => {
    let expected = 0;
    for (let index = 0; index < 300; index += 1) {
      bench.user.write(`a${index % 7}/b${index % 50}/c${index}/file`, 'x');
    }
    const scan = await bench.tree.scan(all, never);
    const seen = new Set<string>(['']);
    for (const path of scan.entries.keys()) {
      expect(seen.has(path.split('/').slice(0, -1).join('/')), path).to.equal(true);
      seen.add(path);
      if (path.endsWith('/file')) expected += 1;
    }
    expect(expected).to.equal(300);
  });

  it('a directory deleted while it is scanned is not there', async () => {
    bench.user.write('d/inside', 'x');
    bench.user.write('e', 'x');
    const scan = await bench.tree.scan((path) => {
      if (path === 'd') bench.user.remove('d');
      return false;
    }, never);
    expect(paths(scan)).to.deep.equal(['e']);
    expect(scan.problems).to.deep.equal([]);
  });

  it('fails when the root goes away or another comes in its place', async () => {
    const elsewhere = `${bench.root}-gone`;
    const swap = (path: string): boolean => {
      if (path === 'a') renameSync(bench.root, elsewhere);
      return false;
    };
    bench.user.write('a', 'x');
    const error = await failure(bench.tree.scan(swap, never));
    expect(error).to.be.instanceOf(LocalError).with.property('kind', 'missing-root');
    mkdirSync(bench.root);
    const other = await failure(bench.tree.scan(all, never));
    expect(other).to.be.instanceOf(LocalError).with.property('kind', 'missing-root');
    rmSync(bench.root, { recursive: true });
    renameSync(elsewhere, bench.root);
  });

  it('a directory exchanged for a link while it is scanned is not followed', async () => {
    const outside = temporaryDirectory();
    writeFileSync(join(outside, 'secret'), 'x');
    bench.user.write('d/inside', 'x');
    const swap = (path: string): boolean => {
      if (path === 'd') {
        renameSync(join(bench.root, 'd'), join(bench.root, 'was-d'));
        symlinkSync(outside, join(bench.root, 'd'));
      }
      return false;
    };
    const scan = await bench.tree.scan(swap, never);
    rmSync(outside, { recursive: true });
    expect([...scan.entries.keys()].filter((path) => path.includes('secret'))).to.deep.equal([]);
    expect(problems(scan)).to.deep.equal(['unreadable d']);
  });

  it('the same directory under another name of ours stays hidden: an alias of .ownsync cannot be written through', async () => {
    const staged = await bench.tree.stage(emptyContent(), never);
    for (const path of [
      '.ownsync/folder.json',
      '.OwnSync/x',
      '.ownsync-x',
      'a/.ownsync-tmp-1',
      '../x',
      'a//b',
      './a',
      'a/..',
      '',
    ]) {
      const placed = bench.tree.place(staged, path, undefined, { mtime: 0, executable: false });
      const error = await failure(placed);
      expect(error, path).to.be.instanceOf(LocalError).with.property('kind', 'invalid-name');
    }
  });

  it('hard links are two files', async () => {
    bench.user.write('a', 'x');
    linkSync(join(bench.root, 'a'), join(bench.root, 'b'));
    expect(paths(await bench.tree.scan(all, never))).to.deep.equal(['a', 'b']);
  });

  it('a root that is a link to a directory works', async () => {
    const alias = `${bench.root}-alias`;
    symlinkSync(bench.root, alias);
    bench.user.write('a', 'x');
    const tree = openDiskTree(alias);
    expect(await tree.rootState(undefined)).to.equal('ok');
    expect(paths(await tree.scan(all, never))).to.deep.equal(['a']);
    rmSync(alias);
  });
});

async function* emptyContent(): AsyncGenerator<Uint8Array> {
  // Nothing to yield.
}
