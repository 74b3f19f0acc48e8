/**
 * One item of a transaction, carried out under the lease: what is there goes aside and is looked at, then the new content
 * comes to its path, if that is free.
 */
import type { FileEntry } from '../model/entry.ts';
import { DIRECTORY_KEY } from '../model/entry.ts';
import { compareStamps } from '../model/stamp.ts';
import type { Context } from './context.ts';
import { removeIfEmpty } from './remove-directory.ts';
import { stagedName } from './stage.ts';
import { isKind } from './store-io.ts';
import { freshTime } from './stored-times.ts';
import type { Item } from './transaction.ts';
import { asideName, placeIfFree, putBack } from './aside.ts';
import { moveTree } from './move-tree.ts';

export async function placeItem(ctx: Context, base: string, item: Item): Promise<boolean> {
  switch (item.action) {
    case 'put':
    case 'tree':
      return (
        (await clearPath(ctx, base, item)) &&
        (await placeIfFree(ctx, { base, staged: stagedName(base, item, item.path), item }))
      );
    case 'delete':
      return (await setAside(ctx, base, item)) !== 'other';
    case 'remove-directory':
      return removeIfEmpty(ctx, item.path, asideName(base, item));
    case 'move':
      return (await setAside(ctx, base, item)) === 'aside' && placeMoved(ctx, base, item);
    case 'move-tree':
      return moveTree(ctx, base, item);
    case 'touch':
      return touch(ctx, base, item);
  }
}

/** Where something is expected it goes aside; where nothing is, nothing is moved. */
async function clearPath(ctx: Context, base: string, item: Item): Promise<boolean> {
  if (item.expected === undefined) {
    return true;
  }
  if (item.expected.key === DIRECTORY_KEY) {
    return removeIfEmpty(ctx, item.path, asideName(base, item));
  }
  return (await setAside(ctx, base, item)) === 'aside';
}

/** `other`: somebody else wrote there; it is back at its place, or beside. */
async function setAside(
  ctx: Context,
  base: string,
  item: Item,
): Promise<'aside' | 'missing' | 'other'> {
  const path = item.from ?? item.path;
  const aside = asideName(base, item);
  if (item.expected === undefined) {
    return (await ctx.store.exists(path)) ? 'other' : 'missing';
  }
  try {
    await ctx.store.rename(path, aside);
  } catch (error) {
    // Both there: the lease was away for a moment, with every name in it.
    const isGone = isKind(error, 'not-found') && !(await ctx.store.exists(path));
    if (isGone && (await ctx.store.exists(base))) {
      ctx.state.unsee(path);
      return 'missing';
    }
    throw error;
  }
  if (await isExpected(ctx, aside, item.expected)) {
    return 'aside';
  }
  await putBack(ctx, aside, path);
  return 'other';
}

export async function isExpected(
  ctx: Context,
  aside: string,
  expected: NonNullable<Item['expected']>,
): Promise<boolean> {
  const found = await ctx.store.look(aside);
  if (found === 'absent' || found.kind !== 'file') {
    return false;
  }
  const likeness = compareStamps(expected.stamp, found.stamp);
  return likeness === 'same' || (likeness === 'unsure' && (await hasKey(ctx, aside, expected.key)));
}

export async function hasKey(ctx: Context, path: string, key: string): Promise<boolean> {
  const hasher = ctx.codec.hasher();
  const { stream } = await ctx.store.read(path);
  for await (const chunk of stream) {
    hasher.update(chunk);
  }
  return hasher.digest() === key;
}
/** A file that is moved and has another time than the store shows. */
export function timeToSet(ctx: Context, item: Item): FileEntry | undefined {
  const entry = item.members.find(({ path }) => path === item.path)?.entry;
  const shown = item.expected?.stamp.modified;
  return item.action === 'move' &&
    ctx.store.canSetTime &&
    entry?.kind === 'file' &&
    shown !== undefined &&
    Math.floor(shown / 1000) !== entry.mtime
    ? entry
    : undefined;
}

/** ORDER: its time is set while it is aside, so that it never shows at its new path under a time that is not its own. */
async function placeMoved(ctx: Context, base: string, item: Item): Promise<boolean> {
  const aside = asideName(base, item);
  const entry = timeToSet(ctx, item);
  if (entry !== undefined) {
    await ctx.store.setModified(aside, freshTime(ctx, item.path, entry));
  }
  return placeIfFree(ctx, { base, staged: aside, item });
}

/**
 * ORDER: its time is set while it is aside, so that nothing another program writes meanwhile is given it and passes for this
 * file. CRASH: before the last rename it lies aside, and settling puts it back; after that it has its new time, which nobody
 * has recorded yet, and is read again.
 */
async function touch(ctx: Context, base: string, item: Item): Promise<boolean> {
  const entry = item.members[0]?.entry;
  if (entry?.kind !== 'file' || (await setAside(ctx, base, item)) !== 'aside') {
    return false;
  }
  const aside = asideName(base, item);
  await ctx.store.setModified(aside, freshTime(ctx, item.path, entry));
  return placeIfFree(ctx, { base, staged: aside, item });
}
