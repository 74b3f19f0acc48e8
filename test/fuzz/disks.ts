/**
 * The local folder and a mounted store while somebody swaps what is there between any two operations: each ends in time, with
 * an error of its own kind or as it should, and nothing outside is touched or read.
 */
import fc from 'fast-check';
import mount from '../../plugins/mount/index.ts';
import { LocalError } from '../../src/core/ports/local-tree.ts';
import type { LocalStat, LocalTree } from '../../src/core/ports/local-tree.ts';
import { TransportError } from '../../src/core/ports/transport.ts';
import type { Transport } from '../../src/core/ports/transport.ts';
import { openDiskTree } from '../../src/host/disk-tree.ts';
import { aPath, happen, inTime, makeArena, mischief, SECRET } from './enemy.ts';
import type { Arena, Mischief } from './enemy.ts';
import { actOnStore, bytes, STORE_ACTS, textOf, type StoreAct } from './store-acts.ts';
import { failing, must, target } from './target.ts';
import type { Target } from './target.ts';

const signal = new AbortController().signal;
const metadata = { mtime: 1_700_000_000, executable: true };

function unread(text: string | undefined): void {
  must(text === undefined || !text.includes(SECRET), () => 'it read what is outside');
}

interface Steps<T> {
  /** Before anything is asked. */
  readonly first: readonly Mischief[];
  readonly then: readonly {
    readonly what: T;
    readonly at: string;
    readonly to: string;
    readonly swap: Mischief | undefined;
  }[];
}

function steps<T>(kinds: readonly T[]): fc.Arbitrary<Steps<T>> {
  const step = fc.record({
    what: fc.constantFrom(...kinds),
    ...{ at: aPath, to: aPath },
    swap: fc.option(mischief, { nil: undefined }),
  });
  return fc.record({
    first: fc.array(mischief, { maxLength: 6 }),
    then: fc.array(step, { minLength: 1, maxLength: 8 }),
  });
}

const LOCAL = [
  ...([
    'scan',
    'stat',
    'digest',
    'source',
    'readText',
    'place',
    'placeLink',
    'makeDirectory',
    'rename',
  ] as const),
  ...(['remove', 'removeDirectory', 'setMetadata', 'sweep'] as const),
];

async function inArena(
  first: readonly Mischief[],
  work: (arena: Arena) => Promise<void>,
): Promise<void> {
  const arena = makeArena();
  try {
    for (const one of first) happen(arena.root, one);
    await work(arena);
    arena.checkOutside();
  } finally {
    arena.remove();
  }
}

/** `swap` happens between the look and what acts on it. */
async function actLocally(
  tree: LocalTree,
  { what, at, to, swap }: Steps<(typeof LOCAL)[number]>['then'][number],
  arena: Arena,
): Promise<void> {
  const seen = await tree.stat(at);
  if (swap !== undefined) happen(arena.root, swap);
  const expected: LocalStat = seen ?? { kind: 'directory', id: '1:1' };
  const acts: Record<(typeof LOCAL)[number], () => Promise<unknown>> = {
    scan: () => tree.scan(() => false, signal),
    stat: () => tree.stat(to),
    digest: () => tree.digest(at, expected),
    source: async () => unread(await textOf(tree.source(at, expected).open(0))),
    readText: async () => unread(await tree.readText(to)),
    place: async () => tree.place(await tree.stage(bytes(), signal), at, seen, metadata),
    placeLink: () => tree.placeLink(at, to === '' || to.includes('\0') ? 'x' : to, seen),
    makeDirectory: () => tree.makeDirectory(at),
    rename: () => tree.rename(at, to, expected),
    remove: () => tree.remove(at, expected),
    removeDirectory: () => tree.removeDirectory(at),
    setMetadata: () => tree.setMetadata(at, expected, metadata),
    sweep: () => tree.sweep(0),
  };
  await acts[what]();
}

async function actOnMount(
  transport: Transport,
  { swap, ...act }: Steps<StoreAct['what']>['then'][number],
  arena: Arena,
): Promise<void> {
  if (swap !== undefined) {
    await failing(() => transport.look(act.at, signal), TransportError);
    happen(arena.root, swap);
  }
  unread(await actOnStore(transport, act, signal));
}

export const diskTargets: readonly Target[] = [
  target('local folders that somebody swaps', steps(LOCAL), {
    share: 0.1,
    check: async ({ first, then }) =>
      await inArena(first, async (arena) => {
        const tree = openDiskTree(arena.root);
        await tree.rootState(undefined);
        for (const step of then) {
          await failing(() => inTime(actLocally(tree, step, arena)), LocalError);
          arena.checkOutside();
        }
      }),
  }),
  target('mounted stores that somebody swaps', steps(STORE_ACTS), {
    share: 0.1,
    check: async ({ first, then }) =>
      await inArena(first, async (arena) => {
        const options = mount.options.parse({ path: arena.root });
        const transport = await mount.open(options, {
          ...{ signal, baseDirectory: arena.root, log: () => undefined },
        });
        try {
          for (const step of then) {
            await failing(() => inTime(actOnMount(transport, step, arena)), TransportError);
            arena.checkOutside();
          }
        } finally {
          await transport.close();
        }
      }),
  }),
];
