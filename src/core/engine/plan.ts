/**
 * From the inputs of all paths to one plan: facts are gathered, each path is reconciled by itself, changes that need no
 * store or disk are recorded at once, and the rest is grouped, paired into moves, and guarded.
 */
import type { GuardedDeed } from '../decide/guard.ts';
import { pairMoves } from '../decide/moves.ts';
import { ancestorOf, reconcile } from '../decide/reconcile.ts';
import { unify } from '../decide/winner.ts';
import type { Entry } from '../model/entry.ts';
import { DIRECTORY_KEY, keyOf, storedKeyOf } from '../model/entry.ts';
import type { PathFacts, Step } from '../model/facts.ts';
import { byPath, isBelow, parentOf, parentsOf } from '../model/path.ts';
import { conflictName, flattened } from '../model/conflict-name.ts';
import type { Dot, Version } from '../model/version.ts';
import { clientOf } from '../model/version.ts';
import type { Context } from './context.ts';
import { forgetHeldExcept, guardDeeds } from './guarding.ts';
import type { LocalView } from './scan.ts';
import type { StoreView } from './survey.ts';

type Of<Do extends Step['do']> = Extract<Step, { do: Do }> & { readonly path: string };

export interface Plan {
  readonly uploads: Of<'upload'>[];
  readonly deletesOnStore: Of<'delete-on-store'>[];
  readonly downloads: Of<'download'>[];
  readonly besides: Of<'fetch-beside'>[];
  readonly stepAsides: Of<'step-aside'>[];
  readonly deletesHere: Of<'delete-here'>[];
  readonly metadata: Of<'set-metadata'>[];
  /** On the store: new path → old path; both halves are still in uploads and deletesOnStore. */
  readonly movesOnStore: ReadonlyMap<string, string>;
  /** Here: new path → old path; both halves are still in downloads and deletesHere. */
  readonly movesHere: ReadonlyMap<string, string>;
  /** Changes recorded without touching anything. */
  readonly recorded: number;
}

const ROUNDS_OF_PATIENCE = 5;

