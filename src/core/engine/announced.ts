/**
 * Files on the store that are announced versions, as their size and time tell: taken as that without reading them. What leaves
 * a doubt is read. It changes nothing.
 */
import type { FileEntry } from '../model/entry.ts';
import { keyOf, storedTimeOf } from '../model/entry.ts';
import { collides, haveOtherChecksums, looksAlike } from '../model/stamp.ts';
import type { Version } from '../model/version.ts';
import type { Stamp } from '../ports/transport.ts';
import type { Context } from './context.ts';

/** The one version whose size and stored time these are: taken as that version without reading it. */
export function announced(ctx: Context, path: string, stamp: Stamp): Version | undefined {
  const { state } = ctx;
  const past = state.past.get(path) ?? [];
  if (state.meta.has('travelled') || past.some((earlier) => collides(earlier, stamp))) {
    return undefined;
  }
  const found = state.master.recorded(path).filter(({ entry }) => {
    return (
      entry.kind === 'file' && isLookOf(entry, stamp) && !isRewritten(ctx, path, { entry, stamp })
    );
  });
  // Two that look alike, placed by two who did not know of each other: only reading tells which one is there.
  return new Set(found.map(({ entry }) => keyOf(entry))).size === 1 ? found[0] : undefined;
}

/** Size and time to the second are this entry's. */
export function isLookOf(entry: FileEntry, stamp: Stamp): boolean {
  return looksAlike(stamp, entry.size, storedTimeOf(entry)) === 'same';
}

/**
 * The path was seen with a look of this entry before and has another stamp now: written anew in the same second and size, as
 * only a checksum, id, etag or finer time tells. It may hold anything.
 */
function isRewritten(
  { state }: Context,
  path: string,
  { entry, stamp }: { readonly entry: FileEntry; readonly stamp: Stamp },
): boolean {
  const was = state.sightings.get(path);
  const isSighted = was?.key === entry.digest;
  return (
    (isSighted && haveOtherChecksums(was.stamp, stamp)) ||
    (isSighted && was.listed === true && isLookOf(entry, was.stamp)) ||
    (state.past.get(path)?.some((earlier) => isLookOf(entry, earlier)) ?? false)
  );
}
