/**
 * Files on the store whose content is not what was recorded, though size and time are: told in this client's `clients/`
 * file, so that a computer that has the right bytes brings them again. What is told can only make others compare and repair
 * what they hold themselves; nobody takes content from it.
 */
import { winner } from '../decide/winner.ts';
import type { Key } from '../model/entry.ts';
import { keyOf } from '../model/entry.ts';
import type { Context } from './context.ts';

export interface Damage {
  readonly path: string;
  readonly expected: Key;
  /** Digest of what is there instead. */
  readonly found: Key;
}

const MOST = 1000;

/** From now on this client knows what the store really holds; its next round repairs it if it can. */
export function noteDamage(ctx: Context, { path, expected, found }: Damage): void {
  const { state } = ctx;
  const sighting = state.sightings.get(path);
  if (sighting !== undefined) {
    state.sightings.set(path, { ...sighting, key: found });
    state.damaged.set(path, { expected, found });
  }
}

/** What is still as it was found; the rest is forgotten. */
export function standingDamage({ state }: Context): Damage[] {
  for (const [path, { found }] of [...state.damaged.entries()]) {
    if (state.sightings.get(path)?.key !== found) {
      state.damaged.delete(path);
    }
  }
  return [...state.damaged.entries()].slice(0, MOST).map(([path, damage]) => ({ path, ...damage }));
}

/** Another client's finding: believed if this one takes the store to hold what that client expected there, and has it. */
export function takeDamage(ctx: Context, damaged: readonly Damage[]): void {
  const { state } = ctx;
  for (const { path, expected, found } of damaged) {
    const sighting = state.sightings.get(path);
    const first = winner(state.master.recorded(path));
    const holds =
      sighting?.key === expected &&
      state.ancestors.get(path)?.key === expected &&
      first !== undefined &&
      keyOf(first.entry) === expected;
    if (holds && found !== expected) {
      state.sightings.set(path, { ...sighting, key: found });
    }
  }
}
