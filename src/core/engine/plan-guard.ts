/** Takes out of a plan what the guard holds: which of its steps would take content away from its name, and by whom. */
import type { GuardedDeed } from '../decide/guard.ts';
import { DIRECTORY_KEY, keyOf } from '../model/entry.ts';
import { parentsOf } from '../model/path.ts';
import { clientOf } from '../model/version.ts';
import { OTHER_PROGRAM } from './absence.ts';
import { livesElsewhere } from './contents.ts';
import type { Context } from './context.ts';
import { forgetHeldExcept, guardDeeds } from './guarding.ts';
import type { LocalView } from './scan.ts';
import type { Plan } from './plan-steps.ts';
import type { StoreView } from './survey.ts';

interface Surroundings {
  readonly local: LocalView;
  readonly store: StoreView;
  /** Nothing could be planned for this path in this round, whatever is wanted there. */
  readonly isBusy: (path: string) => boolean;
}

/** Takes out of the plan what the guard holds, and what can only be done after it. */
export function guarded(ctx: Context, plan: Plan, around: Surroundings): Plan {
  const absences = heldAbsences(ctx, around.store);
  // What would come where such a question is open would take its place.
  const deeds = guardedDeeds(ctx, plan, around.local).filter(
    ({ path, action }) => action !== 'replace-here' || !absences.has(path),
  );
  const held = guardDeeds(ctx, deeds);
  const wanted = new Set(deeds.map((deed) => deed.path));
  forgetHeldExcept(
    ctx.state,
    (path) => wanted.has(path) || isHeldAbsence(ctx, path, around.store) || around.isBusy(path),
  );
  ctx.state.commit();
  const waits = dependsOn(held);
  const free = <T extends { path: string }>(steps: T[]) => steps.filter((s) => !waits(s.path));
  return {
    ...plan,
    uploads: free(plan.uploads),
    deletesOnStore: free(plan.deletesOnStore),
    downloads: free(plan.downloads).filter(({ path }) => !absences.has(path)),
    deletesHere: free(plan.deletesHere),
  };
}

/** A held path, a directory that cannot go while something held is in it, or what would come where something held is. */
function dependsOn(held: ReadonlySet<string>): (path: string) => boolean {
  const above = new Set([...held].flatMap(parentsOf));
  return (path) =>
    held.has(path) || above.has(path) || parentsOf(path).some((parent) => held.has(parent));
}

function heldAbsences(ctx: Context, store: StoreView): ReadonlySet<string> {
  return new Set([...ctx.state.held.keys()].filter((path) => isHeldAbsence(ctx, path, store)));
}

/** Absences held in the survey are no part of the plan; they stay held while the store lacks the file. */
function isHeldAbsence({ state }: Context, path: string, store: StoreView): boolean {
  const origin = (state.held.get(path) ?? state.accepted.get(path))?.origin;
  return origin === OTHER_PROGRAM && state.sightings.has(path) && store.absent(path);
}

function guardedDeeds(ctx: Context, plan: Plan, local: LocalView): GuardedDeed[] {
  const { state } = ctx;
  const me = state.identity.client;
  const livesOnHere = new Set([...local.entries.values()].map(keyOf));
  const livesOn = livesElsewhere(state);
  const deeds: GuardedDeed[] = [];
  for (const { path } of plan.deletesHere) {
    const entry = local.entries.get(path);
    if (entry !== undefined && entry.kind !== 'directory' && !livesOn(keyOf(entry), path)) {
      const origin = state.goneBy.get(path) ?? 'unknown';
      deeds.push({ path, action: 'delete-here', origin, key: keyOf(entry) });
    }
  }
  for (const { path, version } of plan.downloads) {
    const entry = local.entries.get(path);
    if (entry !== undefined && entry.kind !== 'directory' && !livesOn(keyOf(entry), path)) {
      const by = clientOf(version.dot);
      const origin = by === me ? OTHER_PROGRAM : by; // recorded here, and not from what is here
      deeds.push({ path, action: 'replace-here', origin, key: keyOf(version.entry) });
    }
  }
  for (const { path, over } of plan.deletesOnStore) {
    const key = state.sightings.get(path)?.key;
    if (over.length > 0 && key !== undefined && key !== DIRECTORY_KEY && !livesOnHere.has(key)) {
      deeds.push({ path, action: 'delete-on-store', origin: me, key });
    }
  }
  for (const { path, over, entry, repair } of plan.uploads) {
    const key = state.sightings.get(path)?.key;
    const replaces = key !== undefined && key !== DIRECTORY_KEY && key !== keyOf(entry);
    if (over.length > 0 && replaces && !repair && !livesOnHere.has(key)) {
      deeds.push({ path, action: 'replace-on-store', origin: me, key: keyOf(entry) });
    }
  }
  return deeds;
}
