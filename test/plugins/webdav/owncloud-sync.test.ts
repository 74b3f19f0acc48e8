/** The traps of ownCloud under the whole engine: what its own clients lose is not lost, and what it cannot keep is told. */
import { expect } from 'chai';
import { Bench, computer, failure, signal, type Computer } from './owncloud-support.ts';

const second = 1000;

describe('syncing over ownCloud', function () {
  this.timeout(60_000);
  let bench: Bench;
  let a: Computer;
  let b: Computer;

  beforeEach(async () => {
    bench = await Bench.start({ racy: true });
    [a, b] = [computer(bench, 'a'), computer(bench, 'b')];
    a.user.write('docs/file', 'first');
    await a.sync();
    await b.sync();
    bench.server.forget();
  });

  afterEach(() => bench.end());

  const timeOnStore = async (path: string): Promise<number> => {
    const store = await bench.open();
    const found = await store.look(path, signal);
    return found === 'absent' ? 0 : (found.stamp.modified ?? 0);
  };

  it('a longer file that kept its time reaches the other computer', async () => {
    const before = await timeOnStore('docs/file');
    a.user.write('docs/file', 'second, and longer', { mtime: before });
    expect((await a.sync()).inSync).to.equal(true);
    expect((await b.sync()).inSync).to.equal(true);
    expect(b.user.read('docs/file')).to.equal('second, and longer');
  });

  it("another client's content of the same size, time and ETag is found by its checksum", async () => {
    const etag = bench.server.files.etag('docs/file');
    bench.server.files.put('docs/file', 'other', await timeOnStore('docs/file'));
    expect(bench.server.files.etag('docs/file')).to.equal(etag);
    await a.sync();
    await b.sync();
    expect(a.user.read('docs/file')).to.equal('other');
    expect(b.user.read('docs/file')).to.equal('other');
  });

  it('what another client writes, moves and deletes deep down is found by the ETags above', async () => {
    bench.server.files.put('docs/deep/er/new', 'new');
    await a.sync();
    expect(a.user.read('docs/deep/er/new')).to.equal('new');
    bench.server.files.remove('docs/file');
    bench.server.files.put('docs/deep/er/new', 'newer', Date.now() + 5 * second);
    await a.sync();
    expect(a.user.tree().has('docs/file')).to.equal(false);
    expect(a.user.read('docs/deep/er/new')).to.equal('newer');
  });

  it('names that it cannot keep are a problem, and nothing of them is sent', async () => {
    const names = ['cafe\u0301', '.htaccess', 'torn.part', 'n'.repeat(240), 'x.part/inside'];
    for (const name of names) a.user.write(name, 'x'.repeat(100));
    a.user.write('caf\u00e9', 'composed');
    const report = await a.sync();
    expect(report.inSync).to.equal(false);
    const told = report.problems.map(({ path, kind }) => `${kind} ${path}`).sort();
    expect(told).to.deep.equal(names.map((name) => `name ${name}`).sort());
    const staged = bench.asked('PUT').filter((path) => path.includes('/new/'));
    expect(staged).to.have.length(1);
    expect([...bench.server.files.names('')].sort()).to.deep.equal([
      '.ownsync',
      'caf\u00e9',
      'docs',
    ]);
  });

  it('a folder that somebody reads from is moved when that is over, and nothing is lost', async () => {
    bench.server.setScript(({ method, path }) =>
      method === 'GET' && path.endsWith('/docs/file') ? { holdAfter: 2 } : undefined,
    );
    const store = await bench.open();
    const reading = await store.read('docs/file', 0, signal);
    a.user.rename('docs', 'papers');
    expect(await failure(a.sync())).to.include({ kind: 'busy' });
    expect(bench.server.files.names('docs')).to.deep.equal(['file']);
    bench.server.release();
    for await (const chunk of reading.stream) expect(chunk.length).to.be.greaterThan(0);
    bench.server.setScript(undefined);
    expect((await a.sync()).inSync).to.equal(true);
    expect(bench.server.files.names('papers')).to.deep.equal(['file']);
    expect((await b.sync()).inSync).to.equal(true);
    expect(b.user.read('papers/file')).to.equal('first');
  });

  it('two computers that upload at the same moment both bring theirs, on a server that lets both win', async () => {
    for (let round = 0; round < 2; round++) {
      a.user.write(`docs/from a ${String(round)}`, 'a');
      b.user.write(`docs/from b ${String(round)}`, 'b');
      a.user.write(`docs/both ${String(round)}`, `a ${String(round)}`);
      b.user.write(`docs/both ${String(round)}`, `b ${String(round)}`);
      await Promise.all([a.sync(), b.sync()]);
    }
    await a.sync();
    await b.sync();
    await a.sync();
    const files = (who: Computer) =>
      [...who.user.tree().keys()].map((path) => [path, who.user.read(path)]);
    expect(files(a)).to.deep.equal(files(b));
    const contents = files(a).map(([, text]) => text);
    expect(contents).to.include.members(['a', 'b', 'a 0', 'b 0', 'a 1', 'b 1', 'first']);
  });
});
