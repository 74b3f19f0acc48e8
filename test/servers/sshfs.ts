/** sshfs on the directory of a real sshd, as the super-user, without caches of its own unless told so. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findFuse, libraryPath, makeMount, type FuseMount } from './fuse.ts';
import { findServer } from './harness.ts';
import type { SshServer } from './openssh.ts';

/** `options`: further ones for sshfs. */
export async function makeSshfs(
  server: SshServer,
  { options = ['dir_cache=no'] }: { readonly options?: readonly string[] } = {},
): Promise<FuseMount> {
  const { home } = findFuse('sshfs');
  const found = await findServer('openssh');
  const unpacked = found.available ? join(found.home, 'usr', 'bin', 'ssh') : '';
  const ssh = existsSync('/usr/bin/ssh') ? '/usr/bin/ssh' : unpacked;
  const libraries = [libraryPath(home), found.available ? libraryPath(found.home) : ''].join(':');
  const settings = [
    `port=${String(server.port)}`,
    `ssh_command=${ssh}`,
    `IdentityFile=${server.keys.user.ed25519}`,
    `UserKnownHostsFile=${server.knownHosts}`,
    'StrictHostKeyChecking=yes',
    'idmap=user',
    ...options,
  ];
  const from = `${server.user}@${server.host}:${server.root}`;
  return makeMount('sshfs', () =>
    Promise.resolve({
      mount: `LD_LIBRARY_PATH='${libraries}' exec '${home}/usr/bin/sshfs' '${from}' "$mnt" -F /dev/null -o '${settings.join(',')}'\n`,
      unmount: 'umount "$mnt"\n',
    }),
  );
}
