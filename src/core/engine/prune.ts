/**
 * Throwing away what its time is over for, by the store's own clock: history older or more than is to be kept, what
 * clients that fell silent left behind, and transactions of this client that never came to placing.
 */
import type { ListedEntry } from '../ports/transport.ts';
import type { Context } from './context.ts';
import { pruneHistory } from './history-prune.ts';
import { layout, OWN } from './layout.ts';
import { storeNow } from './lease.ts';

const DAY = 24 * 60 * 60 * 1000;

/** At most once a day. */
export async function prune(ctx: Context): Promise<void> {
  const { state } = ctx;
  const last = (state.meta.get('pruned') as number | undefined) ?? 0;
  if (Math.abs(ctx.clock.now() - last) < DAY) {
    return;
  }
  if (last !== 0) {
    const now = await storeNow(ctx);
    await pruneStaging(ctx);
    await pruneHistory(ctx, now);
    if (now !== undefined) {
      await pruneSilent(ctx, now);
      await pruneUnfinished(ctx, now);
    }
  }
  state.meta.set('pruned', ctx.clock.now());
  state.commit();
}

/** What this client staged for transactions that are over. */
async function pruneStaging(ctx: Context): Promise<void> {
  const staged = await ctx.store.listOwn(layout.staging);
  const current = ctx.state.transaction?.tx;
  for (const entry of staged.entries) {
    const isOwn = entry.name.startsWith(`${ctx.state.identity.client}-`);
    if (isOwn && entry.name !== current && !ctx.state.staged.has(entry.name)) {
      await drop(ctx, layout.staging, entry);
    }
  }
}

/** Clients that have not been heard of for so long: their file, and what they staged. */
async function pruneSilent(ctx: Context, now: number): Promise<void> {
  const clients = await ctx.store.listOwn(layout.clients);
  const isSilent = ({ stamp }: ListedEntry) =>
    stamp.modified !== undefined && now - stamp.modified > ctx.limits.silent;
  for (const entry of clients.entries.filter(isSilent)) {
    await drop(ctx, layout.clients, entry);
  }
  const staged = await ctx.store.listOwn(layout.staging);
  for (const entry of staged.entries.filter(isSilent)) {
    await drop(ctx, layout.staging, entry);
  }
}

/** Folders that somebody began to make and never finished, or lost the race to make. */
async function pruneUnfinished(ctx: Context, now: number): Promise<void> {
  const root = await ctx.store.list('');
  for (const { name, kind } of root.entries) {
    if (kind !== 'directory' || !name.startsWith(`${OWN}-new-`)) {
      continue;
    }
    const format = await ctx.store.look(`${name}/README.txt`);
    const age = format === 'absent' ? undefined : now - (format.stamp.modified ?? now);
    if (age !== undefined && age > DAY) {
      await ctx.store.removeTree(name);
    }
  }
}

async function drop(ctx: Context, directory: string, { name, kind }: ListedEntry): Promise<void> {
  const path = `${directory}/${name}`;
  await (kind === 'directory' ? ctx.store.removeTree(path) : ctx.store.remove(path));
}
