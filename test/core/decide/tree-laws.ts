/**
 * What must be true of what clients with whole trees decide, and of what comes of it. Each law is a sentence; a run says which
 * ones it breaks, and how.
 */
import { flattened } from '../../../src/core/model/conflict-name.ts';
import type { Draft } from '../../../src/core/engine/drafts.ts';
import type { Plan } from '../../../src/core/engine/plan-steps.ts';
import type { Entry, Key } from '../../../src/core/model/entry.ts';
import { DIRECTORY_KEY, keyOf, storedKeyOf } from '../../../src/core/model/entry.ts';
import { isBelow } from '../../../src/core/model/path.ts';
import type { Version } from '../../../src/core/model/version.ts';
import { winner } from '../../../src/core/decide/winner.ts';
import type { Tree } from './tree-disk.ts';
import type { TreeClient } from './tree-world.ts';

export const LAWS = {
  oneDeed: 'no path has two deeds in one plan',
  pairs: 'a move takes content from where it goes to where it comes, once, onto nothing',
  taken: 'a round takes nothing away, with a directory neither, that its client had not held',
  rest: 'after a few rounds nothing is left to do',
  agree: 'then both disks, the store and the records agree',
  kept: 'what somebody wrote and nobody replaced knowingly is at its path or in a conflict copy',
  order: 'who syncs first does not decide which contents are kept, of those that nobody replaced',
} as const;

export type Broken = readonly [law: keyof typeof LAWS, why: string];

export const isContent = (entry: Entry): boolean => entry.kind !== 'directory';
const contentOf = ({ entry }: Version) => (isContent(entry) ? keyOf(entry) : undefined);

const told = (path: string, entry: Entry | undefined) => `${path}=${entry ? keyOf(entry)[0] : ''}`;

export function tellTree(tree: Tree): string {
  return [...tree]
    .map(([path, entry]) => told(path, entry))
    .sort()
    .join(' ');
}

export function* planBreaks(plan: Plan, client: TreeClient): Generator<Broken> {
  const { uploads, deletesOnStore, downloads, besides, stepAsides, deletesHere, metadata } = plan;
  const seen = new Set<string>();
  for (const steps of [
    uploads,
    deletesOnStore,
    downloads,
    besides,
    stepAsides,
    deletesHere,
    metadata,
  ]) {
    for (const { path } of steps) {
      if (seen.has(path)) yield ['oneDeed', `${client.name}: ${path}`];
      seen.add(path);
    }
  }
  const { tree, store } = client;
  const stored = (path: string) => store.files.get(path)?.key;
  const here = (path: string) => {
    const entry = tree.get(path);
    return entry && keyOf(entry);
  };
  yield* pairBreaks(plan.movesOnStore, {
    going: new Map(deletesOnStore.map(({ path }) => [path, stored(path)])),
    coming: new Map(uploads.map(({ path, entry }) => [path, keyOf(entry)])),
    isTaken: (path) => store.files.has(path),
  });
  yield* pairBreaks(plan.movesHere, {
    going: new Map(deletesHere.map(({ path }) => [path, here(path)])),
    coming: new Map(downloads.map(({ path, version }) => [path, keyOf(version.entry)])),
    isTaken: (path) => tree.has(path),
  });
}

interface Pairing {
  readonly going: ReadonlyMap<string, Key | undefined>;
  readonly coming: ReadonlyMap<string, Key>;
  readonly isTaken: (path: string) => boolean;
}

function* pairBreaks(pairs: ReadonlyMap<string, string>, sides: Pairing): Generator<Broken> {
  const used = new Set<string>();
  for (const [to, from] of pairs) {
    const key = sides.going.get(from);
    if (key === undefined || sides.coming.get(to) !== key || used.has(from) || sides.isTaken(to)) {
      yield ['pairs', `${from} to ${to}`];
    }
    used.add(from);
  }
}

export function* draftBreaks(drafts: readonly Draft[], client: TreeClient): Generator<Broken> {
  const { files } = client.store;
  const touched = new Set<string>();
  for (const draft of drafts) {
    const recorded = draft.members.filter(({ implied }) => implied === undefined);
    const isMove = draft.action === 'move';
    for (const path of [...recorded.map((m) => m.path), ...(isMove ? [draft.from ?? ''] : [])]) {
      if (touched.has(path)) yield ['oneDeed', `${client.name}: ${path} on the store`];
      touched.add(path);
    }
    const moved = draft.action === 'move-tree' ? draft.from : undefined;
    for (const [path, { key }] of moved === undefined ? [] : files) {
      const isHeld = key === DIRECTORY_KEY || client.state.ancestors.get(path)?.key === key;
      if (isBelow(path, moved ?? '') && !isHeld) {
        yield ['taken', `${client.name} moves ${path} as well`];
      }
    }
  }
}

