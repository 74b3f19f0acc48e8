/**
 * Who this client is. A copied or restored state must never write under an id that another copy uses: it takes a new one
 * before anything is written, and what it had not published is recorded again under that.
 */
import { decodeSegment } from '../format/segment.ts';
import type { Change, Dot, Version } from '../model/version.ts';
import { makeDot } from '../model/version.ts';
import type { Context } from './context.ts';
import type { Identity } from './state.ts';

const ID_DIGITS = 12;

export function ensureIdentity(ctx: Context): void {
  const { state, settings } = ctx;
  const known = state.meta.get('identity');
  if (known === undefined) {
    state.identity = newcomer(ctx, {});
    state.commit();
  } else if (state.identity.machine !== settings.machine) {
    // RACE: the other copy may be placing under that lease right now. Where there is none, it is taken away as any dead one.
    state.transaction = undefined;
    takeNewIdentity(ctx, 'the local state was copied from another machine or place');
  }
}

/** Nothing of the folder is known any more, but who this client was: what that one made may still be on record. */
export function startAnew(ctx: Context): void {
  const former = formerOf(ctx);
  ctx.state.forgetAll();
  ctx.state.identity = newcomer(ctx, former);
  ctx.state.commit();
}

function newcomer(ctx: Context, former: Identity['former']): Identity {
  const { machine } = ctx.settings;
  return { client: ctx.random.hex(ID_DIGITS), n: 0, k: 0, previous: '', machine, former };
}

/** Ids of this client, the present one too, and what each had published. */
function formerOf({ state }: Context): Identity['former'] {
  const { client, former } = state.identity;
  return { ...former, [client]: state.seen.get(client) ?? 0 };
}

/** Records what is unpublished again under a fresh id; everything else that was learnt stays. */
export function takeNewIdentity(ctx: Context, why: string): void {
  const { state, settings } = ctx;
  const was = state.identity;
  const unpublished = unpublishedChanges(ctx);
  const client = ctx.random.hex(ID_DIGITS);
  ctx.log('warn', 'takes a new client id', { was: was.client, now: client, why });
  const renamed = new Map(unpublished.map((c, i) => [c.dot, makeDot(client, i + 1)]));
  const dot = (d: Dot): Dot => renamed.get(d) ?? d;
  renameDots(ctx, dot, new Set(renamed.keys()));
  state.identity = {
    client,
    n: unpublished.length,
    k: 0,
    previous: '',
    machine: settings.machine,
    former: formerOf(ctx),
  };
  state.sealed = undefined;
  // The other copy may be at work on what is staged.
  state.staged.clear();
  state.parts.clear();
  state.outbox.clear();
  for (const [i, change] of unpublished.entries()) {
    state.outbox.set(String(i + 1).padStart(15, '0'), {
      ...change,
      dot: dot(change.dot),
      replaces: change.replaces.map(dot),
      ...(change.was === undefined
        ? {}
        : { was: change.was.map((v): Version => ({ ...v, dot: dot(v.dot) })) }),
    });
  }
  state.commit();
}

function unpublishedChanges(ctx: Context): Change[] {
  const { state } = ctx;
  const { sealed, identity } = state;
  const expected = { client: identity.client, k: sealed?.k ?? 0 };
  const before =
    sealed === undefined ? [] : decodeSegment(sealed.text, expected, ctx.digestOf).changes;
  return [...before, ...state.outboxChanges()];
}

function renameDots(ctx: Context, dot: (d: Dot) => Dot, old: ReadonlySet<Dot>): void {
  const { state } = ctx;
  for (const path of [...state.master.paths()]) {
    const versions = state.master.recorded(path);
    if (versions.some((v) => old.has(v.dot))) {
      state.setVersions(
        path,
        versions.map((v): Version => ({ ...v, dot: dot(v.dot) })),
      );
    }
  }
  for (const [path, ancestor] of [...state.ancestors.entries()]) {
    if (ancestor.dots.some((d) => old.has(d))) {
      state.ancestors.set(path, { ...ancestor, dots: ancestor.dots.map(dot) });
    }
  }
}
