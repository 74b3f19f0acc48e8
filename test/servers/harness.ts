/**
 * What the real servers have in common for tests: where their programs are, a directory of their own, a free
 * port, starting and ending. Listens on loopback only, writes below a fresh temporary directory only, and ends only the
 * processes it started itself.
 */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, constants, existsSync, openSync, readFileSync } from 'node:fs';
import { access, chmod, chown, cp, mkdir, mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { connect, createServer, type AddressInfo } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { makeCertificates, type Certificates } from './certificates.ts';

/** The FTP servers. */
export type ServerName = 'proftpd' | 'vsftpd' | 'pure-ftpd';

/** Every server that install.sh unpacks. */
export type ProductName = ServerName | 'openssh' | 'apache' | 'lighttpd';

const programs: Readonly<Record<ProductName, string>> = {
  ...{ proftpd: 'proftpd', vsftpd: 'vsftpd', 'pure-ftpd': 'pure-ftpd', openssh: 'sshd' },
  ...{ apache: 'apache2', lighttpd: 'lighttpd' },
};

export interface ServerOptions {
  /** Default `off`. */
  readonly tls?: 'off' | 'explicit' | 'implicit';
  /** At most this many logins at once; the next one is refused in the server's own way. */
  readonly maxClients?: number;
  /** Seconds after which the server ends an idle session. */
  readonly idleSeconds?: number;
  /** The served directory; it must exist and belong to {@link serverOwner}. Default: a fresh one. */
  readonly root?: string;
  /** TLS versions the server offers, where it can be set. Default: the server's own choice. */
  readonly tlsVersion?: '1.2' | '1.3';
  /** Names in the certificate, in openssl's notation. Default `DNS:localhost,IP:127.0.0.1`. */
  readonly certificateNames?: string;
  /** Of the one login. Default: a random one. */
  readonly password?: string;
  /** More lines for the server's configuration (for pure-ftpd: more arguments). */
  readonly extra?: readonly string[];
}

export interface RunningServer {
  readonly name: ProductName;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** The directory on disk that a login sees. */
  readonly root: string;
  /** With TLS: PEM file of the authority that signed the server's certificate. */
  readonly tls?: { readonly ca: string };
  /** Ends the server and starts it again on the same port and directory. */
  restart(): Promise<void>;
  /** Ends the server with all its sessions and removes its directory. */
  stop(): Promise<void>;
}

export type Found =
  | { readonly available: true; readonly binary: string; readonly home: string }
  | { readonly available: false; readonly reason: string };

const isRoot = process.getuid?.() === 0;

/** The account that servers run as, or change to. */
export const account = findAccount();

/**
 * Who owns served files: never the super-user, so that refusals are real ones. With a name where that is another user
 * than the one who runs the tests.
 */
export const serverOwner: { readonly uid: number; readonly gid: number; readonly user?: string } = {
  ...{ uid: account.uid, gid: account.gid },
  ...(isRoot ? { user: account.user } : {}),
};

/** SERVER: vsftpd insists on a user whose home directory exists, which `nobody` has not. */
function findAccount(): { uid: number; gid: number; user: string; group: string } {
  const me = process.getuid?.() ?? 0;
  const groups = entriesOf('/etc/group');
  for (const [user = '', , uid, gid, , home = ''] of entriesOf('/etc/passwd')) {
    const candidate = isRoot
      ? Number(uid) > 0 && ['daemon', 'mail', 'bin', 'ftp'].includes(user) && existsSync(home)
      : Number(uid) === me;
    if (!candidate) continue;
    const group = groups.find(([, , id]) => id === gid)?.[0] ?? '';
    return { uid: Number(uid), gid: Number(gid), user, group };
  }
  return { uid: me, gid: process.getgid?.() ?? 0, user: '', group: '' };
}

function entriesOf(file: string): string[][] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
}

/** Lets {@link serverOwner} read a file that the test made for the server. */
export async function giveToOwner(file: string): Promise<void> {
  if (isRoot) await chown(file, serverOwner.uid, serverOwner.gid);
}

/** Where install.sh unpacked a server, or why it cannot be used here. */
export async function findServer(name: ProductName): Promise<Found> {
  const base = process.env['OWNSYNC_SERVERS'] ?? join(homedir(), '.cache', 'ownsync-servers');
  const home = join(base, name);
  const binary = join(home, 'usr', 'sbin', programs[name]);
  try {
    await access(binary, constants.X_OK);
  } catch {
    return { available: false, reason: `${name} is not there: run test/servers/install.sh` };
  }
  try {
    await promisify(execFile)('openssl', ['version']);
  } catch {
    return { available: false, reason: 'the openssl command is missing' };
  }
  if (name === 'pure-ftpd' && !isRoot) {
    return { available: false, reason: 'pure-ftpd starts for the super-user only' };
  }
  return { available: true, binary, home };
}

export interface Workplace {
  readonly directory: string;
  readonly root: string;
  readonly port: number;
  readonly password: string;
  readonly binary: string;
  readonly home: string;
  readonly certificates: Certificates | undefined;
  readonly options: ServerOptions;
}

