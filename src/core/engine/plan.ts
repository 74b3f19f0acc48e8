/**
 * From the inputs of all paths to one plan: facts are gathered, each path is reconciled by itself, changes that need no
 * store or disk are recorded at once, and the rest is grouped, paired into moves, and guarded.
 */
import { pairMoves } from '../decide/moves.ts';
import { ancestorOf, reconcile } from '../decide/reconcile.ts';
import type { Entry } from '../model/entry.ts';
import { DIRECTORY_KEY, storedKeyOf } from '../model/entry.ts';
import type { Step } from '../model/facts.ts';
import { byPath, parentsOf } from '../model/path.ts';
import type { Context } from './context.ts';
import { problem } from './context.ts';
import type { LocalView } from './scan.ts';
import type { Stamp } from '../ports/transport.ts';
import type { StoreView } from './survey.ts';
import type { Of, Plan } from './plan-steps.ts';
import { guarded } from './plan-guard.ts';
import { factsMaker } from './path-facts.ts';

export function makePlan(ctx: Context, local: LocalView, store: StoreView): Plan {
  const steps: (Step & { path: string })[] = [];
  const facts = factsMaker(ctx, local, store);
  for (const path of allPaths(ctx, local)) {
    if (isLeftAlone(ctx, path, { local, store })) {
      continue;
    }
    for (const step of reconcile(facts(path))) {
      steps.push(...sparingIgnored(ctx, { ...step, path }, { local, store }));
    }
  }
  let recorded = 0;
  const rest = steps.filter((step) => {
    const done = recordAtOnce(ctx, step, local);
    recorded += done === 'record' ? 1 : 0;
    return done === 'no';
  });
  ctx.state.commit();
  const isBusy = (path: string) => cannotBeJudged(path, { local, store });
  return guarded(ctx, { ...grouped(ctx, rest, local), recorded }, { local, store, isBusy });
}

function allPaths(ctx: Context, local: LocalView): string[] {
  const { state } = ctx;
  const paths = new Set([
    ...local.entries.keys(),
    ...state.ancestors.keys(),
    ...state.master.paths(),
    ...state.master.impliedDirectories(),
    ...state.sightings.keys(),
  ]);
  return [...paths].sort(byPath);
}

interface Sides {
  readonly local: LocalView;
  readonly store: StoreView;
}

/** Ignored, troubled, or under somebody else's hands: neither deleted nor changed on either side. */
function isLeftAlone(ctx: Context, path: string, sides: Sides): boolean {
  const { local } = sides;
  const kind = local.entries.get(path)?.kind ?? guessKind(ctx, path);
  return cannotBeJudged(path, sides) || local.ignored(path, kind === 'directory');
}

/** Troubled here, or under somebody else's hands on the store: a later round will see. */
function cannotBeJudged(path: string, { local, store }: Sides): boolean {
  return (
    store.blocked(path) ||
    local.troubled.has(path) ||
    parentsOf(path).some((parent) => local.troubled.has(parent))
  );
}

/**
 * A directory with something ignored in it is neither removed nor replaced. Deleted by its own, it stays as one that is not
 * synced; where something else has to come, a person has to make room.
 */
function sparingIgnored<Planned extends Step & { path: string }>(
  ctx: Context,
  step: Planned,
  { local, store }: Sides,
): (Planned | Of<'record'>)[] {
  const { path } = step;
  if (step.do === 'delete-on-store' && store.untracked(path)) {
    return step.over.length === 0 ? [] : [{ do: 'record', path, replaces: step.over, entry: null }];
  }
  const replacesThere =
    step.do === 'upload' && step.entry.kind !== 'directory' && store.untracked(path);
  const replacesHere =
    step.do === 'download' &&
    step.version.entry.kind !== 'directory' &&
    local.untracked.has(path) &&
    local.entries.get(path)?.kind === 'directory';
  if (!replacesThere && !replacesHere) {
    return [step];
  }
  const where = replacesThere ? 'on the store' : 'here';
  const message = `a directory ${where} has its place, with ignored files in it; move or delete these`;
  problem(ctx, { path, kind: 'other', message });
  return [];
}

function guessKind(ctx: Context, path: string): Entry['kind'] {
  const { state } = ctx;
  const known = state.ancestors.get(path)?.key ?? state.sightings.get(path)?.key;
  const recorded = state.master.versions(path).some((v) => v.entry.kind === 'directory');
  return known === DIRECTORY_KEY || (known === undefined && recorded) ? 'directory' : 'file';
}

