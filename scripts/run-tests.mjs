/**
 * `npm test`: makes the checkout ready, then runs mocha over every *.test.ts below test, with coverage when asked for.
 * The whole set runs in lanes at once: most of them wait for servers most of the time. Arguments that are paths replace the
 * set; other arguments go to mocha. Never leaves a tracked file changed.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { Buffer } from 'node:buffer';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setup } from './setup.mjs';

const self = fileURLToPath(import.meta.url);
const root = dirname(dirname(self));
const lanes = {
  large: ['test/scenarios/scenario.test.ts'],
  programs: ['test/scenarios/!(scenario).test.ts', 'test/torture/**/*.test.ts'],
  conformance: ['test/conformance/**/*.test.ts'],
  plugins: ['test/plugins/**/*.test.ts'],
  rest: ['test/!(conformance|plugins|scenarios|torture)/**/*.test.ts'],
};

const args = process.argv.slice(2);
const coverage = take('--coverage');
const inside = take('--inside-coverage');

if (!inside) setup();
process.exit(coverage ? withCoverage() : await runAll());

/** True when the flag was given; it does not go on to mocha. */
function take(flag) {
  const at = args.indexOf(flag);
  if (at !== -1) args.splice(at, 1);
  return at !== -1;
}

function withCoverage() {
  const c8 = join(root, 'node_modules', 'c8', 'bin', 'c8.js');
  const command = [c8, process.execPath, self, '--inside-coverage', ...args];
  const { status, error } = spawnSync(process.execPath, command, { cwd: root, stdio: 'inherit' });
  if (error !== undefined) throw error;
  return status ?? 1;
}

async function runAll() {
  if (args.some((argument) => argument.startsWith('test/'))) {
    return await mocha(args.map(specOf), {});
  }
  const work = mkdtempSync(join(tmpdir(), 'ownsync-test-run-'));
  try {
    const results = await Promise.all(
      Object.entries(lanes).map(async ([name, specs], index) => {
        const summary = join(work, `${name}.json`);
        // One lane's lines come as they are made, the others' when they have ended: mixed, nobody could read them.
        const code = await mocha([...args, ...specs], { summary, quiet: index > 0 });
        return { code, summary };
      }),
    );
    writeSummary(results.map(({ summary }) => summary));
    return results.find(({ code }) => code !== 0)?.code ?? 0;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** A directory stands for all tests below it. */
function specOf(argument) {
  const isDirectory =
    argument.startsWith('test/') &&
    statSync(join(root, argument), { throwIfNoEntry: false })?.isDirectory() === true;
  return isDirectory ? `${argument.replace(/\/$/, '')}/**/*.test.ts` : argument;
}

/** The sum of the lanes; none if one of them ended without its own. */
function writeSummary(files) {
  const target = process.env.OWNSYNC_TEST_SUMMARY;
  if (!files.every((file) => existsSync(file))) return;
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const file of files) {
    const counts = JSON.parse(readFileSync(file, 'utf8'));
    for (const kind of Object.keys(total)) total[kind] += counts[kind];
  }
  process.stdout.write(
    `\nin all: ${String(total.passed)} passed, ${String(total.failed)} failed, ${String(total.skipped)} skipped\n`,
  );
  if (target) writeFileSync(target, JSON.stringify(total));
}

function mocha(given, { summary, quiet = false }) {
  const command = [
    join(root, 'node_modules', 'mocha', 'bin', 'mocha.js'),
    '--reporter',
    './scripts/reporter.cjs',
    ...given,
  ];
  const env =
    summary === undefined ? process.env : { ...process.env, OWNSYNC_TEST_SUMMARY: summary };
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, command, {
      cwd: root,
      env,
      stdio: quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit',
    });
    const kept = [];
    child.stdout?.on('data', (chunk) => kept.push(chunk));
    child.stderr?.on('data', (chunk) => kept.push(chunk));
    child.once('error', reject);
    child.once('close', (code, signal) => {
      process.stdout.write(Buffer.concat(kept));
      if (signal !== null) process.stderr.write(`tests ended by ${signal}\n`);
      resolve(code ?? 1);
    });
  });
}
