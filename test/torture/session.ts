/**
 * What every world of the torture does with its computers: a sync that is killed, and what must be true after it. Nothing here
 * knows what the world is about.
 */
import type { Rng } from '../../src/testkit/simulation/rng.ts';
import { readTree } from '../corpus/tree.ts';
import type { Client } from '../scenarios/client.ts';
import type { StoreName } from '../scenarios/stores.ts';
import { runKilled } from './program.ts';
import type { Aim, Hit, Run } from './program.ts';
import type { Tally } from './tally.ts';
import type { World } from './world.ts';

export interface Session {
  readonly store: StoreName;
  readonly tally: Tally;
  readonly world: World;
  readonly rng: Rng;
  readonly say: (line: string) => void;
  /** See Torture. */
  readonly only: readonly string[] | undefined;
  /** What the next sync that is killed is mostly about. */
  role: 'upload' | 'download';
  /** Role → steps that the last such sync took that was not killed; of kinds that it had none of, those of one before. */
  readonly steps: Map<Session['role'], NonNullable<Run['steps']>>;
}

/** Before the first one ended by itself. */
const USUAL: Readonly<Record<Session['role'], NonNullable<Run['steps']>>> = {
  upload: {
    ...{ store: 150, local: 100 },
    kinds: {
      ...{ list: 20, look: 20, read: 6, write: 20, makeDirectory: 8 },
      ...{ rename: 6, remove: 4, removeDirectory: 2, setModified: 2 },
    },
  },
  download: { store: 100, local: 150, kinds: { list: 20, look: 10, read: 20, write: 2 } },
};

/** One sync that is killed, unless it ends before; then nothing torn may be visible. */
export async function strike(
  session: Session,
  client: Client,
  aim: Aim = anywhere(session),
): Promise<Hit | undefined> {
  const { world, store, tally, say } = session;
  world.note();
  const { hit, steps, code, text } = await runKilled(client, aim);
  if (hit === undefined) {
    for (const kind of aim.kinds ?? []) tally.miss(store, kind);
    if (steps !== undefined) {
      const kinds = { ...stepsOf(session).kinds, ...steps.kinds };
      session.steps.set(session.role, { ...steps, kinds });
    }
    say(`${client.name} ended (${String(code)}) before ${JSON.stringify(aim)}`);
    // 4: the guard holds deletions for a person, who agrees later.
    if (code !== 0 && code !== 4)
      throw new Error(`a sync without any fault ended with ${String(code)}: ${text}`);
  } else {
    tally.kill(store, hit);
    say(`${client.name} killed ${hit.moment} ${hit.kind} ${hit.path}`);
  }
  world.checkNothingTorn();
  return hit;
}

function stepsOf({ steps, role }: Session): NonNullable<Run['steps']> {
  return steps.get(role) ?? USUAL[role];
}

/** Every kind of operation that a store has is hit so often at least. */
const ENOUGH = 5;

/** By progress alone, a part on this computer's own disk, and where there were fewest: mostly so until that was often enough. */
function anywhere(session: Session): Aim {
  const { rng, tally, store, only } = session;
  if (only !== undefined) return { kinds: only, nth: 1 + rng.below(2) };
  const steps = stepsOf(session);
  if (rng.chance(0.2)) return { scope: 'local', nth: 1 + rng.below(steps.local) };
  const kind = tally.rarest(store, Object.keys(steps.kinds)) ?? 'list';
  const isEnough = tally.kills(store, kind) >= ENOUGH;
  if (rng.chance(isEnough ? 0.75 : 0.3)) return { nth: 1 + rng.below(steps.store) };
  const there = steps.kinds[kind] ?? 1;
  // The next sync may have fewer of them.
  return { kinds: [kind], nth: 1 + rng.below(isEnough ? there : Math.min(3, there)) };
}

/** The next rounds make everything as the editor had it, whoever comes first; no hand is needed. */
export async function recovered(
  { world, rng, say }: Session,
  killed: Client,
  { editor }: { readonly editor: Client },
): Promise<void> {
  const expected = readTree(editor.folder);
  const others = world.computers.filter((client) => client !== killed);
  // Whoever is first must not be held up for ever by a computer that never comes back.
  const othersFirst = editor === killed || rng.chance(0.5) ? rng.chance(0.3) : false;
  if (othersFirst) world.ageLease();
  say(othersFirst ? 'the other computer comes first' : 'it is started again');
  await world.checkConverges(
    othersFirst ? [...others, killed, ...others] : [killed, ...others],
    expected,
  );
}
