/** The end of a transaction: results recorded, published, the replaced kept in the history, the lease given back. */
import type { Context } from './context.ts';
import { layout } from './layout.ts';
import { releaseLease } from './lease.ts';
import { forgetStaged } from './leftovers.ts';
import { nameIsFree, publish, published, seal } from './publish.ts';
import { recordItem } from './record-item.ts';
import { endsRound, isKind } from './store-io.ts';
import type { Item, Transaction } from './transaction.ts';

/** Steps 4 and 5. */
export async function finish(ctx: Context, done: readonly Item[]): Promise<void> {
  const { state } = ctx;
  for (const item of done) {
    await recordItem(ctx, item);
  }
  state.transaction = { ...(state.transaction as Transaction), phase: 'recorded' };
  await finishRecorded(ctx, true);
}

/** Publishes, moves the asides into the history, gives the lease back. Also how a recovery ends. */
export async function finishRecorded(ctx: Context, holdsLease: boolean): Promise<void> {
  const { state } = ctx;
  const { tx, history, items } = state.transaction as Transaction;
  if (state.outbox.size > 0 && state.sealed === undefined) {
    seal(ctx);
  } else {
    state.commit();
  }
  const isKept = holdsLease && (await publishUnderLease(ctx, `${layout.placing}/${tx}`));
  if (!isKept) {
    forgetPlaced(ctx, items);
  }
  if (holdsLease) {
    if (items.some(({ expected }) => expected !== undefined)) {
      await keepHistory(ctx, `${layout.placing}/${tx}`, history);
    }
    await releaseLease(ctx, tx);
  } else {
    await ctx.store.removeTree(layout.staged(tx));
  }
  state.transaction = undefined;
  forgetStaged(ctx, tx);
  state.commit();
  await publish(ctx);
}

/**
 * The lease is gone before what was placed under it was announced: somebody else cleared up, or the store was set back in
 * that very moment. Whatever the next survey finds at these paths was never seen to replace what was placed.
 */
function forgetPlaced({ state }: Context, items: readonly Item[]): void {
  for (const { path, from } of items) {
    state.unsee(path);
    if (from !== undefined) {
      state.unsee(from);
    }
  }
}

/** False: the lease is not there any more. */
async function publishUnderLease(ctx: Context, base: string): Promise<boolean> {
  const { state } = ctx;
  const { sealed } = state;
  if (sealed === undefined) {
    return true;
  }
  const name = layout.segment(state.identity.client, sealed.k);
  const isTold = ctx.store.capabilities.refusesTaken === true;
  if (!isTold && !(await nameIsFree(ctx, name, sealed))) {
    return true;
  }
  try {
    await ctx.store.writeCompressed(`${base}/segment`, sealed.text);
    await ctx.store.rename(`${base}/segment`, name);
    published(ctx, sealed);
    return true;
  } catch (error) {
    if (endsRound(error)) {
      throw error;
    }
    if (isTold && isKind(error, 'exists', 'not-empty')) {
      await nameIsFree(ctx, name, sealed); // an earlier attempt, or a clone: what it is decides
      return true;
    }
    ctx.log('warn', 'the segment could not be published under the lease', { error: String(error) });
    return false;
  }
}

/** One rename takes all asides into the history; the day's directory is made when needed. */
export async function keepHistory(ctx: Context, base: string, history: string): Promise<void> {
  const listing = await ctx.store.listIfThere(`${base}/replaced`);
  if (!listing?.entries.some((entry) => entry.name !== 'index.jsonl')) {
    return;
  }
  await ctx.store.makeDirectory(`${layout.history}/${history.slice(0, history.indexOf('/'))}`);
  const target = `${layout.history}/${history}`;
  const name = (await ctx.store.exists(target)) ? `${target}-${ctx.random.hex(6)}` : target;
  try {
    await ctx.store.rename(`${base}/replaced`, name);
  } catch (error) {
    if (endsRound(error) || !isKind(error, 'not-found')) {
      throw error;
    }
  }
}
