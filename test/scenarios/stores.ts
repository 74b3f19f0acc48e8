/**
 * Where scenarios play: the real servers and a plain directory, each with how a configuration names it, where its
 * files lie on disk, and how another program puts something there.
 */
import { chmodSync, chownSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startApache, startLighttpd } from '../servers/index.ts';
import { startOpenssh, startProftpd, startPureFtpd, startVsftpd } from '../servers/index.ts';
import { findServer, serverOwner } from '../servers/index.ts';
import type { RunningServer, ServerName, ServerOptions } from '../servers/index.ts';

export type StoreName = ServerName | 'openssh' | 'apache' | 'lighttpd' | 'mount';
export const storeNames: readonly StoreName[] = [
  ...(['proftpd', 'vsftpd', 'pure-ftpd', 'openssh', 'apache', 'lighttpd', 'mount'] as const),
];

/** The folder's place on every store. */
export const PLACE = 'sync/documents';

export interface Store {
  readonly name: StoreName;
  /** The store's root on disk; the folder is at {@link PLACE} below it. */
  readonly disk: string;
  readonly server: RunningServer | undefined;
  /** A file on it has the time that was asked for. */
  readonly keepsTimes: boolean;
  /** The store's settings, as lines of a configuration. `changed` replaces some. */
  settings(changed?: Readonly<Record<string, string | number | boolean>>): string[];
  close(): Promise<void>;
}

/** What keeps a store from being used here; undefined: nothing. */
export async function whyNot(name: StoreName): Promise<string | undefined> {
  if (name === 'mount') return undefined;
  const found = await findServer(name);
  return found.available ? undefined : found.reason;
}

const starters = { proftpd: startProftpd, vsftpd: startVsftpd, 'pure-ftpd': startPureFtpd };

/** `directory`: where the plain directory is made. */
export async function openStore(
  name: StoreName,
  directory: string,
  options: ServerOptions = {},
): Promise<Store> {
  if (name === 'mount') return openDirectory(options.root ?? join(directory, 'store'));
  if (name === 'openssh') return openSsh(options);
  if (name === 'apache' || name === 'lighttpd') return openDav(name, options);
  const server = await starters[name](options);
  return {
    name,
    disk: server.root,
    server,
    keepsTimes: true,
    settings: (changed = {}) =>
      lines({
        plugin: 'ftp',
        host: server.tls === undefined ? server.host : 'localhost',
        port: server.port,
        user: server.user,
        password: server.password,
        tls: options.tls ?? 'off',
        ...(server.tls === undefined ? {} : { ca: server.tls.ca }),
        ...changed,
      }),
    close: () => server.stop(),
  };
}

async function openSsh(options: ServerOptions): Promise<Store> {
  const server = await startOpenssh(options);
  const { host, port, user, keys } = server;
  const login = { privateKey: keys.user.ed25519, hostKey: keys.fingerprints.ed25519 };
  return {
    name: 'openssh',
    disk: server.root,
    server,
    keepsTimes: true,
    settings: (changed = {}) => lines({ plugin: 'sftp', host, port, user, ...login, ...changed }),
    close: () => server.stop(),
  };
}

async function openDav(name: 'apache' | 'lighttpd', options: ServerOptions): Promise<Store> {
  const server = await { apache: startApache, lighttpd: startLighttpd }[name](options);
  const { url, user, password, tls } = server;
  return {
    name,
    disk: server.root,
    server,
    keepsTimes: false,
    settings: (changed = {}) =>
      lines({
        ...{ plugin: 'webdav', url, user, password },
        ...(tls === undefined ? {} : { ca: tls.ca }),
        ...changed,
      }),
    close: () => server.stop(),
  };
}

function openDirectory(disk: string): Store {
  mkdirSync(disk, { recursive: true });
  return {
    name: 'mount',
    disk,
    server: undefined,
    keepsTimes: true,
    settings: (changed = {}) => lines({ plugin: 'mount', path: disk, ...changed }),
    close: () => Promise.resolve(),
  };
}

function lines(settings: Readonly<Record<string, string | number | boolean>>): string[] {
  return Object.entries(settings).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
}

/** Makes what was put on a server's disk the server's own, as if it had come over the network. */
export function giveToServer(store: Store, full: string): void {
  if (store.server === undefined || serverOwner.user === undefined) return;
  chownSync(full, serverOwner.uid, serverOwner.gid);
  chmodSync(full, 0o644);
}
