/**
 * Epochs: whoever finds that the store was set back, or that something is missing on it, writes one, and everybody forgets what
 * the store was seen to hold. ORDER: it is written before the master that brings lost records back; so who has read such a
 * master finds the epoch, if it looks after that.
 */
import { DIRECTORY_KEY } from '../model/entry.ts';
import type { Context } from './context.ts';
import { layout } from './layout.ts';

/** Somebody found the store set back: all sightings are forgotten, so that no absence is a deletion. */
export async function epochsChanged(ctx: Context): Promise<boolean> {
  const { state } = ctx;
  const epochs = await epochsOn(ctx);
  const known = state.meta.get('epochs') as string | undefined;
  state.meta.set('epochs', epochs);
  if (known === undefined || known === epochs) {
    return false;
  }
  for (const [path, sighting] of [...state.sightings.entries()]) {
    if (sighting.key !== DIRECTORY_KEY) {
      state.old.set(path, [...new Set([...(state.old.get(path) ?? []), sighting.key])]);
    }
  }
  state.sightings.clear();
  for (const path of state.master.paths()) {
    for (const version of state.master.recorded(path)) {
      state.waits.set(version.dot, state.round);
    }
  }
  state.meta.set('travelled', true);
  state.meta.set('epochRound', state.round);
  state.commit();
  ctx.log('warn', 'the store was set back: forgets what it was seen to hold', {});
  return true;
}

/** RACE: a master that hides what the store lost may have been read since they were looked at. */
export async function isNewEpoch(ctx: Context): Promise<boolean> {
  return (await epochsOn(ctx)) !== ctx.state.meta.get('epochs');
}

async function epochsOn(ctx: Context): Promise<string> {
  const listing = await ctx.glance.listOwn(layout.epochs);
  return listing.entries
    .map((entry) => entry.name)
    .sort()
    .join();
}
