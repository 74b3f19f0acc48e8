/**
 * The webdav plugin keeps the transport contract on real servers, in the clear and encrypted, by Basic and by Digest.
 */
import { chown, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import webdav from '../../plugins/webdav/index.ts';
import type { Transport } from '../../src/plugin-api.ts';
import { describeTransport, type Bench } from '../../src/testkit/index.ts';
import {
  findServer,
  serverOwner,
  startApache,
  startLighttpd,
  type DavServer,
  type DavServerOptions,
} from '../servers/index.ts';
import { needs } from '../support/skips.ts';

const password = 'conformance-secret-5b2c';
const products = { apache: startApache, lighttpd: startLighttpd } as const;

/** What is raced does not depend on how one logs in: the full number of rounds goes over one of them. */
const fewRounds = { limits: { raceRounds: 20, entries: 500 } };

const ways = [
  { auth: 'basic', tls: 'off' },
  { auth: 'digest', tls: 'implicit' },
] as const;

for (const [name, start] of Object.entries(products)) {
  for (const { auth, tls } of ways) {
    const isPlain = tls === 'off';
    describeTransport(
      `webdav on ${name}, ${auth}, TLS ${isPlain ? 'off' : 'on'}`,
      async function () {
        const found = await findServer(name as keyof typeof products);
        needs(this, name, found.available, found.available ? '' : found.reason);
        return openBench(start, { auth, tls, password });
      },
      { secrets: [password], ...(isPlain ? {} : fewRounds) },
    );
  }
}

async function openBench(
  start: (options: DavServerOptions) => Promise<DavServer>,
  wanted: DavServerOptions,
): Promise<Bench> {
  const server = await start(wanted);
  const options = webdav.options.parse({
    ...{ url: server.url, user: server.user, password },
    ...(server.tls === undefined ? {} : { ca: server.tls.ca }),
  });
  const open = (): Promise<Transport> =>
    webdav.open(options, {
      signal: AbortSignal.timeout(20_000),
      baseDirectory: tmpdir(),
      log: () => undefined,
    });
  return {
    transport: await open(),
    open,
    outside: onDisk(server.root),
    cleanup: () => server.stop(),
  };
}

/** No symbolic links here: the servers follow them, or hide them, as they are configured, and no request asks otherwise. */
function onDisk(root: string): NonNullable<Bench['outside']> {
  return {
    async write(path, bytes) {
      await writeFile(join(root, path), bytes);
      await chown(join(root, path), serverOwner.uid, serverOwner.gid);
    },
    read: (path) => readFile(join(root, path)),
    names: (path) => readdir(join(root, path)),
    remove: (path) => rm(join(root, path)),
  };
}
