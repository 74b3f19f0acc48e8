/**
 * Whole plugins on servers that say anything: each operation ends soon, as it should or with a TransportError that shows no
 * secret, and no listing has names that lead elsewhere.
 */
import { once } from 'node:events';
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import ftp from '../../plugins/ftp/index.ts';
import sftp from '../../plugins/sftp/index.ts';
import webdav from '../../plugins/webdav/index.ts';
import { TransportError, type Transport } from '../../src/core/ports/transport.ts';
import { startFtpServer } from '../../src/testkit/ftp-server/index.ts';
import { startOwncloudServer } from '../../src/testkit/owncloud-server/index.ts';
import { inTime } from './enemy.ts';
import { hostileBytes, NASTY, textChange } from './hostile.ts';
import { startLiar, type Lie } from './liar.ts';
import { actOnStore, STORE_ACTS, type StoreAct } from './store-acts.ts';
import { failing, must, target } from './target.ts';
import type { Target } from './target.ts';

const PASSWORD = 'hush-hush';
/** Milliseconds for one operation, as the program gives it a minute. */
const DEADLINE = 1500;

interface Talk {
  readonly lies: readonly Lie[];
  readonly acts: readonly StoreAct[];
}

interface Vocabulary {
  /** How many pieces a server may send in one talk. */
  readonly most: number;
  /** Put somewhere in what it sends. */
  readonly words: readonly string[];
  /** Sent instead. */
  readonly answers: readonly string[];
}

function talk({ most, words, answers }: Vocabulary): fc.Arbitrary<Talk> {
  const lie = fc.record({
    piece: fc.nat({ max: most }),
    tells: fc.oneof(
      fc.array(textChange(words), { minLength: 1, maxLength: 3 }),
      fc.constantFrom(...answers),
    ),
    ends: fc.boolean(),
  });
  const path = fc.constantFrom('', 'a', 'd', 'd/b', 'new', 'no/such');
  const act = fc.record({ what: fc.constantFrom(...STORE_ACTS), at: path, to: path });
  return fc.record({
    lies: fc.array(lie, { minLength: 1, maxLength: 3 }),
    acts: fc.array(act, { minLength: 1, maxLength: 6 }),
  });
}

async function use(open: (signal: AbortSignal) => Promise<Transport>, acts: Talk['acts']) {
  let transport: Transport | undefined;
  await mustFailWell(async (signal) => {
    transport = await open(signal);
  });
  for (const act of acts) {
    const store = transport;
    if (store !== undefined) await mustFailWell((signal) => actOnStore(store, act, signal));
  }
  await inTime(transport?.close() ?? Promise.resolve());
}

async function mustFailWell(work: (signal: AbortSignal) => Promise<unknown>): Promise<void> {
  const signal = AbortSignal.timeout(DEADLINE);
  const error = await failing(() => inTime(work(signal)), TransportError);
  if (!(error instanceof TransportError)) return;
  const told = `${error.message}\n${error.serverSaid ?? ''}`;
  must(!told.includes(PASSWORD), () => `it shows the password: ${told}`);
}

const FTP: Vocabulary = {
  most: 25,
  words: [
    ...[...NASTY, PASSWORD, '\r\n', '\n', '2', '5', '-', '213 1\r\n', '150 ok\r\n', '226 ok\r\n'],
    ...['331 more\r\n', '211-x\r\n', 'x'.repeat(300_000)],
  ],
  answers: [
    ...[`550 ${PASSWORD}: no\r\n`, `421 ${PASSWORD}\r\n`, `530 ${PASSWORD}\r\n`, '226 ok\r\n'],
    ...['211-x\r\n', '257 "/../.."\r\n', '213 99999999999999999\r\n', '\0\r\n', '', '999 x\r\n'],
    ...['125 ok\r\n226 ok\r\n', '350 go on\r\n', '200 ok\r\n'.repeat(20), 'x'.repeat(300_000)],
  ],
};

const http = (head: string, body = ''): string =>
  `HTTP/1.1 ${head}\r\nContent-Length: ${String(body.length)}\r\n\r\n${body}`;
