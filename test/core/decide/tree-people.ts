/**
 * Two clients whose people write, delete, make directories and rename files and whole directories, and sync at any time. Knows
 * every content that somebody wrote and that nobody who had it in front of them replaced or deleted. No content is written
 * twice.
 */
import fc from 'fast-check';
import type { Entry, Key } from '../../../src/core/model/entry.ts';
import { keyOf } from '../../../src/core/model/entry.ts';
import { isBelow, parentsOf } from '../../../src/core/model/path.ts';
import type { Tree } from './tree-disk.ts';
import type { Broken } from './tree-laws.ts';
import { endBreaks, isContent } from './tree-laws.ts';
import { contentsOf, judgedRound, settle } from './tree-runs.ts';
import { TreeStore } from './tree-store.ts';
import { TreeClient } from './tree-world.ts';

const PATHS = ['a', 'd', 'd/x', 'd/y', 'd/e', 'd/e/x', 'e', 'e/x', 'e/y'] as const;
const DIRECTORIES = ['d', 'e', 'd/e', 'f'] as const;

export type TreeAct = { readonly who: 0 | 1 } & (
  | { readonly do: 'sync' }
  | {
      readonly do: 'write';
      readonly path: string;
      readonly mtime: number;
      readonly isLink: boolean;
    }
  | { readonly do: 'remove' | 'mkdir'; readonly path: string }
  | { readonly do: 'rename'; readonly path: string; readonly to: string }
);

const who = fc.constantFrom(0 as const, 1 as const);
const path = fc.constantFrom(...PATHS);

const anyAct: fc.Arbitrary<TreeAct> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ who, do: fc.constant('sync' as const) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      who,
      do: fc.constant('write' as const),
      path,
      mtime: fc.nat(9),
      isLink: fc.nat(9).map((n) => n === 0),
    }),
  },
  { weight: 2, arbitrary: fc.record({ who, do: fc.constant('remove' as const), path }) },
  {
    weight: 1,
    arbitrary: fc.record({
      who,
      do: fc.constant('mkdir' as const),
      path: fc.constantFrom(...DIRECTORIES),
    }),
  },
  { weight: 2, arbitrary: fc.record({ who, do: fc.constant('rename' as const), path, to: path }) },
  {
    weight: 2,
    arbitrary: fc.record({
      who,
      do: fc.constant('rename' as const),
      path: fc.constantFrom(...DIRECTORIES),
      to: fc.constantFrom(...DIRECTORIES),
    }),
  },
);

export const anyActs = fc.array(anyAct, { minLength: 2, maxLength: 16 });

const directory: Entry = { kind: 'directory' };

class People {
  readonly clients: readonly TreeClient[];
  /** Owed to their people, and what is not owed any more. */
  readonly alive = new Set<Key>();
  readonly replaced = new Set<Key>();
  readonly broken: Broken[] = [];
  #written = 0;

  constructor() {
    const store = new TreeStore();
    this.clients = ['anna', 'bert'].map((name) => new TreeClient(name, store, new Map()));
  }

  async act(act: TreeAct): Promise<void> {
    const client = this.clients[act.who]!;
    const { tree } = client;
    switch (act.do) {
      case 'sync':
        await judgedRound(client, this.broken);
        return;
      case 'write':
        if (isRoom(tree, act.path) && tree.get(act.path)?.kind !== 'directory') {
          this.#drop(tree, act.path);
          this.#put(tree, act.path, this.#made(act));
        }
        return;
      case 'mkdir':
        if (isRoom(tree, act.path) && !tree.has(act.path)) {
          this.#put(tree, act.path, directory);
        }
        return;
      case 'remove':
        this.#drop(tree, act.path);
        return;
      case 'rename':
        this.#rename(tree, act.path, act.to);
    }
  }

  #made({ mtime, isLink }: { readonly mtime: number; readonly isLink: boolean }): Entry {
    const name = (++this.#written).toString(16).padStart(2, '0');
    return isLink
      ? { kind: 'link', target: name, mtime }
      : { kind: 'file', digest: name.repeat(32), size: 1, mtime, executable: false };
  }

  #put(tree: Tree, at: string, entry: Entry): void {
    parentsOf(at).forEach((parent) => tree.set(parent, directory));
    tree.set(at, entry);
    if (isContent(entry)) {
      this.alive.add(keyOf(entry));
    }
  }

  /** With all that is in it: the person had it in front of them. */
  #drop(tree: Tree, at: string): void {
    for (const [other, entry] of [...tree]) {
      if (other === at || isBelow(other, at)) {
        tree.delete(other);
        if (isContent(entry)) {
          this.alive.delete(keyOf(entry));
          this.replaced.add(keyOf(entry));
        }
      }
    }
  }

  #rename(tree: Tree, from: string, to: string): void {
    const isInside = from === to || isBelow(to, from) || isBelow(from, to);
    if (isInside || !tree.has(from) || tree.has(to) || !isRoom(tree, to)) {
      return;
    }
    for (const [other, entry] of [...tree]) {
      if (other === from || isBelow(other, from)) {
        tree.delete(other);
        parentsOf(to).forEach((parent) => tree.set(parent, directory));
        tree.set(to + other.slice(from.length), entry);
      }
    }
  }
}

/** No file is where a directory would have to be. */
function isRoom(tree: Tree, at: string): boolean {
  return parentsOf(at).every((parent) => (tree.get(parent) ?? directory).kind === 'directory');
}

export interface Ended {
  readonly broken: readonly Broken[];
  readonly contents: ReadonlySet<Key>;
  readonly replaced: ReadonlySet<Key>;
}

/** All of it, then both sync until nothing is left to do. */
export async function played(acts: readonly TreeAct[], isReversed: boolean): Promise<Ended> {
  const people = new People();
  for (const act of acts) {
    await people.act(act);
  }
  const { clients, broken, alive, replaced } = people;
  await settle(isReversed ? [...clients].reverse() : clients, broken);
  broken.push(...endBreaks(clients, []));
  const contents = contentsOf(clients[0]!.tree);
  const lost = [...alive].filter((key) => !contents.has(key));
  if (lost.length > 0) {
    broken.push(['kept', lost.join(' ')]);
  }
  return { broken, contents, replaced };
}
