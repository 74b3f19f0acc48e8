/** Many requests on their way at once, and servers that answer in their own ways: by the scripted server. */
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import type { Transport } from '../../../src/plugin-api.ts';
import { scripted, type Script, type Scripted } from './scripted.ts';
import { ended, failure, open, signal, source, textOf } from './support.ts';

async function opened(
  script: Script = {},
): Promise<{ readonly server: Scripted; readonly transport: Transport }> {
  const server = await scripted(script);
  const { host, port, user, hostKey } = server;
  const transport = await open({ host, port, user, hostKey, password: 'secret' });
  server.requests.length = 0;
  server.most.clear();
  return { server, transport };
}

const large = Buffer.alloc(3_000_000, 'some content, ');

describe('sftp: requests on their way', () => {
  afterEach(ended);

  it('at least 32 reads and 32 writes, of the right bytes', async () => {
    const { server, transport } = await opened({ gathers: { WRITE: 32, READ: 32 } });
    await transport.write('file', source(large), signal);
    expect(server.most.get('WRITE')).to.be.at.least(32);
    expect(await textOf(transport, 'file')).to.equal(large.toString());
    expect(server.most.get('READ')).to.be.at.least(32);
  });

  it('at least 32 for a long listing, and only two for a short one', async () => {
    const { server, transport } = await opened({ delay: 20 });
    const names = Array.from({ length: 700 }, (_, at) => `file ${String(1000 + at)}`);
    await mkdir(join(server.root, 'long'));
    for (const name of names) await writeFile(join(server.root, 'long', name), '');
    const { entries, complete } = await transport.list('long', signal);
    expect(complete).to.equal(true);
    expect(entries.map(({ name }) => name).sort()).to.deep.equal(names);
    expect(server.most.get('READDIR')).to.be.at.least(32);
    server.requests.length = 0;
    await mkdir(join(server.root, 'short'));
    await transport.list('short', signal);
    expect(server.requests.filter((kind) => kind === 'READDIR')).to.have.length(2);
  });

  it('a batch goes out together, and in order', async () => {
    const { server, transport } = await opened({ gathers: { MKDIR: 40 } });
    const paths = Array.from({ length: 40 }, (_, at) => 'deep/'.repeat(at + 1).slice(0, -1));
    const results = await transport.batch?.(
      paths.map((path) => ({ operation: 'makeDirectory', path })),
      signal,
    );
    expect(results?.map(({ ok }) => ok)).to.deep.equal(paths.map(() => true));
    expect(server.most.get('MKDIR')).to.equal(40);
  });

  it('a small file is five requests once its directory is known, and waits twice', async () => {
    const { server, transport } = await opened();
    await transport.makeDirectory('directory', signal);
    await transport.write('directory/first', source('x'), signal);
    server.requests.length = 0;
    await transport.write('directory/second', source('x', 1_700_000_000_000), signal);
    expect(server.requests).to.deep.equal(['OPEN', 'WRITE', 'FSETSTAT', 'FSTAT', 'CLOSE']);
  });

  it('sixteen operations at once share one connection', async () => {
    const { server, transport } = await opened({ gathers: { OPEN: 16 } });
    const names = Array.from({ length: 16 }, (_, at) => `file${String(at)}`);
    await Promise.all(names.map((name) => transport.write(name, source(name), signal)));
    expect(server.most.get('OPEN')).to.equal(16);
    expect(server.tried.filter((method) => method === 'password')).to.have.length(1);
  });

  it('no handle stays open: not after errors, aborts, or reads that are given up', async () => {
    const { server, transport } = await opened({ delay: 2 });
    await transport.write('file', source(large), signal);
    const { stream } = await transport.read('file', 0, signal);
    for await (const chunk of stream) {
      expect(chunk.length).to.be.greaterThan(0);
      break;
    }
    for (const wait of [1, 3, 5, 9, 20]) {
      const stop = AbortSignal.timeout(wait);
      expect(
        (await failure(transport.write(`torn${String(wait)}`, source(large), stop))).kind,
      ).to.equal('cancelled');
      await transport.list('', AbortSignal.timeout(wait)).catch(() => undefined);
    }
    const short = { ...source('short'), size: 100 };
    expect((await failure(transport.write('short', short, signal))).kind).to.equal('corrupt');
    await transport.look('file', signal);
    expect([...server.handles]).to.deep.equal([]);
  });
});

