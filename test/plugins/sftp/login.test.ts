/** Logging in: with a password, keys of every kind and an agent, on real servers; and every way in which that fails. */
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { expect } from 'chai';
import type { TransportError } from '../../../src/plugin-api.ts';
import type { SshServer } from '../../servers/index.ts';
import { startAgent } from './agent.ts';
import { scripted } from './scripted.ts';
import {
  ended,
  failure,
  freshDirectory,
  later,
  loginTo,
  open,
  serverNames,
  signal,
  start,
} from './support.ts';

/** Everything that an error tells must be without secrets. */
function expectKind(error: TransportError, kind: string, words: RegExp): void {
  expect(error.operation).to.equal('open');
  expect(error.kind, error.message).to.equal(kind);
  expect(error.outcome).to.equal('not-done');
  expect(error.message).to.match(words);
  expect(inspect(error, { depth: 8 })).to.not.match(/wrong-secret|PRIVATE KEY/);
}

async function worksWith(settings: Record<string, unknown>): Promise<void> {
  const transport = await open(settings);
  expect((await transport.list('', signal)).complete).to.equal(true);
  await transport.close();
}

for (const name of serverNames) {
  describe(`sftp: logging in to ${name}`, () => {
    let server: SshServer;
    let login: Record<string, unknown>;

    before(async function () {
      server = await start(this, name, { lives: true });
      const { privateKey: _, ...rest } = loginTo(server);
      login = rest;
    });
    after(() => server.stop());
    afterEach(ended);

    it('with keys of every kind', async () => {
      for (const privateKey of Object.values(server.keys.user)) {
        await worksWith({ ...login, privateKey });
      }
    });

    it('with a key that has a passphrase; without it, or with another one, it is auth', async () => {
      const { locked: privateKey, passphrase } = server.keys;
      await worksWith({ ...login, privateKey, passphrase });
      for (const wrong of [{}, { passphrase: 'wrong-secret' }]) {
        const error = await failure(open({ ...login, privateKey, ...wrong }));
        expectKind(error, 'auth', /its passphrase is missing or wrong/);
      }
    });

    it('with an agent, by its socket and by SSH_AUTH_SOCK', async () => {
      const socket = await startAgent([server.keys.user.ecdsa, server.keys.user.rsa]);
      await worksWith({ ...login, agent: socket });
      const before = process.env['SSH_AUTH_SOCK'];
      later(() => {
        if (before === undefined) delete process.env['SSH_AUTH_SOCK'];
        else process.env['SSH_AUTH_SOCK'] = before;
        return Promise.resolve();
      });
      process.env['SSH_AUTH_SOCK'] = socket;
      await worksWith({ ...login, agent: true });
      delete process.env['SSH_AUTH_SOCK'];
      expectKind(await failure(open({ ...login, agent: true })), 'auth', /SSH_AUTH_SOCK is not/);
    });

    it('an agent without the key, or that is not there, is auth', async () => {
      const stranger = await startAgent([server.keys.stranger]);
      expectKind(await failure(open({ ...login, agent: stranger })), 'auth', /credentials/);
      const agent = join(await freshDirectory(), 'nothing');
      expectKind(await failure(open({ ...login, agent })), 'auth', /agent|credentials/);
    });

    it('a key that the server does not know, and an unknown user, are auth', async () => {
      const refused = { ...login, privateKey: server.keys.stranger };
      expectKind(await failure(open(refused)), 'auth', /credentials/);
      const unknown = { ...login, user: 'nobody-here', privateKey: server.keys.user.ed25519 };
      expectKind(await failure(open(unknown)), 'auth', /credentials/);
    });

    it('a wrong password is auth', async () => {
      const error = await failure(open({ ...login, password: 'wrong-secret' }));
      expectKind(error, 'auth', /credentials/);
    });

    it('the root may be a directory; a missing one is not-found, a file is exists', async () => {
      const transport = await open(loginTo(server));
      await transport.makeDirectory('below', signal);
      await writeFile(join(server.root, 'below', 'here'), '');
      await writeFile(join(server.root, 'file'), '');
      const below = await open({ ...loginTo(server), root: 'below' });
      const { entries } = await below.list('', signal);
      expect(entries.map((entry) => entry.name)).to.deep.equal(['here']);
      const missing = await failure(open({ ...loginTo(server), root: 'missing' }));
      expectKind(missing, 'not-found', /there is no directory missing/);
      const file = await failure(open({ ...loginTo(server), root: 'file' }));
      expectKind(file, 'exists', /file is not a directory/);
    });
  });
}

