/**
 * What real Apache and lighttpd say where the contract's suite does not look: locks, wrong passwords, names of their own,
 * files that are moved onto directories, and requests that are more than they need be.
 */
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createServer } from 'node:tls';
import { expect } from 'chai';
import {
  findServer,
  startApache,
  startLighttpd,
  type DavServer,
  type DavServerOptions,
} from '../../servers/index.ts';
import { makeCertificates } from '../../servers/certificates.ts';
import { needs, type Skippable } from '../../support/skips.ts';
import { calm, ended, failure, later, openAt, sourceOf, textOf } from './support.ts';

const products = { apache: startApache, lighttpd: startLighttpd } as const;

async function start(
  context: Skippable,
  name: keyof typeof products,
  options: DavServerOptions = {},
): Promise<DavServer> {
  const found = await findServer(name);
  needs(context, name, found.available, found.available ? '' : found.reason);
  const server = await products[name](options);
  later(() => server.stop());
  return server;
}

const loginOf = ({ user, password }: DavServer): Record<string, unknown> => ({ user, password });

/** A request of another program. */
async function raw(
  server: DavServer,
  method: string,
  path: string,
  { body, headers = {} }: { body: string; headers?: Record<string, string> },
): Promise<number> {
  const token = Buffer.from(`${server.user}:${server.password}`).toString('base64');
  const response = await fetch(`${server.url}${path}`, {
    ...{ method, body, headers: { ...headers, Authorization: `Basic ${token}` } },
  });
  await response.arrayBuffer();
  return response.status;
}

/** Ends TLS before a server that knows nothing of it. */
async function startFront(
  server: DavServer,
): Promise<{ readonly url: string; readonly ca: string; readonly moves: () => number }> {
  const directory = mkdtempSync(join(tmpdir(), 'ownsync-test-webdav-'));
  later(() => rm(directory, { recursive: true }));
  const { key, certificate, ca } = await makeCertificates(directory);
  const sockets = new Set<Socket>();
  let moves = 0;
  const secured = { key: readFileSync(key), cert: readFileSync(certificate) };
  const front = createServer(secured, (client) => {
    const inner = connect(server.port, server.host);
    client.on('data', (bytes: Buffer) => {
      if (bytes.includes('MOVE /')) moves += 1;
      inner.write(bytes);
    });
    inner.pipe(client);
    for (const socket of [client, inner]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        client.destroy();
        inner.destroy();
      });
    }
  });
  front.listen(0, '127.0.0.1');
  await once(front, 'listening');
  later(async () => {
    const closed = once(front, 'close');
    front.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  });
  const { port } = front.address() as AddressInfo;
  return { url: `https://localhost:${String(port)}/dav/`, ca, moves: () => moves };
}

const lock =
  '<?xml version="1.0"?><D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/></D:locktype><D:owner>x</D:owner></D:lockinfo>';

