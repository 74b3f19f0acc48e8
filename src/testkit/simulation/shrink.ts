/**
 * Makes a failing script short: takes events out, in ever smaller pieces, while it still fails in the same ways.
 */
import { runScript, type RunOptions, type RunResult } from './run.ts';
import type { Script, SimulationEvent } from './script.ts';

export interface ShrinkOptions extends RunOptions {
  /** Most runs to try. */
  readonly limit?: number;
}

/** The shortest failing script found, and its result. A script that does not fail comes back as it is. */
export async function shrink(script: Script, options: ShrinkOptions): Promise<RunResult> {
  let best = await runScript(script, options);
  if (best.failures.length === 0) return best;
  const kinds = kindsOf(best);
  let left = options.limit ?? 2000;
  const fails = async (candidate: Script): Promise<boolean> => {
    if (left <= 0) return false;
    left -= 1;
    const result = await runScript(candidate, options);
    if (kindsOf(result) !== kinds) return false;
    best = result;
    return true;
  };
  for (let before = -1; before !== best.script.events.length && left > 0;) {
    before = best.script.events.length;
    await withoutPieces(() => best.script, fails);
    await withFewerSteps(() => best.script, fails);
    await withFewerClients(() => best.script, fails);
  }
  return best;
}

type Fails = (candidate: Script) => Promise<boolean>;

async function withoutPieces(current: () => Script, fails: Fails): Promise<void> {
  let size = Math.ceil(current().events.length / 2);
  while (size >= 1) {
    for (let at = 0; at < current().events.length;) {
      const { events } = current();
      const fewer = [...events.slice(0, at), ...events.slice(at + size)];
      if (!(await fails({ ...current(), events: fewer }))) at += size;
    }
    size = size === 1 ? 0 : Math.ceil(size / 2);
  }
}

/** Longer runs of steps become shorter ones, and faults go. */
async function withFewerSteps(current: () => Script, fails: Fails): Promise<void> {
  for (let at = 0; at < current().events.length; at += 1) {
    const event = current().events[at];
    if (event?.do !== 'step') continue;
    if (event.fault !== undefined) {
      const { fault: _, ...healthy } = event;
      if (await fails(replaced(current(), at, healthy))) continue;
    }
    if (event.pick !== 0) await fails(replaced(current(), at, { ...event, pick: 0 }));
  }
}

/** The last client goes, with all it did. */
async function withFewerClients(current: () => Script, fails: Fails): Promise<void> {
  for (let last = current().clients.length - 1; last > 1; last -= 1) {
    const { clients, events, late } = current();
    const fewer = events.filter((event) => {
      if (event.do === 'act') return event.who !== last;
      return !('client' in event) || event.client !== last;
    });
    const script = { ...current(), events: fewer, clients: clients.slice(0, last) };
    if (!(await fails({ ...script, late: late.filter((index) => index !== last) }))) return;
  }
}

function replaced(script: Script, at: number, event: SimulationEvent): Script {
  return { ...script, events: script.events.map((old, index) => (index === at ? event : old)) };
}

function kindsOf({ failures }: RunResult): string {
  return [...new Set(failures.map(({ kind }) => kind))].sort().join();
}
