/**
 * Segments that a master covers leave `manifests/`, but what they tell stays in the history as long as the files that it
 * keeps: which version was there when. ORDER: written before the segments are removed; a crash in between leaves both, and
 * readers take each change once. A torn one counts as not there, and its segments are still where they were.
 */
import { encodeRecords } from '../format/history.ts';
import type { Segment } from '../format/segment.ts';
import { decodeSegment } from '../format/segment.ts';
import { dayOf } from '../model/conflict-name.ts';
import type { PastChange } from '../model/past.ts';
import type { ListedEntry } from '../ports/transport.ts';
import type { Context } from './context.ts';
import { layout, parseSegmentName } from './layout.ts';
import { strictly } from './pull.ts';
import { endsRound } from './store-io.ts';

/** Removes own segments from `manifests/` once what they tell is kept. */
export async function retireSegments(
  ctx: Context,
  segments: readonly ListedEntry[],
): Promise<void> {
  if (segments.length === 0 || !(await keepRecords(ctx, segments))) {
    return;
  }
  for (const { name } of segments) {
    await ctx.store.remove(`${layout.manifests}/${name}`);
  }
}

/** False: it could not be written; they stay until it can. */
async function keepRecords(ctx: Context, segments: readonly ListedEntry[]): Promise<boolean> {
  const { store, state, clock, random, digestOf } = ctx;
  const changes: PastChange[] = [];
  await store.each(segments, async (entry) => {
    changes.push(...((await readPastSegment(ctx, entry))?.changes ?? []));
  });
  const day = `${layout.history}/${dayOf(Math.floor(clock.now() / 1000))}`;
  const { client } = state.identity;
  try {
    await store.makeDirectory(day);
    const text = encodeRecords(client, changes, digestOf);
    await store.writeCompressed(`${day}/records-${client}-${random.hex(12)}.jsonl.gz`, text);
    return true;
  } catch (error) {
    if (endsRound(error)) {
      throw error;
    }
    ctx.log('warn', 'old records could not be moved to the history', { error: String(error) });
    return false;
  }
}

export interface PastSegment extends Segment {
  readonly changes: readonly PastChange[];
}

/** A listed segment, with when it reached the store. Undefined: it is torn or gone. */
export async function readPastSegment(
  ctx: Context,
  { name, stamp }: ListedEntry,
): Promise<PastSegment | undefined> {
  const parsed = parseSegmentName(name);
  const text =
    parsed && (await ctx.store.readCompressed(`${layout.manifests}/${name}`, ctx.limits.text));
  if (parsed === undefined || text === undefined) {
    return undefined;
  }
  const segment = strictly(ctx, name, () => decodeSegment(text, parsed, ctx.digestOf));
  if (segment === undefined) {
    return undefined;
  }
  const at = Math.floor(stamp.modified ?? segment.at ?? 0);
  return { ...segment, changes: segment.changes.map((change) => ({ ...change, k: parsed.k, at })) };
}
