/**
 * After an interruption: this client's own transaction is settled item by item. Somebody else's dead one is renamed within
 * the lease: from then on the store itself refuses its sleeping holder, and nobody else takes the lease, until what lies inside
 * is where it belongs.
 */
import type { Intent } from '../format/small-files.ts';
import { dayOf } from '../model/conflict-name.ts';
import { DIRECTORY_KEY } from '../model/entry.ts';
import type { Context } from './context.ts';
import { layout } from './layout.ts';
import {
  isDead,
  isOwnSettling,
  readHolder,
  readLease,
  removeEmptyLease,
  SETTLING,
  settlingName,
} from './lease.ts';
import { asideName, putBack } from './aside.ts';
import { finishRecorded, keepHistory } from './finish.ts';
import { isInPlace, settleItem } from './settle.ts';
import { pull } from './pull.ts';
import { recordItem } from './record-item.ts';
import { putTreeBack } from './remove-directory.ts';
import { hasKey } from './place-item.ts';
import { noticeTravel } from './travel.ts';
import type { Item, Transaction } from './transaction.ts';
import { endsRound } from './store-io.ts';

/**
 * The own interrupted transaction first, then dead leases of others. `again`: the store was set back meanwhile.
 * Everything is pulled before anything is judged.
 */
export async function recover(ctx: Context): Promise<'again' | 'settled'> {
  const locks = await ctx.glance.listOwn(layout.locks);
  const leases = locks.entries.filter(({ kind }) => kind === 'directory').map(({ name }) => name);
  const { transaction } = ctx.state;
  if (transaction === undefined && leases.length === 0) {
    return 'settled';
  }
  if ((await pull(ctx)) === 'short') {
    await noticeTravel(ctx);
    return 'again';
  }
  const wasLeft = transaction !== undefined && !(await recoverOwn(ctx, transaction));
  if (leases.includes('placing')) {
    const lease = await readLease(ctx);
    if (lease !== 'free' && (isOwnSettling(ctx, lease.tx) || (await isDead(ctx, lease.tx)))) {
      await breakLease(ctx, lease.tx);
    } else if (lease === 'free' && wasLeft) {
      await removeEmptyLease(ctx); // this client died while it gave the lease back
    }
  }
  await finishBroken(
    ctx,
    leases.filter((name) => name.startsWith('broken-')),
  );
  return 'settled';
}

/** True: it still held the lease, and has given it back. */
async function recoverOwn(ctx: Context, transaction: Transaction): Promise<boolean> {
  const { state, store } = ctx;
  const { tx } = transaction;
  const base = `${layout.placing}/${tx}`;
  const holdsLease = await store.exists(base);
  if (transaction.phase === 'placing') {
    const wasTaken = holdsLease || !(await store.exists(layout.staged(tx)));
    for (const item of wasTaken ? transaction.items : []) {
      const isDone = holdsLease ? await settleItem(ctx, base, item) : await isInPlace(ctx, item);
      if (isDone) {
        await recordItem(ctx, item);
      }
    }
    state.transaction = { ...transaction, phase: 'recorded' };
  } else if (!holdsLease && state.sealed !== undefined) {
    sendBackDeleted(ctx, transaction.items);
  }
  await finishRecorded(ctx, holdsLease);
  return holdsLease;
}

/**
 * Whoever took the lease away knew nothing of these deletions and has put the files back. They are not there because anybody
 * wants them: they go again, once they are announced as deleted.
 */
function sendBackDeleted({ state }: Context, items: readonly Item[]): void {
  for (const { action, path, expected } of items) {
    if (action === 'delete' && expected !== undefined && state.master.recorded(path).length === 0) {
      const origin = state.identity.client;
      state.accepted.set(path, { action: 'send-back', origin, key: expected.key });
    }
  }
}

/**
 * Takes a dead transaction away from its holder by a name of one's own, and finishes from what lies inside. The lease stays taken
 * meanwhile: where a rename replaces, what is put back would else go over what a new holder places. CRASH: the next one takes it
 * from this client in the same way, at once if it is this client, else after a minute; whoever was robbed finds nothing there.
 */
