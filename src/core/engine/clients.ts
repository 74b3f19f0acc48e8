/** `clients/`: who takes part, what each has merged, and up to where its disk holds everything. */
import { FormatError } from '../format/json-lines.ts';
import type { ClientFile } from '../format/small-files.ts';
import { decodeClient, encodeClient } from '../format/small-files.ts';
import { covers } from '../model/version.ts';
import type { Context } from './context.ts';
import { layout } from './layout.ts';
import { storeNow } from './lease.ts';

const SMALL = 1024 * 1024;
const PROGRAM = 'ownsync 1';

interface Told {
  readonly held: Readonly<Record<string, number>>;
  readonly at: number;
  readonly client: string;
}

/** Rewritten when what this disk holds moved; else at most hourly, to say "still here". */
export async function tellOwn(ctx: Context, isComplete: boolean): Promise<void> {
  const { state, limits } = ctx;
  const told = state.meta.get('told') as Told | undefined;
  const { client } = state.identity;
  const seen = state.seenByClient();
  const held = isComplete ? seen : (told?.held ?? {});
  const now = ctx.clock.now();
  const moved = told?.client !== client || !covers(told.held, held);
  if (!moved && Math.abs(now - told.at) < limits.clientFileAge) {
    return;
  }
  const file = { client, name: ctx.settings.client, program: PROGRAM, seen, held, lastSeen: now };
  await ctx.store.writeText(layout.client(client), encodeClient(file));
  state.meta.set('told', { held, at: now, client } satisfies Told);
  state.commit();
}

export interface KnownClient extends ClientFile {
  readonly isLive: boolean;
}

/** All clients that wrote a file, live or not by the store's clock; a torn file counts as not there. */
export async function readClients(ctx: Context): Promise<KnownClient[]> {
  const listing = await ctx.store.list(layout.clients);
  const now = await storeNow(ctx);
  const clients: KnownClient[] = [];
  await ctx.store.each(listing.entries, async ({ name, stamp }) => {
    const text = await ctx.store.readTextIfThere(`${layout.clients}/${name}`, SMALL);
    const file = text === undefined ? undefined : lenient(text);
    if (file !== undefined && name === `${file.client}.json`) {
      const modified = stamp.modified ?? now;
      const isLive = now === undefined || now - (modified ?? now) <= ctx.settings.liveFor;
      clients.push({ ...file, isLive });
    }
  });
  return clients.sort((a, b) => (a.client < b.client ? -1 : 1));
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
