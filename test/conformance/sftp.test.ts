/**
 * The sftp plugin keeps the transport contract on real OpenSSH and on ProFTPD's mod_sftp.
 */
import { chown, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sftp from '../../plugins/sftp/index.ts';
import type { Transport } from '../../src/plugin-api.ts';
import { describeTransport, type Bench } from '../../src/testkit/index.ts';
import {
  findServer,
  serverOwner,
  startOpenssh,
  startProftpdSftp,
  type SshServer,
  type SshServerOptions,
} from '../servers/index.ts';
import { needs } from '../support/skips.ts';

const password = 'conformance-secret-9b40';

const products: Readonly<
  Record<
    string,
    {
      readonly needs: readonly ('openssh' | 'proftpd')[];
      readonly start: (options: SshServerOptions) => Promise<SshServer>;
      readonly login: (server: SshServer) => Record<string, unknown>;
    }
  >
> = {
  OpenSSH: {
    needs: ['openssh'],
    start: startOpenssh,
    login: ({ keys }) => ({ privateKey: keys.user.ed25519 }),
  },
  'ProFTPD mod_sftp': {
    // Its keys are made by OpenSSH's programs.
    needs: ['proftpd', 'openssh'],
    start: startProftpdSftp,
    login: () => ({ password }),
  },
};

for (const [name, product] of Object.entries(products)) {
  describeTransport(
    `sftp on ${name}`,
    async function () {
      for (const program of product.needs) {
        const found = await findServer(program);
        needs(this, program, found.available, found.available ? '' : found.reason);
      }
      const server = await product.start({ password });
      return openBench(server, product.login(server));
    },
    { secrets: [password] },
  );
}

async function openBench(server: SshServer, login: Record<string, unknown>): Promise<Bench> {
  const { host, port, user, knownHosts } = server;
  const options = sftp.options.parse({ host, port, user, knownHosts, ...login });
  const open = (): Promise<Transport> =>
    sftp.open(options, {
      signal: AbortSignal.timeout(20_000),
      baseDirectory: tmpdir(),
      log: () => undefined,
    });
  return {
    transport: await open(),
    open,
    outside: onDisk(server.root),
    cleanup: () => server.stop(),
  };
}

function onDisk(root: string): NonNullable<Bench['outside']> {
  return {
    async write(path, bytes) {
      const full = join(root, path);
      await writeFile(full, bytes);
      await chown(full, serverOwner.uid, serverOwner.gid);
    },
    read: (path) => readFile(join(root, path)),
    names: (path) => readdir(join(root, path)),
    remove: (path) => rm(join(root, path)),
    link: (path, target) => symlink(target, join(root, path)),
  };
}
