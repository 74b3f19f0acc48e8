/**
 * What a hostile or careless line must not achieve on the way to an encrypted session: a server played by hand, because
 * no real one does this.
 */
import { readFile, mkdtemp, rm } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSecureContext, TLSSocket } from 'node:tls';
import { expect } from 'chai';
import { findServer } from '../../servers/index.ts';
import { makeCertificates } from '../../servers/certificates.ts';
import { needs } from '../../support/skips.ts';
import { ended, failure, later, open, type Login } from './support.ts';

interface Played {
  readonly login: Login;
  readonly ca: string;
  /** What came in the clear, and what came encrypted. */
  readonly clear: string[];
  readonly secret: string[];
}

/** `auth`: sent in answer to AUTH TLS, in one write. `answers`: replies to commands after it. */
async function play(auth: string, answers: Readonly<Record<string, string>>): Promise<Played> {
  const directory = await mkdtemp(join(tmpdir(), 'ownsync-test-tls-'));
  later(() => rm(directory, { recursive: true }));
  const certificates = await makeCertificates(directory);
  const context = createSecureContext({
    key: await readFile(certificates.key),
    cert: await readFile(certificates.certificate),
  });
  const [clear, secret]: [string[], string[]] = [[], []];
  const serve = (socket: Socket | TLSSocket, lines: string[]): void => {
    socket.on('error', () => undefined);
    socket.on('data', (bytes: Buffer) => {
      for (const line of bytes.toString().split('\r\n').filter(Boolean)) {
        lines.push(line);
        const [verb = ''] = line.split(' ');
        if (verb !== 'AUTH') {
          socket.write(`${answers[verb] ?? '200 ok'}\r\n`);
          continue;
        }
        socket.removeAllListeners('data');
        socket.write(auth);
        serve(new TLSSocket(socket, { isServer: true, secureContext: context }), secret);
      }
    });
  };
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.write('220 ready\r\n');
    serve(socket, clear);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  later(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  const { port } = server.address() as AddressInfo;
  const login = { host: '127.0.0.1', port, user: 'alice', password: 'tls-secret' };
  return { login, ca: certificates.ca, clear, secret };
}

const usual = {
  USER: '331 password',
  PASS: '230 in',
  PBSZ: '200 ok',
  PWD: '257 "/"',
  FEAT: '211-f\r\n MFMT\r\n211 end',
  SYST: '215 UNIX',
  CWD: '250 ok',
};

describe('ftp: the way to encryption', () => {
  before(async function () {
    const found = await findServer('vsftpd');
    const openssl = found.available || !found.reason.includes('openssl');
    needs(this, 'openssl', openssl, 'certificates are made by the openssl command');
  });
  afterEach(ended);

  it('sends nothing but AUTH in the clear', async () => {
    const { login, ca, clear, secret } = await play('234 go\r\n', usual);
    await open(login, { tls: 'explicit', ca });
    expect(clear).to.deep.equal(['AUTH TLS']);
    expect(secret.slice(0, 2)).to.deep.equal(['USER alice', 'PASS tls-secret']);
  });

  it('replies that were slipped in before TLS are no replies afterwards', async () => {
    const wrong = { ...usual, PASS: '530 Login incorrect.' };
    for (const slipped of ['331 x\r\n230 in\r\n', '230 half a']) {
      const { login, ca } = await play(`234 go\r\n${slipped}`, wrong);
      const error = await failure(open(login, { tls: 'explicit', ca }));
      expect(error.kind, JSON.stringify(slipped)).to.equal('auth');
    }
  });

  it('a server that does not encrypt data connections is not used', async () => {
    const { login, ca } = await play('234 go\r\n', { ...usual, PROT: '536 not supported' });
    const error = await failure(open(login, { tls: 'explicit', ca }));
    expect(error.kind).to.equal('denied');
    expect(error.message).to.contain('does not encrypt data');
  });
});
