/**
 * Looking at the plain files on the store. ORDER: the tree is listed, then the lease is read, then manifests are pulled: so
 * what an agent did before the listing is either under its lease or already published, and what remains was done by
 * another program. Such an edit becomes a change of this client; an absence is believed only when proven.
 * Where etags tell that the locks are as they were, nobody has placed anything since they were listed.
 */
import type { Key } from '../model/entry.ts';
import { DIRECTORY_KEY, keyOf } from '../model/entry.ts';
import { isBelow, join } from '../model/path.ts';
import { compareStamps } from '../model/stamp.ts';
import type { Dot } from '../model/version.ts';
import { IMPLIED } from '../model/version.ts';
import type { Stamp } from '../ports/transport.ts';
import { believeAbsences } from './absence.ts';
import { announced, isLookOf } from './announced.ts';
import type { ForeignFile } from './came-back.ts';
import type { Context } from './context.ts';
import { problem } from './context.ts';
import { layout } from './layout.ts';
import type { LeaseState } from './lease.ts';
import { readLease, storeNow } from './lease.ts';
import { findLost, waitForHolders } from './lost.ts';
import { pullAsTold } from './pull.ts';
import type { LocalView } from './scan.ts';
import { noticeTravel } from './travel.ts';
import { epochsChanged } from './epochs.ts';
import { readForeign, takeForeign } from './foreign.ts';
import type { StoreTree } from './tree.ts';
import { listTree } from './tree.ts';

export interface StoreView {
  /** Paths that this round must leave alone: under somebody's lease, not settled, special. */
  readonly blocked: (path: string) => boolean;
  readonly absent: (path: string) => boolean;
  /** A version that nobody has any more since the store was set back. */
  readonly lost: (dot: Dot) => boolean;
  /** A directory with something ignored in it. */
  readonly untracked: (path: string) => boolean;
}

/** `again`: the store was set back; what is missing was written, and the next round starts over. */
export type Surveyed = StoreView | 'again';

/** Nobody has made the folder on the store yet, and this run only looks. */
export const EMPTY_STORE: StoreView = {
  blocked: () => false,
  absent: () => true,
  lost: () => false,
  untracked: () => false,
};

export async function survey(ctx: Context, local: LocalView): Promise<Surveyed> {
  ctx.emit({ type: 'phase', phase: 'survey' });
  const tree = await listTree(ctx, local.ignored);
  await ctx.glance.afterTree();
  const lease = await leaseAsTold(ctx);
  if (await epochsChanged(ctx)) {
    return 'again';
  }
  if ((await pullAsTold(ctx)) === 'short') {
    await noticeTravel(ctx);
    return 'again';
  }
  const held = heldPaths(lease);
  if (held === 'everything') {
    tellBusy(ctx, [layout.placing]);
    return { ...EMPTY_STORE, blocked: () => true, absent: () => false };
  }
  tellBusy(ctx, held);
  const blocked = new Set<string>();
  const isHeld = (path: string) => held.some((top) => path === top || isBelow(path, top));
  const news = await findNews(ctx, { tree, isHeld, blocked });
  await takeNews(ctx, { news, blocked, local });
  const skip = (path: string) => isHeld(path) || blocked.has(path);
  await believeAbsences(ctx, { tree, skip, local, leaseWasFree: lease === 'free' });
  takeDirectories(ctx, tree, skip);
  ctx.state.meta.delete('travelled');
  ctx.state.commit();
  const lost = await findLost(ctx, local);
  const absent = (path: string) => tree.absent(path) && !skip(path);
  return { blocked: skip, absent, lost, untracked: (path) => tree.holdsIgnored(path) };
}

/** ORDER: what has to be asked of the lease is newer than what was told before, which then counts no longer. */
async function leaseAsTold(ctx: Context): Promise<LeaseState> {
  const locks = ctx.glance.known(layout.locks);
  if (locks?.entries.every(({ name }) => join(layout.locks, name) !== layout.placing) === true) {
    return 'free';
  }
  ctx.glance.forget();
  return readLease(ctx);
}

