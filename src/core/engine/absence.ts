/**
 * Files that are gone from the store. An absence is a deletion by another program only when the parent's listing was
 * complete, a survey had listed the file before, the lease was free, and a look at the path itself says so.
 */
import type { GuardedDeed } from '../decide/guard.ts';
import { DIRECTORY_KEY, keyOf } from '../model/entry.ts';
import { parentOf } from '../model/path.ts';
import { livesElsewhere } from './contents.ts';
import type { Context } from './context.ts';
import { isNewEpoch } from './epochs.ts';
import { guardDeeds } from './guarding.ts';
import { readLease } from './lease.ts';
import { waitForHolders } from './lost.ts';
import { pull } from './pull.ts';
import type { LocalView } from './scan.ts';
import type { StoreTree } from './tree.ts';

export const OTHER_PROGRAM = 'another program on the store';

interface Hunt {
  readonly tree: StoreTree;
  readonly skip: (path: string) => boolean;
  readonly local: LocalView;
  readonly leaseWasFree: boolean;
}

export async function believeAbsences(ctx: Context, hunt: Hunt): Promise<void> {
  const { state } = ctx;
  const gone = [...state.sightings.entries()].filter(
    ([path]) =>
      hunt.tree.absent(path) &&
      !hunt.skip(path) &&
      !hunt.local.ignored(path, state.sightings.get(path)?.key === DIRECTORY_KEY),
  );
  if (gone.length === 0 || !hunt.leaseWasFree) {
    return;
  }
  const paths = gone.map(([path]) => path);
  const looks = await ctx.store.lookAll(paths);
  const proven = gone.filter(([path]) => looks.get(path) === 'absent');
  const before = new Map(proven.map(([path]) => [path, state.master.recorded(path)]));
  // RACE: another agent may have set the file aside between listing and look. Its lease shows now, or its record.
  if ((await readLease(ctx)) !== 'free' || (await pull(ctx)) === 'short') {
    return;
  }
  if (await isNewEpoch(ctx)) {
    return; // the store was set back, and what it lacks nobody deleted
  }
  const unchanged = proven.filter(([path]) => state.master.recorded(path) === before.get(path));
  const follow: string[] = [];
  for (const [path, sighting] of unchanged) {
    const isLoss = state.master.recorded(path).some((v) => keyOf(v.entry) === sighting.key);
    if (!isLoss) {
      state.unsee(path); // what was there was deleted or moved by a client, and is no other program's deed
    } else if (sighting.listed === undefined || ctx.settings.deletedOnStore === 'restore') {
      state.unsee(path); // never listed since it was placed: repaired, not believed
      waitForHolders(ctx, path, sighting.key);
    } else {
      follow.push(path);
    }
  }
  record(ctx, allowed(ctx, follow));
  state.commit();
}

/** A held deletion changes nothing: neither sighting nor record. What lives on at another path was moved. */
function allowed(ctx: Context, paths: readonly string[]): string[] {
  const livesOn = livesElsewhere(ctx.state, new Set(paths));
  const deeds = paths.flatMap((path): GuardedDeed[] => {
    const key = ctx.state.sightings.get(path)?.key ?? DIRECTORY_KEY;
    return key === DIRECTORY_KEY || livesOn(key, path)
      ? []
      : [{ path, action: 'delete-here', origin: OTHER_PROGRAM, key }];
  });
  const held = guardDeeds(ctx, deeds);
  return paths.filter((path) => !held.has(path));
}

function record(ctx: Context, paths: readonly string[]): void {
  const { state } = ctx;
  const emptied = new Set<string>();
  for (const path of paths) {
    const key = state.sightings.get(path)?.key;
    const gone = state.master.recorded(path).filter((v) => keyOf(v.entry) === key);
    state.unsee(path);
    if (gone.length > 0) {
      state.record({ path, replaces: gone.map((v) => v.dot), entry: null }, ctx.settings.client);
      state.goneBy.set(path, OTHER_PROGRAM);
      emptied.add(parentOf(path));
    }
  }
  state.meta.set('emptied', [...emptied]);
}
