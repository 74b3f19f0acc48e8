/** A renamed directory, moved in one step on the store. */
import { join } from '../model/path.ts';
import { compareStamps } from '../model/stamp.ts';
import type { Context } from './context.ts';
import type { Item, Member } from './transaction.ts';
import type { StoreEntry } from '../ports/transport.ts';
import { asideName, placeIfFree, putBack } from './aside.ts';

/**
 * A renamed directory in one step, only if what is in it is exactly what was sighted: checked where it was, and once more
 * where nobody else reaches it.
 */
export async function moveTree(ctx: Context, base: string, item: Item): Promise<boolean> {
  const from = item.from ?? item.path;
  if (!(await holdsExactly(ctx, from, item))) {
    ctx.notWhole.add(from);
    return false;
  }
  const aside = asideName(base, item);
  await ctx.store.rename(from, aside);
  if (!(await holdsExactly(ctx, aside, item))) {
    ctx.notWhole.add(from);
    await putBack(ctx, aside, from);
    return false;
  }
  return placeIfFree(ctx, { base, staged: aside, item });
}

/** Entry for entry, ignored ones included. */
async function holdsExactly(ctx: Context, root: string, item: Item): Promise<boolean> {
  const expected = new Map(
    item.members
      .filter((member) => member.entry !== null && member.path !== item.path)
      .map((member) => [member.path.slice(item.path.length + 1), member]),
  );
  const directories = ['', ...expected.keys()].filter(
    (path) => path === '' || expected.get(path)?.entry?.kind === 'directory',
  );
  let count = 0;
  for (const directory of directories) {
    const listing = await ctx.store.listIfThere(below(root, directory));
    if (listing?.complete !== true) {
      return false;
    }
    const paths = listing.entries.map(({ name }) => join(root, join(directory, name)));
    const inexact = listing.entries.some((entry) => entry.stamp.modified === undefined);
    const looks = inexact ? await ctx.store.lookAll(paths) : new Map<string, StoreEntry>();
    for (const entry of listing.entries) {
      const path = join(directory, entry.name);
      const found = looks.get(join(root, path)) ?? entry;
      if (found === 'absent' || !isMember(expected.get(path), found)) {
        return false;
      }
      count++;
    }
  }
  return count === expected.size;
}

function below(root: string, path: string): string {
  return path === '' ? root : join(root, path);
}

function isMember(member: Member | undefined, { kind, stamp }: StoreEntry): boolean {
  return kind === 'directory'
    ? member?.entry?.kind === 'directory'
    : member?.stamp !== undefined && compareStamps(member.stamp, stamp) === 'same';
}
