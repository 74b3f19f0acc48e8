/**
 * Reading what a store tells of the past: records from `manifests/`, `master/` and the history. Nothing but the store is
 * asked, so that it works on a computer that has lost its memory; nothing is written anywhere.
 */
import type { MasterFile } from '../format/master-file.ts';
import { decodeRecords } from '../format/history.ts';
import { AsItWas } from '../decide/as-it-was.ts';
import { asItIs } from '../decide/as-it-is.ts';
import type { PastChange } from '../model/past.ts';
import type { Version } from '../model/version.ts';
import type { Context } from './context.ts';
import type { PastSegment } from './history-retire.ts';
import { readPastSegment } from './history-retire.ts';
import { layout, parseMasterName } from './layout.ts';
import { readMaster, strictly } from './pull.ts';

export interface StoreHistory {
  readonly current: ReadonlyMap<string, readonly Version[]>;
  readonly past: AsItWas;
  /** Folders of replaced files, `<day>/<name>`, newest day first. */
  readonly folders: readonly string[];
}

const RECORDS = /^records-[0-9a-z]{4,40}-[0-9a-f]{1,16}\.jsonl\.gz$/;
const DAY_NAME = /^\d{4}-\d{2}-\d{2}$/;

/**
 * ORDER: segments are listed before masters, and masters before the history: what is retired meanwhile is then in what is
 * read later, and at worst read twice.
 */
export async function readHistory(ctx: Context): Promise<StoreHistory> {
  const segments: PastSegment[] = [];
  const manifests = await ctx.store.listIfThere(layout.manifests);
  await ctx.store.each(manifests?.entries ?? [], async (entry) => {
    const segment = await readPastSegment(ctx, entry);
    if (segment !== undefined) {
      segments.push(segment);
    }
  });
  const masters = await readMasters(ctx);
  const { folders, changes } = await readRetired(ctx);
  const inOrder = segments.sort((a, b) => a.from - b.from);
  const current = asItIs(masters, inOrder);
  const recent = inOrder.flatMap((segment) => segment.changes);
  return { current, past: new AsItWas({ current, changes: [...changes, ...recent] }), folders };
}

async function readMasters(ctx: Context): Promise<MasterFile[]> {
  const listing = await ctx.store.listIfThere(layout.masters);
  const masters: MasterFile[] = [];
  await ctx.store.each(listing?.entries ?? [], async ({ name }) => {
    const master = parseMasterName(name) === undefined ? undefined : await readMaster(ctx, name);
    if (master !== undefined) {
      masters.push(master);
    }
  });
  return masters;
}

async function readRetired(
  ctx: Context,
): Promise<{ folders: string[]; changes: readonly PastChange[] }> {
  const folders: string[] = [];
  const retired: string[] = [];
  const days = await ctx.store.listIfThere(layout.history);
  await ctx.store.each(days?.entries ?? [], async ({ name: day }) => {
    if (!DAY_NAME.test(day)) {
      return;
    }
    const listing = await ctx.store.listIfThere(`${layout.history}/${day}`);
    for (const { name, kind } of listing?.entries ?? []) {
      if (kind === 'directory') {
        folders.push(`${day}/${name}`);
      } else if (RECORDS.test(name)) {
        retired.push(`${day}/${name}`);
      }
    }
  });
  const changes: PastChange[] = [];
  await ctx.store.each(retired, async (name) => {
    const text = await ctx.store.readCompressed(`${layout.history}/${name}`, ctx.limits.text);
    const read = text && strictly(ctx, name, () => decodeRecords(text, ctx.digestOf));
    changes.push(...(read === undefined || read === '' ? [] : read));
  });
  return { folders: folders.sort().reverse(), changes };
}
