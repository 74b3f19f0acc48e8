/**
 * One placing transaction: staged content is moved to users' paths under the lease, and published.
 *
 * ORDER, and what a crash after each step leaves:
 * 1. staged, transaction remembered locally: nothing visible; the own recovery sweeps.
 * 2. lease taken: others leave the paths alone; the own recovery, or after a minute anybody's, settles each item.
 * 3. per item: old content aside, checked, new content in place. Between aside and placing the path is empty for a moment;
 *    recovery puts back what is still current. Each rename starts or ends below the lease's directory: a holder that lost
 *    the lease finds its names gone.
 * 4. results recorded and sealed locally in one commit: recovery goes on with publishing.
 * 5. segment published by a rename; asides into history by a rename; lease given back by a rename.
 */
import { encodeHistory } from '../format/history.ts';
import { encodeHolder } from '../format/small-files.ts';
import type { Intent } from '../format/small-files.ts';
import { DIRECTORY_KEY, keyOf } from '../model/entry.ts';
import { dayOf } from '../model/conflict-name.ts';
import type { Context } from './context.ts';
import { problem } from './context.ts';
import type { Draft } from './drafts.ts';
import { historyLine } from './history-line.ts';
import { layout } from './layout.ts';
import { LeaseLost, isDead, readLease, removeEmptyLease, takeLease } from './lease.ts';
import { beginStaging, dropOthers, dropStaged, forgetParts } from './leftovers.ts';
import { pull } from './pull.ts';
import { breakLease } from './recover.ts';
import type { LocalView } from './scan.ts';
import { stage, type StagedFile } from './stage.ts';
import { endsRound, isKind } from './store-io.ts';
import type { Item, Transaction } from './transaction.ts';
import { finish } from './finish.ts';
import { placeItem } from './place-item.ts';
import { settleItem } from './settle.ts';

export interface Placed {
  /** Items done. */
  readonly done: number;
  /** Items left for the next round, without a problem that a person has to know. */
  readonly left: number;
  /** Nothing more can be placed in this round: somebody else holds the lease, or took this client's; no room is left. */
  readonly stopped: 'busy' | 'lost' | 'full' | undefined;
}

export async function placeBatch(
  ctx: Context,
  drafts: readonly Draft[],
  local: LocalView,
): Promise<Placed> {
  const { identity } = ctx.state;
  const tx = `${identity.client}-${String(identity.k + 1)}-${ctx.random.hex(12)}`;
  try {
    return await transact(ctx, { tx, drafts, local });
  } catch (error) {
    if (!isKind(error, 'no-space') || ctx.state.transaction !== undefined) {
      throw error;
    }
    // Nothing was placed. What was staged goes, so that the store has room for what is small.
    forgetParts(ctx, tx);
    await dropStaged(ctx, tx);
    const [path = ''] = drafts.map((draft) => draft.path);
    const message = `the store is full: ${error.message.replace(/\.$/, '')}. Uploads stop; free space there and sync again`;
    problem(ctx, { path, kind: 'no-space', message });
    return { done: 0, left: 0, stopped: 'full' };
  }
}

interface Batch {
  readonly tx: string;
  readonly drafts: readonly Draft[];
  readonly local: LocalView;
}

