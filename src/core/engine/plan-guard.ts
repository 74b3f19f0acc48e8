/** Takes out of a plan what the guard holds: which of its steps would take content away from its name, and by whom. */
import type { GuardedDeed } from '../decide/guard.ts';
import { DIRECTORY_KEY, keyOf } from '../model/entry.ts';
import { clientOf } from '../model/version.ts';
import { OTHER_PROGRAM } from './absence.ts';
import type { Context } from './context.ts';
import { forgetHeldExcept, guardDeeds } from './guarding.ts';
import type { LocalView } from './scan.ts';
import type { Plan } from './plan-steps.ts';
import type { StoreView } from './survey.ts';

/** Takes out of the plan what the guard holds. */
export function guarded(
  ctx: Context,
  plan: Plan,
  { local, store }: { readonly local: LocalView; readonly store: StoreView },
): Plan {
  const deeds = guardedDeeds(ctx, plan, local);
  const held = guardDeeds(ctx, deeds);
  const wanted = new Set(deeds.map((deed) => deed.path));
  forgetHeldExcept(ctx.state, new Set([...wanted, ...heldAbsences(ctx, store)]));
  ctx.state.commit();
  const free = <T extends { path: string }>(steps: T[]) => steps.filter((s) => !held.has(s.path));
  return {
    ...plan,
    uploads: free(plan.uploads),
    deletesOnStore: free(plan.deletesOnStore),
    downloads: free(plan.downloads),
    deletesHere: free(plan.deletesHere),
  };
}

/** Absences held in the survey are no part of the plan; they stay held while the store lacks the file. */
function heldAbsences(ctx: Context, store: StoreView): string[] {
  const { state } = ctx;
  return [...state.held.entries(), ...state.accepted.entries()]
    .filter(
      ([path, { origin }]) =>
        origin === OTHER_PROGRAM &&
        state.sightings.has(path) &&
        (store.absent(path) || store.blocked(path)),
    )
    .map(([path]) => path);
}

function guardedDeeds(ctx: Context, plan: Plan, local: LocalView): GuardedDeed[] {
  const { state } = ctx;
  const me = state.identity.client;
  const livesOnHere = new Set([...local.entries.values()].map(keyOf));
  const livesOn = (key: string, path: string) => livesElsewhere(ctx, key, path);
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
    if (entry !== undefined && entry.kind !== 'directory') {
      const origin = clientOf(version.dot);
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

/** A digest that lives on at another path is not deleted. */
function livesElsewhere(ctx: Context, key: string, path: string): boolean {
  for (const other of keyIndex(ctx).get(key) ?? []) {
    if (other !== path) {
      return true;
    }
  }
  return false;
}

const keyIndexes = new WeakMap<Context, Map<string, string[]>>();

/** Content → paths that have it in the master; made once a round. */
function keyIndex(ctx: Context): Map<string, string[]> {
  const known = keyIndexes.get(ctx);
  if (known !== undefined) {
    return known;
  }
  const index = new Map<string, string[]>();
  for (const path of ctx.state.master.paths()) {
    for (const version of ctx.state.master.recorded(path)) {
      const paths = index.get(keyOf(version.entry)) ?? [];
      paths.push(path);
      index.set(keyOf(version.entry), paths);
    }
  }
  keyIndexes.set(ctx, index);
  return index;
}
