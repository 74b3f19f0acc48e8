/**
 * OpenSSH's sshd with its own SFTP server, for one login that has keys and no password. Runs as an ordinary user, who is
 * then the only one to log in; the super-user's would want accounts and directories of the system. So the login
 * directory is not `/` but its full path.
 */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  account,
  giveToOwner,
  start,
  type RunningServer,
  type ServerOptions,
  type Workplace,
} from './harness.ts';
import { keyTypes, makeSshKeys, type KeyType, type SshKeys } from './ssh-keys.ts';

export interface SshServer extends RunningServer {
  readonly keys: SshKeys;
  /** A file of known hosts with all keys of this server. */
  readonly knownHosts: string;
}

export interface SshServerOptions extends ServerOptions {
  /** Which of its keys the server shows. Default: all. */
  readonly hostKeys?: readonly KeyType[];
  /** Keys of another start; they are not removed with this server. */
  readonly keys?: SshKeys;
}

export async function startOpenssh(options: SshServerOptions = {}): Promise<SshServer> {
  return await withKeys(options, (keys) =>
    start(
      {
        name: 'openssh',
        user: account.user,
        asOwner: true,
        configure: (place) => configure(place, keys, options),
      },
      options,
    ),
  );
}

/** Keys of its own, if it was given none, last as long as the server. */
export async function withKeys(
  options: SshServerOptions,
  begin: (keys: SshKeys) => Promise<RunningServer>,
): Promise<SshServer> {
  const keys = options.keys ?? (await makeSshKeys());
  const remove = async (): Promise<void> => {
    if (options.keys === undefined) await keys.remove();
  };
  try {
    const server = await begin(keys);
    return {
      ...server,
      keys,
      knownHosts: await keys.knownHosts(server.port),
      async stop() {
        await server.stop();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function configure(
  place: Workplace,
  keys: SshKeys,
  options: SshServerOptions,
): Promise<readonly string[]> {
  const file = join(place.directory, 'sshd_config');
  const lines = [
    'ListenAddress 127.0.0.1',
    `Port ${String(place.port)}`,
    ...(options.hostKeys ?? keyTypes).map((type) => `HostKey ${keys.host[type]}`),
    `AuthorizedKeysFile ${keys.authorized}`,
    'StrictModes no',
    'UsePAM no',
    'UseDNS no',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'PidFile none',
    'PrintMotd no',
    'LogLevel INFO',
    'MaxStartups 100',
    `Subsystem sftp internal-sftp -u 022 -d ${place.root}`,
    ...ofNewer(place),
    ...(place.options.extra ?? []),
  ];
  await writeFile(file, `${lines.join('\n')}\n`);
  await giveToOwner(file);
  return ['-D', '-e', '-f', file];
}

/**
 * SERVER: from 9.8 on it hands each connection to further programs, which it looks for where packages put them, and shuts
 * out addresses that fail to log in, which tests do on purpose.
 */
function ofNewer({ home }: Workplace): string[] {
  const parts = { SshdSessionPath: 'sshd-session', SshdAuthPath: 'sshd-auth' };
  const there = Object.entries(parts)
    .map(([setting, name]) => [setting, join(home, 'usr', 'lib', 'openssh', name)] as const)
    .filter(([, path]) => existsSync(path))
    .map(([setting, path]) => `${setting} ${path}`);
  return there.length === 0 ? [] : [...there, 'PerSourcePenalties no'];
}