async function transact(ctx: Context, { tx, drafts, local }: Batch): Promise<Placed> {
  const { state, store } = ctx;
  const base = `${layout.staged(tx)}/${tx}`;
  const replaces = drafts.some((draft) => setsAside(draft) || takesAway(ctx, draft));
  const inside = [`${base}/new`, ...(replaces ? [`${base}/replaced`] : [])];
  beginStaging(ctx, tx);
  for (const directory of [layout.staged(tx), base, ...inside]) {
    await store.makeDirectory(directory);
  }
  ctx.emit({ type: 'phase', phase: 'upload' });
  const { items, last } = await stage(ctx, base, { drafts, local });
  await dropOthers(ctx, tx);
  if (items.length === 0) {
    await dropStaged(ctx, tx);
    return rest(ctx, drafts, []);
  }
  const day = dayOf(Math.floor(ctx.clock.now() / 1000));
  const history = `${day}/${state.identity.client}-${String(state.identity.k + 1)}`;
  await describe(ctx, base, { tx, items });
  state.transaction = { tx, items, phase: 'placing', history };
  state.commit();
  const lease = await acquire(ctx, tx, last);
  if (lease !== 'taken') {
    state.transaction = undefined;
    state.commit();
    await dropStaged(ctx, tx);
    return { done: 0, left: drafts.length, stopped: lease === 'gone' ? 'lost' : 'busy' };
  }
  ctx.emit({ type: 'phase', phase: 'place' });
  try {
    return await underLease(ctx, { drafts, items });
  } catch (error) {
    if (error instanceof LeaseLost) {
      ctx.log('warn', error.message, {});
      return { done: 0, left: drafts.length, stopped: 'lost' }; // the transaction stays remembered
    }
    throw error;
  }
}

/** Something moves through `replaced/`. */
function setsAside({ action, expected }: Pick<Draft, 'action' | 'expected'>): boolean {
  return action === 'move-tree' || (expected !== undefined && expected.key !== DIRECTORY_KEY);
}

/** A directory that can only be removed safely where nobody else reaches it. */
function takesAway({ store }: Context, { expected }: Draft): boolean {
  return store.capabilities.looksThenRemoves === true && expected?.key === DIRECTORY_KEY;
}

async function underLease(
  ctx: Context,
  { drafts, items }: { drafts: readonly Draft[]; items: readonly Item[] },
): Promise<Placed> {
  const done: Item[] = [];
  const since = ctx.clock.monotonic();
  if ((await pull(ctx)) === 'ok') {
    const base = leaseBase(ctx);
    const place = async (item: Item): Promise<void> => {
      const draft = drafts[item.index - 1];
      const isLate = ctx.clock.monotonic() - since > ctx.limits.leaseWork;
      if (draft === undefined || isLate || !isCurrent(ctx, draft)) {
        return;
      }
      if (await placeOrSettle(ctx, base, item)) {
        done.push(item);
      }
    };
    for (const group of inOrder(items)) {
      await (group.atOnce ? ctx.store.each(group.items, place) : inTurn(group.items, place));
    }
    done.sort((a, b) => a.index - b.index);
  }
  await finish(ctx, done);
  return rest(ctx, drafts, done);
}

/** On a full store what is left waits until somebody has made room. */
function rest(ctx: Context, drafts: readonly Draft[], done: readonly Item[]): Placed {
  return [...ctx.problems.values()].some(({ kind }) => kind === 'no-space')
    ? { done: done.length, left: 0, stopped: 'full' }
    : { done: done.length, left: leftOver(ctx, drafts, done), stopped: undefined };
}

interface Group {
  readonly items: readonly Item[];
  readonly atOnce: boolean;
}

/** Directories come before what goes into them, and go after what was in them; the rest does not depend on one another. */
function inOrder(items: readonly Item[]): Group[] {
  const isTree = ({ action }: Item) => action === 'tree' || action === 'move-tree';
  const isRemoval = ({ action }: Item) => action === 'remove-directory';
  return [
    { items: items.filter(isTree), atOnce: false },
    { items: items.filter((item) => !isTree(item) && !isRemoval(item)), atOnce: true },
    { items: items.filter(isRemoval), atOnce: false },
  ];
}

async function inTurn(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  for (const item of items) {
    await work(item);
  }
}

function leftOver(ctx: Context, drafts: readonly Draft[], done: readonly Item[]): number {
  const paths = new Set(done.map((item) => item.path));
  return drafts.filter(({ path }) => !paths.has(path) && !ctx.problems.has(path)).length;
}

function leaseBase(ctx: Context): string {
  return `${layout.placing}/${(ctx.state.transaction as Transaction).tx}`;
}

