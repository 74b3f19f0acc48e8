/** Asides: where what is replaced goes, and how it comes back without replacing anything. */
import { conflictName, flattened } from '../model/conflict-name.ts';
import { parentsOf } from '../model/path.ts';
import type { Stamp } from '../ports/transport.ts';
import type { Context } from './context.ts';
import type { Item } from './transaction.ts';
import { endsRound, isKind } from './store-io.ts';

export function asideName(base: string, item: { index: number }): string {
  return `${base}/replaced/${String(item.index)}`;
}

/** Back to its path without replacing; if that is taken by now, beside it as a conflict copy. */
export async function putBack(ctx: Context, aside: string, path: string): Promise<void> {
  const found = await ctx.store.look(aside);
  if (found === 'absent') {
    return;
  }
  const copy = besideName(ctx, path, found.stamp);
  for (const name of [path, copy, flattened(copy)]) {
    if (!(await ctx.store.exists(name)) && (await renameWithParents(ctx, aside, name))) {
      return;
    }
  }
}

/** For what cannot go back to its path. */
export function besideName(ctx: Context, path: string, stamp: Stamp): string {
  return conflictName(path, {
    by: 'the store',
    entry: {
      kind: 'file',
      digest: ctx.random.hex(6),
      size: stamp.size ?? 0,
      mtime: Math.floor((stamp.modified ?? 0) / 1000),
      executable: false,
    },
  });
}

export async function renameWithParents(ctx: Context, from: string, to: string): Promise<boolean> {
  try {
    for (const parent of parentsOf(to).reverse()) {
      await ctx.store.makeDirectory(parent);
    }
    await ctx.store.rename(from, to);
    return true;
  } catch (error) {
    if (endsRound(error)) {
      throw error;
    }
    return false;
  }
}

/** RACE: on a store whose rename replaces, another program's file written between this look and the rename is overwritten. */
export async function placeIfFree(
  ctx: Context,
  { base, staged, item }: { base: string; staged: string; item: Item },
): Promise<boolean> {
  const { refusesTaken } = ctx.store.capabilities;
  const isFree = refusesTaken === true || !(await ctx.store.exists(item.path));
  if (isFree && (await renamed(ctx, staged, item.path))) {
    return true;
  }
  await putBack(ctx, asideName(base, item), item.from ?? item.path);
  return false;
}

/** False: something is there, and the store says so. */
async function renamed(ctx: Context, from: string, to: string): Promise<boolean> {
  try {
    await ctx.store.rename(from, to);
    return true;
  } catch (error) {
    if (ctx.store.capabilities.refusesTaken === true && isKind(error, 'exists', 'not-empty')) {
      return false;
    }
    throw error;
  }
}
