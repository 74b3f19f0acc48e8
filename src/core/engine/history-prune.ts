/**
 * Throwing away history: by age, whole days, by the store's own clock; by size, the oldest folders first. Never a file whose
 * version is current and that the store does not show at its path: a crash, a lost rename or a store that was set back
 * may have left its only copy here.
 *
 * CRASH: a folder loses its files one by one, its index last but for the directory; what remains is listed again the next day.
 */
import { decodeHistory } from '../format/history.ts';
import type { HistoryLine } from '../format/history.ts';
import { dayOf } from '../model/conflict-name.ts';
import { keyOf } from '../model/entry.ts';
import type { ListedEntry } from '../ports/transport.ts';
import type { Context } from './context.ts';
import { layout } from './layout.ts';
import { endsRound } from './store-io.ts';

const DAY = 24 * 60 * 60 * 1000;
const DAY_NAME = /^\d{4}-\d{2}-\d{2}$/;

/** `now`: by the store's clock; undefined: it tells no times, so nothing is over by age. */
export async function pruneHistory(ctx: Context, now: number | undefined): Promise<void> {
  const listing = await ctx.store.listOwn(layout.history);
  const days = listing.entries
    .filter(({ name, kind }) => kind === 'directory' && DAY_NAME.test(name))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const isOver = (day: ListedEntry) => now !== undefined && isOld(ctx, day, now);
  for (const { name } of days.filter(isOver)) {
    await dropDay(ctx, `${layout.history}/${name}`);
  }
  const { historySize } = ctx.settings;
  if (historySize !== undefined) {
    const kept = days.filter((day) => !isOver(day)).map(({ name }) => `${layout.history}/${name}`);
    await shrink(ctx, kept, historySize);
  }
}

/** A day is over when even its last second is older than the retention. Its name was given by some client's clock, so a day more. */
function isOld(ctx: Context, { name, stamp }: ListedEntry, now: number): boolean {
  const { retention } = ctx.settings;
  const oldest = dayOf(Math.floor((now - retention - 2 * DAY) / 1000));
  const isUntouched = stamp.modified === undefined || now - stamp.modified > retention;
  return name < oldest && isUntouched;
}

async function dropDay(ctx: Context, day: string): Promise<void> {
  const listing = await ctx.store.listIfThere(day);
  for (const { name, kind } of listing?.entries ?? []) {
    if (kind !== 'directory') {
      await ctx.store.remove(`${day}/${name}`);
    } else {
      await dropFolder(ctx, `${day}/${name}`);
    }
  }
  await removeIfEmpty(ctx, day);
}

/** Oldest first, until the rest is small enough. Records are not counted: they are small, and gone with their day. */
async function shrink(ctx: Context, days: readonly string[], limit: number): Promise<void> {
  const folders: { readonly path: string; readonly day: string; readonly size: number }[] = [];
  for (const day of days) {
    const listing = await ctx.store.listIfThere(day);
    const inOrder = [...(listing?.entries ?? [])]
      .filter(({ kind }) => kind === 'directory')
      .sort(
        (a, b) => (a.stamp.modified ?? 0) - (b.stamp.modified ?? 0) || (a.name < b.name ? -1 : 1),
      );
    for (const { name } of inOrder) {
      const path = `${day}/${name}`;
      folders.push({ path, day, size: await sizeOf(ctx, path) });
    }
  }
  let total = folders.reduce((sum, { size }) => sum + size, 0);
  for (const { path, day, size } of folders) {
    if (total <= limit) {
      return;
    }
    if (await dropFolder(ctx, path)) {
      total -= size;
      await removeIfEmpty(ctx, day);
    }
  }
}

async function sizeOf(ctx: Context, folder: string): Promise<number> {
  const listing = await ctx.store.listIfThere(folder);
  return (listing?.entries ?? []).reduce((sum, { stamp }) => sum + (stamp.size ?? 0), 0);
}

/** False: it stays, since something in it is needed. */
async function dropFolder(ctx: Context, folder: string): Promise<boolean> {
  const text = await ctx.store.readTextIfWhole(`${folder}/index.jsonl`, ctx.limits.text);
  for (const line of decodeHistory(text ?? '').filter((told) => isNeeded(ctx, told))) {
    if (await ctx.store.exists(`${folder}/${String(line.index)}`)) {
      ctx.log('warn', 'the history holds the only copy of a current version and is kept', {
        folder,
        path: line.path,
      });
      return false;
    }
  }
  await ctx.store.removeTree(folder);
  return true;
}

/** It is a version that is current, and the store shows something else, or nothing, where it should be. */
function isNeeded({ state }: Context, { path, key, dots }: HistoryLine): boolean {
  const isCurrent = state.master
    .recorded(path)
    .some((version) => dots.includes(version.dot) && keyOf(version.entry) === key);
  return isCurrent && state.sightings.get(path)?.key !== key;
}

async function removeIfEmpty(ctx: Context, directory: string): Promise<void> {
  try {
    await ctx.store.removeDirectory(directory);
  } catch (error) {
    if (endsRound(error)) {
      throw error;
    }
  }
}
