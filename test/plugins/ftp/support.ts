/** Opens the plugin on servers for tests, and small helpers around the contract. Every server is stopped by `ended`. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ftp from '../../../plugins/ftp/index.ts';
import type { Transport } from '../../../src/plugin-api.ts';
import {
  startFtpServer,
  type FtpServer,
  type FtpServerOptions,
} from '../../../src/testkit/index.ts';

import {
  findServer,
  startProftpd,
  startPureFtpd,
  startVsftpd,
  type RunningServer,
  type ServerName,
  type ServerOptions,
} from '../../servers/index.ts';
import { needs, type Skippable } from '../../support/skips.ts';

export { failure, signal, source, textOf } from '../support.ts';

const cleanups: (() => Promise<void>)[] = [];

/** Ends everything that a test opened, the last first. Call it in `afterEach`. */
export async function ended(): Promise<void> {
  for (let end = cleanups.pop(); end !== undefined; end = cleanups.pop()) await end();
}

export function later(end: () => Promise<void>): void {
  cleanups.push(end);
}

export async function scripted(options: Omit<FtpServerOptions, 'root'> = {}): Promise<FtpServer> {
  const root = await mkdtemp(join(tmpdir(), 'ownsync-test-ftp-'));
  later(() => rm(root, { recursive: true, force: true }));
  const server = await startFtpServer({ root, ...options });
  later(() => server.stop());
  return server;
}

const starters: Readonly<Record<ServerName, (options: ServerOptions) => Promise<RunningServer>>> = {
  proftpd: startProftpd,
  vsftpd: startVsftpd,
  'pure-ftpd': startPureFtpd,
};
export const realServers = Object.keys(starters) as ServerName[];

/** Skips the test where the server is not to be had. */
export async function startReal(
  context: Skippable,
  name: ServerName,
  options: ServerOptions = {},
): Promise<RunningServer> {
  const found = await findServer(name);
  needs(context, name, found.available, found.available ? '' : found.reason);
  const server = await starters[name](options);
  later(() => server.stop());
  return server;
}

export interface Login {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

export interface Opened {
  readonly transport: Transport;
  readonly logged: string[];
}

export async function open(server: Login, more: Record<string, unknown> = {}): Promise<Opened> {
  const { host, port, user, password } = server;
  const options = ftp.options.parse({ host, port, user, password, tls: 'off', ...more });
  const logged: string[] = [];
  const transport = await ftp.open(options, {
    signal: AbortSignal.timeout(20_000),
    baseDirectory: tmpdir(),
    log: (message) => {
      logged.push(message);
    },
  });
  later(() => transport.close());
  return { transport, logged };
}
