/**
 * The plugin when logins, lines and transfers fail: the right kind, nothing half done taken for done, nothing told that
 * is secret, and nothing left open.
 */
import { readFile, truncate, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';
import { expect } from 'chai';
import type { FtpServer } from '../../../src/testkit/index.ts';
import { ended, failure, later, open, scripted, signal, source, textOf } from './support.ts';

const large = Buffer.alloc(500_000, 'content ');

describe('ftp: logging in', () => {
  afterEach(ended);

  it('a wrong password is auth, and no error tells a password', async () => {
    const server = await scripted({
      password: 'right-secret',
      script: ({ verb, argument }) =>
        verb === 'PASS' ? { instead: `530 Login failed for "${argument}".` } : undefined,
    });
    const error = await failure(open({ ...server, password: 'wrong-secret' }));
    expect(error.kind).to.equal('auth');
    expect(error.operation).to.equal('open');
    expect(error.serverSaid).to.equal('530 Login failed for "***".');
    expect(inspect(error, { depth: 9 })).not.to.contain('wrong-secret');
    await settled(server);
  });

  it('a server that is not there, or no FTP server, is unreachable', async () => {
    const closed = createServer();
    closed.listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const { port } = closed.address() as AddressInfo;
    closed.close();
    const login = { host: '127.0.0.1', port, user: 'a', password: 'b' };
    expect((await failure(open(login))).kind).to.equal('unreachable');
    expect((await failure(open({ ...login, host: 'no-such-host.invalid' }))).kind).to.equal(
      'unreachable',
    );
    const web = createServer((socket) => socket.resume().end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    web.listen(0, '127.0.0.1');
    await once(web, 'listening');
    later(async () => {
      web.close();
      await once(web, 'close');
    });
    const other = { ...login, port: (web.address() as AddressInfo).port };
    expect((await failure(open(other))).kind).to.equal('unreachable');
  });

  it('never sends the password in the clear when TLS is asked for', async () => {
    const server = await scripted();
    const error = await failure(open(server, { tls: 'explicit' }));
    expect(error.kind).to.equal('denied');
    expect(error.message).to.contain('no TLS');
    expect(server.commands.get('PASS')).to.equal(undefined);
    expect(server.commands.get('USER')).to.equal(undefined);
    await settled(server);
  });

  it('a root that is missing is not-found', async () => {
    const error = await failure(open(await scripted(), { root: 'missing/root' }));
    expect(error.kind).to.equal('not-found');
  });

  it('a root below the login directory is the root', async () => {
    const server = await scripted();
    const first = await open(server);
    await first.transport.makeDirectory('sync', signal);
    const { transport } = await open(server, { root: 'sync/' });
    await transport.write('file', source('x'), signal);
    expect(await readFile(join(server.root, 'sync', 'file'), 'utf8')).to.equal('x');
    const root = await transport.look('', signal);
    expect(root === 'absent' ? root : root.kind).to.equal('directory');
  });
});

describe('ftp: connection limits', () => {
  afterEach(ended);

  for (const reply of [421, 530] as const) {
    it(`${String(reply)}: the pool shrinks and the work goes on`, async () => {
      const server = await scripted({ limit: { clients: 2, reply } });
      const { transport } = await open(server, { connections: 4 });
      const names = Array.from({ length: 12 }, (_, at) => `file${String(at)}`);
      await Promise.all(names.map((name) => transport.write(name, source(large), signal)));
      const listing = await transport.list('', signal);
      expect(listing.entries.map(({ stamp }) => stamp.size)).to.deep.equal(
        names.map(() => large.length),
      );
      expect(server.sessions).to.be.at.most(2);
    });

    it(`${String(reply)} at the first login is busy`, async () => {
      const server = await scripted({ limit: { clients: 1, reply } });
      await open(server);
      expect((await failure(open(server))).kind).to.equal('busy');
    });
  }
});

describe('ftp: lost connections', () => {
  afterEach(ended);

  it('idle ones that the server closed are opened again, for reading and for writing', async () => {
    const server = await scripted({ idle: 100 });
    const { transport } = await open(server);
    for (const name of ['a', 'b', 'c']) {
      await transport.write(name, source(name), signal);
      await sleep(250);
      expect(await textOf(transport, name)).to.equal(name);
      await sleep(250);
    }
  });

  it('what only reads is asked once more', async () => {
    const server = await scripted();
    const { transport } = await open(server);
    await transport.write('a', source('x'), signal);
    server.setScript(hangUpOnce('MLST'));
    expect(await transport.look('missing', signal)).to.equal('absent');
  });

  it('a change whose reply is lost has an unknown outcome', async () => {
    const changes = {
      RNTO: (t: Awaited<ReturnType<typeof open>>) => t.transport.rename('a', 'b', signal),
      DELE: (t: Awaited<ReturnType<typeof open>>) => t.transport.remove('b', signal),
      MKD: (t: Awaited<ReturnType<typeof open>>) => t.transport.makeDirectory('d', signal),
      MFMT: (t: Awaited<ReturnType<typeof open>>) => t.transport.setModified?.('e', 0, signal),
      STOR: (t: Awaited<ReturnType<typeof open>>) => t.transport.write('f', source('x'), signal),
    };
    const server = await scripted();
    const opened = await open(server);
    for (const name of ['a', 'e']) await opened.transport.write(name, source('x'), signal);
    for (const [verb, change] of Object.entries(changes)) {
      server.setScript(hangUpOnce(verb));
      const error = await failure(Promise.resolve(change(opened)));
      expect(error.kind, verb).to.equal('unreachable');
      expect(error.outcome, verb).to.equal('unknown');
    }
  });

  it('a change refused in words was not done', async () => {
    const { transport } = await open(await scripted());
    const error = await failure(transport.rename('missing', 'b', signal));
    expect(error.outcome).to.equal('not-done');
    expect(error.serverSaid).to.match(/^550 /);
  });

  it('a server that falls silent is given up in time', async () => {
    const server = await scripted();
    const { transport } = await open(server, { timeout: 1 });
    server.setScript(({ verb }) => (verb === 'RNFR' ? { delay: 3000 } : undefined));
    const start = performance.now();
    expect((await failure(transport.rename('a', 'b', signal))).kind).to.equal('unreachable');
    expect(performance.now() - start).to.be.lessThan(2500);
  });

  it('an abort is cancelled at once, and the transport works on', async () => {
    const server = await scripted();
    const { transport } = await open(server);
    server.setScript(({ verb }) => (verb === 'MLST' ? { delay: 3000 } : undefined));
    const start = performance.now();
    const error = await failure(transport.look('a', AbortSignal.timeout(50)));
    expect(error.kind).to.equal('cancelled');
    expect(performance.now() - start).to.be.lessThan(1500);
    server.setScript(undefined);
    expect(await transport.look('a', signal)).to.equal('absent');
  });
});

describe('ftp: batches', () => {
  afterEach(ended);

  it('one result each, each with its own error, in few round trips', async () => {
    const server = await scripted();
    const { transport } = await open(server);
    for (const name of ['a', 'b', 'c']) await transport.write(name, source(name), signal);
    const results = await transport.batch?.(
      [
        { operation: 'rename', from: 'a', to: 'a2' },
        { operation: 'rename', from: 'missing', to: 'm2' },
        { operation: 'rename', from: 'b', to: 'nowhere/b' },
        { operation: 'rename', from: 'c', to: 'c\r\nDELE a2' },
        { operation: 'rename', from: 'c', to: 'c2' },
        { operation: 'look', path: 'a2' },
        { operation: 'look', path: 'a' },
      ],
      signal,
    );
    const told = results?.map((result) =>
      result.ok
        ? ((result.value as { kind?: string } | undefined)?.kind ?? result.value)
        : result.error.kind,
    );
    const wanted = [
      undefined,
      'not-found',
      'not-found',
      'invalid-name',
      undefined,
      'file',
      'absent',
    ];
    expect(told).to.deep.equal(wanted);
    expect(results?.every((result) => result.ok || result.error.operation === 'rename')).to.equal(
      true,
    );
  });

  it('what was not answered when the line broke has an unknown outcome, what was answered is done', async () => {
    const server = await scripted();
    const { transport } = await open(server, { connections: 1 });
    const names = ['a', 'b', 'c', 'd'];
    for (const name of names) await transport.write(name, source(name), signal);
    let renames = 0;
    server.setScript(({ verb }) =>
      verb === 'RNTO' && ++renames === 3 ? { hangUp: 'before' } : undefined,
    );
    const results = await transport.batch?.(
      names.map((name) => ({ operation: 'rename', from: name, to: `${name}2` }) as const),
      signal,
    );
    expect(
      results?.map((result) =>
        result.ok ? 'done' : `${result.error.kind} ${result.error.outcome}`,
      ),
    ).to.deep.equal(['done', 'done', 'unreachable unknown', 'unreachable unknown']);
    server.setScript(undefined);
    const { entries } = await transport.list('', signal);
    expect(entries.map(({ name }) => name).sort()).to.deep.equal(['a2', 'b2', 'c', 'd']);
  });
});

describe('ftp: closing', () => {
  afterEach(ended);

  it('leaves no connection, whatever is under way', async () => {
    const server = await scripted();
    const { transport } = await open(server);
    // More than the sockets' buffers hold, so that the download is still under way.
    const huge = 40_000_000;
    await writeFile(join(server.root, 'file'), '');
    await truncate(join(server.root, 'file'), huge);
    const content = await transport.read('file', 0, signal);
    const reader = content.stream[Symbol.asyncIterator]();
    await reader.next();
    const unread = await transport.read('file', 0, signal);
    expect(unread.stamp.size).to.equal(huge);
    server.setScript(({ verb }) => (verb === 'RNFR' ? { delay: 500 } : undefined));
    const pending = failure(transport.rename('file', 'other', signal));
    await sleep(50);
    await transport.close();
    await transport.close();
    expect((await pending).kind).to.equal('unreachable');
    expect((await failure(transport.list('', signal))).kind).to.equal('unreachable');
    await failure(
      (async () => {
        for (let next = await reader.next(); next.done !== true; next = await reader.next());
      })(),
    );
    await settled(server);
  });

  it('says QUIT, so that the server frees the login at once', async () => {
    const server = await scripted();
    const { transport } = await open(server);
    await transport.close();
    expect(server.commands.get('QUIT')).to.be.at.least(1);
    await settled(server);
  });
});

/** Closes the control connection instead of the first such command's reply. */
function hangUpOnce(verb: string): Parameters<FtpServer['setScript']>[0] {
  let times = 0;
  return (command) => (command.verb === verb && ++times === 1 ? { hangUp: 'after' } : undefined);
}

/** The server has nothing open any more. */
async function settled(server: FtpServer): Promise<void> {
  for (let tries = 0; tries < 100 && server.sessions + server.transfers > 0; tries++)
    await sleep(20);
  expect({ sessions: server.sessions, transfers: server.transfers }).to.deep.equal({
    sessions: 0,
    transfers: 0,
  });
}
