/**
 * Carries a state of trees out to its end, each client in turn, and says which laws that breaks: for every small state in either
 * order of the clients.
 */
import { applyChange } from '../../../src/core/decide/merge.ts';
import type { Entry, Key } from '../../../src/core/model/entry.ts';
import { keyOf } from '../../../src/core/model/entry.ts';
import { Master } from '../../../src/core/model/master.ts';
import { parentsOf } from '../../../src/core/model/path.ts';
import type { Tree } from './tree-disk.ts';
import { treeOf } from './tree-disk.ts';
import type { Alive, Broken, Unheld } from './tree-laws.ts';
import {
  draftBreaks,
  endBreaks,
  isContent,
  planBreaks,
  takenAway,
  tellTree,
  unheldOf,
} from './tree-laws.ts';
import type { Files, TreeState } from './tree-states.ts';
import { TreeStore } from './tree-store.ts';
import { TreeClient } from './tree-world.ts';

const ROUNDS = 24;

/** One round of one client. True: it had nothing to do. */
export async function judgedRound(client: TreeClient, broken: Broken[]): Promise<boolean> {
  let unheld: Unheld = { here: [], stored: [] };
  const isIdle = await client.round({
    plan(plan) {
      unheld = unheldOf(client);
      broken.push(...planBreaks(plan, client));
    },
    drafts(drafts) {
      broken.push(...draftBreaks(drafts, client));
    },
  });
  broken.push(...takenAway(unheld, client));
  return isIdle;
}

/** All in turn until nobody has anything to do. */
export async function settle(order: readonly TreeClient[], broken: Broken[]): Promise<void> {
  let idle = 0;
  for (let i = 0; idle < order.length; i++) {
    const client = order[i % order.length]!;
    if (i === ROUNDS) {
      broken.push(['rest', order.map(({ tree }) => tellTree(tree)).join(' | ')]);
      return;
    }
    idle = (await judgedRound(client, broken)) ? idle + 1 : 0;
  }
}

export function contentsOf(tree: Tree): Set<Key> {
  return new Set([...tree.values()].filter(isContent).map(keyOf));
}

/** What went one way and not the other. */
export function difference(a: ReadonlySet<Key>, b: ReadonlySet<Key>): Key[] {
  return [...[...a].filter((key) => !b.has(key)), ...[...b].filter((key) => !a.has(key))];
}

interface Started {
  readonly clients: readonly TreeClient[];
  readonly alive: readonly Alive[];
  /** Had been seen by a person who wants it at its path no more. */
  readonly replaced: ReadonlySet<Key>;
}

/** The world as the third client left it, and the other two before their next round. */
function start(state: TreeState): Started {
  const store = new TreeStore();
  const base = treeOf(Object.entries(state.base));
  const clients = state.sides.map(
    ({ files }, i) =>
      new TreeClient(['anna', 'bert'][i] ?? '', store, treeOf(Object.entries(files))),
  );
  const master = new Master();
  publishAll(store, master, state.base);
  const held = new Map([...master.paths()].map((path) => [path, master.recorded(path)[0]?.dot]));
  clients.filter((_, i) => state.sides[i]?.knows).forEach((client) => client.hadSynced(base));
  publishAll(store, master, state.later);

  const alive: Alive[] = [];
  const replaced = new Set<Key>();
  const knowing = clients.filter((_, i) => state.sides[i]?.knows);
  for (const path of master.paths()) {
    for (const { dot, entry } of master.recorded(path).filter((v) => isContent(v.entry))) {
      const key = keyOf(entry);
      const isReplaced = held.get(path) === dot && knowing.some((c) => keyAt(c.tree, path) !== key);
      if (isReplaced) {
        replaced.add(key);
      } else {
        alive.push({ path, key });
      }
    }
  }
  for (const client of clients) {
    for (const [path, entry] of client.tree) {
      const key = keyOf(entry);
      const isOld = knowing.includes(client) && keyAt(base, path) === key;
      const isRecorded = master.recorded(path).some((v) => keyOf(v.entry) === key);
      if (isContent(entry) && !isOld && !isRecorded) {
        alive.push({ path, key });
      }
    }
  }
  return { clients, alive, replaced };
}

const keyAt = (tree: Tree, path: string): Key | undefined => {
  const entry = tree.get(path);
  return entry && keyOf(entry);
};

/** By a client that has seen all that is recorded. */
function publishAll(store: TreeStore, master: Master, changes: Files | TreeState['later']): void {
  for (const [path, entry] of Object.entries<Entry | null>(changes)) {
    const replaces = master.recorded(path).map((v) => v.dot);
    const dot = `carl:${String(store.changes.length + 1)}`;
    const change = { path, dot, by: 'carl', replaces, entry };
    applyChange(master, change);
    store.changes.push(change);
    if (entry === null) {
      const emptied = [path, ...parentsOf(path)].filter((at) => master.versions(at).length === 0);
      emptied.forEach((at) => store.files.delete(at));
    } else {
      treeOf([[path, entry]]).forEach((made, at) => store.put(at, made));
    }
  }
}

export async function judged(state: TreeState): Promise<Broken[]> {
  const broken: Broken[] = [];
  const ends: Set<Key>[] = [];
  let mayDiffer: ReadonlySet<Key> = new Set();
  for (const isReversed of [false, true]) {
    const { clients, alive, replaced } = start(state);
    await settle(isReversed ? [...clients].reverse() : clients, broken);
    broken.push(...endBreaks(clients, alive));
    ends.push(contentsOf(clients[0]!.tree));
    mayDiffer = state.sides.every(({ knows }) => knows) ? new Set() : replaced;
  }
  const [one = new Set(), other = new Set()] = ends;
  const differing = difference(one, other).filter((key) => !mayDiffer.has(key));
  if (differing.length > 0) {
    broken.push(['order', differing.map((key) => key[0]).join(' ')]);
  }
  return broken;
}
