/**
 * What a person does about a question of the program in the quiet rounds, so that the world can come to rest.
 */
import type { SimulatedClient, Simulation } from './client.ts';
import { diskPlace, storePlace } from './places.ts';

/**
 * Something cannot come to this disk because another name stands for it there: the other one gets a new name. False: nothing
 * is in the way any more.
 */
export function settleClash(client: SimulatedClient, wanted: string): boolean {
  const { user, state } = client.disk;
  const parts = wanted.split('/');
  for (let end = 1; end <= parts.length; end += 1) {
    const path = parts.slice(0, end).join('/');
    const there = [...user.tree().keys()].find((name) => fold(name) === fold(path));
    if (there === undefined || there === state.volume.spelled(path)) continue;
    rename(client, there);
    return true;
  }
  // A disk that knows one form of a name has it for the other one's path already.
  const there = user.entry(wanted) === undefined ? undefined : state.volume.spelled(wanted);
  // Or the directory that is here stands for the one of the other name.
  const inTheWay =
    there ?? (user.entry(parts[0] ?? '')?.kind === 'directory' ? parts[0] : undefined);
  if (inTheWay !== undefined) rename(client, inTheWay);
  return inTheWay !== undefined;
}

function rename({ disk, name }: SimulatedClient, path: string): void {
  let fresh = `${path}~${name}`;
  while (disk.user.entry(fresh) !== undefined) fresh += '~';
  disk.user.rename(path, fresh);
}

/** Ignored files keep a directory from giving way to something else: they are deleted, here and on the store. */
export function clearTheWay(world: Simulation, client: SimulatedClient, path: string): boolean {
  let cleared = false;
  for (const place of [diskPlace(world, client), storePlace(world)]) {
    for (const below of place.below(path).filter(client.ignores)) {
      if (place.kind(below) !== undefined && place.kind(below) !== 'directory') {
        place.letGo(below);
        place.remove(below);
        cleared = true;
      }
    }
  }
  return cleared;
}

function fold(name: string): string {
  return name.normalize('NFC').toLowerCase();
}
