/**
 * Torture of one store: worlds are made one after the other, in each a few syncs are killed by progress, and after each kill
 * everything is checked. What chance decides comes from the seed; where the other processes are at that moment does not.
 */
import { createRng, seedOf } from '../../src/testkit/simulation/rng.ts';
import { openStage } from '../scenarios/stage.ts';
import type { StoreName } from '../scenarios/stores.ts';
import { endTrouble, freshDirectory } from '../scenarios/trouble.ts';
import type { Session } from './session.ts';
import type { Tally } from './tally.ts';
import { smallDisk } from './troubled.ts';
import { World } from './world.ts';
import { compacting, joining, large, troubles, working } from './worlds.ts';

export interface Torture {
  readonly store: StoreName;
  readonly seed: number;
  readonly tally: Tally;
  /** Told of every step. */
  readonly say: (line: string) => void;
  /** Kinds of call that all kills are aimed at. Default: every kind. */
  readonly only?: readonly string[] | undefined;
  /** See Session. Empty at first. */
  readonly steps: Session['steps'];
}

/** At least so many kills. `brief`: without the worlds that take a while, and without troubles. */
export async function torture(
  run: Torture,
  { kills, brief = false }: { readonly kills: number; readonly brief?: boolean },
): Promise<void> {
  const { tally, store } = run;
  const plays = playsOf(run, brief);
  const isWhole = !brief && run.only === undefined;
  for (let number = 0; tally.kills(store) < kills; number += 1) {
    const before = tally.kills(store);
    // Once, since it takes many syncs.
    const isTurn = isWhole && number === plays.length;
    const play = isTurn ? compacting : (plays[number % plays.length] ?? working);
    await inWorld(run, { number, name: play.name, play });
    if (run.only !== undefined && tally.kills(store) === before)
      throw new Error(`${store}: a day's work makes no call of ${run.only.join(', ')}`);
  }
  if (!isWhole) return;
  const canMount = process.platform === 'linux' && process.geteuid?.() === 0;
  const play = (session: Session) => troubles(session, canMount);
  await inWorld(run, { number: -1, name: 'troubles', small: canMount, play });
}

/** Kinds of call that all kills are aimed at are in the work of every day. */
function playsOf({ only }: Torture, brief: boolean): readonly Play['play'][] {
  if (only !== undefined) return [working];
  return brief ? [joining, working] : [joining, working, large, working];
}

interface Play {
  readonly number: number;
  readonly name: string;
  /** The store is on a small disk of its own. */
  readonly small?: boolean;
  readonly play: (session: Session) => Promise<void>;
}

/** Fails with what is needed to see it again. */
async function inWorld(run: Torture, { number, name, small = false, play }: Play): Promise<void> {
  const { store, seed, tally, only } = run;
  const lines: string[] = [];
  const say = (line: string): void => {
    lines.push(`\n  ${line}`);
    run.say(`${store}, world ${String(number)}: ${line}`);
  };
  const stage = await openStage(store, small ? { root: smallDisk(freshDirectory()) } : {});
  try {
    const rng = createRng(seedOf(`${String(seed)} ${store} ${String(number)}`));
    const world = new World(stage, rng);
    await play({ store, tally, world, rng, say, only, role: 'upload', steps: run.steps });
  } catch (cause) {
    const where = `${store}, seed ${String(seed)}, world ${String(number)} (${name})`;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${where}: ${why}${lines.join('')}`, { cause });
  } finally {
    // ORDER: what is mounted inside the stage goes before the stage.
    endTrouble();
    await stage.close();
  }
}
