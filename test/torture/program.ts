/**
 * `ownsync sync` as the built program and a process of its own, over a store whose plugin kills it, or holds it, at a chosen
 * step. See killer.mjs.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse, stringify } from 'yaml';
import type { Client, Shown } from '../scenarios/client.ts';
import { projectRoot } from '../support/project.ts';

/** Where a process is to be hit. */
export interface Aim {
  /** Of the steps that match, the one that is hit, from 1 on. */
  readonly nth: number;
  /** Default `store`. */
  readonly scope?: 'store' | 'local' | 'all';
  /** Default: every kind. */
  readonly kinds?: readonly string[];
  /** `middle`: between two chunks of a transfer. Default `any`. */
  readonly moment?: 'any' | 'before' | 'middle' | 'after';
  /** A regular expression for the path of the step. Default: any. */
  readonly path?: string;
}

/** A step that was hit. */
export interface Hit {
  readonly scope: 'store' | 'local';
  readonly kind: string;
  readonly moment: 'before' | 'middle' | 'after';
  readonly path: string;
}

interface Steps {
  readonly store: number;
  readonly local: number;
  /** Kind of operation on the store → steps. */
  readonly kinds: Readonly<Record<string, number>>;
}

export interface Run {
  /** Undefined: it ended before it came to the step. */
  readonly hit: Hit | undefined;
  /** How many steps there were, if it ended by itself. */
  readonly steps: Steps | undefined;
  /** Exit code; null after a kill. */
  readonly code: number | null;
  readonly text: string;
}

const PROGRAM = join(projectRoot, 'dist/src/cli.js');
const KILLER = join(projectRoot, 'test/torture/killer.mjs');
/** A process that takes longer hangs. */
const PATIENCE = 120_000;

/** Runs until it ends, or is killed at the step. */
export async function runKilled(client: Client, aim: Aim): Promise<Run> {
  const files = prepare(client, aim, 'kill');
  return outcome(await ended(start(files)), files);
}

/** Runs until it ends; at the step it is held while `meanwhile` happens. */
export async function runHeld(
  client: Client,
  aim: Aim,
  meanwhile: () => Promise<void> | void,
): Promise<Run> {
  const files = prepare(client, aim, 'hold');
  const held = `${files.log}.held`;
  const child = start(files);
  const end = ended(child);
  let isOver = false;
  void end.finally(() => {
    isOver = true;
  });
  const over = (): boolean => isOver;
  while (!over() && !existsSync(held)) await sleep(5);
  if (existsSync(held)) {
    try {
      await meanwhile();
    } finally {
      rmSync(held);
    }
  }
  return outcome(await end, files);
}

interface Files {
  readonly config: string;
  readonly log: string;
}

/** The client's own configuration with the killer around its store, beside it, so that the state is the same. */
function prepare(client: Client, aim: Aim, action: 'kill' | 'hold'): Files {
  const directory = dirname(client.config);
  const files = { config: join(directory, 'killer.yaml'), log: join(directory, 'steps.log') };
  const config = parse(readFileSync(client.config, 'utf8')) as { stores: { place: unknown } };
  const inner = config.stores.place;
  config.stores.place = {
    plugin: KILLER,
    ...{ inner, log: files.log, local: client.folder, action },
    ...{ scope: 'store', moment: 'any', ...aim },
  };
  writeFileSync(files.config, stringify(config), { mode: 0o600 });
  rmSync(files.log, { force: true });
  return files;
}

function start({ config }: Files): ChildProcess {
  return spawn(process.execPath, [PROGRAM, 'sync', '--config', config], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: '', NODE_V8_COVERAGE: '' },
  });
}

async function ended(child: ChildProcess): Promise<Shown> {
  const [out, err]: [Buffer[], Buffer[]] = [[], []];
  child.stdout?.on('data', (bytes: Buffer) => out.push(bytes));
  child.stderr?.on('data', (bytes: Buffer) => err.push(bytes));
  const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
  return await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code, out: Buffer.concat(out).toString(), err: Buffer.concat(err).toString() });
    });
  });
}

function outcome({ code, out, err }: Shown, { log }: Files): Run {
  const lines = existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n') : [];
  const told = lines.map((line) => JSON.parse(line) as { hit?: Hit; total?: Steps });
  const hit = told.find((line) => line.hit !== undefined)?.hit;
  if (code === null && hit === undefined) throw new Error(`it hung: ${out}${err}`);
  return {
    hit,
    steps: told.find((line) => line.total !== undefined)?.total,
    code,
    text: `${out}${err}`,
  };
}
