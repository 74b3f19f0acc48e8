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
  /** See Session. Default: every kind. */
  readonly only?: readonly string[];
  /** See Session. Empty at first. */
  readonly steps: Session['steps'];
}

/** At least so many kills. `brief`: without the worlds that take a while, and without troubles. */
export async function torture(
  run: Torture,
  { kills, brief = false }: { readonly kills: number; readonly brief?: boolean },
): Promise<void> {
  const { tally, store, only } = run;
  if (only !== undefined && only.length > 0) {
    for (let number = 0; tally.kills(store) < kills; number += 1)
      await inWorld(run, { number, name: working.name, play: working });
    return;
  }
  const plays = brief ? [joining, working] : [joining, working, large, working];
  for (let number = 0; tally.kills(store) < kills; number += 1) {
    // Once, since it takes many syncs.
    const isTurn = !brief && number === plays.length;
    const play = isTurn ? compacting : (plays[number % plays.length] ?? working);
    await inWorld(run, { number, name: play.name, play });
  }
  if (brief) return;
  const canMount = process.platform === 'linux' && process.geteuid?.() === 0;
  const play = (session: Session) => troubles(session, canMount);
  await inWorld(run, { number: -1, name: 'troubles', small: canMount, play });
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
  const { store, seed, tally, only = [] } = run;
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
