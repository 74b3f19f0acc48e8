/**
 * vsftpd with one login. Real accounts would need PAM and entries in /etc; its anonymous login, restricted to a list of
 * passwords and allowed to do everything, needs neither and behaves the same in all that a client can see.
 * Runs for any user, never as the super-user: for its anonymous login vsftpd then insists on a root that is not writable.
 * The login directory is therefore not `/` but its full path.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  account,
  giveToOwner,
  start,
  type Product,
  type RunningServer,
  type ServerOptions,
  type Workplace,
} from './harness.ts';

const vsftpd: Product = {
  name: 'vsftpd',
  user: 'anonymous',
  asOwner: true,
  async configure(place) {
    await mkdir(join(place.directory, 'empty'), { recursive: true });
    const passwords = join(place.directory, 'passwords');
    await writeFile(passwords, `${place.password}\n`, { mode: 0o600 });
    await giveToOwner(passwords);
    if (place.certificates !== undefined) await giveToOwner(place.certificates.key);
    const file = join(place.directory, 'vsftpd.conf');
    const settings = { ...base(place), ...tls(place) };
    const lines = Object.entries(settings).map(([name, value]) => `${name}=${String(value)}`);
    await writeFile(file, [...lines, ...(place.options.extra ?? []), ''].join('\n'));
    // SERVER: vsftpd refuses a configuration that belongs to somebody else.
    await giveToOwner(file);
    return [file];
  },
};

export function startVsftpd(options: ServerOptions = {}): Promise<RunningServer> {
  return start(vsftpd, options);
}

function base({ directory, root, port, options }: Workplace): Record<string, string | number> {
  return {
    listen: 'YES',
    listen_address: '127.0.0.1',
    listen_port: port,
    background: 'NO',
    seccomp_sandbox: 'NO',
    secure_chroot_dir: join(directory, 'empty'),
    allow_writeable_chroot: 'YES',
    anonymous_enable: 'YES',
    local_enable: 'NO',
    secure_email_list_enable: 'YES',
    email_password_file: join(directory, 'passwords'),
    anon_root: root,
    anon_umask: '022',
    anon_upload_enable: 'YES',
    anon_mkdir_write_enable: 'YES',
    anon_other_write_enable: 'YES',
    anon_world_readable_only: 'NO',
    write_enable: 'YES',
    mdtm_write: 'YES',
    ls_recurse_enable: 'YES',
    hide_ids: 'YES',
    xferlog_enable: 'NO',
    vsftpd_log_file: join(directory, 'empty', 'vsftpd.log'),
    run_as_launching_user: 'YES',
    ftp_username: account.user,
    idle_session_timeout: options.idleSeconds ?? 600,
    ...(options.maxClients === undefined ? {} : { max_per_ip: options.maxClients }),
  };
}

function tls({ certificates, options }: Workplace): Record<string, string | number> {
  if (certificates === undefined) return {};
  return {
    ssl_enable: 'YES',
    allow_anon_ssl: 'YES',
    force_anon_logins_ssl: 'YES',
    force_anon_data_ssl: 'YES',
    require_ssl_reuse: 'YES',
    rsa_cert_file: certificates.certificate,
    rsa_private_key_file: certificates.key,
    ...(options.tls === 'implicit' ? { implicit_ssl: 'YES' } : {}),
  };
}
