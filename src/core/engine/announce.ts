/** `uploads/<client>.json`: what is coming, for whoever looks at the store meanwhile. Nothing depends on it. */
import type { Context } from './context.ts';
import { layout } from './layout.ts';

/** Longer staging than this is announced, milliseconds. */
export const SLOW_STAGING = 10_000;

export async function announceUploads(ctx: Context, paths: readonly string[]): Promise<void> {
  const file = layout.upload(ctx.state.identity.client);
  ctx.counts.announced = true;
  await ctx.store.remove(file);
  const told = { ownsync: 'uploads', name: ctx.settings.client, paths };
  await ctx.store.writeText(file, `${JSON.stringify(told)}\n`);
}
