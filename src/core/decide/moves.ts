/**
 * Moves: a path that goes and a path that comes with the same content become one rename instead of a transfer.
 * On either side the same pairing; of several with one content, a pair keeps its file name and its time if it can.
 */
import { nameOf } from '../model/path.ts';

export interface Going {
  readonly path: string;
  readonly digest: string;
  /** Whole seconds since 1970, where it is known. */
  readonly mtime?: number;
}

export type Coming = Going;

/** Dearest first: what keeps both needs nothing but the rename. */
const LIKENESSES: readonly ((going: Going, coming: Coming) => boolean)[] = [
  (going, coming) => keepsName(going, coming) && going.mtime === coming.mtime,
  keepsName,
  (going, coming) => going.mtime === coming.mtime,
  () => true,
];

/** `to` → `from`. Every path is in at most one pair. */
export function pairMoves(
  going: readonly Going[],
  coming: readonly Coming[],
): ReadonlyMap<string, string> {
  const byDigest = new Map<string, Going[]>();
  for (const one of going) {
    const found = byDigest.get(one.digest);
    if (found === undefined) {
      byDigest.set(one.digest, [one]);
    } else {
      found.push(one);
    }
  }
  const pairs = new Map<string, string>();
  for (const isAlike of LIKENESSES) {
    for (const one of coming) {
      const left = pairs.has(one.path) ? [] : (byDigest.get(one.digest) ?? []);
      const at = left.findIndex((candidate) => isAlike(candidate, one));
      const [taken] = at < 0 ? [] : left.splice(at, 1);
      if (taken !== undefined) {
        pairs.set(one.path, taken.path);
      }
    }
  }
  return pairs;
}

function keepsName(going: Going, coming: Coming): boolean {
  return nameOf(going.path) === nameOf(coming.path);
}
