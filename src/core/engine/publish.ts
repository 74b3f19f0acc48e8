/**
 * Publishing this client's changes as segments. ORDER: a segment is sealed (number and bytes in the local state) before it
 * is sent, and sent again byte for byte until the store has it; nothing new is sealed before that.
 * A crash after sealing: the next round sends the same bytes. A crash after sending: the next look finds them there.
 */
import { decodeSegment, encodeSegment } from '../format/segment.ts';
import type { Context } from './context.ts';
import { takeNewIdentity } from './identity.ts';
import { layout } from './layout.ts';
import type { Sealed } from './state.ts';

/** Sealed and unsealed changes reach the store. */
export async function publish(ctx: Context): Promise<void> {
  const { state } = ctx;
  while (state.sealed !== undefined || state.outbox.size > 0) {
    const sealed = state.sealed ?? seal(ctx);
    const name = layout.segment(state.identity.client, sealed.k);
    if (!(await nameIsFree(ctx, name, sealed))) {
      continue;
    }
    if (state.sealed !== undefined) {
      await ctx.store.writeCompressed(name, sealed.text);
      published(ctx, sealed);
    }
  }
}

/** Moves the outbox into one sealed segment and commits. */
export function seal(ctx: Context): Sealed {
  const { state, settings, digestOf } = ctx;
  const changes = state.outboxChanges();
  const { client, k, n, previous } = state.identity;
  const from = n - changes.length + 1;
  const segment = {
    client,
    name: settings.client,
    k: k + 1,
    from,
    to: n,
    previous,
    seen: state.seenByClient(),
    at: Math.floor(ctx.clock.now()),
    changes,
  };
  const text = encodeSegment(segment, digestOf);
  decodeSegment(text, segment, digestOf); // an invariant: what others would refuse is never published
  const sealed: Sealed = { k: k + 1, from, to: n, text };
  state.sealed = sealed;
  state.outbox.clear();
  state.identity = { ...state.identity, k: k + 1, previous: digestOf(text) };
  state.commit();
  return sealed;
}

/** The store has it. */
export function published(ctx: Context, sealed: Sealed): void {
  const { state } = ctx;
  const { client } = state.identity;
  state.seen.set(client, sealed.to);
  state.segments.set(client, sealed.k);
  state.segmentEnds.set(`${client}.${String(sealed.k)}`, [sealed.from, sealed.to]);
  state.sealed = undefined;
  state.commit();
}

/**
 * A segment is never put over another. The same bytes there: an earlier attempt succeeded. A torn one can only be this
 * client's own broken attempt and is removed. Anything else: a clone of this client is at work.
 */
export async function nameIsFree(ctx: Context, name: string, sealed: Sealed): Promise<boolean> {
  if (!(await ctx.store.exists(name))) {
    return true;
  }
  const text = await ctx.store.readCompressed(name, ctx.limits.text);
  if (text === sealed.text) {
    published(ctx, sealed);
  } else if (text === undefined) {
    await ctx.store.remove(name);
  } else {
    takeNewIdentity(ctx, 'the store has another segment with this number');
  }
  return false;
}
