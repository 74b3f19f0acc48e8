/**
 * The way on from a halt: a person says that the local folder, or what is on the store now, is the right one. Nothing of a
 * user's is touched: the folder is made on the store again, or this client forgets what it held here, or all it knew, so that
 * its next round is a newcomer's, which unites both sides by content and deletes nothing.
 */
import { clientOf } from '../model/version.ts';
import type { Rejoined } from '../ports/folder.ts';
import { LocalError } from '../ports/local-tree.ts';
import type { Context } from './context.ts';
import { startAnew } from './identity.ts';
import { makeFolder, readFormat } from './join.ts';

/**
 * CRASH: after the folder was made on the store, the next sync goes on there; before the one commit that forgets, or between
 * it and the marker, the halt is as it was, and the same command goes on.
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
    startAnew(ctx);
    return 'other-folder';
  }
  if (format === undefined) {
    await makeFolder(ctx, { again: true });
  }
  if (root === 'unmarked') {
    forgetLocal(ctx);
    await ctx.local.mark(state.folder);
    return 'local-folder';
  }
  return format === undefined ? 'store-again' : 'nothing-to-do';
}

/**
 * As if nothing had ever been in the local directory, so that nothing in it can be missing. What is known of the store stays:
 * whoever forgot that, too, could not tell an own version that nobody has any more from one that others still hold. Which
 * it is, is now for everybody to say, since this client may have lost what it made. What it was placing is left to whoever
 * finds its lease dead.
 */
function forgetLocal({ state }: Context): void {
  const { held, accepted, goneBy, deeds, parts, ancestors, index } = state;
  for (const table of [held, accepted, goneBy, deeds, parts, ancestors, index]) {
    table.clear();
  }
  state.transaction = undefined;
  state.meta.delete('told');
  for (const path of state.master.paths()) {
    for (const { dot } of state.master.recorded(path)) {
      if (clientOf(dot) === state.identity.client) {
        state.waits.set(dot, state.round);
      }
    }
  }
  state.commit();
}