function heldPaths(lease: LeaseState): string[] | 'everything' {
  if (lease === 'free') {
    return [];
  }
  return lease.holder === 'strange'
    ? 'everything'
    : lease.holder.items.flatMap((item) =>
        item.from === undefined ? [item.path] : [item.path, item.from],
      );
}

/** What is left alone is not in sync, and says why. */
function tellBusy(ctx: Context, paths: readonly string[]): void {
  const message = 'another computer is placing it on the store; sync again in a minute';
  for (const path of paths) {
    problem(ctx, { path, kind: 'busy', message });
  }
}

interface Hunt {
  readonly tree: StoreTree;
  readonly isHeld: (path: string) => boolean;
  readonly blocked: Set<string>;
}

/** Files whose stamp is not the one sighted. */
async function findNews(ctx: Context, hunt: Hunt): Promise<Map<string, Stamp>> {
  const { state } = ctx;
  const news = new Map<string, Stamp>();
  const unsure: string[] = [];
  for (const [path, entry] of hunt.tree.entries) {
    if (hunt.isHeld(path) || entry.kind === 'directory') {
      continue;
    }
    if (entry.kind !== 'file') {
      hunt.blocked.add(path);
      const what = entry.kind === 'link' ? 'a link' : 'neither file nor directory';
      problem(ctx, { path, kind: 'special', message: `is ${what} on the store and is left alone` });
      continue;
    }
    const sighting = state.sightings.get(path);
    const isFile = sighting !== undefined && sighting.key !== DIRECTORY_KEY;
    const likeness = isFile ? compareStamps(sighting.stamp, entry.stamp) : 'different';
    if (likeness === 'same' && !isDoubtful(ctx, path, entry.stamp)) {
      markListed(ctx, path);
    } else if (likeness === 'unsure' || entry.stamp.modified === undefined) {
      unsure.push(path);
    } else {
      news.set(path, entry.stamp);
    }
  }
  await askExactly(ctx, unsure, { news, blocked: hunt.blocked });
  return news;
}

/** It shows what it showed, and what that was is not certain. */
function isDoubtful(ctx: Context, path: string, stamp: Stamp): boolean {
  return looksLikeAnother(ctx, path, stamp) || isOutdated(ctx, path);
}

/** Taken unread for a version that something else has replaced since: that may be what lay there already. */
function isOutdated({ state }: Context, path: string): boolean {
  const sighting = state.sightings.get(path);
  return (
    sighting?.unread === true &&
    !state.master.recorded(path).some(({ entry }) => keyOf(entry) === sighting.key)
  );
}

/** Two contents are recorded that look like this, one of them the one that was seen: only reading tells which it is. */
function looksLikeAnother({ state }: Context, path: string, stamp: Stamp): boolean {
  const key = state.sightings.get(path)?.key;
  const alike = state.master
    .recorded(path)
    .filter(({ entry }) => entry.kind === 'file' && isLookOf(entry, stamp))
    .map(({ entry }) => keyOf(entry));
  return alike.some((other) => other === key) && alike.some((other) => other !== key);
}

function markListed(ctx: Context, path: string): void {
  const sighting = ctx.state.sightings.get(path);
  if (sighting !== undefined && sighting.listed === undefined) {
    ctx.state.sightings.set(path, { ...sighting, listed: true });
  }
}

/** The listing could not tell: time and size are asked for one by one, in a batch. */
async function askExactly(
  ctx: Context,
  paths: readonly string[],
  into: { news: Map<string, Stamp>; blocked: Set<string> },
): Promise<void> {
  const exact = await ctx.store.lookAll(paths);
  for (const path of paths) {
    const entry = exact.get(path) ?? 'absent';
    if (entry === 'absent' || entry.kind !== 'file') {
      into.blocked.add(path); // it changes right now
      continue;
    }
    const sighting = ctx.state.sightings.get(path);
    const isSame = sighting !== undefined && compareStamps(sighting.stamp, entry.stamp) === 'same';
    if (isSame && !isDoubtful(ctx, path, entry.stamp)) {
      markListed(ctx, path);
    } else {
      into.news.set(path, entry.stamp);
    }
  }
}

