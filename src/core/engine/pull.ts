/**
 * Merging what other clients published: masters first, then segments as soon as everything they build on is merged.
 * A torn or strange file counts as not there. Also notices when the store shows less than was seen before.
 */
import { freshChanges, mergeSnapshot, readiness } from '../decide/merge.ts';
import { FormatError } from '../format/json-lines.ts';
import type { MasterFile } from '../format/master-file.ts';
import { decodeMaster } from '../format/master-file.ts';
import type { Segment } from '../format/segment.ts';
import { decodeSegment } from '../format/segment.ts';
import { maximum } from '../model/version.ts';
import { covers } from '../model/version.ts';
import type { Listing } from '../ports/transport.ts';
import type { Context } from './context.ts';
import { takeNewIdentity } from './identity.ts';
import { layout, parseMasterName, parseSegmentName } from './layout.ts';
import { nameIsFree } from './publish.ts';

/** `short`: merged changes are neither in a listed master nor in listed segments: the store was set back, or lost files. */
export type Pulled = 'ok' | 'short';

/** Asks the store, whatever is remembered. */
export async function pull(ctx: Context): Promise<Pulled> {
  ctx.glance.forget();
  return pullAsTold(ctx);
}

/** Where the etags told in this round say that nothing came, nothing is asked. */
export async function pullAsTold(ctx: Context): Promise<Pulled> {
  const { state } = ctx;
  const manifests = await ctx.glance.listOwn(layout.manifests);
  const masters = await ctx.glance.listOwn(layout.masters);
  await mergeMasters(ctx, masters);
  ctx.counts.segments = manifests.entries.length;
  noticeClone(ctx, manifests);
  const waiting = await readSegments(ctx, manifests);
  applyReady(ctx, waiting);
  state.commit();
  if (!covers(coverage(ctx, manifests, masters), state.seenByClient())) {
    return 'short';
  }
  state.unproven = undefined;
  return 'ok';
}

async function mergeMasters(ctx: Context, listing: Listing): Promise<void> {
  const { state } = ctx;
  for (const { name } of listing.entries) {
    if (parseMasterName(name) === undefined || state.masters.has(name)) {
      continue;
    }
    const master = await readMaster(ctx, name);
    if (master === undefined) {
      continue;
    }
    state.masters.set(name, { ...master.seen });
    if (await knowsTooMuch(ctx, master)) {
      takeNewIdentity(ctx, 'a master knows more of this client than it published');
    }
    if (!covers(state.seenByClient(), master.seen)) {
      adopt(ctx, master);
    }
  }
}

/**
 * Of this client's changes. Not so if they are its sealed segment's, which reached the store before a crash: then others
 * merged it while this client did not know yet.
 */
async function knowsTooMuch(ctx: Context, master: MasterFile): Promise<boolean> {
  const { sealed, identity, seen } = ctx.state;
  const known = master.seen[identity.client] ?? 0;
  if (sealed !== undefined && known > (seen.get(identity.client) ?? 0) && known <= sealed.to) {
    await nameIsFree(ctx, layout.segment(identity.client, sealed.k), sealed);
    if (ctx.state.identity !== identity) return false; // noticed there already
  }
  return known > (ctx.state.seen.get(identity.client) ?? 0);
}

export async function readMaster(ctx: Context, name: string): Promise<MasterFile | undefined> {
  const text = await ctx.store.readCompressed(layout.master(name), ctx.limits.text);
  return text === undefined
    ? undefined
    : strictly(ctx, name, () => decodeMaster(text, ctx.digestOf));
}

