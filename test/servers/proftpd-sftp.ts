/** ProFTPD's mod_sftp, for one login with a password or keys: the SFTP server of many hosts. */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startProftpd } from './proftpd.ts';
import { withKeys, type SshServer, type SshServerOptions } from './openssh.ts';
import { keyTypes, sshProgram, type SshKeys } from './ssh-keys.ts';

export async function startProftpdSftp(options: SshServerOptions = {}): Promise<SshServer> {
  return await withKeys(options, async (keys) => {
    const extra = [
      'LoadModule mod_sftp.c',
      'SFTPEngine on',
      `SFTPLog ${join(keys.directory, 'sftp.log')}`,
      ...(options.hostKeys ?? keyTypes).map((type) => `SFTPHostKey ${keys.host[type]}`),
      'SFTPAuthMethods publickey password',
      `SFTPAuthorizedUserKeys file:${await converted(keys)}`,
      'MaxLoginAttempts 3',
      ...(options.extra ?? []),
    ];
    return await startProftpd({ ...options, extra });
  });
}

/** SERVER: it reads the keys of users in the form of RFC 4716 only. */
async function converted(keys: SshKeys): Promise<string> {
  const keygen = await sshProgram('ssh-keygen');
  const files = [...Object.values(keys.user), keys.locked];
  const texts = await Promise.all(
    files.map(async (file) => {
      const { stdout } = await promisify(execFile)(keygen, ['-e', '-f', `${file}.pub`]);
      return stdout;
    }),
  );
  const file = join(keys.directory, 'authorized_keys_4716');
  await writeFile(file, texts.join(''));
  return file;
}
