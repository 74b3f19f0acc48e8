/**
 * Lets the doctor examine every real server that the tests know, and puts what it found into docs/servers.md, between the
 * marks there. What depends on the line and the disk of the moment is left out.
 *   npm run doctor-tables -- [--only NAME] [--entries 12000] [--rounds 200]
 * With --only the answers are printed and nothing is written. A server that is not there ends it with exit code 1.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { format } from 'prettier';
import { parseConfig } from '../src/config/load.ts';
import type { Transport } from '../src/core/ports/transport.ts';
import { examine } from '../src/doctor/examine.ts';
import type { Examination } from '../src/doctor/examine.ts';
import { aboutLines, resultLines } from '../src/doctor/report.ts';
import { systemClock, systemRandom } from '../src/host/world.ts';
import { openStore } from '../src/transport/open-store.ts';
import { openStore as startStore } from '../test/scenarios/stores.ts';
import type { StoreName } from '../test/scenarios/stores.ts';
import { makeDavfs } from '../test/servers/davfs.ts';
import { startApache, startOpenssh, startProftpdSftp } from '../test/servers/index.ts';
import { makeSshfs } from '../test/servers/sshfs.ts';

const { values: wanted } = parseArgs({
  options: {
    only: { type: 'string' },
    entries: { type: 'string', default: '12000' },
    rounds: { type: 'string', default: '200' },
  },
});

/** A server that runs: the store's settings as lines of a configuration. */
interface Running {
  readonly settings: readonly string[];
  close(): Promise<void>;
}

type Starter = (directory: string) => Promise<Running>;

interface Family {
  readonly title: string;
  readonly servers: Readonly<Record<string, Starter>>;
  /** Every operation goes through a daemon: fewer rounds, and fewer files. */
  readonly isSlow?: boolean;
}

const plain =
  (name: StoreName, tls?: 'explicit'): Starter =>
  async (directory) => {
    const store = await startStore(name, directory, tls === undefined ? {} : { tls });
    return { settings: store.settings(), close: () => store.close() };
  };

const FAMILIES: readonly Family[] = [
  {
    title: 'FTP',
    servers: {
      ProFTPD: plain('proftpd'),
      vsftpd: plain('vsftpd'),
      'Pure-FTPd': plain('pure-ftpd'),
      'ProFTPD, TLS': plain('proftpd', 'explicit'),
      'vsftpd, TLS': plain('vsftpd', 'explicit'),
      'Pure-FTPd, TLS': plain('pure-ftpd', 'explicit'),
    },
  },
  { title: 'SFTP', servers: { OpenSSH: plain('openssh'), 'ProFTPD mod_sftp': startModSftp } },
  {
    title: 'WebDAV',
    servers: { Apache: plain('apache'), lighttpd: plain('lighttpd') },
  },
  { title: 'Directories', servers: { 'a local disk': plain('mount') } },
  {
    title: 'Mounted by another program',
    isSlow: true,
    servers: { 'sshfs on OpenSSH': startSshfs, 'davfs2 on Apache': startDavfs },
  },
];

/** What says more about the computer that ran this than about a server. */
const LEFT_OUT: readonly string[] = [
  ...['content.large', 'server.round-trip', 'server.batch', 'server.space', 'times.clock'],
  'mounted at',
];

async function startModSftp(): Promise<Running> {
  const server = await startProftpdSftp();
  const { host, port, user, keys } = server;
  const login = { privateKey: keys.user.ed25519, hostKey: keys.fingerprints.ed25519 };
  return {
    settings: lines({ plugin: 'sftp', host, port, user, ...login }),
    close: () => server.stop(),
  };
}

async function startSshfs(): Promise<Running> {
  const server = await startOpenssh();
  return await mounted(await makeSshfs(server), () => server.stop());
}

async function startDavfs(): Promise<Running> {
  const server = await startApache();
  const mount = await makeDavfs(server);
  const home = process.env['HOME'];
  process.env['HOME'] = mount.home;
  return await mounted(mount, async () => {
    process.env['HOME'] = home;
    await server.stop();
  });
}

async function mounted(
  mount: Awaited<ReturnType<typeof makeSshfs>>,
  stop: () => Promise<void>,
): Promise<Running> {
  await mount.mount();
  const close = async (): Promise<void> => {
    await mount.end();
    await stop();
  };
  return { settings: lines({ plugin: 'mount', path: mount.path }), close };
}

