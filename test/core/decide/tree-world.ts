/**
 * Clients with whole trees over one store, each with the real memory, planning, drafts, records and local transition; only the
 * store and the disk are maps, and a round is never interrupted. What one client publishes the next one has merged when it
 * plans.
 */
import type { Context } from '../../../src/core/engine/context.ts';
import type { Draft } from '../../../src/core/engine/drafts.ts';
import { PlacingQueue } from '../../../src/core/engine/drafts.ts';
import { DEFAULT_LIMITS } from '../../../src/core/engine/limits.ts';
import type { Plan } from '../../../src/core/engine/plan-steps.ts';
import { makePlan } from '../../../src/core/engine/plan.ts';
import { recordItem } from '../../../src/core/engine/record-item.ts';
import { FolderState } from '../../../src/core/engine/state.ts';
import type { Item, Member } from '../../../src/core/engine/transaction.ts';
import { transition } from '../../../src/core/engine/transition.ts';
import { ancestorOf } from '../../../src/core/decide/reconcile.ts';
import type { Tree } from './tree-disk.ts';
import { diskOf, viewOf } from './tree-disk.ts';
import type { TreeStore } from './tree-store.ts';
import { stampOf } from './tree-store.ts';

/** Looks at what a client decided before it is carried out. */
export interface Judge {
  plan(plan: Plan, client: TreeClient): void;
  drafts(drafts: readonly Draft[], client: TreeClient): void;
}

export class TreeClient {
  readonly name: string;
  readonly tree: Tree;
  readonly state: FolderState;
  readonly store: TreeStore;
  readonly #ctx: Context;
  #merged = 0;

  constructor(name: string, store: TreeStore, tree: Tree) {
    this.name = name;
    this.store = store;
    this.tree = tree;
    this.state = new Memory({ load: () => [], commit: () => undefined, close: () => undefined });
    this.state.identity = { client: name, n: 0, k: 0, previous: '', machine: '', former: {} };
    this.#ctx = contextOf(this);
  }

  /** Has synced while its tree was this one, and the store the same. */
  hadSynced(tree: Tree): void {
    this.#survey();
    for (const [path, entry] of tree) {
      const { dots: _, ...content } = ancestorOf(entry, []);
      this.state.hold(path, entry, content);
    }
  }

  /** True: there was nothing to do. */
  async round(judge: Judge): Promise<boolean> {
    const ctx = this.#ctx;
    ctx.problems.clear();
    const before = this.store.changes.length;
    this.#publish();
    this.#survey();
    const local = viewOf(this.tree);
    const plan = makePlan(ctx, local, {
      blocked: () => false,
      absent: (path) => !this.store.files.has(path),
      lost: () => false,
      untracked: () => false,
    });
    judge.plan(plan, this);
    this.#publish();
    const queue = new PlacingQueue(ctx, plan, local);
    while (queue.size > 0) {
      const drafts = queue.next();
      judge.drafts(drafts, this);
      await this.#place(drafts);
    }
    const { downloads, besides, stepAsides, deletesHere, metadata } = plan;
    const isWanted = [downloads, besides, stepAsides, deletesHere, metadata].some(isFilled);
    if (isWanted) {
      await transition(ctx, plan, local);
    }
    const isIdle = !isWanted && ![plan.uploads, plan.deletesOnStore].some(isFilled);
    return isIdle && this.store.changes.length === before && this.state.outbox.size === 0;
  }

  #publish(): void {
    this.store.changes.push(...this.state.outboxChanges());
    this.state.outbox.clear();
  }

  /** Merges what others have published, and sees what the store holds. */
  #survey(): void {
    const { state, store } = this;
    for (const change of store.changes.slice(this.#merged)) {
      if (!change.dot.startsWith(`${this.name}:`)) state.apply(change);
    }
    this.#merged = store.changes.length;
    for (const [path, { key, stamp }] of store.files) {
      if (state.sightings.get(path)?.key !== key) state.see(path, { key, stamp });
    }
    for (const path of [...state.sightings.keys()]) {
      if (!store.files.has(path)) state.unsee(path);
    }
  }

  async #place(drafts: readonly Draft[]): Promise<void> {
    const done: Item[] = [];
    for (const item of drafts.map(itemOf).sort((a, b) => orderOf(a) - orderOf(b))) {
      if (this.store.carryOut(item)) {
        done.push(item);
      } else if (item.action === 'move-tree') {
        this.#ctx.notWhole.add(item.from ?? '');
      }
    }
    for (const item of done) {
      await recordItem(this.#ctx, item);
    }
    this.#publish();
  }
}

const isFilled = (steps: readonly unknown[]) => steps.length > 0;
const signal = new AbortController().signal;
const limits = { ...DEFAULT_LIMITS, guardFiles: Infinity, guardAll: Infinity };

/** Never interrupted, so that nothing has to be durable. */
class Memory extends FolderState {
  override commit(): void {
    // nothing to write
  }
}

/** As staging makes it. */
function itemOf(draft: Draft, i: number): Item {
  const { action, path, from, fromOver = [], expected } = draft;
  const isStaged = action === 'put' || action === 'tree';
  const members = draft.members.map((member): Member =>
    isStaged && member.entry !== null ? { ...member, stamp: stampOf(member.entry) } : member,
  );
  const half: Member[] =
    from === undefined || action === 'move-tree'
      ? []
      : [{ path: from, entry: null, over: fromOver }];
  return {
    index: i + 1,
    action,
    path,
    members: [...half, ...members],
    ...(from === undefined ? {} : { from }),
    ...(expected === undefined ? {} : { expected }),
  };
}

/** Directories come before what goes into them, and go after what was in them. */
function orderOf({ action }: Item): number {
  const isTree = action === 'tree' || action === 'move-tree';
  return isTree ? 0 : 1 + Number(action === 'remove-directory');
}

/** As much of a round's context as planning, recording and the local transition ask for. */
function contextOf({ name, tree, state, store }: TreeClient): Context {
  const known: Partial<Omit<Context, 'store' | 'local' | 'settings'>> = {
    state,
    clock: { now: () => 0, monotonic: () => 0, sleep: () => Promise.resolve() },
    limits,
    signal,
    dryRun: false,
    emit: () => undefined,
    log: () => undefined,
    problems: new Map(),
    fetched: new Map(),
    notWhole: new Set(),
  };
  return {
    ...known,
    settings: { client: name },
    local: diskOf(tree),
    store: {
      canSetTime: false,
      refuses: () => undefined,
      look: (path: string) => Promise.resolve(store.look(path)),
      read: (path: string) => Promise.resolve({ stream: store.read(path) }),
      async each<T>(items: readonly T[], work: (item: T) => Promise<void>) {
        for (const item of items) await work(item);
      },
    },
  } as unknown as Context;
}
