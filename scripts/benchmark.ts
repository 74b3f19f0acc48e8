/**
 * Measures the built program on loopback: a first upload, a round with nothing to do, and a download by a second client,
 * of many small files, on each real server and on a plain directory. Prints a table for docs/benchmarks.md.
 *   npm run benchmark -- [--server proftpd|vsftpd|pure-ftpd|openssh|apache|lighttpd|mount|all] [--files 2000,20000] [--runs 1] [--verbs]
 * Seconds are a whole process's, from its start to its end; with several runs the median. Memory is the peak of its
 * resident set. FTP commands are counted on their way to the server.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startCounter } from '../test/scenarios/command-counter.ts';
import type { CommandCounter } from '../test/scenarios/command-counter.ts';
import { Client } from '../test/scenarios/client.ts';
import { openStore, storeNames, whyNot } from '../test/scenarios/stores.ts';
import type { StoreName } from '../test/scenarios/stores.ts';

const { values: wanted } = parseArgs({
  options: {
    server: { type: 'string', default: 'all' },
    files: { type: 'string', default: '2000,20000' },
    runs: { type: 'string', default: '1' },
    verbs: { type: 'boolean', default: false },
  },
});

const PHASES = ['first upload', 'nothing to do', 'download'] as const;
const BYTES = 4096;
const FILES_IN_A_DIRECTORY = 100;

interface Figures {
  readonly seconds: number;
  /** Peak of the resident set, MB. */
  readonly memory: number;
  readonly commands: ReadonlyMap<string, number>;
}

/** Tells the peak of its memory, in KiB, on descriptor 3 when it ends. */
const TELL =
  "data:text/javascript,import { writeSync } from 'node:fs';" +
  "process.on('exit', () => writeSync(3, String(process.resourceUsage().maxRSS)));";

const chosen = storeNames.filter((name) => ['all', name].includes(wanted.server));
if (chosen.length === 0) throw new Error(`--server is one of all, ${storeNames.join(', ')}`);
const built = spawnSync(process.execPath, ['scripts/setup.mjs'], { stdio: 'inherit' });
if (built.status !== 0) throw new Error('the program could not be built');
const load = loadavg()[0] ?? 0;
console.log(
  `Node ${process.version}, ${String(availableParallelism())} cores, load ${load.toFixed(1)}`,
);
if (load > 0.5) console.log('the computer has other work: these figures say little');
console.log('\n| store | files | | seconds | peak memory | FTP commands per file |');
console.log('|---|---:|---|---:|---:|---:|');
for (const files of wanted.files.split(',').map(Number)) {
  for (const name of chosen) {
    const missing = await whyNot(name);
    if (missing === undefined) await measure(name, files);
    else console.log(`| ${name} | ${missing} |`);
  }
}

async function measure(name: StoreName, files: number): Promise<void> {
  const runs: Figures[][] = [];
  for (let run = 0; run < Number(wanted.runs); run += 1) runs.push(await playOnce(name, files));
  for (const [index, phase] of PHASES.entries()) {
    const figures = runs.flatMap((run) => run[index] ?? []);
    const seconds = median(figures.map((one) => one.seconds)).toFixed(1);
    const memory = Math.max(...figures.map((one) => one.memory)).toFixed(0);
    const commands = figures[0]?.commands ?? new Map<string, number>();
    const sum = [...commands.values()].reduce((a, b) => a + b, 0);
    const perFile = sum === 0 ? '–' : (sum / files).toFixed(2);
    console.log(
      `| ${name} | ${String(files)} | ${phase} | ${seconds} | ${memory} MB | ${perFile} |`,
    );
    if (wanted.verbs) console.log(`  ${[...commands].map((pair) => pair.join(' ')).join(', ')}`);
  }
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}

async function playOnce(name: StoreName, files: number): Promise<Figures[]> {
  const root = mkdtempSync(join(tmpdir(), 'ownsync-test-benchmark-'));
  const store = await openStore(name, root);
  const { server } = store;
  const isFtp = ['proftpd', 'vsftpd', 'pure-ftpd'].includes(name);
  const counter = server && isFtp ? await startCounter(server.host, server.port) : undefined;
  const stop = (): void => {
    void store.close().finally(() => process.exit(130));
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    const settings = store.settings(counter === undefined ? {} : { port: counter.port });
    const [one, other] = ['one', 'other'].map(
      (called) => new Client(root, called, { store: settings }),
    ) as [Client, Client];
    makeFiles(one.folder, files);
    const figures: Figures[] = [];
    for (const client of [one, one, other]) figures.push(await sync(client, counter));
    return figures;
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
    await counter?.stop();
    await store.close();
    rmSync(root, { recursive: true });
  }
}

/** Files of equal size and unlike content, long settled. */
function makeFiles(folder: string, files: number): void {
  for (let number = 0; number < files; number += 1) {
    const directory = join(
      folder,
      `directory ${String(Math.floor(number / FILES_IN_A_DIRECTORY))}`,
    );
    if (number % FILES_IN_A_DIRECTORY === 0) mkdirSync(directory);
    const content = Buffer.alloc(BYTES, `${String(number)} `);
    writeFileSync(join(directory, `file ${String(number)}.txt`), content);
  }
}

async function sync(client: Client, counter: CommandCounter | undefined): Promise<Figures> {
  counter?.take();
  const began = performance.now();
  const args = [`--import=${TELL}`, 'dist/src/cli.js', 'sync', '--config', client.config];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe', 'pipe'] });
  let [trouble, told] = ['', ''];
  child.stderr?.on('data', (bytes: Buffer) => (trouble += bytes.toString()));
  child.stdio[3]?.on('data', (bytes: Buffer) => (told += bytes.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  const seconds = (performance.now() - began) / 1000;
  if (code !== 0) throw new Error(`${client.name}: exit code ${String(code)}: ${trouble}`);
  return { seconds, memory: Number(told) / 1024, commands: counter?.take() ?? new Map() };
}
