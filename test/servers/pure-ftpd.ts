/**
 * pure-ftpd with a password database of its own. Its password hash is a quick one, because the tool's default takes
 * seconds for each login. Needs the super-user; knows no implicit TLS.
 */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  serverOwner,
  start,
  type Product,
  type RunningServer,
  type ServerOptions,
} from './harness.ts';

const user = 'alice';
const run = promisify(execFile);

const pureFtpd: Product = {
  name: 'pure-ftpd',
  user,
  asOwner: false,
  async configure({ directory, home, root, port, password, certificates, options }) {
    const { uid, gid } = serverOwner;
    const { stdout } = await run('openssl', ['passwd', '-5', password]);
    const passwords = join(directory, 'passwd');
    const entry = [user, stdout.trim(), uid, gid, '', `${root}/./`, ...Array<string>(12).fill('')];
    await writeFile(passwords, `${entry.join(':')}\n`, { mode: 0o600 });
    const database = join(directory, 'pureftpd.pdb');
    await run(join(home, 'usr/bin/pure-pw'), ['mkdb', database, '-f', passwords], {
      env: { ...process.env, LD_LIBRARY_PATH: join(home, 'usr/lib/x86_64-linux-gnu') },
    });
    return [
      ...['-S', `127.0.0.1,${String(port)}`, '-4', '-A', '-E', '-H', '-u', '1'],
      ...['-l', `puredb:${database}`, '-g', join(directory, 'pid'), '-U', '133:022'],
      ...['-f', 'none', '-z', '-C', String(options.maxClients ?? 50)],
      ...(options.idleSeconds === undefined
        ? []
        : ['-I', String(Math.ceil(options.idleSeconds / 60))]),
      ...(certificates === undefined ? [] : ['-Y', '3', '-2', certificates.both]),
      ...(options.extra ?? []),
    ];
  },
};

/** Fails with `tls: implicit`, which it does not know. Idle time counts in whole minutes. */
export function startPureFtpd(options: ServerOptions = {}): Promise<RunningServer> {
  if (options.tls === 'implicit') throw new Error('pure-ftpd knows no implicit TLS');
  return start(pureFtpd, options);
}
