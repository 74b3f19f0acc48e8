/**
 * After the store was set back: which versions nobody has any more. Absence is proven here too: a version is given up only
 * when every computer that could hold it has looked at the store as it is now, and brought what it had. One that has not
 * shown up for `silent` since then, by the store's own clock, is not waited for any longer.
 */
import { keyOf } from '../model/entry.ts';
import type { Dot } from '../model/version.ts';
import type { Context } from './context.ts';
import { layout } from './layout.ts';
import { storeNow } from './lease.ts';
import type { LocalView } from './scan.ts';

/** A listing of `epochs/` or of `clients/` may be older than the store: what is found missing once is looked for again. */
const ROUNDS_OF_PATIENCE = 5;

/** What a client says in its file once it has looked; the same for all that see the same set of epochs. */
export function epochMark(ctx: Context): string {
  return ctx.digestOf((ctx.state.meta.get('epochs') as string | undefined) ?? '').slice(0, 16);
}

export async function findLost(ctx: Context, local: LocalView): Promise<(dot: Dot) => boolean> {
  const missing = missingVersions(ctx, local);
  return missing.size > 0 && (await everybodyLooked(ctx)) ? (dot) => missing.has(dot) : () => false;
}

/** Versions from before the store was set back that are neither here nor on it, found so for some rounds. */
function missingVersions(ctx: Context, local: LocalView): Set<Dot> {
  const { state } = ctx;
  const missing = new Set<Dot>();
  if (state.waits.size === 0) {
    return missing;
  }
  for (const path of state.master.paths()) {
    const entry = local.entries.get(path);
    const here = entry === undefined ? [] : [keyOf(entry)];
    const known = new Set([...here, state.sightings.get(path)?.key]);
    for (const version of state.master.recorded(path)) {
      const since = state.waits.get(version.dot);
      const isPatient = since === undefined || state.round - since <= ROUNDS_OF_PATIENCE;
      if (!isPatient && !known.has(keyOf(version.entry))) {
        missing.add(version.dot);
      }
    }
  }
  return missing;
}

async function everybodyLooked(ctx: Context): Promise<boolean> {
  const { state } = ctx;
  const files = [...state.clients.entries()].map(([, file]) => file);
  const { client, former } = state.identity;
  const mark = epochMark(ctx);
  const accounted = new Set([client, ...Object.keys(former)]);
  for (const file of files.filter(({ looked }) => looked === mark)) {
    accounted.add(file.client);
    file.former?.forEach((id) => accounted.add(id));
  }
  const known = [...state.seen.keys(), ...files.map((file) => file.client)];
  return known.every((id) => accounted.has(id)) || (await isLongAgo(ctx));
}

async function isLongAgo(ctx: Context): Promise<boolean> {
  const { entries } = await ctx.store.listOwn(layout.epochs);
  if (entries.length === 0) {
    return false;
  }
  const last = Math.max(...entries.map(({ stamp }) => stamp.modified ?? Infinity));
  const now = await storeNow(ctx);
  return now !== undefined && now - last > ctx.limits.silent;
}
