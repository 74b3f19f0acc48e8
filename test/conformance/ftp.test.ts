/**
 * The ftp plugin keeps the transport contract on the real servers, in the clear and encrypted, and on the scripted one.
 */
import { chown, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import ftp from '../../plugins/ftp/index.ts';
import type { Transport } from '../../src/plugin-api.ts';
import {
  describeTransport,
  startFtpServer,
  type Bench,
  type FtpQuirks,
} from '../../src/testkit/index.ts';
import {
  findServer,
  serverOwner,
  startProftpd,
  startPureFtpd,
  startVsftpd,
  type RunningServer,
  type ServerName,
  type ServerOptions,
} from '../servers/index.ts';
import { needs } from '../support/skips.ts';

type Encryption = NonNullable<ServerOptions['tls']>;

const products: Readonly<
  Record<
    ServerName,
    { start: (options: ServerOptions) => Promise<RunningServer>; tls: Encryption[] }
  >
> = {
  proftpd: { start: startProftpd, tls: ['off', 'explicit', 'implicit'] },
  vsftpd: { start: startVsftpd, tls: ['off', 'explicit', 'implicit'] },
  'pure-ftpd': { start: startPureFtpd, tls: ['off', 'explicit'] },
};

const password = 'conformance-secret-7d1e';
/** What is raced does not depend on encryption: the full number of rounds goes over plain connections. */
const fewRounds = { limits: { raceRounds: 20, entries: 500 } };

for (const [name, { start, tls }] of Object.entries(products)) {
  for (const encryption of tls) {
    const options = { secrets: [password], ...(encryption === 'off' ? {} : fewRounds) };
    describeTransport(
      `ftp on ${name}, TLS ${encryption}`,
      async function () {
        const found = await findServer(name as ServerName);
        needs(this, name, found.available, found.available ? '' : found.reason);
        const server = await start({ tls: encryption, password });
        return openBench({ ...server, ca: server.tls?.ca, encryption, end: () => server.stop() });
      },
      options,
    );
  }
}

const scripted: Readonly<Record<string, FtpQuirks>> = {
  obliging: {},
  'without MLSD, MFMT and reasons': { mlsd: false, setTime: 'mdtm', reasons: false },
  'without EPSV, time by SITE UTIME': { epsv: false, setTime: 'utime' },
  'that knows next to nothing': {
    mlsd: false,
    setTime: 'none',
    reasons: false,
    unknown: ['SIZE', 'MDTM', 'STAT', 'SITE'],
  },
};

for (const [name, quirks] of Object.entries(scripted)) {
  describeTransport(
    `ftp on a scripted server ${name}`,
    async () => {
      const root = await mkdtemp(join(tmpdir(), 'ownsync-test-ftp-'));
      const server = await startFtpServer({ root, quirks, password });
      return openBench({
        ...{ host: server.host, port: server.port, user: server.user, password },
        ...{ root, ca: undefined, encryption: 'off' },
        end: async () => {
          await server.stop();
          await rm(root, { recursive: true });
        },
      });
    },
    { secrets: [password], ...fewRounds },
  );
}

interface Place {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly root: string;
  readonly ca: string | undefined;
  readonly encryption: Encryption;
  readonly end: () => Promise<void>;
}

async function openBench(place: Place): Promise<Bench> {
  const { host, port, user, password, ca, encryption } = place;
  const options = ftp.options.parse({
    ...{ host, port, user, password, tls: encryption },
    ...(ca === undefined ? {} : { ca }),
  });
  const open = (): Promise<Transport> =>
    ftp.open(options, {
      signal: AbortSignal.timeout(20_000),
      baseDirectory: tmpdir(),
      log: () => undefined,
    });
  return { transport: await open(), open, outside: onDisk(place.root), cleanup: place.end };
}

/** No symbolic links here: FTP servers follow them, and no command tells them not to. */
function onDisk(root: string): NonNullable<Bench['outside']> {
  return {
    async write(path, bytes) {
      const full = join(root, path);
      await writeFile(full, bytes);
      // Not to the scripted server's files: they belong to whoever runs the test.
      if (dirname(root) !== tmpdir()) await chown(full, serverOwner.uid, serverOwner.gid);
    },
    read: (path) => readFile(join(root, path)),
    names: (path) => readdir(join(root, path)),
    remove: (path) => rm(join(root, path)),
  };
}