/** Intents for whoever finds this transaction dead, and the index that the asides carry into the history. */
async function describe(
  ctx: Context,
  base: string,
  { tx, items }: { tx: string; items: readonly Item[] },
): Promise<void> {
  const replaced = items.filter((item) => setsAside(item));
  if (replaced.length > 0) {
    const lines = replaced.map((item) => historyLine(ctx, item));
    await ctx.store.writeText(`${base}/replaced/index.jsonl`, encodeHistory(lines));
  }
  await writeHolder(ctx, base, { tx, items });
}

/** Its age on the store is the lease's age: written anew before each further attempt to take the lease. */
async function writeHolder(
  ctx: Context,
  base: string,
  { tx, items }: { tx: string; items: readonly Item[] },
): Promise<void> {
  const holder = { tx, client: ctx.state.identity.client, name: ctx.settings.client };
  await ctx.store.writeText(
    `${base}/holder.json`,
    encodeHolder({ ...holder, items: items.map(intentOf) }),
  );
}

function intentOf(item: Item): Intent {
  const { action, path, from, index, expected } = item;
  const entry = item.members.find((member) => member.path === path)?.entry;
  return {
    action,
    path,
    index,
    ...(from === undefined ? {} : { from }),
    ...(expected === undefined
      ? {}
      : { expected: { key: expected.key, dots: [...expected.dots] } }),
    ...(entry
      ? { entry: { key: keyOf(entry), size: entry.kind === 'file' ? entry.size : 0 } }
      : {}),
  };
}

/**
 * Waits for somebody else's lease for a while; breaks it when its holder is dead. `gone`: what was staged is not there any
 * more; a racer replaced it, on a store that lets several win.
 */
async function acquire(
  ctx: Context,
  tx: string,
  last: StagedFile | undefined,
): Promise<'taken' | 'busy' | 'gone'> {
  const start = ctx.clock.monotonic();
  for (;;) {
    if (await takeLease(ctx, tx, last)) {
      return 'taken';
    }
    const lease = await readLease(ctx);
    if (lease === 'free') {
      await removeEmptyLease(ctx);
    } else if (await isDead(ctx, lease.tx)) {
      await breakLease(ctx, lease.tx);
      continue;
    }
    if (ctx.clock.monotonic() - start > ctx.limits.leaseWait) {
      return 'busy';
    }
    const pause = 500 + Math.floor(ctx.random.fraction() * 1500);
    ctx.emit({ type: 'waiting', reason: 'another computer is placing files', milliseconds: pause });
    await ctx.clock.sleep(pause, ctx.signal);
    const base = `${layout.staged(tx)}/${tx}`;
    // Without it the store was set back to the middle of staging: written again, it would hide that.
    if (!(await ctx.store.exists(`${base}/holder.json`))) {
      return 'gone';
    }
    try {
      await ctx.store.remove(`${base}/holder.json`);
      await writeHolder(ctx, base, ctx.state.transaction as Transaction);
    } catch (error) {
      if (isKind(error, 'not-found')) {
        return 'gone';
      }
      throw error;
    }
  }
}

/** Nothing was published about its paths since it was planned. */
function isCurrent(ctx: Context, draft: Draft): boolean {
  return [...draft.basis].every(([path, versions]) => ctx.state.master.recorded(path) === versions);
}

/** An error of one path is settled at once: the old is back, or the new is in place. */
async function placeOrSettle(ctx: Context, base: string, item: Item): Promise<boolean> {
  try {
    return await placeItem(ctx, base, item);
  } catch (error) {
    if (endsRound(error)) {
      throw error;
    }
    if (!(await ctx.store.exists(base))) {
      throw new LeaseLost(base);
    }
    const why = error instanceof Error ? error.message : String(error);
    const kind = isKind(error, 'invalid-name') ? 'name' : 'denied';
    const isDone = await settleItem(ctx, base, item);
    if (item.action === 'move-tree') {
      ctx.notWhole.add(item.from ?? item.path); // path by path next time, which tells what is wrong
    } else if (!isDone) {
      problem(ctx, { path: item.path, kind, message: `cannot be placed on the store: ${why}` });
    }
    return isDone;
  }
}
