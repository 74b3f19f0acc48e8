/**
 * The local copy of a folder as a map from path to entry, with as much of a local tree as bringing the local folder up to date
 * asks for: nothing is replaced or removed but what was expected, and a directory goes only when nothing is in it. A file's
 * content is its digest.
 */
import type { Entry } from '../../../src/core/model/entry.ts';
import { keyOf, mtimeOf } from '../../../src/core/model/entry.ts';
import { isBelow, parentOf, parentsOf } from '../../../src/core/model/path.ts';
import type { LocalOutcome, LocalStat, LocalTree } from '../../../src/core/ports/local-tree.ts';
import type { LocalView } from '../../../src/core/engine/scan.ts';

export type Tree = Map<string, Entry>;

const directory: Entry = { kind: 'directory' };

/** With the directories above what is in it. */
export function treeOf(entries: Iterable<readonly [string, Entry]>): Tree {
  const tree: Tree = new Map();
  for (const [path, entry] of entries) {
    parentsOf(path).forEach((parent) => tree.set(parent, directory));
    tree.set(path, entry);
  }
  return tree;
}

function statOf(entry: Entry): LocalStat {
  const id = keyOf(entry);
  switch (entry.kind) {
    case 'directory':
      return { kind: 'directory', id };
    case 'link':
      return { kind: 'link', target: entry.target, mtime: mtimeOf(entry) * 1000, id };
    case 'file': {
      const { size, mtime, executable } = entry;
      return { kind: 'file', size, mtime: mtime * 1000, ctime: 0, id, executable };
    }
  }
}

/** What a scan would show. */
export function viewOf(tree: Tree): LocalView {
  const children = new Map<string, number>();
  for (const path of tree.keys()) {
    const parent = parentOf(path);
    children.set(parent, (children.get(parent) ?? 0) + 1);
  }
  return {
    entries: new Map(tree),
    stats: new Map([...tree].map(([path, entry]) => [path, statOf(entry)])),
    troubled: new Set(),
    untracked: new Set(),
    children,
    ignored: () => false,
  };
}

/** False: a file is where one of them would have to be. */
function makeParents(tree: Tree, path: string): boolean {
  const parents = parentsOf(path);
  const isRoom = parents.every((parent) => (tree.get(parent) ?? directory).kind === 'directory');
  if (isRoom) {
    parents.forEach((parent) => tree.set(parent, directory));
  }
  return isRoom;
}

export function isEmpty(tree: ReadonlyMap<string, unknown>, path: string): boolean {
  return ![...tree.keys()].some((other) => isBelow(other, path));
}

type Used = Pick<
  LocalTree,
  | 'facts'
  | 'stat'
  | 'stage'
  | 'discard'
  | 'place'
  | 'placeLink'
  | 'makeDirectory'
  | 'rename'
  | 'remove'
  | 'removeDirectory'
  | 'setMetadata'
>;

export function diskOf(tree: Tree): Used {
  const statAt = (path: string) => {
    const entry = tree.get(path);
    return entry && statOf(entry);
  };
  const isAsExpected = (path: string, expected: LocalStat | undefined) => {
    const found = statAt(path);
    return found?.id === expected?.id && found?.kind === expected?.kind;
  };
  const put = (path: string, expected: LocalStat | undefined, entry: Entry) => {
    if (!isAsExpected(path, expected) || !makeParents(tree, path)) {
      return 'changed';
    }
    tree.set(path, entry);
    return statOf(entry);
  };
  const answer = <T>(value: T) => Promise.resolve(value);
  const outcome = (isDone: boolean): Promise<LocalOutcome> => answer(isDone ? 'done' : 'changed');
  return {
    facts: { caseSensitive: true, unicode: 'as-given', nameBytes: 255, keepsExecutable: true },
    stat: (path) => answer(statAt(path)),
    async stage(content) {
      let digest = '';
      for await (const chunk of content) digest += new TextDecoder().decode(chunk);
      return { token: digest, digest, size: 1 };
    },
    discard: () => answer(undefined),
    place: ({ digest, size }, path, expected, metadata) =>
      answer(put(path, expected, { kind: 'file', digest, size, ...metadata })),
    placeLink: (path, target, expected) =>
      answer(put(path, expected, { kind: 'link', target, mtime: 0 })),
    makeDirectory(path) {
      const isFree = (tree.get(path) ?? directory).kind === 'directory' && makeParents(tree, path);
      if (isFree) tree.set(path, directory);
      return outcome(isFree);
    },
    rename(from, to, expected) {
      const entry = tree.get(from);
      const isFree = isAsExpected(from, expected) && !tree.has(to) && makeParents(tree, to);
      if (isFree && entry !== undefined) {
        tree.delete(from);
        tree.set(to, entry);
      }
      return outcome(isFree);
    },
    remove(path, expected) {
      const isThere = isAsExpected(path, expected);
      if (isThere) tree.delete(path);
      return outcome(isThere);
    },
    removeDirectory(path) {
      const canGo = (tree.get(path) ?? directory).kind === 'directory' && isEmpty(tree, path);
      if (canGo) tree.delete(path);
      return outcome(canGo);
    },
    setMetadata(path, expected, metadata) {
      const entry = tree.get(path);
      if (entry?.kind !== 'file' || !isAsExpected(path, expected)) return answer('changed');
      tree.set(path, { ...entry, ...metadata });
      return answer(statAt(path) ?? 'changed');
    },
  };
}