/** Steps that neither move nor copy anything. `quiet`: done, nothing to publish. */
function recordAtOnce(
  ctx: Context,
  step: Step & { path: string },
  local: LocalView,
): 'record' | 'quiet' | 'no' {
  const { state, settings } = ctx;
  switch (step.do) {
    case 'record': {
      const { path, replaces, entry } = step;
      state.record({ path, replaces, entry }, settings.client);
      const here = local.entries.get(path);
      if (entry !== null && here !== undefined) {
        const { dots: _, ...content } = ancestorOf(here, []);
        state.hold(path, here, content);
      }
      return 'record';
    }
    case 'hold':
      state.ancestors.set(step.path, step.ancestor);
      return 'quiet';
    case 'forget':
      state.ancestors.delete(step.path);
      state.goneBy.delete(step.path);
      return 'quiet';
    case 'upload': {
      if (needsStore(ctx, step)) {
        return 'no';
      }
      recordUpload(ctx, step);
      return 'record';
    }
    default:
      return 'no';
  }
}

/** Nothing has to change on the store: it holds this already, or holds nothing for a link. */
function needsStore(ctx: Context, step: Of<'upload'>): boolean {
  const sighting = ctx.state.sightings.get(step.path);
  if (sighting?.key !== storedKeyOf(step.entry)) {
    return true;
  }
  if (sighting === undefined || step.entry.kind !== 'file' || !ctx.store.canSetTime) {
    return false;
  }
  const shown = sighting.stamp.modified;
  return shown !== undefined && Math.floor(shown / 1000) !== step.entry.mtime;
}

function recordUpload(ctx: Context, step: Of<'upload'>): void {
  const { state, settings } = ctx;
  const { path, over } = step;
  const shown = state.sightings.get(path)?.stamp.modified;
  const entry: Entry =
    step.entry.kind === 'file' && shown !== undefined && shown !== step.entry.mtime * 1000
      ? { ...step.entry, stored: shown }
      : step.entry;
  state.record({ path, replaces: over, entry }, settings.client);
  const { dots: _, ...content } = ancestorOf(entry, []);
  state.hold(path, entry, content);
  if (entry.kind === 'link' && !ctx.dryRun) {
    ctx.emit({ type: 'done', deed: 'uploaded', path }); // its record is all that the store has of it
  }
}

function grouped(
  ctx: Context,
  steps: readonly (Step & { path: string })[],
  local: LocalView,
): Omit<Plan, 'recorded'> {
  const pick = <Do extends Step['do']>(what: Do) =>
    steps.filter((step): step is Of<Do> => step.do === what);
  const plan = {
    uploads: pick('upload'),
    deletesOnStore: pick('delete-on-store'),
    downloads: pick('download'),
    besides: pick('fetch-beside'),
    stepAsides: pick('step-aside'),
    deletesHere: pick('delete-here'),
    metadata: pick('set-metadata'),
  };
  return { ...plan, ...findMoves(ctx, plan, local) };
}

function findMoves(
  ctx: Context,
  plan: Pick<Plan, 'uploads' | 'deletesOnStore' | 'downloads' | 'deletesHere'>,
  local: LocalView,
): Pick<Plan, 'movesOnStore' | 'movesHere'> {
  const { state } = ctx;
  const goingOnStore = plan.deletesOnStore.flatMap(({ path, over }) => {
    const { key, stamp } = state.sightings.get(path) ?? {};
    return key === undefined || key === DIRECTORY_KEY || over.length === 0
      ? []
      : [{ path, digest: key, ...secondsOf(stamp) }];
  });
  const comingOnStore = plan.uploads.flatMap(({ path, entry, repair }) =>
    entry.kind === 'file' && !repair && !state.sightings.has(path)
      ? [{ path, digest: entry.digest, mtime: entry.mtime }]
      : [],
  );
  const goingHere = plan.deletesHere.flatMap(({ path }) => {
    const entry = local.entries.get(path);
    return entry?.kind === 'file' ? [{ path, digest: entry.digest, mtime: entry.mtime }] : [];
  });
  const comingHere = plan.downloads.flatMap(({ path, version }) =>
    version.entry.kind === 'file' && !local.entries.has(path)
      ? [{ path, digest: version.entry.digest, mtime: version.entry.mtime }]
      : [],
  );
  return {
    movesOnStore: pairMoves(goingOnStore, comingOnStore),
    movesHere: pairMoves(goingHere, comingHere),
  };
}

function secondsOf(stamp: Stamp | undefined): { mtime?: number } {
  return stamp?.modified === undefined ? {} : { mtime: Math.floor(stamp.modified / 1000) };
}