describe('sftp: odd servers', () => {
  afterEach(ended);

  it('one without extensions: what it cannot do is not claimed', async () => {
    const { transport } = await opened();
    expect(transport.capabilities).to.deep.include({
      renameOnto: { file: 'unknown', directory: 'unknown' },
      copy: false,
      modified: 'set',
    });
    expect(transport.copy).to.equal(undefined);
    expect(await transport.space?.(signal)).to.equal(undefined);
    await transport.write('file', source('mine'), signal);
    await transport.write('other', source('kept'), signal);
    expect((await failure(transport.rename('file', 'other', signal))).kind).to.equal('exists');
    await transport.rename('file', 'renamed', signal);
    expect(await textOf(transport, 'renamed')).to.equal('mine');
  });

  it('one that cannot set times: they are only read', async () => {
    const { server, transport } = await opened({
      refuses: { SETSTAT: [8, 'Operation unsupported'], FSETSTAT: [8, 'Operation unsupported'] },
    });
    expect(transport.capabilities.modified).to.equal('read');
    expect(transport.setModified).to.equal(undefined);
    const stamp = await transport.write('file', source('x', 1_000_000), signal);
    expect(stamp.modified).to.be.greaterThan(1_000_000_000_000);
    expect(server.requests).to.not.include('FSETSTAT');
  });

  it('one that writes after it was told the time: the time is set once more', async () => {
    const { server, transport } = await opened({ writesLate: true });
    const modified = 1_600_000_000_000;
    const stamp = await transport.write('file', source('content', modified), signal);
    expect(stamp).to.deep.equal({ size: 7, modified, precision: 1000 });
    expect((await stat(join(server.root, 'file'))).mtimeMs).to.equal(modified);
    expect(server.requests).to.include('SETSTAT');
  });

  it('one that answers reads with less than was asked for', async () => {
    const { transport } = await opened({ readAtMost: 1000 });
    await transport.write('file', source(large.subarray(0, 100_000)), signal);
    expect(await textOf(transport, 'file')).to.equal(large.subarray(0, 100_000).toString());
  });

  it('one that lists names twice: once is enough', async () => {
    const { transport } = await opened({ listsTwice: true });
    await transport.write('file', source('x'), signal);
    const { entries, complete } = await transport.list('', signal);
    expect(entries.map(({ name }) => name)).to.deep.equal(['file']);
    expect(complete).to.equal(true);
  });

  it('one that does not tell what an entry is: the listing is not complete, and a look unclear', async () => {
    const { server, transport } = await opened();
    await transport.write('file', source('x'), signal);
    server.script.tellsNoMode = true;
    expect(await transport.list('', signal)).to.deep.equal({ entries: [], complete: false });
    expect((await failure(transport.look('file', signal))).kind).to.equal('unknown');
  });

  it('a directory that comes just after it was said to be missing is listed', async () => {
    const { server, transport } = await opened({ refusesFirst: { OPENDIR: [2, 'No such file'] } });
    await mkdir(join(server.root, 'directory'));
    await writeFile(join(server.root, 'directory', 'file'), 'x');
    const { entries } = await transport.list('directory', signal);
    expect(entries.map(({ name }) => name)).to.deep.equal(['file']);
  });

  it('one that refuses without reasons: absence is not read out of it', async () => {
    const { server, transport } = await opened();
    await transport.write('file', source('x'), signal);
    server.script.refuses = { LSTAT: [4, 'Failure'], READDIR: [4, 'Failure'] };
    expect((await failure(transport.look('missing', signal))).kind).to.equal('unknown');
    expect((await failure(transport.list('', signal))).kind).to.equal('unknown');
    expect((await failure(transport.remove('missing', signal))).kind).to.equal('unknown');
  });

  it('one that ends the channel alone: what waits fails, and the next operation goes on', async () => {
    const { server, transport } = await opened({ delay: 30 });
    const waiting = failure(transport.list('', signal));
    await sleep(10);
    server.endChannels();
    expect(await waiting).to.include({ kind: 'unreachable', outcome: 'not-done' });
    expect(await transport.list('', signal)).to.deep.equal({ entries: [], complete: true });
    server.endChannels();
    await sleep(50);
    expect(await transport.list('', signal)).to.deep.equal({ entries: [], complete: true });
  });

  it('one that says "no such file" to a handle: that is not about the file', async () => {
    const { transport } = await opened({ refuses: { WRITE: [2, 'No such file'] } });
    const error = await failure(transport.write('file', source('x'), signal));
    expect(error).to.include({ kind: 'unknown', outcome: 'unknown' });
    expect(error.serverSaid).to.equal('No such file (2)');
  });
});
