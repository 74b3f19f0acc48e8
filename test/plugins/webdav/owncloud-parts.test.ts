/** Large files in parts: what is cut goes on, and a MOVE that was not clearly answered is looked at before anything is said. */
import { expect } from 'chai';
import type { Transport } from '../../../src/plugin-api.ts';
import type { OwncloudFault } from '../../../src/testkit/index.ts';
import { Bench, bytesOf, failure, sha1, signal, sourceOf } from './owncloud-support.ts';

const modified = Date.UTC(2020, 8, 13, 12, 26, 40);
const size = 2_500_000;
const bytes = bytesOf(size);

describe('large files on ownCloud', () => {
  let bench: Bench;
  let store: Transport;

  beforeEach(async () => {
    bench = await Bench.start();
    store = await bench.open({ partSize: 1 });
    bench.server.forget();
  });

  afterEach(() => bench.end());

  const write = (path = 'large') => store.write(path, sourceOf(bytes, { modified }), signal);
  const isWhole = (path = 'large'): void => {
    expect(sha1(bench.server.files.read(path) ?? new Uint8Array(0))).to.equal(sha1(bytes));
  };
  const onMove = (fault: OwncloudFault): void => {
    let first = true;
    bench.server.setScript(({ method }) => {
      if (method !== 'MOVE' || !first) return undefined;
      first = false;
      return fault;
    });
  };

  it('go up in parts and appear whole, with their time', async () => {
    const stamp = await write();
    isWhole();
    expect(bench.asked('PUT')).to.have.length(3);
    expect(
      bench.asked('PUT').every((path) => path.includes('/dav/uploads/test/ownsync-')),
    ).to.equal(true);
    expect(stamp).to.include({ size, modified, checksum: `SHA1:${sha1(bytes)}` });
    expect(await store.look('large', signal)).to.deep.equal({ kind: 'file', stamp });
  });

  it('go up in one where the address has no place for parts', async () => {
    const url = `${bench.server.origin}/remote.php/webdav/`;
    const other = await bench.open({ partSize: 1, url });
    bench.server.forget();
    await other.write('large', sourceOf(bytes), signal);
    isWhole();
    expect(bench.asked('PUT')).to.have.length(1);
  });

  it('go on after a cut with the parts that are missing, under another name too', async () => {
    bench.server.setScript(({ method, count }) =>
      method === 'PUT' && count === 3 ? { hangUp: 'before' } : undefined,
    );
    const error = await failure(write('first name'));
    expect(error).to.include({ kind: 'unreachable', outcome: 'not-done' });
    expect(bench.server.files.names('')).to.deep.equal([]);
    bench.server.forget();
    await write('second name');
    isWhole('second name');
    expect(bench.asked('PUT')).to.have.length(1);
  });

  it('a part of another size is sent again', async () => {
    bench.server.setScript(({ method, count }) =>
      method === 'PUT' && count === 3 ? { instead: { status: 507 } } : undefined,
    );
    expect(await failure(write())).to.include({ kind: 'no-space' });
    const [, second = ''] = bench.asked('PUT');
    const authorization = `Basic ${Buffer.from('test:test').toString('base64')}`;
    await fetch(`${bench.server.origin}${second}`, {
      ...{ method: 'PUT', headers: { authorization }, body: 'torn' },
    });
    bench.server.forget();
    await write();
    isWhole();
    expect(bench.asked('PUT')).to.have.length(2);
  });

  it('a MOVE whose answer is lost is looked at: it took effect', async () => {
    for (const fault of [
      { hangUp: 'after' },
      { answer: { status: 504 } },
      { answer: { status: 500, text: 'a page of the proxy' } },
    ] as const) {
      onMove(fault);
      const stamp = await write(`large ${JSON.stringify(fault).length}`);
      expect(stamp).to.include({ size, modified });
      isWhole(`large ${JSON.stringify(fault).length}`);
    }
  });

  it('a MOVE that has not taken effect yet leaves the outcome open, and is found done later', async () => {
    onMove({ answer: { status: 504 }, late: 150 });
    const error = await failure(write());
    expect(error).to.include({ kind: 'unreachable', outcome: 'unknown' });
    expect(await store.look('large', signal)).to.equal('absent');
    await new Promise((resolve) => setTimeout(resolve, 250));
    bench.server.forget();
    expect(await write()).to.include({ size, modified });
    expect(bench.server.requests.map(({ method }) => method)).to.deep.equal(['PROPFIND']);
    isWhole();
  });

  it('a MOVE that was never carried out is done by the next attempt, without sending anything again', async () => {
    onMove({ hangUp: 'before' });
    expect(await failure(write())).to.include({ outcome: 'unknown' });
    bench.server.forget();
    await write();
    isWhole();
    expect(bench.asked('PUT')).to.deep.equal([]);
  });

  it('a file that is there and is another one is not taken for ours', async () => {
    bench.server.files.put('large', bytesOf(size, 2), modified);
    onMove({ instead: { status: 504 } });
    expect(await failure(write())).to.include({ outcome: 'unknown' });
    await write();
    isWhole();
  });

  it('a lock at the MOVE is busy, and open', async () => {
    onMove({ instead: { status: 423 } });
    expect(await failure(write())).to.include({ kind: 'busy', outcome: 'unknown' });
  });

  it('parts that do not make the announced content are thrown away, and the file is corrupt', async () => {
    const other = bytesOf(size, 3);
    const turned = sourceOf(bytes, { contents: [bytes, other] });
    expect(await failure(store.write('large', turned, signal))).to.include({ kind: 'corrupt' });
    expect(bench.server.files.names('')).to.deep.equal([]);
    bench.server.forget();
    await write();
    isWhole();
    expect(bench.asked('PUT')).to.have.length(3);
  });

  it('a directory in its place stays', async () => {
    await store.makeDirectory('large', signal);
    bench.server.files.put('large/file', 'kept');
    expect(await failure(write())).to.include({ kind: 'precondition' });
    expect(bench.server.files.names('large')).to.deep.equal(['file']);
  });

  it('two equal files at once do not share their parts', async () => {
    await Promise.all([write('one'), write('two')]);
    isWhole('one');
    isWhole('two');
  });
});