describe('sftp: logging in', () => {
  afterEach(ended);

  it('to mod_sftp with a password', async function () {
    const { password, ...server } = await start(this, 'proftpd');
    const { privateKey: _, ...login } = loginTo({ ...server, password });
    await worksWith({ ...login, password });
  });

  it('to a server that asks for the password in words of its own', async () => {
    const server = await scripted({ methods: ['keyboard-interactive'], password: 'right' });
    const { host, port, user, hostKey } = server;
    await worksWith({ host, port, user, hostKey, password: 'right' });
    expect(server.tried).to.include('keyboard-interactive');
    const wrong = open({ host, port, user, hostKey, password: 'wrong-secret' });
    expectKind(await failure(wrong), 'auth', /credentials/);
  });

  it('a key file that is missing, or is no key, is auth and named', async () => {
    const { host, port, user, hostKey } = await scripted();
    const login = { host, port, user, hostKey };
    const missing = join(await freshDirectory(), 'key');
    expectKind(
      await failure(open({ ...login, privateKey: missing })),
      'auth',
      /key cannot be read/,
    );
    await writeFile(missing, 'this is no key');
    expectKind(await failure(open({ ...login, privateKey: missing })), 'auth', /cannot be used/);
  });

  it('a server without SFTP is unsupported', async () => {
    const { host, port, user, hostKey } = await scripted({ noSftp: true });
    const error = await failure(open({ host, port, user, hostKey, password: 'secret' }));
    expectKind(error, 'unsupported', /offers no SFTP/);
  });

  const login = { user: 'alice', password: 'wrong-secret', hostKey: `SHA256:${'a'.repeat(43)}` };

  async function listening(greeting: string | undefined, closes = false): Promise<number> {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      if (greeting !== undefined) socket.write(greeting);
      if (closes) socket.end();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    later(async () => {
      server.close();
      await Promise.resolve();
    });
    return (server.address() as AddressInfo).port;
  }

  it('a port where nobody listens, and an unknown name, are unreachable', async () => {
    const nobody = await failure(open({ ...login, host: '127.0.0.1', port: 1 }));
    expectKind(nobody, 'unreachable', /ECONNREFUSED/);
    const unknown = await failure(open({ ...login, host: 'no-such-host.invalid' }));
    expectKind(unknown, 'unreachable', /no-such-host/);
  });

  it('what is no SSH server is unreachable, and told as such', async () => {
    const port = await listening('220 an FTP server\r\n');
    const error = await failure(open({ ...login, host: '127.0.0.1', port }));
    expectKind(error, 'unreachable', /no SSH server/);
  });

  it('a server that closes at once, and one that says nothing, are unreachable', async () => {
    const closing = await listening(undefined, true);
    const closed = await failure(open({ ...login, host: '127.0.0.1', port: closing }));
    expectKind(closed, 'unreachable', /closed the connection before it greeted/);
    const port = await listening(undefined);
    const silent = await failure(open({ ...login, host: '127.0.0.1', port, timeout: 1 }));
    expectKind(silent, 'unreachable', /does not answer/);
  });

  it('a server that greets and then says nothing is unreachable', async () => {
    const port = await listening('SSH-2.0-silence\r\n');
    const error = await failure(open({ ...login, host: '127.0.0.1', port, timeout: 1 }));
    expectKind(error, 'unreachable', /Timed out while waiting for handshake/);
  });

  it('an abort while it opens is cancelled', async () => {
    const port = await listening('SSH-2.0-silence\r\n');
    const stop = AbortSignal.timeout(50);
    const error = await failure(open({ ...login, host: '127.0.0.1', port }, stop));
    expectKind(error, 'cancelled', /stopped/);
  });
});
