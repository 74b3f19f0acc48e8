/**
 * Apache with mod_dav and a configuration like a hoster's: one share at /dav/, one login, by Basic or Digest. Runs as an
 * ordinary user from a configuration of its own; the system's is not read.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  giveToOwner,
  start,
  type Product,
  type RunningServer,
  type ServerOptions,
  type Workplace,
} from './harness.ts';

export interface DavServer extends RunningServer {
  /** The share; with TLS its name is `localhost`. */
  readonly url: string;
}

export interface DavServerOptions extends ServerOptions {
  /** Default `basic`. */
  readonly auth?: 'basic' | 'digest';
}

export const davUser = 'alice';
export const davRealm = 'own files';

export async function startApache(options: DavServerOptions = {}): Promise<DavServer> {
  const product: Product = {
    ...{ name: 'apache', user: davUser, asOwner: true, isSilent: true },
    configure: (place) => configure(place, options.auth ?? 'basic'),
  };
  return withUrl(await start(product, options));
}

export function withUrl(server: RunningServer): DavServer {
  const origin = server.tls === undefined ? `http://${server.host}` : 'https://localhost';
  return { ...server, url: `${origin}:${String(server.port)}/dav/` };
}

/** Files of passwords as both servers read them. */
export async function writePasswords({ directory, password }: Workplace): Promise<{
  readonly basic: string;
  readonly digest: string;
}> {
  const files = { basic: join(directory, 'htpasswd'), digest: join(directory, 'htdigest') };
  const { stdout } = await promisify(execFile)('openssl', ['passwd', '-apr1', password]);
  const secret = createHash('md5').update(`${davUser}:${davRealm}:${password}`).digest('hex');
  await writeFile(files.basic, `${davUser}:${stdout.trim()}\n`, { mode: 0o600 });
  await writeFile(files.digest, `${davUser}:${davRealm}:${secret}\n`, { mode: 0o600 });
  await giveToOwner(files.basic);
  await giveToOwner(files.digest);
  return files;
}

/** For what a server writes while it runs; `www` in it is empty, and what it shows outside the share. */
export async function makeRunDirectory({ directory }: Workplace): Promise<string> {
  const run = join(directory, 'run');
  await mkdir(join(run, 'www'), { recursive: true });
  await giveToOwner(run);
  return run;
}

async function configure(place: Workplace, auth: 'basic' | 'digest'): Promise<readonly string[]> {
  const { directory, certificates, root, options } = place;
  const passwords = await writePasswords(place);
  const run = await makeRunDirectory(place);
  if (certificates !== undefined) await giveToOwner(certificates.key);
  const file = join(directory, 'apache.conf');
  const lines = [
    ...base(place, run),
    ...(certificates === undefined
      ? []
      : [
          'SSLEngine on',
          `SSLCertificateFile ${certificates.certificate}`,
          `SSLCertificateKeyFile ${certificates.key}`,
          'SSLSessionCache none',
        ]),
    `Alias /dav ${root}`,
    `<Directory ${root}>`,
    'Dav On',
    'AllowOverride None',
    'Options None',
    ...(auth === 'basic'
      ? ['AuthType Basic', `AuthUserFile ${passwords.basic}`]
      : ['AuthType Digest', `AuthUserFile ${passwords.digest}`, 'AuthDigestProvider file']),
    `AuthName "${davRealm}"`,
    'Require valid-user',
    '</Directory>',
    ...(options.extra ?? []),
  ];
  await writeFile(file, `${lines.join('\n')}\n`);
  return ['-D', 'FOREGROUND', '-f', file];
}

const modules = [
  ...['mpm_event', 'authn_core', 'authn_file', 'authz_core', 'authz_user', 'auth_basic'],
  ...['auth_digest', 'alias', 'dir', 'headers', 'setenvif', 'dav', 'dav_fs', 'ssl'],
];

function base({ directory, home, port, options }: Workplace, run: string): string[] {
  return [
    `ServerRoot ${directory}`,
    `DefaultRuntimeDir ${run}`,
    'ServerName localhost',
    `Listen 127.0.0.1:${String(port)}`,
    `PidFile ${join(run, 'pid')}`,
    `ErrorLog ${join(run, 'error.log')}`,
    `Mutex file:${run}`,
    ...modules.map(
      (name) => `LoadModule ${name}_module ${home}/usr/lib/apache2/modules/mod_${name}.so`,
    ),
    `DocumentRoot ${join(run, 'www')}`,
    `DavLockDB ${join(run, 'locks')}`,
    'StartServers 1',
    'ThreadsPerChild 25',
    'MinSpareThreads 5',
    'MaxSpareThreads 75',
    'MaxRequestWorkers 50',
    'ServerLimit 2',
    `KeepAliveTimeout ${String(options.idleSeconds ?? 5)}`,
  ];
}
