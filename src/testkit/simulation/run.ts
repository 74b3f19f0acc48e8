/**
 * Runs scripts: first the chaos, event by event, then the judgement. One seed and one profile give one result, always.
 */
import { createMemoryState, type SimulatedState } from '../memory-state.ts';
import { judge, showWorld } from './checker.ts';
import { SimulatedClient, Simulation } from './client.ts';
import { carryOutEvent } from './events.ts';
import { turned } from './gates.ts';
import { generateScript } from './generate.ts';
import { profileNamed } from './profiles.ts';
import type { Script } from './script.ts';
import type { Failure, OpenLimited } from './world.ts';

export interface RunResult {
  readonly script: Script;
  readonly failures: readonly Failure[];
  /** What people, programs and clients did, in words. */
  readonly history: readonly string[];
  /** Every port call, if asked for. */
  readonly trace: readonly string[];
  readonly syncs: number;
  readonly steps: number;
  /** Syncs that ended with an error they may end with. */
  readonly rejected: number;
  /** Contents that were lost to a race no protocol can win on that store. */
  readonly irreducible: number;
}

export interface RunOptions {
  readonly openFolder: OpenLimited;
  readonly trace?: boolean;
  /** Where computers remember. Default: in memory. */
  readonly createState?: () => SimulatedState;
}

export function simulate(seed: number, profile: string, options: RunOptions): Promise<RunResult> {
  return runScript(generateScript(seed, profileNamed(profile), profile), options);
}

export async function runScript(script: Script, options: RunOptions): Promise<RunResult> {
  const world = new Simulation(script, {
    openFolder: options.openFolder,
    createState: options.createState ?? createMemoryState,
    withTrace: options.trace === true,
  });
  const stray = (reason: unknown): void => {
    const detail = reason instanceof Error ? (reason.stack ?? reason.message) : String(reason);
    world.fail('threw', `a promise nobody waited for: ${detail}`);
  };
  process.on('unhandledRejection', stray);
  // Most errors here are expected answers, and their stacks cost more than the rest of a run; a trace has them.
  const { stackTraceLimit } = Error;
  if (options.trace !== true) Error.stackTraceLimit = 0;
  try {
    for (const [index, spec] of script.clients.entries()) {
      world.clients.push(
        new SimulatedClient(world, { name: 'abcdef'[index] ?? `c${String(index)}`, spec }),
      );
    }
    for (const event of script.events) {
      if (world.failures.length > 0) break;
      await carryOutEvent(world, event);
    }
    world.store.etags.settle(true);
    if (world.failures.length === 0) await judge(world);
    await turned();
  } catch (error) {
    world.fail('threw', error instanceof Error ? (error.stack ?? error.message) : String(error));
  } finally {
    process.off('unhandledRejection', stray);
    Error.stackTraceLimit = stackTraceLimit;
    for (const client of world.clients) client.crash();
  }
  return resultOf(world);
}

function resultOf(world: Simulation): RunResult {
  const { script, failures, history, syncs, steps, rejected } = world;
  const trace = world.trace === undefined ? [] : [...world.trace, ...showWorld(world)];
  const { irreducible } = world.ledger;
  return { script, failures, history, trace, syncs, steps, rejected, irreducible };
}

/** What a failed run says: how to run it again, what was wrong, and what had happened. */
export function explain(result: RunResult): string {
  const { script, failures, history, trace } = result;
  return [
    `seed ${String(script.seed)}, profile ${script.profile}: ${String(script.clients.length)} clients, ${String(script.events.length)} events`,
    ...failures.slice(0, 12).map(({ kind, message }) => `  ${kind.toUpperCase()} ${message}`),
    `history: ${history.join('; ')}`,
    ...trace,
    `again: npx tsx scripts/simulate.ts --runs 1 --seed ${String(script.seed)} --profile ${script.profile} --trace`,
  ].join('\n');
}
