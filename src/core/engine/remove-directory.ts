/**
 * Removing a directory of users only if it is empty, also where the store looks first and then removes with all that came into
 * it meanwhile: there it goes aside before, where no other program knows its name.
 *
 * CRASH, on such a store, after each step: (1) looked: nothing happened. (2) renamed aside: the path is free, the directory lies
 * in the transaction with whatever came into it; settle.ts of its own client, or recover.ts of another one, puts it back, or
 * removes it if it is empty. (3) removed: done, and recorded by the recovery. (4) put back, whole or in part: as after (2).
 */
import { join } from '../model/path.ts';
import { besideName, putBack, renameWithParents } from './aside.ts';
import type { Context } from './context.ts';
import { isKind } from './store-io.ts';

/** False: something is in it that this client has not seen, and it stays. */
export async function removeIfEmpty(ctx: Context, path: string, aside: string): Promise<boolean> {
  if (ctx.store.capabilities.looksThenRemoves !== true) {
    return removed(ctx, path);
  }
  const listing = await ctx.store.listIfThere(path);
  if (listing === undefined) {
    return true;
  }
  if (listing.entries.length > 0 || !listing.complete) {
    return false;
  }
  await ctx.store.rename(path, aside);
  return removeAside(ctx, aside, path);
}

/** A directory that went aside to be removed: gone if it is empty, else what is in it is back. False: it was not empty. */
export async function removeAside(ctx: Context, aside: string, path: string): Promise<boolean> {
  if (await removed(ctx, aside)) {
    return true;
  }
  await putTreeBack(ctx, aside, path);
  return false;
}

/** Back to its path, into the directory that is there by now, or beside the file that is. */
export async function putTreeBack(ctx: Context, aside: string, path: string): Promise<void> {
  const there = await ctx.store.look(path);
  if (there === 'absent' && (await renameWithParents(ctx, aside, path))) {
    return;
  }
  if (there === 'absent' || there.kind !== 'directory') {
    await renameWithParents(ctx, aside, besideName(ctx, path, {}));
    return;
  }
  const listing = await ctx.store.listIfThere(aside);
  for (const { name, kind } of listing?.entries ?? []) {
    const [from, to] = [join(aside, name), join(path, name)];
    await (kind === 'directory' ? putTreeBack(ctx, from, to) : putBack(ctx, from, to));
  }
}

async function removed(ctx: Context, path: string): Promise<boolean> {
  try {
    await ctx.store.removeDirectory(path);
    return true;
  } catch (error) {
    if (isKind(error, 'not-empty', 'exists')) {
      return false;
    }
    throw error;
  }
}
