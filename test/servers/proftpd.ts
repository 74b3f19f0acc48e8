/**
 * ProFTPD with a configuration like a hoster's: rename and STOR replace, session reuse demanded, one password file.
 * Runs for any user; without the super-user the login directory is not `/` but its full path.
 */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  account,
  serverOwner,
  start,
  type Product,
  type RunningServer,
  type ServerOptions,
  type Workplace,
} from './harness.ts';

const user = 'alice';

const proftpd: Product = {
  name: 'proftpd',
  user,
  asOwner: false,
  async configure(place) {
    const { uid, gid } = serverOwner;
    const { stdout } = await promisify(execFile)('openssl', ['passwd', '-5', place.password]);
    const entry = `${user}:${stdout.trim()}:${String(uid)}:${String(gid)}::${place.root}:/bin/sh\n`;
    await writeFile(join(place.directory, 'passwd'), entry, { mode: 0o600 });
    const file = join(place.directory, 'proftpd.conf');
    await writeFile(
      file,
      [...base(place), ...tls(place), ...(place.options.extra ?? []), ''].join('\n'),
    );
    return ['-n', '-q', '-c', file];
  },
};

export function startProftpd(options: ServerOptions = {}): Promise<RunningServer> {
  return start(proftpd, options);
}

function base({ directory, home, port, options }: Workplace): string[] {
  return [
    `ModulePath ${join(home, 'usr/lib/proftpd')}`,
    'ServerName test',
    'ServerType standalone',
    'DefaultServer on',
    'DefaultAddress 127.0.0.1',
    'SocketBindTight on',
    `Port ${String(port)}`,
    'UseIPv6 off',
    'UseReverseDNS off',
    'ControlsEngine off',
    'DelayEngine off',
    'WtmpLog off',
    'TransferLog none',
    'RequireValidShell off',
    'AuthOrder mod_auth_file.c',
    `AuthUserFile ${join(directory, 'passwd')}`,
    'AuthPAM off',
    `ScoreboardFile ${join(directory, 'scoreboard')}`,
    `PidFile ${join(directory, 'pid')}`,
    `SystemLog ${join(directory, 'system.log')}`,
    'AllowOverwrite on',
    'AllowStoreRestart on',
    'AllowRetrieveRestart on',
    'Umask 022',
    `User ${account.user}`,
    `Group ${account.group}`,
    ...(serverOwner.user === undefined ? [] : ['DefaultRoot ~']),
    `TimeoutIdle ${String(options.idleSeconds ?? 600)}`,
    ...(options.maxClients === undefined
      ? []
      : [`MaxClientsPerUser ${String(options.maxClients)}`]),
  ];
}

function tls({ directory, certificates, options }: Workplace): string[] {
  if (certificates === undefined) return [];
  return [
    'LoadModule mod_tls.c',
    'TLSEngine on',
    'TLSRequired on',
    `TLSECCertificateFile ${certificates.certificate}`,
    `TLSECCertificateKeyFile ${certificates.key}`,
    `TLSLog ${join(directory, 'tls.log')}`,
    'TLSVerifyClient off',
    ...(options.tlsVersion === undefined ? [] : [`TLSProtocol TLSv${options.tlsVersion}`]),
    ...(options.tls === 'implicit' ? ['TLSOptions UseImplicitSSL'] : []),
  ];
}
