/**
 * Strict rounds, as the 2011 proposal has them: whoever uploads says so with `.lock-<client>`, nobody downloads meanwhile;
 * whoever downloads says so with `.lock-download-<client>`, nobody uploads meanwhile. The dead are not waited for.
 * These locks order the work for people who want that; correctness rests on the placing lease alone.
 */
import type { Context } from './context.ts';
import { layout } from './layout.ts';

const UPLOAD = '.lock-';
const DOWNLOAD = '.lock-download-';
const PAUSE = 2000;

export async function whileUploading<T>(ctx: Context, work: () => Promise<T>): Promise<T> {
  return inPhase(ctx, { own: UPLOAD, othersAreBusy: (name) => name.startsWith(DOWNLOAD) }, work);
}

export async function whileDownloading<T>(ctx: Context, work: () => Promise<T>): Promise<T> {
  const uploads = (name: string) => name.startsWith(UPLOAD) && !name.startsWith(DOWNLOAD);
  return inPhase(ctx, { own: DOWNLOAD, othersAreBusy: uploads }, work);
}

interface Phase {
  readonly own: string;
  readonly othersAreBusy: (name: string) => boolean;
}

async function inPhase<T>(ctx: Context, phase: Phase, work: () => Promise<T>): Promise<T> {
  if (ctx.settings.rounds !== 'strict') {
    return work();
  }
  const mine = layout.lock(`${phase.own}${ctx.state.identity.client}`);
  await waitForOthers(ctx, phase);
  await ctx.store.remove(mine); // left by a crash
  await ctx.store.writeText(mine, '');
  const result = await work();
  await ctx.store.remove(mine);
  return result;
}

/** A lock that is in the way for `strictLock` is a dead client's, and is removed. */
async function waitForOthers(ctx: Context, phase: Phase): Promise<void> {
  const start = ctx.clock.monotonic();
  for (;;) {
    const listing = await ctx.store.listOwn(layout.locks);
    const others = listing.entries.filter(
      ({ name, kind }) =>
        kind === 'file' &&
        phase.othersAreBusy(name) &&
        !name.endsWith(`-${ctx.state.identity.client}`),
    );
    if (others.length === 0) {
      return;
    }
    if (ctx.clock.monotonic() - start > ctx.limits.strictLock) {
      await ctx.store.each(others, ({ name }) => ctx.store.remove(layout.lock(name)));
      return;
    }
    ctx.emit({ type: 'waiting', reason: 'another computer is in its round', milliseconds: PAUSE });
    await ctx.clock.sleep(PAUSE, ctx.signal);
  }
}