function adopt(ctx: Context, master: MasterFile): void {
  const { state } = ctx;
  const before = new Map([...master.versions.keys()].map((p) => [p, state.master.recorded(p)]));
  for (const { path, dropped } of mergeSnapshot(state.master, state.seenWithOwn(), master)) {
    state.setVersions(path, state.master.recorded(path));
    state.rememberOld(path, dropped);
    if (state.master.recorded(path).length === 0 && before.get(path)?.length !== 0) {
      state.goneBy.set(path, master.client);
    }
  }
  const own = state.identity.client;
  const seen = maximum(state.seenByClient(), master.seen);
  for (const [client, number] of Object.entries(seen)) {
    if (client !== own) {
      state.seen.set(client, number);
    }
  }
  for (const [client, k] of Object.entries(master.segments)) {
    if (client !== own && k > (state.segments.get(client) ?? 0)) {
      state.segments.set(client, k);
    }
  }
}

/** A segment under this client's id that this state never sealed: somebody else writes with the same memory. */
function noticeClone(ctx: Context, listing: Listing): void {
  const { client, k } = ctx.state.identity;
  const strange = listing.entries.some(({ name }) => {
    const parsed = parseSegmentName(name);
    return parsed?.client === client && parsed.k > k;
  });
  if (strange) {
    takeNewIdentity(ctx, 'the store has a segment of this client that it did not write');
  }
}

async function readSegments(ctx: Context, listing: Listing): Promise<Segment[]> {
  const { state } = ctx;
  const wanted = listing.entries
    .map(({ name }) => ({ name, parsed: parseSegmentName(name) }))
    .filter(({ parsed }) => {
      return (
        parsed !== undefined &&
        parsed.client !== state.identity.client &&
        parsed.k > (state.segments.get(parsed.client) ?? 0)
      );
    });
  const read: Segment[] = [];
  await ctx.store.each(wanted, async ({ name, parsed }) => {
    const text = await ctx.store.readCompressed(`${layout.manifests}/${name}`, ctx.limits.text);
    if (text === undefined || parsed === undefined) {
      return;
    }
    const segment = strictly(ctx, name, () => decodeSegment(text, parsed, ctx.digestOf));
    if (segment !== undefined) {
      read.push(segment);
    }
  });
  return read.sort((a, b) => a.from - b.from || (a.client < b.client ? -1 : 1));
}

function applyReady(ctx: Context, segments: readonly Segment[]): void {
  const { state } = ctx;
  const waiting = new Set(segments);
  for (let progress = true; progress;) {
    progress = false;
    for (const segment of waiting) {
      const ready = readiness(segment, state.seenWithOwn());
      if (ready === 'wait') {
        continue;
      }
      for (const change of freshChanges(segment.changes, state.seenByClient())) {
        state.apply(change);
      }
      waiting.delete(segment);
      progress = true;
      state.seen.set(segment.client, Math.max(segment.to, state.seen.get(segment.client) ?? 0));
      state.segments.set(
        segment.client,
        Math.max(segment.k, state.segments.get(segment.client) ?? 0),
      );
      state.segmentEnds.set(`${segment.client}.${String(segment.k)}`, [segment.from, segment.to]);
    }
  }
}

/** What the listed files prove: masters, then segments without a gap. */
function coverage(ctx: Context, manifests: Listing, masters: Listing): Record<string, number> {
  const { state } = ctx;
  let covered: Record<string, number> = {};
  for (const { name } of masters.entries.filter((master) => master.name !== state.unproven)) {
    covered = maximum(covered, state.masters.get(name) ?? {});
  }
  const segments = manifests.entries
    .map(({ name }) => parseSegmentName(name))
    .filter((parsed) => parsed !== undefined)
    .sort((a, b) => a.k - b.k);
  for (const { client, k } of segments) {
    const [from, to] = state.segmentEnds.get(`${client}.${String(k)}`) ?? [Infinity, 0];
    if ((covered[client] ?? 0) >= from - 1) {
      covered[client] = Math.max(covered[client] ?? 0, to);
    }
  }
  return covered;
}

/** Undefined: torn or strange, which is logged. */
export function strictly<T>(ctx: Context, name: string, decode: () => T): T | undefined {
  try {
    return decode();
  } catch (error) {
    if (error instanceof FormatError) {
      ctx.log('warn', 'a record on the store is torn or strange and counts as not there', {
        name,
        why: error.message,
      });
      return undefined;
    }
    throw error;
  }
}
