/**
 * The demo: two computers and an FTP server in one temporary directory, with the real plugin and the real engine. Tells
 * what happens in words and trees, and checks that all three hold the same.
 */
import { syncFolders } from '../agent.ts';
import type { AgentParts } from '../agent.ts';
import { loadConfig } from '../config/load.ts';
import type { LoadContext } from '../config/load.ts';
import type { Config } from '../config/config.ts';
import type { SyncReport } from '../core/ports/folder.ts';
import type { Log } from '../core/ports/world.ts';
import { setStage, USER } from './stage.ts';
import type { Computer, Stage } from './stage.ts';
import { SCENES } from './tour.ts';
import type { Scene } from './tour.ts';
import { readTree, sameTree, treeLines } from './trees.ts';

export interface DemoContext {
  readonly say: (line: string) => void;
  readonly load: LoadContext;
  readonly partsFor: (config: Config) => Promise<AgentParts>;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** A report as lines. */
  readonly tell: (report: SyncReport) => readonly string[];
  readonly keepSecret: (value: string) => void;
}

/** True when all three trees were equal after every scene. Fails when a sync fails. */
export async function runDemo(
  context: DemoContext,
  { once }: { readonly once: boolean },
): Promise<boolean> {
  const stage = await setStage();
  context.keepSecret(stage.password);
  try {
    let equal = true;
    for (const [index, scene] of SCENES.entries()) {
      context.say(`${index === 0 ? '' : '\n'}${index + 1}. ${scene.title}`);
      equal = (await play(scene, stage, context)) && equal;
    }
    context.say(equal ? '\nAll three are equal, byte for byte.' : '\nThe three are NOT equal.');
    if (!once) await keepOn(stage, context);
    return equal;
  } finally {
    await stage.close();
  }
}

async function play(scene: Scene, stage: Stage, context: DemoContext): Promise<boolean> {
  const [laptop, desk] = stage.computers;
  await scene.act({ laptop: laptop.folder, desk: desk.folder });
  for (const name of scene.syncs) {
    const computer = name === 'laptop' ? laptop : desk;
    const report = await syncComputer(computer, context);
    for (const line of context.tell(report)) context.say(`   ${name} syncs: ${line}`);
  }
  return await showTrees(stage, context);
}

async function syncComputer(computer: Computer, context: DemoContext): Promise<SyncReport> {
  const config = await loadConfig(computer.config, context.load);
  const [outcome] = await syncFolders({
    config,
    folders: config.folders,
    parts: await context.partsFor(config),
    log: context.log,
    signal: context.signal,
    dryRun: false,
    wait: undefined,
    onEvent: () => undefined,
  });
  if (outcome === undefined) throw new Error('the demo has no folder');
  if (!outcome.ok) throw outcome.error;
  return outcome.value;
}

async function showTrees({ computers, store }: Stage, { say }: DemoContext): Promise<boolean> {
  const [laptop, desk] = computers;
  const places = [
    ['laptop', await readTree(laptop.folder)],
    ['server', await readTree(store)],
    ['desk', await readTree(desk.folder)],
  ] as const;
  const [[, first], ...others] = places;
  const equal = others.every(([, tree]) => sameTree(first, tree));
  const shown = equal ? ([['laptop, server and desk', first]] as const) : places;
  for (const [name, tree] of shown) {
    say(`   ${name}:`);
    for (const line of treeLines(tree)) say(`      ${line}`);
  }
  return equal;
}

/** Milliseconds between the rounds of the two computers when nobody ends the demo. */
const PAUSE = 3000;

async function keepOn(stage: Stage, context: DemoContext): Promise<void> {
  const { say, signal, sleep } = context;
  const [laptop, desk] = stage.computers;
  say('\nTry it yourself: change files in these folders; both sync every 3 seconds.');
  say(`   laptop   ${laptop.folder}`);
  say(`   desk     ${desk.folder}`);
  say(`   server   ${stage.store}`);
  say(`   as FTP   ftp://${USER}@127.0.0.1:${stage.port}/ (the password is in ${laptop.config})`);
  say('Ctrl-C ends the demo and removes all of it.');
  while (!signal.aborted) {
    await sleep(PAUSE, signal).catch(() => undefined);
    for (const computer of stage.computers) await syncQuietly(computer, context);
  }
}

/** Tells only what changed or went wrong. */
async function syncQuietly(computer: Computer, context: DemoContext): Promise<void> {
  const { say, signal, tell } = context;
  if (signal.aborted) return;
  try {
    const report = await syncComputer(computer, context);
    const quiet = report.inSync && Object.values(report.done).every((number) => number === 0);
    if (!quiet) for (const line of tell(report)) say(`${computer.name}: ${line}`);
  } catch (error) {
    const stopped = signal.reason !== undefined;
    if (!stopped)
      say(`${computer.name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