for (const name of ['apache', 'lighttpd'] as const) {
  describe(`webdav on ${name}`, function () {
    this.timeout(30_000);
    afterEach(ended);

    it('tells who it is', async function () {
      const server = await start(this, name, { auth: 'digest' });
      const transport = await openAt(server.url, loginOf(server));
      const about = await transport.about?.(calm());
      expect(about?.identity).to.match(new RegExp(`^${name}/\\d`, 'i'));
      const facts = about?.facts.map((fact) => `${fact.name}: ${fact.value}`);
      expect(facts).to.include('login: digest').and.include('removal: DELETE with Depth: 0');
    });

    it('what another program has locked is busy', async function () {
      const server = await start(this, name);
      const transport = await openAt(server.url, loginOf(server));
      await transport.write('f', sourceOf('kept'), calm());
      const headers = { 'Content-Type': 'application/xml', Timeout: 'Second-60' };
      expect(await raw(server, 'LOCK', 'f', { body: lock, headers })).to.equal(200);
      const write = await failure(transport.write('f', sourceOf('other'), calm()));
      expect(write).to.include({ kind: 'busy', outcome: 'not-done' });
      expect(await failure(transport.remove('f', calm()))).to.include({ kind: 'busy' });
      expect(await failure(transport.rename('f', 'g', calm()))).to.include({ kind: 'busy' });
      expect(await textOf((await transport.read('f', 0, calm())).stream)).to.equal('kept');
    });

    for (const auth of ['basic', 'digest'] as const) {
      it(`a wrong password is auth (${auth})`, async function () {
        const server = await start(this, name, { auth });
        const error = await failure(
          openAt(server.url, { user: server.user, password: 'wrong-one' }),
        );
        expect(error).to.include({ kind: 'auth', operation: 'open' });
        expect(JSON.stringify(error)).not.to.include('wrong-one');
      });
    }

    it('a file that is moved onto a directory stays where it was', async function () {
      const server = await start(this, name);
      const transport = await openAt(server.url, loginOf(server));
      await transport.write('file', sourceOf('kept'), calm());
      await transport.makeDirectory('full', calm());
      await transport.write('full/other', sourceOf('kept'), calm());
      await transport.makeDirectory('empty', calm());
      for (const onto of ['full', 'empty']) {
        const error = await failure(transport.rename('file', onto, calm()));
        expect(error).to.include({ kind: 'exists', outcome: 'not-done' });
      }
      expect(readdirSync(server.root).sort()).to.deep.equal(['empty', 'file', 'full']);
      expect(readdirSync(join(server.root, 'full'))).to.deep.equal(['other']);
      expect(readdirSync(join(server.root, 'empty'))).to.deep.equal([]);
    });

    it('what may not be taken out of a directory is denied, and stays there', async function () {
      const server = await start(this, name);
      const transport = await openAt(server.url, loginOf(server));
      await transport.makeDirectory('fixed', calm());
      await transport.write('fixed/file', sourceOf('kept'), calm());
      chmodSync(join(server.root, 'fixed'), 0o555);
      const out = await failure(transport.rename('fixed/file', 'out', calm()));
      expect(out).to.include({ kind: 'denied' });
      expect(readFileSync(join(server.root, 'fixed/file'), 'utf8')).to.equal('kept');
      await transport.write('file', sourceOf('kept'), calm());
      const into = await failure(transport.rename('file', 'fixed/other', calm()));
      expect(into).to.include({ kind: 'denied', outcome: 'not-done' });
      chmodSync(join(server.root, 'fixed'), 0o755);
    });

    it('a directory that it may not read or enter is denied, never empty', async function () {
      const server = await start(this, name);
      const transport = await openAt(server.url, loginOf(server));
      await transport.makeDirectory('closed', calm());
      await transport.write('closed/file', sourceOf('kept'), calm());
      for (const mode of [0o000, 0o644]) {
        chmodSync(join(server.root, 'closed'), mode);
        const listed = await failure(transport.list('closed', calm()));
        expect(listed).to.include({ kind: 'denied', operation: 'list' });
        await failure(transport.removeDirectory('closed', calm()));
      }
      chmodSync(join(server.root, 'closed'), 0o755);
      expect((await transport.list('closed', calm())).entries).to.have.length(1);
      await transport.makeDirectory('empty', calm());
      expect(await transport.list('empty', calm())).to.deep.include({
        entries: [],
        complete: true,
      });
    });

    it('goes on after the server was restarted', async function () {
      const server = await start(this, name);
      const transport = await openAt(server.url, loginOf(server));
      await transport.write('f', sourceOf('one'), calm());
      await server.restart();
      expect(await transport.look('f', calm())).to.deep.include({ kind: 'file' });
      await transport.write('g', sourceOf('two'), calm());
      expect(readFileSync(join(server.root, 'g'), 'utf8')).to.equal('two');
    });

    it('goes on after the server let its connections go', async function () {
      const server = await start(this, name, { idleSeconds: 1 });
      const transport = await openAt(server.url, loginOf(server));
      await sleep(3000);
      expect(await transport.look('f', calm())).to.equal('absent');
      await sleep(3000);
      await transport.write('f', sourceOf('one'), calm());
    });

    it('moves behind a proxy that ends TLS', async function () {
      const server = await start(this, name);
      const front = await startFront(server);
      const transport = await openAt(front.url, { ...loginOf(server), ca: front.ca });
      await transport.write('f', sourceOf('kept'), calm());
      await transport.rename('f', 'g h', calm());
      await transport.rename('g h', 'i', calm());
      expect(readdirSync(server.root)).to.deep.equal(['i']);
      expect(front.moves()).to.equal(3);
    });

    it('a root that is not there, or is a file', async function () {
      const server = await start(this, name);
      const missing = await failure(openAt(`${server.url}missing/`, loginOf(server)));
      expect(missing).to.include({ kind: 'not-found', operation: 'open' });
      expect(await raw(server, 'PUT', 'file', { body: 'x' })).to.equal(201);
      await failure(openAt(`${server.url}file`, loginOf(server)));
    });
  });
}

describe('webdav on apache', function () {
  this.timeout(30_000);
  afterEach(ended);

  it('keeps its own names to itself', async function () {
    const server = await start(this, 'apache');
    const transport = await openAt(server.url, loginOf(server));
    for (const name of ['.DAV', '.davfs.tmpX']) {
      const error = await failure(transport.write(name, sourceOf('x'), calm()));
      expect(error).to.include({ kind: 'invalid-name' });
    }
  });

  it('an upload that breaks off leaves what was there', async function () {
    const server = await start(this, 'apache');
    const transport = await openAt(server.url, loginOf(server));
    await transport.write('f', sourceOf('kept'), calm());
    const attempt = transport.write('f', sourceOf('x'.repeat(100_000), 200_000), calm());
    expect(await failure(attempt)).to.include({ kind: 'corrupt' });
    await sleep(200);
    expect(readFileSync(join(server.root, 'f'), 'utf8')).to.equal('kept');
    const { entries } = await transport.list('', calm());
    expect(entries.map(({ name }) => name)).to.deep.equal(['f']);
  });
});
