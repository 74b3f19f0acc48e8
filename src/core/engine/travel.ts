/**
 * The store shows less than was seen: set back, emptied, or a file of ours lost. First a new epoch, so that every client
 * forgets what it sighted and takes no absence for a deletion; then a master, which brings the missing records back.
 */
import type { Context } from './context.ts';
import { layout, masterName } from './layout.ts';
import { beginStaging, masterKey } from './leftovers.ts';
import { encodeMaster } from '../format/master-file.ts';
import { pull } from './pull.ts';

/** A store that hides what was just written must not keep anybody for ever. */
const TRIES = 5;

export async function noticeTravel(ctx: Context): Promise<void> {
  if (ctx.dryRun || (await pull(ctx)) !== 'short') {
    return; // the listing was older than the store
  }
  ctx.log('warn', 'the store shows less than was seen before', {});
  await rememberWhen(ctx);
  const epoch = `${layout.epochs}/${ctx.random.hex(16)}`;
  // RACE: set back once more in between, the store would have a master that hides it, and no epoch that tells of it.
  for (let tries = 0; tries === 0 || (tries < TRIES && !(await ctx.store.exists(epoch))); tries++) {
    // Whatever epochs are listed next are new to this client, should this one be gone again by then.
    ctx.state.meta.set('epochs', epoch);
    await ctx.store.writeText(epoch, 'set back');
    await writeMaster(ctx);
  }
  ctx.state.unproven = undefined;
}

/** The newest of our own files that are left tells for people when the store was as it is now. */
async function rememberWhen({ store, state }: Context): Promise<void> {
  const left = [await store.listOwn(layout.manifests), await store.listOwn(layout.masters)];
  const times = left.flatMap(({ entries }) => entries.map(({ stamp }) => stamp.modified ?? 0));
  state.meta.set('setBackTo', Math.max(0, ...times));
}

/** Only from a state without unpublished changes of one's own, so that `seen` is what the versions say. */
export async function writeMaster(ctx: Context): Promise<string | undefined> {
  const { state } = ctx;
  if (state.outbox.size > 0 || state.sealed !== undefined) {
    return undefined;
  }
  const seen = state.seenByClient();
  const sum = Object.values(seen).reduce((a, b) => a + b, 0);
  const name = masterName(sum, state.identity.client, ctx.random.hex(8));
  const versions = new Map([...state.master.paths()].map((p) => [p, state.master.recorded(p)]));
  const segments = Object.fromEntries(state.segments.entries());
  const file = { client: state.identity.client, seen, segments, versions };
  // ORDER: noted before it is there, so that a crash leaves no master that hides what the store lost.
  state.unproven = name;
  state.commit();
  beginStaging(ctx, masterKey(name));
  await ctx.store.writeCompressed(layout.master(name), encodeMaster(file, ctx.digestOf));
  state.masters.set(name, seen);
  state.staged.delete(masterKey(name));
  state.commit();
  return name;
}