interface News {
  readonly news: ReadonlyMap<string, Stamp>;
  readonly blocked: Set<string>;
  readonly local: LocalView;
}

async function takeNews(ctx: Context, { news, blocked, local }: News): Promise<void> {
  const foreign: { path: string; stamp: Stamp }[] = [];
  for (const [path, stamp] of news) {
    const version = announced(ctx, path, stamp);
    if (version === undefined) {
      foreign.push({ path, stamp });
    } else {
      takeAnnounced(ctx, { path, stamp, key: keyOf(version.entry) });
    }
  }
  const settled = await onlySettled(ctx, foreign, blocked);
  const found: ForeignFile[] = [];
  await ctx.store.each(settled, async ({ path, stamp }) => {
    const file = await readForeign(ctx, { path, stamp, local });
    if (file === undefined) {
      blocked.add(path);
    } else {
      found.push(file);
    }
  });
  for (const path of takeForeign(ctx, found)) {
    blocked.add(path);
  }
}

/** Where it does not replace what was there, as after files were put back, some computer may still have that. */
function takeAnnounced(
  ctx: Context,
  { path, stamp, key }: { readonly path: string; readonly stamp: Stamp; readonly key: Key },
): void {
  const was = ctx.state.sightings.get(path);
  if (was !== undefined && was.key !== key && was.key !== DIRECTORY_KEY) {
    waitForHolders(ctx, path, was.key);
  }
  ctx.state.see(path, { key, stamp, unread: true, listed: true });
}

/** Other programs write in place: what has not stood still for long enough is left for a later round. */
async function onlySettled<T extends { path: string; stamp: Stamp }>(
  ctx: Context,
  found: readonly T[],
  blocked: Set<string>,
): Promise<T[]> {
  const { settle } = ctx.settings;
  if (settle === 0 || found.length === 0) {
    return [...found];
  }
  const now = await storeNow(ctx);
  return found.filter(({ path, stamp }) => {
    if (now !== undefined && stamp.modified !== undefined && now - stamp.modified >= settle) {
      return true;
    }
    const first = ctx.firstLooks.get(path);
    const still = first !== undefined && compareStamps(first.stamp, stamp) === 'same';
    if (still && ctx.clock.monotonic() - first.at >= settle) {
      return true;
    }
    if (!still) {
      ctx.firstLooks.set(path, { stamp, at: ctx.clock.monotonic() });
    }
    blocked.add(path);
    problem(ctx, {
      path,
      kind: 'settling',
      message: `was written on the store a moment ago; it is taken when it has stood still for ${String(settle / 1000)} s`,
    });
    return false;
  });
}

/** Directories other programs made or emptied; sightings of all that are there. */
function takeDirectories(ctx: Context, tree: StoreTree, skip: (path: string) => boolean): void {
  const { state } = ctx;
  for (const [path, entry] of tree.entries) {
    if (entry.kind !== 'directory' || skip(path)) {
      continue;
    }
    const sighting = state.sightings.get(path);
    const versions = state.master.versions(path);
    const known = versions.some((v) => keyOf(v.entry) === DIRECTORY_KEY);
    const isNew = sighting?.key !== DIRECTORY_KEY;
    const emptied = state.meta.get('emptied') as string[] | undefined;
    if (!known && tree.isEmpty(path) && (isNew || emptied?.includes(path) === true)) {
      const over = versions.filter(
        (v) => v.dot !== IMPLIED && sighting !== undefined && keyOf(v.entry) === sighting.key,
      );
      state.record(
        { path, replaces: over.map((v) => v.dot), entry: { kind: 'directory' } },
        ctx.settings.client,
      );
    }
    if (isNew || sighting.listed === undefined) {
      state.see(path, { key: DIRECTORY_KEY, stamp: {}, listed: true });
    }
  }
  state.meta.delete('emptied');
}
