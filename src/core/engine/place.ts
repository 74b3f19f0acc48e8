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
import { encodeHistory, encodeHolder } from '../format/small-files.ts';
import type { Intent } from '../format/small-files.ts';
import { DIRECTORY_KEY, keyOf } from '../model/entry.ts';
import { conflictName, flattened, dayOf } from '../model/conflict-name.ts';
import { join, parentsOf } from '../model/path.ts';
import { compareStamps } from '../model/stamp.ts';
import type { Context } from './context.ts';
import { problem } from './context.ts';
import type { Draft } from './drafts.ts';
import { layout } from './layout.ts';
import { isDead, readLease, releaseLease, takeLease } from './lease.ts';
import { nameIsFree, publish, published, seal } from './publish.ts';
import { pull } from './pull.ts';
import { recordItem } from './record-item.ts';
import { breakLease } from './recover.ts';
import type { LocalView } from './scan.ts';
import { stage, stagedName } from './stage.ts';
import { endsRound, isKind } from './store-io.ts';
import type { Item, Member, Transaction } from './transaction.ts';
import type { StoreEntry } from '../ports/transport.ts';

export interface Placed {
  /** Items done. */
  readonly done: number;
  /** Items left for the next round, without a problem that a person has to know. */
  readonly left: number;
  readonly leaseBusy: boolean;
}

export async function placeBatch(
  ctx: Context,
  drafts: readonly Draft[],
  local: LocalView,
): Promise<Placed> {
  const { state, store } = ctx;
  const tx = `${state.identity.client}-${String(state.identity.k + 1)}-${ctx.random.hex(12)}`;
  const base = `${layout.staged(tx)}/${tx}`;
  for (const directory of [layout.staged(tx), base, `${base}/new`, `${base}/replaced`]) {
    await store.makeDirectory(directory);
  }
  ctx.emit({ type: 'phase', phase: 'upload' });
  const items = await stage(ctx, base, { drafts, local });
  if (items.length === 0) {
    await store.removeTree(layout.staged(tx));
    return { done: 0, left: leftOver(ctx, drafts, []), leaseBusy: false };
  }
  const day = dayOf(Math.floor(ctx.clock.now() / 1000));
  const history = `${day}/${state.identity.client}-${String(state.identity.k + 1)}`;
  await describe(ctx, base, { tx, items });
  state.transaction = { tx, items, phase: 'placing', history };
  state.commit();
  if (!(await acquire(ctx, tx))) {
    state.transaction = undefined;
    state.commit();
    await store.removeTree(layout.staged(tx));
    return { done: 0, left: drafts.length, leaseBusy: true };
  }
  ctx.emit({ type: 'phase', phase: 'place' });
  return underLease(ctx, { drafts, items });
}

