/** `clients/`: who takes part, what each has merged, and up to where its disk holds everything. */
import { FormatError } from '../format/json-lines.ts';
import type { ClientFile } from '../format/small-files.ts';
import { decodeClient, encodeClient } from '../format/small-files.ts';
import { compareStamps } from '../model/stamp.ts';
import { covers } from '../model/version.ts';
import type { FolderStatus } from '../ports/folder.ts';
import type { Context } from './context.ts';
import { standingDamage, takeDamage } from './damage.ts';
import { layout } from './layout.ts';
import { storeNow } from './lease.ts';
import { epochMark } from './lost.ts';
import type { FolderState, KnownClient } from './state.ts';

const SMALL = 1024 * 1024;
const PROGRAM = 'ownsync 1';

interface Told {
  readonly held: Readonly<Record<string, number>>;
  readonly at: number;
  readonly client: string;
  readonly looked: string | undefined;
  /** Paths, as one text. */
  readonly damaged: string;
}

export interface Standing {
  /** This disk holds everything that is known. */
  readonly isComplete: boolean;
  /** The store got everything that this disk had for it. */
  readonly hasBrought: boolean;
}

/** Rewritten when what this disk holds moved; else at most hourly, to say "still here". */
export async function tellOwn(ctx: Context, { isComplete, hasBrought }: Standing): Promise<void> {
  const { state, limits } = ctx;
  const told = state.meta.get('told') as Told | undefined;
  const { client, former } = state.identity;
  const seen = state.seenByClient();
  const looked = hasBrought ? epochMark(ctx) : told?.looked;
  const held = isComplete ? seen : (told?.held ?? {});
  const now = ctx.clock.now();
  const damaged = standingDamage(ctx);
  const damage = damaged.map(({ path }) => path).join('\n');
  const moved =
    told?.client !== client ||
    !covers(told.held, held) ||
    told.looked !== looked ||
    told.damaged !== damage;
  if (!moved && Math.abs(now - told.at) < limits.clientFileAge) {
    return;
  }
  const file = {
    ...{ client, name: ctx.settings.client, program: PROGRAM, seen, held },
    ...(looked === undefined ? {} : { looked }),
    ...(Object.keys(former).length === 0 ? {} : { former: Object.keys(former) }),
    ...(damaged.length === 0 ? {} : { damaged }),
    lastSeen: now,
  };
  const stamp = await ctx.store.writeText(layout.client(client), encodeClient(file));
  state.clients.set(`${client}.json`, { ...file, stamp });
  state.meta.set('told', { held, at: now, client, looked, damaged: damage } satisfies Told);
  state.commit();
}

/** Reads what changed in `clients/`; a torn file counts as not there. */
export async function readClients(ctx: Context): Promise<void> {
  const { clients } = ctx.state;
  const listing = await ctx.glance.listOwn(layout.clients);
  const names = new Set(listing.entries.map((entry) => entry.name));
  for (const name of [...clients.keys()].filter((known) => !names.has(known))) {
    clients.delete(name);
  }
  const changed = listing.entries.filter(({ name, stamp }) => {
    const known = clients.get(name);
    return known === undefined || compareStamps(known.stamp, stamp) !== 'same';
  });
  await ctx.store.each(changed, async ({ name, stamp }) => {
    const text = await ctx.store.readTextIfWhole(`${layout.clients}/${name}`, SMALL);
    const file = text === undefined ? undefined : lenient(text);
    if (file !== undefined && name === `${file.client}.json`) {
      clients.set(name, { ...file, stamp });
      takeDamage(ctx, file.damaged ?? []);
    }
  });
  ctx.state.commit();
}

/** Names of live clients (by the store's clock) whose disk does not hold everything in `target`. */
export async function missingClients(
  ctx: Context,
  target: Readonly<Record<string, number>>,
): Promise<string[]> {
  const late = await liveOthers(ctx, ({ held }) => !covers(held, target));
  return late.map(({ name }) => name);
}

/** Live clients but this one, of those that matter. The store's clock is asked only if there are any. */
export async function liveOthers(
  ctx: Context,
  matters: (client: KnownClient) => boolean = () => true,
): Promise<KnownClient[]> {
  await readClients(ctx);
  const others = [...ctx.state.clients.entries()]
    .map(([, client]) => client)
    .filter((known) => known.client !== ctx.state.identity.client && matters(known));
  if (others.length === 0) {
    return [];
  }
  const now = await storeNow(ctx);
  const isLive = ({ stamp }: KnownClient) =>
    now === undefined || now - (stamp.modified ?? now) <= ctx.settings.liveFor;
  return others.filter(isLive);
}

/** From memory, for the status. */
export function clientStatus(state: FolderState): FolderStatus['clients'] {
  const seen = state.seenByClient();
  return [...state.clients.entries()]
    .map(([, { client, name, lastSeen, held }]) => ({
      id: client,
      name,
      lastSeen,
      upToDate: covers(held, seen),
    }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

function lenient(text: string): ClientFile | undefined {
  try {
    return decodeClient(text);
  } catch (error) {
    if (error instanceof FormatError) {
      return undefined;
    }
    throw error;
  }
}
