/**
 * Breaks the engine line by line, in copies, together with the lines that protect from the same harm, and says after how many
 * simulated runs each breakage was noticed.
 *   npm run mutate -- [--runs 20000] [--seed 1] [--workers 2] [--only WORDS[,WORDS]] [--table]
 * The kept scripts of `test/simulation/found` come first. Each failing seed is run once more on the unbroken engine, which has
 * to pass it. Ends with exit code 1 when a mutation survives or no longer fits its file. `--table` prints lines for
 * docs/reliability.md. The checkout is never changed.
 */
import { fork } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import pMap from 'p-map';
import { compileAll, compileInto, root } from './compiled.ts';
import type { Hunt, HuntResult } from './hunt.ts';
import { mutated, mutations, notNeeded, type Mutation } from './mutations/index.ts';

const { values: wanted } = parseArgs({
  options: {
    runs: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    workers: { type: 'string', default: '2' },
    only: { type: 'string', default: '' },
    table: { type: 'boolean', default: false },
  },
});

/** A run that says nothing for so long hangs, which is a way to be noticed. */
const silence = 300_000;

const keptDirectory = join(root, 'test/simulation/found');
const kept = readdirSync(keptDirectory)
  .sort()
  .map((name) => join(keptDirectory, name));

interface Outcome {
  readonly mutation: Mutation;
  readonly result: HuntResult;
  readonly seconds: number;
}

const base = compileAll();
process.once('exit', () => {
  rmSync(base, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
await conduct();

async function conduct(): Promise<void> {
  const only = wanted.only.split(',');
  const chosen = mutations.filter(({ name }) => only.some((words) => name.includes(words)));
  const files = chosen.map((mutation) => mutated(mutation, sourceOf));
  const outcomes = await pMap(
    chosen,
    async (mutation, index) => {
      const outcome = await tryOne(mutation, files[index] ?? new Map());
      console.log(lineOf(outcome));
      return outcome;
    },
    { concurrency: Number(wanted.workers) },
  );
  const survived = outcomes.filter(({ result }) => result.failure === undefined);
  console.log(
    `\n${String(outcomes.length - survived.length)} of ${String(outcomes.length)} breakages noticed`,
  );
  for (const [rule, why] of Object.entries(notNeeded)) console.log(`${rule}: ${why}`);
  if (survived.length > 0) process.exitCode = 1;
}

function sourceOf(file: string): string {
  return readFileSync(join(root, 'src/core', file), 'utf8');
}

async function tryOne(mutation: Mutation, files: ReadonlyMap<string, string>): Promise<Outcome> {
  const copy = mkdtempSync(join(tmpdir(), 'ownsync-mutated-'));
  const began = performance.now();
  try {
    cpSync(base, copy, { recursive: true, verbatimSymlinks: true });
    for (const [file, text] of files) compileInto(copy, `src/core/${file}`, text);
    const result = await huntGenuine(copy, mutation);
    return { mutation, result, seconds: (performance.now() - began) / 1000 };
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** A run that the unbroken engine fails too says nothing about the mutation, but something about the engine. */
async function huntGenuine(copy: string, { profiles }: Mutation): Promise<HuntResult> {
  const [seed, runs] = [Number(wanted.seed), Number(wanted.runs)];
  for (let skip = 0; ;) {
    const result = await hunt(copy, { profiles, kept: skip === 0 ? kept : [], seed, runs, skip });
    const { failure } = result;
    // A kept script passes on the unbroken engine in every test run.
    if (failure === undefined || failure.kind === 'hang' || failure.kept !== undefined)
      return result;
    const whole = await hunt(base, {
      profiles: [failure.profile],
      kept: [],
      seed: failure.seed,
      runs: 1,
      skip: 0,
    });
    if (whole.failure === undefined) return result;
    console.log(`THE ENGINE ITSELF FAILS: ${failure.profile}:${String(failure.seed)}`);
    process.exitCode = 1;
    skip = result.runs;
  }
}

function hunt(copy: string, wish: Hunt): Promise<HuntResult> {
  const child = fork(join(copy, 'scripts/hunt.js'), [JSON.stringify(wish)], { execArgv: [] });
  return new Promise((resolve, reject) => {
    let last: HuntResult = { runs: 0 };
    const hangs = (): void => {
      child.kill('SIGKILL');
      const [profile = 'plain'] = wish.profiles;
      const where = last.kept === undefined ? {} : { kept: last.kept };
      resolve({
        runs: last.runs + 1,
        failure: { kind: 'hang', profile, seed: wish.seed, ...where },
      });
    };
    let timer = setTimeout(hangs, silence);
    child.on('message', (message) => {
      clearTimeout(timer);
      timer = setTimeout(hangs, silence);
      last = message as HuntResult;
      if (last.isOver === true) child.disconnect();
    });
    child.once('error', reject);
    child.once('exit', (code) => {
      clearTimeout(timer);
      if (last.isOver === true) resolve(last);
      else if (code !== null) reject(new Error(`a worker ended with ${String(code)}`));
    });
  });
}

function lineOf({ mutation, result, seconds }: Outcome): string {
  const { failure, runs } = result;
  if (wanted.table) {
    const found =
      failure === undefined
        ? 'not noticed'
        : `${failure.kind}, ${failure.kept === undefined ? failure.profile : 'a kept script'}`;
    const files = new Set([mutation, ...(mutation.also ?? [])].map(({ file }) => `\`${file}\``));
    return `| ${mutation.name} | ${[...files].join(', ')} | ${mutation.breaks.join(', ')} | ${String(runs)} | ${found} |`;
  }
  const time = `${seconds.toFixed(0)} s`.padStart(6);
  if (failure === undefined) return `SURVIVED ${String(runs)} runs ${time}  ${mutation.name}`;
  const from = `${failure.profile}:${String(failure.seed)}`;
  const where = `${failure.kind}, ${failure.kept === undefined ? from : basename(failure.kept)}`;
  return `noticed after ${String(runs).padStart(5)} ${time}  ${mutation.name} (${where})`;
}