async function underLease(
  ctx: Context,
  { drafts, items }: { drafts: readonly Draft[]; items: readonly Item[] },
): Promise<Placed> {
  const done: Item[] = [];
  const since = ctx.clock.monotonic();
  if ((await pull(ctx)) === 'ok') {
    const base = leaseBase(ctx);
    for (const item of items) {
      const draft = drafts[item.index - 1];
      if (draft === undefined || !isCurrent(ctx, draft)) {
        continue;
      }
      if (ctx.clock.monotonic() - since > ctx.limits.leaseWork) {
        break;
      }
      if (await placeOrSettle(ctx, base, item)) {
        done.push(item);
      }
    }
  }
  await finish(ctx, done);
  return { done: done.length, left: leftOver(ctx, drafts, done), leaseBusy: false };
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
  const { settings } = ctx;
  const replaced = items.filter((item) => item.expected && item.expected.key !== DIRECTORY_KEY);
  if (replaced.length > 0) {
    const lines = replaced.map((item) => ({
      index: item.index,
      path: item.from ?? item.path,
      key: item.expected?.key ?? '',
      dots: item.expected?.dots ?? [],
      ...timeOf(item),
      by: settings.client,
      why: item.action === 'put' || item.action === 'tree' ? 'replaced' : 'deleted',
    }));
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
  await ctx.store.remove(`${base}/holder.json`);
  await ctx.store.writeText(
    `${base}/holder.json`,
    encodeHolder({ ...holder, items: items.map(intentOf) }),
  );
}

function timeOf(item: Item): { mtime?: number } {
  const modified = item.expected?.stamp.modified;
  return modified === undefined ? {} : { mtime: Math.floor(modified / 1000) };
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

/** Waits for somebody else's lease for a while; breaks it when its holder is dead. */
async function acquire(ctx: Context, tx: string): Promise<boolean> {
  const start = ctx.clock.monotonic();
  for (;;) {
    if (await takeLease(ctx, tx)) {
      return true;
    }
    const lease = await readLease(ctx);
    if (lease !== 'free' && (await isDead(ctx, lease.tx))) {
      await breakLease(ctx, lease.tx);
      continue;
    }
    if (ctx.clock.monotonic() - start > ctx.limits.leaseWait) {
      return false;
    }
    const pause = 500 + Math.floor(ctx.random.fraction() * 1500);
    ctx.emit({ type: 'waiting', reason: 'another computer is placing files', milliseconds: pause });
    await ctx.clock.sleep(pause, ctx.signal);
    await writeHolder(ctx, `${layout.staged(tx)}/${tx}`, ctx.state.transaction as Transaction);
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

async function placeItem(ctx: Context, base: string, item: Item): Promise<boolean> {
  switch (item.action) {
    case 'put':
    case 'tree':
      return (
        (await clearPath(ctx, base, item)) &&
        (await placeIfFree(ctx, { base, staged: stagedName(base, item, item.path), item }))
      );
    case 'delete':
      return (await setAside(ctx, base, item)) !== 'other';
    case 'remove-directory':
      return removeDirectory(ctx, item);
    case 'move':
      return (
        (await setAside(ctx, base, item)) === 'aside' &&
        (await placeIfFree(ctx, { base, staged: asideName(base, item), item }))
      );
    case 'move-tree':
      return moveTree(ctx, base, item);
    case 'touch':
      return touch(ctx, item);
  }
}

/**
 * A renamed directory in one step, only if what is in it is exactly what was sighted: checked where it was, and once more
 * where nobody else reaches it.
 */
async function moveTree(ctx: Context, base: string, item: Item): Promise<boolean> {
  const from = item.from ?? item.path;
  if (!(await holdsExactly(ctx, from, item))) {
    ctx.notWhole.add(from);
    return false;
  }
  const aside = asideName(base, item);
  await ctx.store.rename(from, aside);
  if (!(await holdsExactly(ctx, aside, item))) {
    ctx.notWhole.add(from);
    await putBack(ctx, aside, from);
    return false;
  }
  return placeIfFree(ctx, { base, staged: aside, item });
}

/** Entry for entry, ignored ones included. */
async function holdsExactly(ctx: Context, root: string, item: Item): Promise<boolean> {
  const expected = new Map(
    item.members
      .filter((member) => member.entry !== null && member.path !== item.path)
      .map((member) => [member.path.slice(item.path.length + 1), member]),
  );
  const directories = ['', ...expected.keys()].filter(
    (path) => path === '' || expected.get(path)?.entry?.kind === 'directory',
  );
  let count = 0;
  for (const directory of directories) {
    const listing = await ctx.store.listIfThere(below(root, directory));
    if (listing?.complete !== true) {
      return false;
    }
    const paths = listing.entries.map(({ name }) => join(root, join(directory, name)));
    const inexact = listing.entries.some((entry) => entry.stamp.modified === undefined);
    const looks = inexact ? await ctx.store.lookAll(paths) : new Map<string, StoreEntry>();
    for (const entry of listing.entries) {
      const path = join(directory, entry.name);
      const found = looks.get(join(root, path)) ?? entry;
      if (found === 'absent' || !isMember(expected.get(path), found)) {
        return false;
      }
      count++;
    }
  }
  return count === expected.size;
}

function below(root: string, path: string): string {
  return path === '' ? root : join(root, path);
}

function isMember(member: Member | undefined, { kind, stamp }: StoreEntry): boolean {
  return kind === 'directory'
    ? member?.entry?.kind === 'directory'
    : member?.stamp !== undefined && compareStamps(member.stamp, stamp) === 'same';
}

export function asideName(base: string, item: { index: number }): string {
  return `${base}/replaced/${String(item.index)}`;
}

/** Where something is expected it goes aside; where nothing is, nothing is moved. */
async function clearPath(ctx: Context, base: string, item: Item): Promise<boolean> {
  if (item.expected === undefined) {
    return true;
  }
  if (item.expected.key === DIRECTORY_KEY) {
    return removeDirectory(ctx, item);
  }
  return (await setAside(ctx, base, item)) === 'aside';
}

/** `other`: somebody else wrote there; it is back at its place, or beside. */
async function setAside(
  ctx: Context,
  base: string,
  item: Item,
): Promise<'aside' | 'missing' | 'other'> {
  const path = item.from ?? item.path;
  const aside = asideName(base, item);
  if (item.expected === undefined) {
    return (await ctx.store.exists(path)) ? 'other' : 'missing';
  }
  try {
    await ctx.store.rename(path, aside);
  } catch (error) {
    if (isKind(error, 'not-found') && (await ctx.store.exists(base))) {
      ctx.state.unsee(path);
      return 'missing';
    }
    throw error;
  }
  if (await isExpected(ctx, aside, item.expected)) {
    return 'aside';
  }
  await putBack(ctx, aside, path);
  return 'other';
}

async function isExpected(
  ctx: Context,
  aside: string,
  expected: NonNullable<Item['expected']>,
): Promise<boolean> {
  const found = await ctx.store.look(aside);
  if (found === 'absent' || found.kind !== 'file') {
    return false;
  }
  const likeness = compareStamps(expected.stamp, found.stamp);
  return likeness === 'same' || (likeness === 'unsure' && (await hasKey(ctx, aside, expected.key)));
}

async function hasKey(ctx: Context, path: string, key: string): Promise<boolean> {
  const hasher = ctx.codec.hasher();
  const { stream } = await ctx.store.read(path);
  for await (const chunk of stream) {
    hasher.update(chunk);
  }
  return hasher.digest() === key;
}

/** RACE: on a store whose rename replaces, another program's file written between this look and the rename is overwritten. */
async function placeIfFree(
  ctx: Context,
  { base, staged, item }: { base: string; staged: string; item: Item },
): Promise<boolean> {
  if (await ctx.store.exists(item.path)) {
    await putBack(ctx, asideName(base, item), item.from ?? item.path);
    return false;
  }
  await ctx.store.rename(staged, item.path);
  return true;
}

/** Back to its path without replacing; if that is taken by now, beside it as a conflict copy. */
export async function putBack(ctx: Context, aside: string, path: string): Promise<void> {
  const found = await ctx.store.look(aside);
  if (found === 'absent') {
    return;
  }
  const copy = conflictName(path, {
    by: 'the store',
    entry: {
      kind: 'file',
      digest: ctx.random.hex(6),
      size: found.stamp.size ?? 0,
      mtime: Math.floor((found.stamp.modified ?? 0) / 1000),
      executable: false,
    },
  });
  for (const name of [path, copy, flattened(copy)]) {
    if (!(await ctx.store.exists(name)) && (await renameWithParents(ctx, aside, name))) {
      return;
    }
  }
}

async function renameWithParents(ctx: Context, from: string, to: string): Promise<boolean> {
  try {
    for (const parent of parentsOf(to).reverse()) {
      await ctx.store.makeDirectory(parent);
    }
    await ctx.store.rename(from, to);
    return true;
  } catch (error) {
    if (endsRound(error)) {
      throw error;
    }
    return false;
  }
}

async function removeDirectory(ctx: Context, item: Item): Promise<boolean> {
  try {
    await ctx.store.removeDirectory(item.path);
    return true;
  } catch (error) {
    if (isKind(error, 'not-empty', 'exists')) {
      return false; // something is in it that this client has not seen
    }
    throw error;
  }
}

async function touch(ctx: Context, item: Item): Promise<boolean> {
  const member = item.members[0];
  const found = await ctx.store.look(item.path);
  const isSame =
    found !== 'absent' &&
    item.expected !== undefined &&
    compareStamps(found.stamp, item.expected.stamp) === 'same';
  if (!isSame || member?.entry?.kind !== 'file') {
    return false;
  }
  await ctx.store.setModified(item.path, member.entry.mtime * 1000);
  return true;
}

/** What became of an item whose operation failed or was interrupted; undoes it if it was only half done. */
export async function settleItem(ctx: Context, base: string, item: Item): Promise<boolean> {
  const aside = asideName(base, item);
  switch (item.action) {
    case 'put':
    case 'tree': {
      if (!(await ctx.store.exists(base))) {
        return isInPlace(ctx, item); // the lease was taken away meanwhile
      }
      const isPlaced = !(await ctx.store.exists(stagedName(base, item, item.path)));
      if (!isPlaced) {
        await putBack(ctx, aside, item.path);
      }
      return isPlaced;
    }
    case 'delete':
      return settleDeletion(ctx, aside, item);
    case 'remove-directory':
      return !(await ctx.store.exists(item.path));
    case 'move':
    case 'move-tree': {
      await putBack(ctx, aside, item.from ?? item.path);
      const isThere = await ctx.store.exists(item.path);
      return isThere && !(await ctx.store.exists(item.from ?? item.path));
    }
    case 'touch':
      return false;
  }
}

/** Without the lease's directory, only what is visibly there was done. */
export async function isInPlace(ctx: Context, item: Item): Promise<boolean> {
  const staged = item.members.filter((member) => member.stamp !== undefined);
  for (const { path, stamp } of staged) {
    const found = await ctx.store.look(path);
    if (found === 'absent' || compareStamps(found.stamp, stamp ?? {}) !== 'same') {
      return false;
    }
  }
  return staged.length > 0;
}

async function settleDeletion(ctx: Context, aside: string, item: Item): Promise<boolean> {
  if (!(await ctx.store.exists(aside))) {
    return !(await ctx.store.exists(item.path));
  }
  if (item.expected !== undefined && (await isExpected(ctx, aside, item.expected))) {
    return true;
  }
  await putBack(ctx, aside, item.path);
  return false;
}

/** Steps 4 and 5. */
async function finish(ctx: Context, done: readonly Item[]): Promise<void> {
  const { state } = ctx;
  for (const item of done) {
    await recordItem(ctx, item);
  }
  state.transaction = { ...(state.transaction as Transaction), phase: 'recorded' };
  await finishRecorded(ctx, true);
}

/** Publishes, moves the asides into the history, gives the lease back. Also how a recovery ends. */
export async function finishRecorded(ctx: Context, holdsLease: boolean): Promise<void> {
  const { state } = ctx;
  const { tx, history } = state.transaction as Transaction;
  if (state.outbox.size > 0 && state.sealed === undefined) {
    seal(ctx);
  } else {
    state.commit();
  }
  if (holdsLease) {
    await publishUnderLease(ctx, `${layout.placing}/${tx}`);
    await keepHistory(ctx, `${layout.placing}/${tx}`, history);
    await releaseLease(ctx, tx);
  } else {
    await ctx.store.removeTree(layout.staged(tx));
  }
  state.transaction = undefined;
  state.commit();
  await publish(ctx);
}

async function publishUnderLease(ctx: Context, base: string): Promise<void> {
  const { state } = ctx;
  const { sealed } = state;
  if (sealed === undefined) {
    return;
  }
  const name = layout.segment(state.identity.client, sealed.k);
  if (!(await nameIsFree(ctx, name, sealed))) {
    return;
  }
  try {
    await ctx.store.writeCompressed(`${base}/segment`, sealed.text);
    await ctx.store.rename(`${base}/segment`, name);
    published(ctx, sealed);
  } catch (error) {
    if (endsRound(error)) {
      throw error;
    }
    ctx.log('warn', 'the segment could not be published under the lease', { error: String(error) });
  }
}

/** One rename takes all asides into the history; the day's directory is made when needed. */
export async function keepHistory(ctx: Context, base: string, history: string): Promise<void> {
  const listing = await ctx.store.listIfThere(`${base}/replaced`);
  if (!listing?.entries.some((entry) => entry.name !== 'index.jsonl')) {
    return;
  }
  await ctx.store.makeDirectory(`${layout.history}/${history.slice(0, history.indexOf('/'))}`);
  const target = `${layout.history}/${history}`;
  const name = (await ctx.store.exists(target)) ? `${target}-${ctx.random.hex(6)}` : target;
  try {
    await ctx.store.rename(`${base}/replaced`, name);
  } catch (error) {
    if (endsRound(error) || !isKind(error, 'not-found')) {
      throw error;
    }
  }
}
