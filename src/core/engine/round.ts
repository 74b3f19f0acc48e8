/**
 * One round: publish what an interrupted round left, scan, look at the store, reconcile, upload, download.
 * Reads as a list; each step is a file.
 */
import type { Halted } from './join.ts';
import { join } from './join.ts';
import { ensureIdentity } from './identity.ts';
import type { Context } from './context.ts';
import { PlacingQueue } from './drafts.ts';
import { layout } from './layout.ts';
import { placeBatch } from './place.ts';
import type { Plan } from './plan-steps.ts';
import { makePlan } from './plan.ts';
import { publish } from './publish.ts';
import { recover } from './recover.ts';
import type { LocalView } from './scan.ts';
import { scanLocal } from './scan.ts';
import { announceUploads } from './announce.ts';
import { whileDownloading, whileUploading } from './strict.ts';
import { openRound, writtenByAll } from './strict-round.ts';
import { EMPTY_STORE, survey } from './survey.ts';
import { transition } from './transition.ts';

export interface RoundResult {
  readonly halted?: Halted;
  /** Something was done, or has to be looked at again: another round may find more to do. */
  readonly again: boolean;
  /** In a strict round, others' uploads were waited for. */
  readonly waited?: boolean;
  readonly plan?: Plan;
}

/**
 * `patient`: in a strict round, others' uploads may be waited for. A sync does so once: what it has to upload next may only
 * become possible by what it downloads.
 */
export async function round(
  ctx: Context,
  { patient }: { readonly patient: boolean },
): Promise<RoundResult> {
  const { state } = ctx;
  ensureIdentity(ctx);
  await lookOver(ctx);
  const halted = await join(ctx);
  if (halted !== undefined && halted !== 'nothing there') {
    return { halted, again: false };
  }
  state.meta.set('round', state.round + 1);
  ctx.emit({ type: 'phase', phase: 'scan' });
  const local = await scanLocal(ctx);
  if (!ctx.dryRun && (await settlePast(ctx)) === 'again') {
    return { again: true };
  }
  const view = halted === undefined ? await survey(ctx, local) : EMPTY_STORE;
  if (view === 'again') {
    return { again: true };
  }
  ctx.emit({ type: 'phase', phase: 'compare' });
  const plan = makePlan(ctx, local, view);
  if (ctx.dryRun) {
    return { again: false, plan };
  }
  const recorded = state.outbox.size > 0;
  await publish(ctx);
  const placed = await upload(ctx, plan, local);
  const waited = isStrict(ctx) && (await writtenByAll(ctx, patient && wantsHere(plan)));
  const arrived = waited ? 0 : await download(ctx, plan, local);
  await discardFetched(ctx);
  return { again: recorded || waited || placed > 0 || arrived > 0, waited, plan };
}

/** Once a day everything is listed: storage that changes behind its server's back raises no etag. */
async function lookOver(ctx: Context): Promise<void> {
  const { meta } = ctx.state;
  const now = ctx.clock.now();
  const last = (meta.get('listedAll') as number | undefined) ?? now;
  const thorough = Math.abs(now - last) >= ctx.limits.thorough;
  await ctx.glance.begin({ thorough });
  if (thorough || !meta.has('listedAll')) {
    meta.set('listedAll', now);
  }
}

function isStrict({ settings }: Context): boolean {
  return settings.rounds === 'strict';
}

/** What was sealed but not sent, and what was begun but not finished. */
async function settlePast(ctx: Context): Promise<'again' | 'settled'> {
  await publishUnlessPlacing(ctx);
  const outcome = await recover(ctx);
  await publish(ctx);
  return outcome;
}

/** ORDER: an own transaction that was interrupted is recovered first; its segment may be on its way under the lease. */
async function publishUnlessPlacing(ctx: Context): Promise<void> {
  if (ctx.state.transaction === undefined) {
    await publish(ctx);
  }
}

async function upload(ctx: Context, plan: Plan, local: LocalView): Promise<number> {
  const queue = new PlacingQueue(ctx, plan, local);
  if (queue.size === 0) {
    return 0;
  }
  if (isStrict(ctx)) {
    await openRound(ctx);
  }
  return whileUploading(ctx, async () => {
    if (isStrict(ctx)) {
      await announceUploads(
        ctx,
        [...plan.uploads, ...plan.deletesOnStore].map((step) => step.path),
      );
    }
    const placed = await placeAll(ctx, queue, local);
    if (ctx.counts.announced) {
      await ctx.store.remove(layout.upload(ctx.state.identity.client));
    }
    return placed;
  });
}

async function placeAll(ctx: Context, queue: PlacingQueue, local: LocalView): Promise<number> {
  let moved = 0;
  while (queue.size > 0) {
    const drafts = queue.next();
    if (drafts.length === 0) {
      continue;
    }
    const { done, left, stopped } = await placeBatch(ctx, drafts, local);
    moved += done + left;
    if (stopped === 'lost' || stopped === 'full') {
      return moved;
    }
    if (stopped === 'busy') {
      const path = drafts[0]?.path ?? '';
      const message =
        'waits for another computer that is placing files on the store; sync again in a minute';
      ctx.problems.set(path, { path, kind: 'busy', message });
      return 0;
    }
  }
  return moved;
}

async function download(ctx: Context, plan: Plan, local: LocalView): Promise<number> {
  return wantsHere(plan) ? whileDownloading(ctx, () => transition(ctx, plan, local)) : 0;
}

/** Something is to be done to the local folder. */
function wantsHere(plan: Plan): boolean {
  const steps = [plan.downloads, plan.besides, plan.stepAsides, plan.deletesHere, plan.metadata];
  return steps.some((some) => some.length > 0);
}

async function discardFetched(ctx: Context): Promise<void> {
  for (const staged of ctx.fetched.values()) {
    await ctx.local.discard(staged);
  }
  ctx.fetched.clear();
}