/** Everything one server needs before it can be configured. The program is copied: its owner may not enter our home. */
async function prepare(name: ProductName, options: ServerOptions): Promise<Workplace> {
  const found = await findServer(name);
  if (!found.available) throw new Error(found.reason);
  const directory = await mkdtemp(join(tmpdir(), `ownsync-test-${name}-`));
  await chmod(directory, 0o755);
  const root = options.root ?? join(directory, 'root-test');
  if (options.root === undefined) {
    await mkdir(root);
    await giveToOwner(root);
  }
  const tls = options.tls ?? 'off';
  const home = join(directory, 'program');
  await cp(found.home, home, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => !path.includes('/share/'),
  });
  return {
    directory,
    root,
    port: await freePort(),
    password: options.password ?? `pw-${randomBytes(6).toString('hex')}`,
    binary: join(home, 'usr', 'sbin', programs[name]),
    home,
    certificates:
      tls === 'off' ? undefined : await makeCertificates(directory, options.certificateNames),
    options,
  };
}

/** How one product is started: writes its configuration and gives its arguments and user. */
export interface Product {
  readonly name: ProductName;
  readonly user: string;
  /** Started as {@link serverOwner} even by the super-user. */
  readonly asOwner: boolean;
  /** It greets nobody: it answers when it is asked. */
  readonly isSilent?: boolean;
  configure(place: Workplace): Promise<readonly string[]>;
}

/** Starts a product and waits until it greets. */
export async function start(product: Product, options: ServerOptions): Promise<RunningServer> {
  const place = await prepare(product.name, options);
  const remove = (): Promise<void> => rm(place.directory, { recursive: true, force: true });
  const launch = async (): Promise<ChildProcess> => {
    const child = run(product, place, await product.configure(place));
    try {
      await greeting(place, child, product.isSilent !== true && options.tls !== 'implicit');
      return child;
    } catch (cause) {
      await end(child);
      const log = await readFile(join(place.directory, 'server.log'), 'utf8').catch(() => '');
      throw new Error(`${product.name} did not start: ${log.slice(-2000)}`, { cause });
    }
  };
  let child: ChildProcess;
  try {
    child = await launch();
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    name: product.name,
    host: '127.0.0.1',
    port: place.port,
    user: product.user,
    password: place.password,
    root: place.root,
    ...(place.certificates === undefined ? {} : { tls: { ca: place.certificates.ca } }),
    async restart() {
      await end(child);
      child = await launch();
    },
    async stop() {
      await end(child);
      await remove();
    },
  };
}

function run(product: Product, place: Workplace, args: readonly string[]): ChildProcess {
  const libraries = ['usr/lib', 'lib'].flatMap((part) =>
    ['x86_64-linux-gnu', 'aarch64-linux-gnu'].map((arch) => join(place.home, part, arch)),
  );
  const log = openSync(join(place.directory, 'server.log'), 'a');
  // A group of its own: its sessions end with it.
  const child = spawn(place.binary, args, {
    cwd: place.directory,
    detached: true,
    stdio: ['ignore', log, log],
    ...(product.asOwner && isRoot ? { uid: serverOwner.uid, gid: serverOwner.gid } : {}),
    env: { ...process.env, LD_LIBRARY_PATH: libraries.join(':') },
  });
  closeSync(log);
  child.on('error', () => undefined);
  return child;
}

async function greeting(place: Workplace, child: ChildProcess, greets: boolean): Promise<void> {
  const until = Date.now() + 10_000;
  for (;;) {
    if (child.exitCode !== null || child.pid === undefined) throw new Error('it ended at once');
    if (await answers(place.port, greets)) {
      // The probe's own session must not count against the limit.
      if (place.options.maxClients !== undefined) await sleep(400);
      return;
    }
    if (Date.now() > until) throw new Error('no greeting within 10 s');
    await sleep(30);
  }
}

/** True once the port accepts and, on a plain control connection, greets. The probe leaves politely. */
function answers(port: number, greets: boolean): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const finish = (result: boolean): void => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(2000, () => {
      finish(false);
    });
    socket.once('error', () => {
      finish(false);
    });
    socket.once('connect', () => {
      if (!greets) finish(true);
    });
    socket.once('data', () => {
      socket.once('data', () => {
        finish(true);
      });
      socket.once('end', () => {
        finish(true);
      });
      socket.write('QUIT\r\n');
    });
  });
}

async function end(child: ChildProcess): Promise<void> {
  const { pid } = child;
  if (pid === undefined) return;
  const sessions = await descendants(pid);
  const gone =
    child.exitCode === null && child.signalCode === null ? once(child, 'exit') : Promise.resolve();
  signal(-pid, 'SIGTERM');
  const patience = setTimeout(() => {
    signal(-pid, 'SIGKILL');
    signal(pid, 'SIGKILL');
  }, 1500);
  await gone;
  clearTimeout(patience);
  signal(-pid, 'SIGKILL');
  // A session may have left the group; it is known from before by its parent.
  for (const session of sessions) signal(session, 'SIGKILL');
}

/** Process ids below `parent`, from /proc; empty where there is none. */
async function descendants(parent: number): Promise<readonly number[]> {
  const parents = new Map<number, number>();
  for (const name of await readdir('/proc').catch(() => [])) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
    const owner = /\) \S (\d+)/.exec(stat)?.[1];
    if (owner !== undefined) parents.set(Number(name), Number(owner));
  }
  const below = (pid: number): number[] =>
    [...parents].filter(([, p]) => p === pid).flatMap(([child]) => [child, ...below(child)]);
  return below(parent);
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // Gone already.
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
