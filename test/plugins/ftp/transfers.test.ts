/**
 * Transfers that are cut, shortened, refused or given up: never a short file taken for whole, never a reply out of step.
 */
import { readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { ended, failure, open, scripted, signal, source, textOf } from './support.ts';

const large = Buffer.alloc(500_000, 'content ');

describe('ftp: broken transfers', () => {
  afterEach(ended);

  it('an upload that is cut is an error; its part can be gone on with', async () => {
    const server = await scripted();
    const { transport } = await open(server);
    server.setScript(({ verb }) => (verb === 'STOR' ? { cutAfter: 200_000 } : undefined));
    const error = await failure(transport.write('torn', source(large), signal));
    expect(error.kind).to.equal('unreachable');
    server.setScript(undefined);
    const found = await transport.look('torn', signal);
    const size = found === 'absent' ? 0 : (found.stamp.size ?? 0);
    expect(size).to.be.greaterThan(0);
    await transport.resume?.('torn', source(large), size, signal);
    expect(Buffer.compare(await readFile(join(server.root, 'torn')), large)).to.equal(0);
    const wrong = await failure(
      Promise.resolve(transport.resume?.('torn', source(large), 5, signal)),
    );
    expect(wrong.kind).to.equal('precondition');
  });

  it('an upload that the server cuts short and calls whole is corrupt', async () => {
    const server = await scripted();
    const { transport } = await open(server);
    server.setScript(({ verb }) =>
      verb === 'STOR' ? { cutAfter: 200_000, answer: '226 Transfer complete.' } : undefined,
    );
    const error = await failure(transport.write('torn', source(large), signal));
    expect(error.kind).to.be.oneOf(['corrupt', 'unreachable']);
  });

  it('a full store is no-space', async () => {
    const server = await scripted();
    const { transport } = await open(server);
    server.setScript(({ verb }) => (verb === 'STOR' ? { answer: '552 Disk full' } : undefined));
    expect((await failure(transport.write('a', source('x'), signal))).kind).to.equal('no-space');
    server.setScript(({ verb }) =>
      verb === 'STOR' ? { cutAfter: 100, answer: '452 Disk full' } : undefined,
    );
    expect((await failure(transport.write('a', source(large), signal))).kind).to.equal('no-space');
  });

  it('a download that ends early is an error, cut or politely shortened', async () => {
    const server = await scripted();
    const { transport } = await open(server);
    await writeFile(join(server.root, 'file'), large);
    for (const fault of [{ cutAfter: 100_000 }, { shortenTo: 100_000 }, { shortenTo: 499_999 }]) {
      server.setScript(({ verb }) => (verb === 'RETR' ? fault : undefined));
      const error = await failure(textOf(transport, 'file'));
      expect(error.operation).to.equal('read');
      expect(error.kind).to.equal('cutAfter' in fault ? 'unreachable' : 'corrupt');
    }
  });

  it('a file that goes away after it was looked at is not-found, however the server puts it', async () => {
    const server = await scripted({ quirks: { reasons: false } });
    const { transport } = await open(server);
    await transport.write('file', source('content'), signal);
    const { stream } = await transport.read('file', 0, signal);
    await unlink(join(server.root, 'file'));
    const error = await failure(stream[Symbol.asyncIterator]().next());
    expect(error.kind).to.equal('not-found');
  });

  it('a transfer that was given up and answered twice puts no later reply out of step', async () => {
    const server = await scripted();
    const { transport } = await open(server, { connections: 1 });
    await writeFile(join(server.root, 'file'), Buffer.alloc(20_000_000));
    await writeFile(join(server.root, 'small'), 'four');
    server.setScript(({ verb }) =>
      verb === 'RETR' ? { answer: '426 Aborted.\r\n226 Abort successful.' } : undefined,
    );
    for (let time = 0; time < 3; time++) {
      const { stream } = await transport.read('file', 0, signal);
      for await (const chunk of stream) {
        expect(chunk.length).to.be.greaterThan(0);
        break;
      }
      const found = await transport.look('small', signal);
      expect(found === 'absent' ? found : found.stamp.size).to.equal(4);
      await transport.rename('small', 'other', signal);
      await transport.rename('other', 'small', signal);
    }
  });

  it('an empty file is there though the server says 426 to its upload; a fuller one is not', async () => {
    const server = await scripted();
    const { transport } = await open(server, { connections: 1 });
    server.setScript(({ verb }) =>
      verb === 'STOR' ? { answer: '426 Failure reading network stream.' } : undefined,
    );
    const stamp = await transport.write('empty', source(''), signal);
    expect(stamp.size).to.equal(0);
    const error = await failure(transport.write('full', source('content'), signal));
    expect(error.kind).to.equal('unreachable');
  });

  it('a listing that is cut is an error', async () => {
    const server = await scripted();
    const { transport } = await open(server);
    for (let at = 0; at < 50; at++) await writeFile(join(server.root, `f${String(at)}`), '');
    server.setScript(({ verb }) => (verb === 'MLSD' ? { cutAfter: 500 } : undefined));
    expect((await failure(transport.list('', signal))).kind).to.equal('unreachable');
    server.setScript(({ verb }) => (verb === 'MLSD' ? { shortenTo: 500 } : undefined));
    expect((await transport.list('', signal)).complete, 'cut within a line').to.equal(false);
  });
});