export function makePlan(ctx: Context, local: LocalView, store: StoreView): Plan {
  const steps: (Step & { path: string })[] = [];
  const facts = factsMaker(ctx, local, store);
  for (const path of allPaths(ctx, local)) {
    if (isLeftAlone(ctx, path, { local, store })) {
      continue;
    }
    for (const step of reconcile(facts(path))) {
      steps.push({ ...step, path });
    }
  }
  let recorded = 0;
  const rest = steps.filter((step) => {
    const done = recordAtOnce(ctx, step, local);
    recorded += done === 'record' ? 1 : 0;
    return done === 'no';
  });
  ctx.state.commit();
  return guarded(ctx, { ...grouped(ctx, rest, local), recorded }, local);
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

/** Ignored, troubled, or under somebody else's hands: neither deleted nor changed on either side. */
function isLeftAlone(
  ctx: Context,
  path: string,
  { local, store }: { local: LocalView; store: StoreView },
): boolean {
  const kind = local.entries.get(path)?.kind ?? guessKind(ctx, path);
  return (
    store.blocked(path) ||
    local.troubled.has(path) ||
    parentsOf(path).some((parent) => local.troubled.has(parent)) ||
    local.ignored(path, kind === 'directory')
  );
}

function guessKind(ctx: Context, path: string): Entry['kind'] {
  const { state } = ctx;
  const known = state.ancestors.get(path)?.key ?? state.sightings.get(path)?.key;
  const recorded = state.master.versions(path).some((v) => v.entry.kind === 'directory');
  return known === DIRECTORY_KEY || (known === undefined && recorded) ? 'directory' : 'file';
}

function factsMaker(ctx: Context, local: LocalView, store: StoreView): (path: string) => PathFacts {
  const { state } = ctx;
  const { client, former } = state.identity;
  const troubledParents = new Set([...local.troubled].map(parentOf));
  const isOwn = (dot: Dot) =>
    (clientOf(dot) === client && !state.waits.has(dot)) ||
    (former[clientOf(dot)] ?? -1) >= Number(dot.slice(dot.lastIndexOf(':') + 1)) ||
    isGivenUp(ctx, dot);
  return (path) => {
    const entry = local.entries.get(path);
    const versions = state.master.versions(path);
    const isDirectory = entry?.kind === 'directory';
    const empty =
      isDirectory &&
      !local.children.has(path) &&
      !local.untracked.has(path) &&
      !troubledParents.has(path);
    return {
      path,
      ancestor: state.ancestors.get(path),
      local: entry,
      versions,
      sighted: state.sightings.get(path)?.key,
      absent: store.absent(path),
      isOwn,
      isSaved: (version) => isSaved(ctx, path, version),
      emptyHere: empty,
      hasNews:
        isDirectory &&
        !holdsDirectory(versions) &&
        versions.length > 0 &&
        hasNews(ctx, path, local),
      unseenBelow: entry !== undefined && !isDirectory && hasUnseenBelow(ctx, path),
      emptiedHere: empty && isEmptiedHere(ctx, path, local),
    };
  };
}

const holdsDirectory = (versions: readonly Version[]) =>
  versions.some((v) => v.entry.kind === 'directory');

/** A version that nobody has brought for some rounds after the store was set back, or of a former self. */
function isGivenUp(ctx: Context, dot: Dot): boolean {
  const since = ctx.state.waits.get(dot);
  return since !== undefined && ctx.state.round - since > ROUNDS_OF_PATIENCE;
}

function isSaved(ctx: Context, path: string, version: Version): boolean {
  const loser = unify(version, ctx.state.master.recorded(path));
  const name = conflictName(path, loser, ctx.local.facts.nameBytes);
  return [name, flattened(name)].some((copy) =>
    ctx.state.master.recorded(copy).some((v) => keyOf(v.entry) === keyOf(version.entry)),
  );
}

function hasNews(ctx: Context, directory: string, local: LocalView): boolean {
  for (const [path, entry] of local.entries) {
    if (isBelow(path, directory) && ctx.state.ancestors.get(path)?.key !== keyOf(entry)) {
      return true;
    }
  }
  return false;
}

function hasUnseenBelow(ctx: Context, path: string): boolean {
  const { state } = ctx;
  return (
    state.master.isImplied(path) &&
    state.master.pathsBelow(path).some((below) => {
      const dots = state.ancestors.get(below)?.dots ?? [];
      return state.master.recorded(below).some((v) => !dots.includes(v.dot));
    })
  );
}

/** The user emptied the directory but kept it: it needs a version of its own to survive. */
function isEmptiedHere(ctx: Context, directory: string, local: LocalView): boolean {
  const { state } = ctx;
  if (
    !state.master.isImplied(directory) ||
    state.master.recorded(directory).some((v) => v.entry.kind === 'directory')
  ) {
    return false;
  }
  return state.master.pathsBelow(directory).every((path) => {
    const ancestor = state.ancestors.get(path);
    return (
      ancestor !== undefined &&
      !local.entries.has(path) &&
      state.master.recorded(path).every((v) => ancestor.dots.includes(v.dot))
    );
  });
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
    const key = state.sightings.get(path)?.key;
    return key === undefined || key === DIRECTORY_KEY || over.length === 0
      ? []
      : [{ path, digest: key }];
  });
  const comingOnStore = plan.uploads.flatMap(({ path, entry, repair }) =>
    entry.kind === 'file' && !repair && !state.sightings.has(path)
      ? [{ path, digest: entry.digest }]
      : [],
  );
  const goingHere = plan.deletesHere.flatMap(({ path }) => {
    const entry = local.entries.get(path);
    return entry?.kind === 'file' ? [{ path, digest: entry.digest }] : [];
  });
  const comingHere = plan.downloads.flatMap(({ path, version }) =>
    version.entry.kind === 'file' && !local.entries.has(path)
      ? [{ path, digest: version.entry.digest }]
      : [],
  );
  return {
    movesOnStore: pairMoves(goingOnStore, comingOnStore),
    movesHere: pairMoves(goingHere, comingHere),
  };
}

/** Takes out of the plan what the guard holds. */
function guarded(ctx: Context, plan: Plan, local: LocalView): Plan {
  const deeds = guardedDeeds(ctx, plan, local);
  const held = guardDeeds(ctx, deeds);
  const wanted = new Set(deeds.map((deed) => deed.path));
  forgetHeldExcept(ctx.state, new Set([...wanted, ...heldAbsences(ctx)]));
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

/** Absences held in the survey stay held while the store lacks the file: the survey asks again each time. */
function heldAbsences(ctx: Context): string[] {
  return [...ctx.state.held.keys(), ...ctx.state.accepted.keys()].filter((path) =>
    ctx.state.sightings.has(path),
  );
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
