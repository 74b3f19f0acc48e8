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
import { beginStaging, clockName } from './leftovers.ts';
import { waitForRacers } from './racers.ts';
import type { StoreEntry } from '../ports/transport.ts';
import type { StagedFile } from './stage.ts';
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

/**
 * Renames the staged transaction to the lease's name, then looks: its own subfolder must be the only thing inside. And it
 * must be whole: without `holder.json`, or without the file that was staged last, the store was set back to a moment in the
 * middle of staging. From now on it can only be set back to where these names are not, or to where they are whole.
 */
export async function takeLease(
  ctx: Context,
  tx: string,
  last: StagedFile | undefined,
): Promise<boolean> {
  try {
    await ctx.store.rename(layout.staged(tx), layout.placing);
    await waitForRacers(ctx);
  } catch (error) {
    if (endsRound(error)) {
      throw error;
    }
  }
  const inside = await ctx.store.listIfThere(layout.placing);
  const names = inside?.entries.map((entry) => entry.name) ?? [];
  if (names.length !== 1 || names[0] !== tx) {
    return false;
  }
  if (await isWhole(ctx, `${layout.placing}/${tx}`, last)) {
    return true;
  }
  await releaseLease(ctx, tx);
  return false;
}

async function isWhole(ctx: Context, base: string, last: StagedFile | undefined): Promise<boolean> {
  const holder = `${base}/holder.json`;
  if (last === undefined) {
    return ctx.store.exists(holder);
  }
  const file = `${base}/${last.name}`;
  const looks = await ctx.store.lookAll([holder, file]);
  const found = looks.get(file) ?? 'absent';
  return (
    looks.get(holder) !== 'absent' &&
    found !== 'absent' &&
    (found.stamp.size ?? last.size) === last.size
  );
}

/** The lease was taken away under its holder's hands: what it would still do is refused, and its recovery settles the rest. */
export class LeaseLost extends Error {
  constructor(tx: string) {
    super(`the placing lease of ${tx} was taken away`);
    this.name = 'LeaseLost';
  }
}

/**
 * Gives the lease back. ORDER: only the own subfolder is moved out, under its own name, so that a holder that slept and was
 * robbed never moves the lease of whoever came after it; the directory that is left is removed only if it is empty.
 * A crash between the two leaves an empty `locks/placing`, which counts as free and is removed by the own recovery, or by the
 * next taker.
 */
export async function releaseLease(ctx: Context, tx: string): Promise<void> {
  try {
    await ctx.store.rename(`${layout.placing}/${tx}`, layout.staged(tx));
  } catch (error) {
    if (!isKind(error, 'not-found')) {
      throw error;
    }
  }
  await removeEmptyLease(ctx);
  await sweep(ctx, layout.staged(tx));
}

/** Some stores refuse to rename onto a directory even if it is empty. */
export async function removeEmptyLease(ctx: Context): Promise<void> {
  try {
    await (ctx.store.capabilities.looksThenRemoves === true
      ? takeAwayEmptyLease(ctx)
      : ctx.store.removeDirectory(layout.placing));
  } catch (error) {
    if (endsRound(error)) {
      throw error;
    }
  }
}

/**
 * RACE: it may be taken between a look and its removal, which would take that transaction with all asides in it. So it goes to
 * a name of its own first, is removed there only if it is still empty, and is put back if not: its holder finds its names gone
 * for a moment, and settles. CRASH: what lies under that name is settled as a dead lease is, see recover.ts.
 */
async function takeAwayEmptyLease(ctx: Context): Promise<void> {
  const listing = await ctx.store.listIfThere(layout.placing);
  if (listing?.complete !== true || listing.entries.length > 0) {
    return;
  }
  const away = brokenName(ctx);
  await ctx.store.rename(layout.placing, away);
  try {
    await ctx.store.removeDirectory(away);
  } catch (error) {
    if (!isKind(error, 'not-empty', 'exists')) {
      throw error;
    }
    await ctx.store.rename(away, layout.placing);
  }
}

/** For an empty lease that this client takes away. */
function brokenName(ctx: Context): string {
  return layout.lock(settlingName(ctx));
}

/** For what this client takes from a dead holder. */
export function settlingName(ctx: Context): string {
  return `broken-${ctx.state.identity.client}-${ctx.random.hex(8)}`;
}

/** This client began to settle it, and was interrupted. */
export function isOwnSettling(ctx: Context, tx: string): boolean {
  return tx.startsWith(`broken-${ctx.state.identity.client}-`);
}

/** What is left of a finished transaction is known; only if that turns out wrong is it listed. */
async function sweep(ctx: Context, base: string): Promise<void> {
  if (ctx.store.removesTrees) {
    await ctx.store.removeTree(base);
    return;
  }
  try {
    await ctx.store.remove(`${base}/replaced/index.jsonl`);
    await ctx.store.remove(`${base}/holder.json`);
    for (const directory of [`${base}/new`, `${base}/replaced`, base]) {
      await ctx.store.removeDirectory(directory);
    }
  } catch (error) {
    if (endsRound(error)) {
      throw error;
    }
    await ctx.store.removeTree(base);
  }
}

/** Written by whoever settles a dead transaction: its age, no longer that of `holder.json`, is the lease's age. */
export const SETTLING = 'settling';

/** Has this lease been unchanged for so long, by the store's own clock, that its holder must be dead? */
export async function isDead(ctx: Context, tx: string): Promise<boolean> {
  const base = `${layout.placing}/${tx}`;
  const settling = await lookIfSettling(ctx, base, tx);
  const found = settling === 'absent' ? await ctx.store.look(`${base}/holder.json`) : settling;
  const modified = found === 'absent' ? undefined : found.stamp.modified;
  const now = await storeNow(ctx);
  if (modified !== undefined && now !== undefined) {
    return now - modified > ctx.limits.leaseDead;
  }
  return watchedForLong(ctx, tx);
}

async function lookIfSettling(
  ctx: Context,
  base: string,
  tx: string,
): Promise<StoreEntry | 'absent'> {
  return tx.startsWith('broken-') ? ctx.store.look(`${base}/${SETTLING}`) : 'absent';
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
  const name = clockName(ctx);
  beginStaging(ctx, name);
  const probe = layout.staged(name);
  await ctx.store.writeText(probe, 'now');
  const found = await ctx.store.look(probe);
  await ctx.store.remove(probe);
  ctx.state.staged.delete(name);
  return found === 'absent' ? undefined : found.stamp.modified;
}
