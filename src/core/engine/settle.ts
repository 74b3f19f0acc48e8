/** What became of an item whose operation failed or was interrupted; undoes what was only half done. */
import { DIRECTORY_KEY } from '../model/entry.ts';
import { compareStamps } from '../model/stamp.ts';
import type { Context } from './context.ts';
import { putTreeBack, removeAside } from './remove-directory.ts';
import { stagedName } from './stage.ts';
import type { Item } from './transaction.ts';
import { asideName, putBack } from './aside.ts';
import { hasKey, isExpected } from './place-item.ts';

/** What became of an item whose operation failed or was interrupted; undoes it if it was only half done. */
export async function settleItem(ctx: Context, base: string, item: Item): Promise<boolean> {
  const aside = asideName(base, item);
  switch (item.action) {
    case 'put':
    case 'tree': {
      const isPlaced = !(await ctx.store.exists(stagedName(base, item, item.path)));
      if (!isPlaced) {
        await putAsideBack(ctx, aside, item);
      }
      return isPlaced;
    }
    case 'delete':
      return settleDeletion(ctx, aside, item);
    case 'remove-directory':
      if (await ctx.store.exists(aside)) {
        await removeAside(ctx, aside, item.path);
      }
      return !(await ctx.store.exists(item.path));
    case 'move':
    case 'move-tree': {
      await putBack(ctx, aside, item.from ?? item.path);
      const isThere = await ctx.store.exists(item.path);
      return isThere && !(await ctx.store.exists(item.from ?? item.path));
    }
    case 'touch':
      await putBack(ctx, aside, item.path);
      return false;
  }
}

/**
 * Without the lease's directory, only what is visibly there was done. By its content: a new holder may have placed a file of
 * the same size and time there since.
 */
export async function isInPlace(ctx: Context, item: Item): Promise<boolean> {
  const staged = item.members.filter((member) => member.stamp !== undefined);
  for (const { path, stamp, entry } of staged) {
    const found = await ctx.store.look(path);
    const isThere = found !== 'absent' && compareStamps(found.stamp, stamp ?? {}) === 'same';
    if (!isThere || entry?.kind !== 'file' || !(await hasKey(ctx, path, entry.digest))) {
      return false;
    }
  }
  return staged.length > 0;
}

async function putAsideBack(ctx: Context, aside: string, { path, expected }: Item): Promise<void> {
  if (expected?.key !== DIRECTORY_KEY) {
    await putBack(ctx, aside, path);
  } else if (await ctx.store.exists(aside)) {
    await putTreeBack(ctx, aside, path);
  }
}

async function settleDeletion(ctx: Context, aside: string, item: Item): Promise<boolean> {
  if (!(await ctx.store.exists(aside))) {
    return !(await ctx.store.exists(item.path));
  }
  if (item.expected !== undefined && (await isExpected(ctx, aside, item.expected))) {
    return true;
  }
  await putBack(ctx, aside, item.path);
  return false;
}
