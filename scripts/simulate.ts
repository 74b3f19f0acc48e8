/**
 * Runs the simulation of the whole engine from the command line, prints what failed and how to see it again.
 *   npx tsx scripts/simulate.ts --runs 2000 --seed 1 [--profile NAME[,NAME]] [--workers 2] [--show 1] [--shrink] [--trace]
 *     [--script] prints a failing script, [--keep FILE] writes it, [--load FILE] runs a kept one
 * One run in 50 has its state in real SQLite files. Many runs go on in worker processes, on a compiled copy.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openFolder } from '../src/core/engine/folder.ts';
import {
  explain,
  generateScript,
  profileNamed,
  profiles,
  runScript,
  shrink,
  type RunResult,
  type Script,
} from '../src/testkit/simulation/index.ts';
import { withStates } from '../src/testkit/simulation/sqlite-states.ts';
import { compileAll } from './compiled.ts';

interface Tally {
  runs: number;
  irreducible: number;
  rejected: number;
  /** Failure kind → seeds, with their profile. */
  readonly failed: Map<string, string[]>;
  readonly shown: string[];
}

type PlainTally = Omit<Tally, 'failed'> & { readonly failed: [string, string[]][] };

const { values: wanted } = parseArgs({
  options: {
    runs: { type: 'string', default: '500' },
    seed: { type: 'string', default: '1' },
    profile: { type: 'string', default: 'plain' },
    workers: { type: 'string', default: '1' },
    show: { type: 'string', default: '1' },
    shrink: { type: 'boolean', default: false },
    trace: { type: 'boolean', default: false },
    script: { type: 'boolean', default: false },
    keep: { type: 'string' },
    load: { type: 'string' },
  },
});

/** Fewer are begun at once, in this process. */
const fewRuns = 50;
const toldRuns = 100;
const longWay = 10_000;

const names = wanted.profile === 'all' ? Object.keys(profiles) : wanted.profile.split(',');
const first = Number(wanted.seed);
const runs = Number(wanted.runs);
const workers = Math.max(1, Math.min(Number(wanted.workers), runs));

if (process.send === undefined) await conduct();
else process.send(serialized(await runAll(first, runs)));

async function conduct(): Promise<void> {
  const began = performance.now();
  const isShort = wanted.load !== undefined || wanted.keep !== undefined || runs < fewRuns;
  const tally = isShort ? await runAll(first, runs) : await runInWorkers();
  const seconds = (performance.now() - began) / 1000;
  for (const text of tally.shown.slice(0, Number(wanted.show))) console.log(`${text}\n`);
  const bad = new Set([...tally.failed.values()].flat()).size;
  const rate = (tally.runs / seconds).toFixed(1);
  console.log(
    `${String(tally.runs)} runs in ${seconds.toFixed(1)} s (${rate}/s), ${String(bad)} bad`,
  );
  for (const [kind, seeds] of tally.failed) {
    console.log(`  ${kind}: ${String(seeds.length)}, first ${seeds.slice(0, 8).join(' ')}`);
  }
  console.log(
    `  ${String(tally.rejected)} syncs ended by faults, ${String(tally.irreducible)} contents lost to programs that no protocol can stop`,
  );
  process.exitCode = bad > 0 ? 1 : 0;
}

async function runAll(from: number, count: number): Promise<Tally> {
  const tally: Tally = { runs: 0, irreducible: 0, rejected: 0, failed: new Map(), shown: [] };
  for (const name of names) {
    for (let seed = from; seed < from + count; seed += 1) {
      await runOne(seed, name, tally);
    }
  }
  return tally;
}

async function runOne(seed: number, name: string, tally: Tally): Promise<void> {
  const script = scriptFor(seed, name);
  let result = await withStates(seed, (states) =>
    runScript(script, { openFolder, trace: wanted.trace, ...states }),
  );
  tally.runs += 1;
  if (tally.runs % toldRuns === 0) process.send?.({ more: toldRuns });
  tally.rejected += result.rejected;
  tally.irreducible += result.irreducible;
  for (const kind of new Set(result.failures.map((failure) => failure.kind))) {
    tally.failed.set(kind, [...(tally.failed.get(kind) ?? []), `${name}:${String(seed)}`]);
  }
  const failed = result.failures.length > 0;
  if (!(failed || wanted.trace) || tally.shown.length >= Number(wanted.show)) return;
  if (failed && wanted.shrink) {
    result = await shrink(script, { openFolder, trace: wanted.trace });
  }
  tally.shown.push(textOf(result));
  if (failed && wanted.keep !== undefined) {
    writeFileSync(wanted.keep, `${JSON.stringify(result.script, undefined, 2)}\n`);
  }
}

function scriptFor(seed: number, name: string): Script {
  if (wanted.load === undefined) return generateScript(seed, profileNamed(name), name);
  return JSON.parse(readFileSync(wanted.load, 'utf8')) as Script;
}

function textOf(result: RunResult): string {
  if (!wanted.script && !wanted.shrink) return explain(result);
  return `${explain(result)}\nscript: ${JSON.stringify(result.script)}`;
}

/** Each worker gets a piece of the seeds. */
async function runInWorkers(): Promise<Tally> {
  const copy = compileAll();
  process.once('exit', () => {
    rmSync(copy, { recursive: true, force: true });
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  const progress = progressOf(runs * names.length);
  const size = Math.ceil(runs / workers);
  const pieces = Array.from({ length: workers }, (_, index) => ({
    from: first + index * size,
    count: Math.max(0, Math.min(size, runs - index * size)),
  }));
  const tallies = await Promise.all(pieces.map((piece) => runPiece(copy, piece, progress)));
  const sum: Tally = { runs: 0, irreducible: 0, rejected: 0, failed: new Map(), shown: [] };
  for (const tally of tallies) {
    sum.runs += tally.runs;
    sum.irreducible += tally.irreducible;
    sum.rejected += tally.rejected;
    sum.shown.push(...tally.shown);
    for (const [kind, seeds] of tally.failed) {
      sum.failed.set(kind, [...(sum.failed.get(kind) ?? []), ...seeds]);
    }
  }
  return sum;
}

/** A line for every tenth of a long way. */
function progressOf(total: number): (more: number) => void {
  let done = 0;
  return (more) => {
    const tenths = Math.floor((10 * done) / total);
    done += more;
    if (total >= longWay && Math.floor((10 * done) / total) > tenths) {
      console.log(`${String(done)} of ${String(total)} runs`);
    }
  };
}

function runPiece(
  copy: string,
  piece: { readonly from: number; readonly count: number },
  progress: (more: number) => void,
): Promise<Tally> {
  const flags = ['shrink', 'trace', 'script'].filter((flag) => process.argv.includes(`--${flag}`));
  const worker: ChildProcess = fork(
    join(copy, 'scripts/simulate.js'),
    [
      ...['--runs', String(piece.count), '--seed', String(piece.from)],
      ...['--profile', wanted.profile, '--show', wanted.show],
      ...flags.map((flag) => `--${flag}`),
    ],
    { execArgv: [] },
  );
  return new Promise((resolve, reject) => {
    worker.on('message', (message) => {
      const plain = message as PlainTally | { more: number };
      if ('more' in plain) {
        progress(plain.more);
        return;
      }
      worker.disconnect();
      resolve({ ...plain, failed: new Map(plain.failed) });
    });
    worker.once('error', reject);
    worker.once('exit', (code) => {
      if (code !== 0) reject(new Error(`a worker ended with ${String(code)}`));
    });
  });
}

function serialized(tally: Tally): object {
  return { ...tally, failed: [...tally.failed] };
}
