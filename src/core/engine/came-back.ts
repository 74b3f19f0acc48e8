/**
 * Content that a path held before and that shows on the store again: a store that was restored from a backup, or a folder
 * copied back. A few such files are another program's edits; many at once are one question, and wait for its answer.
 */
import type { GuardedDeed } from '../decide/guard.ts';
import { keyOf } from '../model/entry.ts';
import { compareStamps } from '../model/stamp.ts';
import type { Stamp } from '../ports/transport.ts';
import type { Context } from './context.ts';
import { guardDeeds } from './guarding.ts';

/** What another program wrote, as it was read. */
export interface ForeignFile {
  readonly path: string;
  readonly stamp: Stamp;
  readonly digest: string;
  readonly size: number;
}

/** Whose deed it is, and counted apart from what other programs do. */
const OLDER_COPY = 'an older copy of the store';

/** Later than this before now it says nothing: the files were written anew when they were put back. */
const TELLING = 60 * 60 * 1000;

/** What is held already and still shows the same need not be read again. */
export function asHeld(ctx: Context, path: string, stamp: Stamp): ForeignFile | undefined {
  const { held, accepted } = ctx.state;
  const known = held.get(path) ?? accepted.get(path);
  return known?.shown !== undefined && compareStamps(known.shown.stamp, stamp) === 'same'
    ? { path, stamp, digest: known.key, size: known.shown.size }
    : undefined;
}

/** The person said that the store shall not have it: what is current is put there again, or nothing. */
export function isSentBack({ state }: Context, { path, digest }: ForeignFile): boolean {
  const answered = state.accepted.get(path);
  return answered?.action === 'send-back' && answered.key === digest;
}

/** Paths that wait for an answer. */
export function holdComeBacks(ctx: Context, found: readonly ForeignFile[]): Set<string> {
  const { state } = ctx;
  const back = found.filter((file) => isBack(ctx, file) && !isSentBack(ctx, file));
  const held = guardDeeds(ctx, back.map(deedOf));
  let newest = (state.meta.get('setBackTo') as number | undefined) ?? 0;
  for (const { path, stamp, size } of back) {
    const waiting = state.held.get(path);
    if (waiting !== undefined && held.has(path)) {
      state.held.set(path, { ...waiting, shown: { stamp, size } });
      newest = Math.max(newest, stamp.modified ?? 0);
    }
  }
  if (held.size > 0 && newest > 0 && ctx.clock.now() - newest > TELLING) {
    state.meta.set('setBackTo', newest);
  } else {
    state.meta.delete('setBackTo');
  }
  return held;
}

/** After the store was set back, a path that has something current needs no answer: that is put back. */
function isBack({ state }: Context, { path, digest }: ForeignFile): boolean {
  const versions = state.master.recorded(path);
  return (
    state.old.get(path)?.includes(digest) === true &&
    !versions.some(({ entry }) => keyOf(entry) === digest) &&
    !(state.meta.has('travelled') && versions.length > 0)
  );
}

function deedOf({ path, digest }: ForeignFile): GuardedDeed {
  return { path, action: 'come-back', origin: OLDER_COPY, key: digest };
}
