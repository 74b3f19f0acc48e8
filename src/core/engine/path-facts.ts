/** Gathers what reconciling has to know of a path: from the scan, the records, the sightings and this round's survey. */
import { unify } from '../decide/winner.ts';
import { keyOf } from '../model/entry.ts';
import type { PathFacts } from '../model/facts.ts';
import { isBelow, parentOf } from '../model/path.ts';
import { conflictName, flattened } from '../model/conflict-name.ts';
import type { Dot, Version } from '../model/version.ts';
import { clientOf, numberOf } from '../model/version.ts';
import type { Context } from './context.ts';
import type { LocalView } from './scan.ts';
import type { StoreView } from './survey.ts';

export function factsMaker(
  ctx: Context,
  local: LocalView,
  store: StoreView,
): (path: string) => PathFacts {
  const { state } = ctx;
  const { client, former } = state.identity;
  const troubledParents = new Set([...local.troubled].map(parentOf));
  const isMadeHere = (dot: Dot) =>
    clientOf(dot) === client || (former[clientOf(dot)] ?? -1) >= numberOf(dot);
  const isOwn = (dot: Dot) => (isMadeHere(dot) && !state.waits.has(dot)) || store.lost(dot);
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
