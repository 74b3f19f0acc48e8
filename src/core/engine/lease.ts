/**
 * The placing lease: who may rename users' files on the store now. One directory rename takes it, and whoever lost it finds
 * every name it would use gone. So correctness never depends on how old a lease is.
 */
import type { Holder } from '../format/small-files.ts';
import { decodeHolder } from '../format/small-files.ts';
import { FormatError } from '../format/json-lines.ts';
import { join } from '../model/path.ts';
import type { Context } from './context.ts';
import { layout } from './layout.ts';
import { endsRound, isKind } from './store-io.ts';

const SMALL = 64 * 1024 * 1024;

/** `strange`: somebody's directory is there, but what it is about cannot be read. */
export type LeaseState = { readonly tx: string; readonly holder: Holder | 'strange' } | 'free';

export async function readLease(ctx: Context): Promise<LeaseState> {
  const listing = await ctx.store.listIfThere(layout.placing);
  const inside = listing?.entries.find((entry) => entry.kind === 'directory');
  if (inside === undefined) {
    return 'free';
  }
  return { tx: inside.name, holder: await readHolder(ctx, join(layout.placing, inside.name)) };
}

export async function readHolder(ctx: Context, base: string): Promise<Holder | 'strange'> {
  const text = await ctx.store.readTextIfThere(`${base}/holder.json`, SMALL);
  if (text === undefined) {
    return 'strange';
  }
  try {
    return decodeHolder(text);
  } catch (error) {
    if (error instanceof FormatError) {
      return 'strange';
    }
    throw error;
  }
}

/** Renames the staged transaction to the lease's name, then looks: its own subfolder must be the only thing inside. */
export async function takeLease(ctx: Context, tx: string): Promise<boolean> {
  try {
    await ctx.store.rename(layout.staged(tx), layout.placing);
  } catch (error) {
    if (endsRound(error)) {
      throw error;
    }
  }
  const inside = await ctx.store.listIfThere(layout.placing);
  const names = inside?.entries.map((entry) => entry.name) ?? [];
  return names.length === 1 && names[0] === tx;
}

/** Gives the lease back by renaming the directory to where it was staged, and sweeps it. */
export async function releaseLease(ctx: Context, tx: string): Promise<void> {
  try {
    await ctx.store.rename(layout.placing, layout.staged(tx));
  } catch (error) {
    if (!isKind(error, 'not-found')) {
      throw error;
    }
  }
  await sweep(ctx, tx);
}

/** What is left of a finished transaction is known; only if that turns out wrong is it listed. */
async function sweep(ctx: Context, tx: string): Promise<void> {
  const base = `${layout.staged(tx)}/${tx}`;
  try {
    await ctx.store.remove(`${base}/replaced/index.jsonl`);
    await ctx.store.remove(`${base}/holder.json`);
    for (const directory of [`${base}/new`, `${base}/replaced`, base, layout.staged(tx)]) {
      await ctx.store.removeDirectory(directory);
    }
  } catch (error) {
    if (endsRound(error)) {
      throw error;
    }
    await ctx.store.removeTree(layout.staged(tx));
  }
}

/** Has this lease been unchanged for so long, by the store's own clock, that its holder must be dead? */
export async function isDead(ctx: Context, tx: string): Promise<boolean> {
  const found = await ctx.store.look(`${layout.placing}/${tx}/holder.json`);
  const modified = found === 'absent' ? undefined : found.stamp.modified;
  const now = await storeNow(ctx);
  if (modified !== undefined && now !== undefined) {
    return now - modified > ctx.limits.leaseDead;
  }
  return watchedForLong(ctx, tx);
}

/** Without times on the store: by this client's monotonic clock, while it watches. */
function watchedForLong(ctx: Context, tx: string): boolean {
  const key = `lease ${tx}`;
  const first = ctx.firstLooks.get(key);
  if (first === undefined) {
    ctx.firstLooks.set(key, { stamp: {}, at: ctx.clock.monotonic() });
    return false;
  }
  return ctx.clock.monotonic() - first.at > ctx.limits.leaseDead;
}

/** The store's clock: the time it gives to a file just written. Undefined where it tells none. */
export async function storeNow(ctx: Context): Promise<number | undefined> {
  if (ctx.dryRun || ctx.store.capabilities.modified === 'none') {
    return undefined;
  }
  const probe = `${layout.staging}/clock-${ctx.random.hex(16)}`;
  await ctx.store.writeText(probe, 'now');
  const found = await ctx.store.look(probe);
  await ctx.store.remove(probe);
  return found === 'absent' ? undefined : found.stamp.modified;
}
