/**
 * A damaged local file gets its right content back from the store, digest checked; what was there goes to the trash.
 * CRASH: before the placing nothing has changed; after it the right file is there, and the next scan reads it once.
 */
import type { FileEntry } from '../model/entry.ts';
import type { LocalStat } from '../ports/local-tree.ts';
import type { Context } from './context.ts';
import { fetchVersion } from './fetch.ts';

export interface DamagedHere {
  readonly path: string;
  readonly entry: FileEntry;
  readonly stat: LocalStat;
}

/** False: the store does not give the right content now, or the file changed meanwhile. */
export async function healHere(ctx: Context, { path, entry, stat }: DamagedHere): Promise<boolean> {
  const staged = await fetchVersion(ctx, path, entry);
  if (staged === undefined) {
    return false;
  }
  const { mtime, executable } = entry;
  const made = await ctx.local.place(staged, path, stat, { mtime, executable });
  if (made === 'changed') {
    await ctx.local.discard(staged);
    return false;
  }
  ctx.state.index.delete(path); // it is another file now: read once by the next scan
  return true;
}