export async function breakLease(ctx: Context, tx: string): Promise<void> {
  const base = `${layout.placing}/${settlingName(ctx)}`;
  try {
    await ctx.store.rename(`${layout.placing}/${tx}`, base);
  } catch (error) {
    if (endsRound(error)) {
      throw error;
    }
    return;
  }
  await tellSettling(ctx, base);
  ctx.log('warn', 'a placing lease was dead and is taken away', { tx });
  await pull(ctx); // what the dead client published since decides which versions are current
  await settleDead(ctx, base, tx);
  await ctx.store.removeTree(base);
  await removeEmptyLease(ctx);
}

/** On a full store it goes untold: then others do not wait for it, but take it over. */
async function tellSettling(ctx: Context, base: string): Promise<void> {
  try {
    await ctx.store.writeText(`${base}/${SETTLING}`, ctx.state.identity.client);
  } catch (error) {
    if (endsRound(error)) {
      throw error;
    }
  }
}

/** Empty leases that somebody took away to remove them, and did not: one that was taken in that moment is settled. */
async function finishBroken(ctx: Context, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const isOwn = name.startsWith(`broken-${ctx.state.identity.client}-`);
    if (isOwn || isOldBroken(ctx, name)) {
      await settleBroken(ctx, layout.lock(name));
    }
  }
}

function isOldBroken(ctx: Context, name: string): boolean {
  const key = `broken ${name}`;
  const first = ctx.firstLooks.get(key);
  if (first === undefined) {
    ctx.firstLooks.set(key, { stamp: {}, at: ctx.clock.monotonic() });
    return false;
  }
  return ctx.clock.monotonic() - first.at > ctx.limits.leaseDead;
}

async function settleBroken(ctx: Context, broken: string): Promise<void> {
  await pull(ctx); // what the dead client published since decides which versions are current
  const inside = await ctx.store.listIfThere(broken);
  for (const { name, kind } of inside?.entries ?? []) {
    if (kind !== 'directory') {
      continue;
    }
    await settleDead(ctx, `${broken}/${name}`, name);
  }
  await ctx.store.removeTree(broken);
}

/** All that a dead holder left half done. */
async function settleDead(ctx: Context, base: string, name: string): Promise<void> {
  const holder = await readHolder(ctx, base);
  for (const intent of holder === 'strange' ? [] : holder.items) {
    await settleIntent(ctx, base, intent);
  }
  const day = dayOf(Math.floor(ctx.clock.now() / 1000));
  const tx = holder === 'strange' ? name : holder.tx;
  await keepHistory(ctx, base, `${day}/${tx.slice(0, 40)}`);
}

/**
 * An aside whose version is still current goes back (to its path, or beside what took it), and so does one that is not what
 * the holder expected; one whose replacement is in place was checked by the holder, and goes into the history.
 */
async function settleIntent(ctx: Context, base: string, intent: Intent): Promise<void> {
  const aside = asideName(base, intent);
  if (!(await ctx.store.exists(aside))) {
    return;
  }
  const staged = `${base}/new/${String(intent.index)}`;
  const replaces = intent.action === 'put' || intent.action === 'tree';
  if (replaces && !(await ctx.store.exists(staged))) {
    return;
  }
  const path = intent.from ?? intent.path;
  if (intent.expected?.key === DIRECTORY_KEY && intent.action !== 'move-tree') {
    await putTreeBack(ctx, aside, path);
  } else if (intent.action === 'move-tree' || (await goesBack(ctx, aside, path, intent))) {
    await putBack(ctx, aside, path);
  }
}

async function goesBack(
  ctx: Context,
  aside: string,
  path: string,
  { expected }: Intent,
): Promise<boolean> {
  if (expected === undefined || expected.dots.length === 0) {
    return true;
  }
  const isCurrent = ctx.state.master
    .recorded(path)
    .some((version) => expected.dots.includes(version.dot));
  return isCurrent || !(await hasKey(ctx, aside, expected.key));
}
