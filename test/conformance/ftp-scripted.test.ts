/**
 * The ftp plugin keeps the transport contract on servers that cannot be had as packages: each personality of the scripted
 * server. What a store of that kind cannot hold is named.
 */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ftp from '../../plugins/ftp/index.ts';
import type { Transport } from '../../src/plugin-api.ts';
import {
  describeTransport,
  ftpPersonalities,
  startFtpServer,
  type ConformanceOptions,
} from '../../src/testkit/index.ts';

type Personality = keyof typeof ftpPersonalities;

const password = 'conformance-secret-93c0';
const few = { secrets: [password], limits: { raceRounds: 20, entries: 300 } };

const windowsNames = 'Windows stores no such name';
const latinOnly = 'the encoding is one byte a letter';

const deviations: Partial<Record<Personality, ConformanceOptions['skip']>> = {
  iis: {
    'names: double quotes: kept': windowsNames,
    'names: three dots: kept': windowsNames,
  },
  latin1: {
    'names: other scripts: kept': latinOnly,
    'names: an emoji: kept': latinOnly,
    'names: composed and decomposed letters, side by side where the store keeps them as given':
      latinOnly,
    'names: claim: nameBytes is what fits, in letters of one byte and of four': latinOnly,
  },
};

for (const name of Object.keys(ftpPersonalities) as Personality[]) {
  const skip = deviations[name];
  describeTransport(
    `ftp on a scripted server like ${name}`,
    async () => {
      const root = await mkdtemp(join(tmpdir(), 'ownsync-test-ftp-'));
      const server = await startFtpServer({ root, quirks: ftpPersonalities[name], password });
      const open = (): Promise<Transport> =>
        ftp.open(
          ftp.options.parse({
            ...{ host: server.host, port: server.port, user: server.user, password, tls: 'off' },
            encoding: name === 'latin1' ? 'latin1' : 'utf8',
          }),
          { signal: AbortSignal.timeout(20_000), baseDirectory: root, log: () => undefined },
        );
      return {
        transport: await open(),
        open,
        outside: {
          write: (path, bytes) => writeFile(join(root, path), bytes),
          read: (path) => readFile(join(root, path)),
          names: (path) => readdir(join(root, path)),
          remove: (path) => rm(join(root, path)),
        },
        cleanup: async () => {
          await server.stop();
          await rm(root, { recursive: true });
        },
      };
    },
    { ...few, ...(skip === undefined ? {} : { skip }) },
  );
}
