/**
 * Keeping the records small: a master when segments outgrow it, own segments away once a master that was read back covers
 * them and is old enough (what they tell goes to the history), masters away when a newer one covers them.
 */
import { join } from '../model/path.ts';
import { covers } from '../model/version.ts';
import type { ListedEntry } from '../ports/transport.ts';
import type { Context } from './context.ts';
import { retireSegments } from './history-retire.ts';
import { layout, parseMasterName, parseSegmentName } from './layout.ts';
import { pull, readMaster } from './pull.ts';
import { noticeTravel, writeMaster } from './travel.ts';

export async function compact(ctx: Context): Promise<void> {
  const { state, limits } = ctx;
  if (ctx.counts.segments < limits.segmentsPerMaster) {
    return;
  }
  const manifests = await ctx.glance.listOwn(layout.manifests);
  const masters = await ctx.glance.listOwn(layout.masters);
  const uncovered = manifests.entries.filter(({ name }) => !isCovered(ctx, name, masters.entries));
  const seen = state.seenByClient();
  const isWhole = masters.entries.some((m) => covers(state.masters.get(m.name) ?? {}, seen));
  if (uncovered.length >= limits.segmentsPerMaster && !isWhole) {
    await writeTrueMaster(ctx);
  }
  if (!hasOwnToDrop(ctx, manifests.entries, masters.entries)) {
    return;
  }
  const dated = await withTimes(ctx, layout.masters, masters.entries);
  const last = await withTimes(ctx, layout.manifests, lastOfEach(manifests.entries));
  const proven = await provenMasters(ctx, dated, newest([...manifests.entries, ...last, ...dated]));
  const own = state.identity.client;
  const covered = manifests.entries.filter(({ name }) => {
    const parsed = parseSegmentName(name);
    const end = parsed && state.segmentEnds.get(`${parsed.client}.${String(parsed.k)}`);
    return (
      parsed?.client === own &&
      end !== undefined &&
      proven.some((seen) => (seen[own] ?? 0) >= end[1])
    );
  });
  await retireSegments(ctx, covered);
  await dropCoveredMasters(ctx, masters.entries, proven);
}

/** A master written into a store that was just set back would hide that from everybody: one looks before, and after. */
async function writeTrueMaster(ctx: Context): Promise<void> {
  const before = await pull(ctx);
  const isWritten = before === 'ok' && (await writeMaster(ctx)) !== undefined;
  if (before === 'short' || (isWritten && (await pull(ctx)) === 'short')) {
    await noticeTravel(ctx);
  }
}

/** SERVER: vsftpd's listings tell no times; each file has to be asked for its own. */
async function withTimes(
  ctx: Context,
  directory: string,
  entries: readonly ListedEntry[],
): Promise<ListedEntry[]> {
  const silent = entries.filter(({ stamp }) => stamp.modified === undefined);
  const paths = ctx.store.capabilities.modified === 'none' ? [] : silent.map(pathIn(directory));
  const found = paths.length === 0 ? undefined : await ctx.store.lookAll(paths);
  return entries.map((entry) => {
    const exact = found?.get(pathIn(directory)(entry)) ?? 'absent';
    return exact === 'absent' ? entry : { ...entry, stamp: exact.stamp };
  });
}

function pathIn(directory: string): (entry: ListedEntry) => string {
  return ({ name }) => join(directory, name);
}

/** The segment of each client with the highest number. */
function lastOfEach(manifests: readonly ListedEntry[]): ListedEntry[] {
  const last = new Map<string, { readonly k: number; readonly entry: ListedEntry }>();
  for (const entry of manifests) {
    const parsed = parseSegmentName(entry.name);
    if (parsed !== undefined && parsed.k > (last.get(parsed.client)?.k ?? 0)) {
      last.set(parsed.client, { k: parsed.k, entry });
    }
  }
  return [...last.values()].map(({ entry }) => entry);
}

/** The store's clock is at least this late: nothing has to be written to learn it, and an idle store stays as it is. */
function newest(entries: readonly ListedEntry[]): number | undefined {
  const times = entries.flatMap(({ stamp }) =>
    stamp.modified === undefined ? [] : [stamp.modified],
  );
  return times.length === 0 ? undefined : Math.max(...times);
}

function isCovered(ctx: Context, name: string, masters: readonly ListedEntry[]): boolean {
  const parsed = parseSegmentName(name);
  const end = parsed && ctx.state.segmentEnds.get(`${parsed.client}.${String(parsed.k)}`);
  return (
    parsed !== undefined &&
    end !== undefined &&
    masters.some((m) => (ctx.state.masters.get(m.name)?.[parsed.client] ?? 0) >= end[1])
  );
}

/** Others' records are theirs to drop: without any of its own, a client reads no master back. */
function hasOwnToDrop(
  ctx: Context,
  manifests: readonly ListedEntry[],
  masters: readonly ListedEntry[],
): boolean {
  const { state } = ctx;
  const own = state.identity.client;
  const isOutdone = (name: string): boolean => {
    const seen = state.masters.get(name) ?? {};
    const all = masters.map((m) => state.masters.get(m.name) ?? {});
    return all.some((greater) => covers(greater, seen) && !covers(seen, greater));
  };
  return (
    manifests.some(
      ({ name }) => parseSegmentName(name)?.client === own && isCovered(ctx, name, masters),
    ) || masters.some(({ name }) => parseMasterName(name)?.client === own && isOutdone(name))
  );
}

/** What masters that are old enough and were just read back have seen. */
async function provenMasters(
  ctx: Context,
  masters: readonly ListedEntry[],
  now: number | undefined,
): Promise<Record<string, number>[]> {
  const proven: Record<string, number>[] = [];
  for (const { name, stamp } of masters) {
    const age = now === undefined || stamp.modified === undefined ? 0 : now - stamp.modified;
    if (parseMasterName(name) !== undefined && age >= ctx.limits.masterAge) {
      const master = await readMaster(ctx, name);
      if (master !== undefined) {
        proven.push({ ...master.seen });
      }
    }
  }
  return proven;
}

/** Only the writer drops its master, and only for a strictly greater one that was proven. */
async function dropCoveredMasters(
  ctx: Context,
  masters: readonly ListedEntry[],
  proven: readonly Record<string, number>[],
): Promise<void> {
  const { state } = ctx;
  for (const { name } of masters) {
    const parsed = parseMasterName(name);
    const seen = state.masters.get(name);
    if (parsed?.client !== state.identity.client || seen === undefined) {
      continue;
    }
    if (proven.some((greater) => covers(greater, seen) && !covers(seen, greater))) {
      await ctx.store.remove(layout.master(name));
      state.masters.delete(name);
    }
  }
  state.commit();
}
