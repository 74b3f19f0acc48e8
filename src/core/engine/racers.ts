/**
 * Stores that test whether a name is free a moment before they rename a directory to it: of racers several are told that they
 * won, and the last one replaces the others. So the winner looks only after all who raced must have ended.
 */
import type { Context } from './context.ts';

/** RACE: a server that takes longer than `racers` from the test to the deed can still let two believe that they hold one lease. */
export async function waitForRacers(ctx: Context): Promise<void> {
  if (ctx.store.capabilities.renameOnto.directory === 'unknown') {
    await ctx.clock.sleep(ctx.limits.racers, ctx.signal);
  }
}