function lines(settings: Readonly<Record<string, string | number>>): string[] {
  return Object.entries(settings).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
}

async function examined(start: Starter, isSlow: boolean): Promise<Examination> {
  const directory = mkdtempSync(join(tmpdir(), 'ownsync-doctor-'));
  const running = await start(directory);
  const opened: Transport[] = [];
  try {
    const { settings } = running;
    const text = `stores:\n  s:\n    ${settings.join('\n    ')}\nfolders: []\n`;
    const around = { platform: process.platform, home: homedir(), env: {}, hostName: hostname() };
    const config = await parseConfig(text, join(directory, 'config.yaml'), around);
    const store = config.stores.get('s');
    if (store === undefined) throw new Error('no store');
    const { signal } = new AbortController();
    const connect = async (): Promise<Transport> => {
      const given = { config, home: homedir(), env: {}, signal, log: () => undefined };
      const transport = await openStore(store, { ...given, onSecret: () => undefined });
      opened.push(transport);
      return transport;
    };
    return await examine({
      ...{ transport: await connect(), connect, clock: systemClock, random: systemRandom, signal },
      quick: false,
      rounds: isSlow ? 20 : Number(wanted.rounds),
      entries: isSlow ? 300 : Number(wanted.entries),
    });
  } finally {
    await Promise.all(opened.map((transport) => transport.close()));
    await running.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

const MARKS = { good: '', weaker: '~ ', bad: '! ', 'not-asked': '' };

/** Questions down, servers across; then what the plugins tell by themselves. */
function table(found: ReadonlyMap<string, Examination>): string {
  const columns = [...found.values()];
  const row = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const asked = columns[0]?.results.map(({ probe }) => probe.id) ?? [];
  const names = columns.flatMap(({ about }) => about.facts.map(({ name }) => name));
  const facts = new Set(names.filter((name) => !LEFT_OUT.includes(name)));
  return [
    row(['', ...found.keys()]),
    row(['---', ...columns.map(() => '---')]),
    row(['calls itself', ...columns.map(({ about }) => withoutPlace(about.identity))]),
    ...asked
      .filter((id) => !LEFT_OUT.includes(id))
      .map((id) => row([`\`${id}\``, ...columns.map((column) => answerOf(column, id))])),
    ...[...facts].map((fact) =>
      row([
        fact,
        ...columns.map(({ about }) => about.facts.find(({ name }) => name === fact)?.value ?? ''),
      ]),
    ),
  ].join('\n');
}

/** Where a file system of this computer comes from concerns nobody else. */
function withoutPlace(identity: string): string {
  return identity.replace(/ from .*$/, '');
}

function answerOf({ results }: Examination, id: string): string {
  const finding = results.find(({ probe }) => probe.id === id)?.finding;
  if (finding === undefined) return '';
  const { answer, verdict, means } = finding;
  // Which names were refused is what tells servers apart.
  const more = id.startsWith('names.') && verdict === 'weaker' && means !== undefined;
  return `${MARKS[verdict]}${more ? means : answer}`;
}

const BEGIN = '<!-- tables: made by npm run doctor-tables -->';
const END = '<!-- end of tables -->';
const sections: string[] = [];
for (const { title, servers, isSlow = false } of FAMILIES) {
  const found = new Map<string, Examination>();
  for (const [name, start] of Object.entries(servers)) {
    if (wanted.only !== undefined && wanted.only !== name) continue;
    console.log(`${name} …`);
    const examination = await examined(start, isSlow);
    found.set(name, examination);
    if (wanted.only !== undefined)
      [...aboutLines(examination), ...examination.results.flatMap(resultLines)].forEach((line) => {
        console.log(line);
      });
  }
  sections.push(`### ${title}\n\n${table(found)}`);
}
if (wanted.only === undefined) {
  const file = 'docs/servers.md';
  const text = readFileSync(file, 'utf8');
  const [before, after] = [text.split(BEGIN)[0] ?? '', text.split(END)[1] ?? ''];
  const whole = `${before}${BEGIN}\n\n${sections.join('\n\n')}\n\n${END}${after}`;
  writeFileSync(file, await format(whole, { parser: 'markdown', printWidth: 100 }));
}
