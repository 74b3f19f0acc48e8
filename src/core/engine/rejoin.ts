/**
 * The way on from a halt: a person says that the local folder, or what is on the store now, is the right one. Nothing of a
 * user's is touched: the folder is made on the store again, or this client forgets what it knew and joins as a newcomer,
 * whose first round unites both sides by content and deletes nothing.
 */
import type { Rejoined } from '../ports/folder.ts';
import { LocalError } from '../ports/local-tree.ts';
import type { Context } from './context.ts';
import { makeFolder, readFormat } from './join.ts';
import { layout } from './layout.ts';

/**
 * CRASH: after the folder was made on the store, the next sync goes on there; before the one commit that forgets, the halt
 * is as it was; after it, the next sync is a first one.
 */
export async function rejoin(ctx: Context): Promise<Rejoined> {
  const { state } = ctx;
  const root = await ctx.local.rootState(state.folder);
  if (root === 'missing') {
    throw new LocalError('the local folder is not there', { kind: 'missing-root' });
  }
  if (state.folder === undefined) {
    return 'nothing-to-do';
  }
  const format = await readFormat(ctx);
  if (format !== undefined && !format.usable) {
    return 'format-too-new';
  }
  if (format !== undefined && format.folder !== state.folder) {
    state.forgetAll();
    return 'other-folder';
  }
  if (format === undefined) {
    await makeFolder(ctx, { again: true });
  }
  if (root === 'unmarked') {
    await leave(ctx);
    return 'local-folder';
  }
  return format === undefined ? 'store-again' : 'nothing-to-do';
}

/** The newcomer gets another id: nobody shall wait for the former one. */
async function leave(ctx: Context): Promise<void> {
  await ctx.store.remove(layout.client(ctx.state.identity.client));
  ctx.state.forgetAll();
}