const HTTP: Vocabulary = {
  most: 12,
  words: [
    ...[...NASTY, PASSWORD, '\r\n', '\r\n\r\n', 'Content-Length: 5\r\n', 'HTTP/1.1 200 OK\r\n'],
    ...['Transfer-Encoding: chunked\r\n', 'Location: http://127.0.0.1:1/\r\n', '0\r\n\r\n'],
    ...['207', '301', '401', '500', '<d:response>', '</d:href>', 'x'.repeat(300_000)],
    ...[
      'WWW-Authenticate: Digest nonce="x"\r\n',
      'Retry-After: 99999999999\r\n',
      'Set-Cookie: a\r\n',
    ],
  ],
  answers: [
    ...[
      http(`403 ${PASSWORD}`),
      http('507 No', `<s:message>${PASSWORD}</s:message>`),
      http('200 OK'),
    ],
    ...[http('207 Multi-Status', '<d:multistatus xmlns:d="DAV:"/>'), http('204 No Content'), ''],
    ...[
      http('302 Found\r\nLocation: ../../..'),
      http('401 No\r\nWWW-Authenticate: Digest nonce="\\"'),
    ],
    ...[
      'HTTP/1.1 100 Continue\r\n\r\n'.repeat(20),
      http('503 No\r\nRetry-After: -1'),
      '\0\r\n\r\n',
    ],
  ],
};

/** What is said before anything is encrypted: the greeting, and packets that are none. */
const sshTalk = fc.tuple(
  fc.constantFrom('', 'hello\r\n', '220 ftp\r\n', 'SSH-1.5-old\r\n', 'SSH-2.0-x\r\n', 'SSH-2.0-x'),
  fc.array(fc.oneof(hostileBytes, sshPacket()), { maxLength: 4 }),
);

/** Well framed: length, padding, number of the message, and anything. */
function sshPacket(): fc.Arbitrary<Uint8Array> {
  const kind = fc.constantFrom(1, 2, 3, 4, 5, 20, 21, 30, 31, 50, 51, 52, 53, 80, 90, 91, 99);
  return fc.tuple(kind, fc.uint8Array({ maxLength: 300 })).map(([number, body]) => {
    const padding = 16 - ((body.length + 6) % 8);
    const packet = Buffer.alloc(4 + 1 + 1 + body.length + padding);
    packet.writeUInt32BE(packet.length - 4);
    packet.set([padding, number, ...body], 4);
    return packet;
  });
}

async function startTeller(pieces: readonly Uint8Array[]): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined).resume();
    for (const piece of pieces) socket.write(piece);
    socket.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

export const serverTargets: readonly Target[] = [
  target('SSH servers that say anything', sshTalk, {
    share: 0.1,
    check: async ([greeting, pieces]) => {
      const server = await startTeller([Buffer.from(greeting), ...pieces]);
      try {
        const { port } = server.address() as AddressInfo;
        const login = { host: '127.0.0.1', port, user: 'u', password: PASSWORD };
        const options = sftp.options.parse({ ...login, hostKey: `SHA256:${'A'.repeat(43)}` });
        const context = { baseDirectory: '/', log: () => undefined };
        await use((signal) => sftp.open(options, { ...context, signal }), []);
      } finally {
        server.close();
      }
    },
  }),
  target('FTP servers that say anything', talk(FTP), {
    share: 0.05,
    check: async ({ lies, acts }) => {
      const root = mkdtempSync(join(tmpdir(), 'ownsync-test-fuzz-'));
      mkdirSync(join(root, 'd'));
      for (const name of ['a', 'd/b']) writeFileSync(join(root, name), 'content');
      const server = await startFtpServer({ root, password: PASSWORD });
      // Another port could be that of somebody else.
      const liar = await startLiar(server.port, lies, (text) => /^22[79]/m.test(text));
      try {
        const { host, user } = server;
        const login = { host, port: liar.port, user, password: PASSWORD, tls: 'off' };
        const options = ftp.options.parse({ ...login, timeout: 1, connections: 2 });
        const context = { baseDirectory: root, log: () => undefined };
        await use((signal) => ftp.open(options, { ...context, signal }), acts);
      } finally {
        await liar.stop();
        await server.stop();
        rmSync(root, { recursive: true });
      }
    },
  }),
  target('WebDAV servers that say anything', talk(HTTP), {
    share: 0.05,
    check: async ({ lies, acts }) => {
      const server = await startOwncloudServer({ password: PASSWORD });
      for (const name of ['a', 'd/b']) server.files.put(name, 'content');
      const liar = await startLiar(Number(new URL(server.url).port), lies);
      try {
        const url = new URL(server.url);
        url.port = String(liar.port);
        const login = { url: url.href, user: server.user, password: PASSWORD };
        const options = webdav.options.parse({ ...login, connections: 2 });
        const context = { baseDirectory: '/', log: () => undefined };
        await use((signal) => webdav.open(options, { ...context, signal }), acts);
      } finally {
        await liar.stop();
        await server.stop();
      }
    },
  }),
];