/** Contents on the disk that are no ancestor's, and on the store whose version this client does not stand for. */
export interface Unheld {
  readonly here: readonly Key[];
  readonly stored: readonly Key[];
}

export function unheldOf({ tree, state, store }: TreeClient): Unheld {
  const here = [...tree]
    .filter(([path, entry]) => isContent(entry) && state.ancestors.get(path)?.key !== keyOf(entry))
    .map(([, entry]) => keyOf(entry));
  const isHeld = (path: string, { dot }: Version) =>
    state.ancestors.get(path)?.dots.includes(dot) === true;
  const stored = [...store.files]
    .filter(([path, { key }]) =>
      state.master.recorded(path).some((v) => contentOf(v) === key && !isHeld(path, v)),
    )
    .map(([, { key }]) => key);
  return { here, stored };
}

/** After the round. */
export function* takenAway({ here, stored }: Unheld, client: TreeClient): Generator<Broken> {
  const onDisk = new Set([...client.tree.values()].map(keyOf));
  const onStore = new Set([...client.store.files.values()].map(({ key }) => key));
  const gone = [
    ...here.filter((key) => !onDisk.has(key)),
    ...stored.filter((key) => !onStore.has(key) && !onDisk.has(key)),
  ];
  if (gone.length > 0) {
    yield ['taken', `${client.name} loses ${gone.map((key) => key[0]).join(' ')}`];
  }
}

/** Where somebody's content must be found in the end. */
export interface Alive {
  readonly path: string;
  readonly key: Key;
}

const MARK = / \(conflict from [^()]*\)/;

export function* endBreaks(
  clients: readonly TreeClient[],
  alive: readonly Alive[],
): Generator<Broken> {
  for (const client of clients) {
    for (const why of disagreements(client)) yield ['agree', `${client.name}: ${why}`];
  }
  const tree = clients[0]?.tree ?? new Map<string, Entry>();
  if (clients.some((client) => !isSameTree(client.tree, tree))) {
    yield ['agree', clients.map((client) => tellTree(client.tree)).join(' | ')];
  }
  const places = [...tree].map(([path, entry]) => ({
    at: path.replace(MARK, ''),
    key: keyOf(entry),
  }));
  for (const { path, key } of alive) {
    const homes = [path, flattened(path)];
    if (!places.some((place) => place.key === key && homes.includes(place.at))) {
      yield ['kept', `${path}=${key[0] ?? ''} is not in ${tellTree(tree)}`];
    }
  }
}

/** Times and modes of files too; a link's time cannot be set everywhere. */
function isSameTree(a: Tree, b: Tree): boolean {
  return a.size === b.size && [...a].every(([path, entry]) => isSame(entry, b.get(path)));
}

function isSame(a: Entry, b: Entry | undefined): boolean {
  const hasTime = a.kind === 'file' && b?.kind === 'file';
  return (
    b !== undefined &&
    keyOf(a) === keyOf(b) &&
    (!hasTime || (a.mtime === b.mtime && a.executable === b.executable))
  );
}

/** A directory that nobody made for its own sake comes with the files in it; where only links are, it may be there or not. */
function mayBeMissing({ tree, state }: TreeClient, path: string): boolean {
  const isFound = (at: string, { kind }: Entry) =>
    kind === 'file' || (kind === 'directory' && state.master.recorded(at).length > 0);
  return ![...tree].some(([at, entry]) => (at === path || isBelow(at, path)) && isFound(at, entry));
}

function* disagreements(client: TreeClient): Generator<string> {
  const { tree, state, store } = client;
  const paths = [
    ...tree.keys(),
    ...store.files.keys(),
    ...state.ancestors.keys(),
    ...state.master.paths(),
    ...state.master.impliedDirectories(),
  ];
  for (const path of new Set(paths)) {
    const here = tree.get(path);
    const key = here && keyOf(here);
    const versions = state.master.versions(path);
    const best = winner(versions);
    const stored = store.files.get(path)?.key;
    const isMissing = stored === undefined && mayBeMissing(client, path);
    if (stored !== storedKeyOf(here) && !isMissing) yield `the store holds another ${path}`;
    if (state.ancestors.get(path)?.key !== key) yield `another ${path} is held`;
    if ((best && keyOf(best.entry)) !== key) yield `another ${path} is recorded`;
    if (versions.some((v) => keyOf(v.entry) !== key)) yield `${path} has siblings`;
  }
}
