/** Opens the plugin on servers for tests, and small helpers around the contract. Everything is ended by `ended`. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sftp from '../../../plugins/sftp/index.ts';
import type { Transport } from '../../../src/plugin-api.ts';
import {
  findServer,
  startOpenssh,
  startProftpdSftp,
  type SshServer,
  type SshServerOptions,
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

const starters = { openssh: startOpenssh, proftpd: startProftpdSftp };
export type ServerName = keyof typeof starters;
export const serverNames = Object.keys(starters) as ServerName[];

/** A real server; `lives`: until the caller ends it, not only for one test. */
export async function start(
  context: Skippable,
  name: ServerName,
  options: SshServerOptions & { readonly lives?: true } = {},
): Promise<SshServer> {
  // The keys for both are made by OpenSSH's programs.
  for (const program of new Set([name, 'openssh'] as const)) {
    const found = await findServer(program);
    needs(context, program, found.available, found.available ? '' : found.reason);
  }
  const server = await starters[name](options);
  if (options.lives !== true) later(() => server.stop());
  return server;
}

/** How to log in to a real server as its one user. */
export function loginTo(server: SshServer): Record<string, unknown> {
  const { host, port, user, keys, knownHosts } = server;
  return { host, port, user, knownHosts, privateKey: keys.user.ed25519 };
}

export async function open(
  settings: Record<string, unknown>,
  signal = AbortSignal.timeout(20_000),
): Promise<Transport> {
  const options = sftp.options.parse(settings);
  const transport = await sftp.open(options, {
    signal,
    baseDirectory: tmpdir(),
    log: () => undefined,
  });
  later(() => transport.close());
  return transport;
}

export async function freshDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'ownsync-test-sftp-'));
  later(() => rm(directory, { recursive: true, force: true }));
  return directory;
}
