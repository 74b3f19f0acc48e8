/**
 * Moves: a path that goes and a path that comes with the same content become one rename instead of a transfer.
 * On either side the same pairing; a pair keeps its file name if it can.
 */
import { nameOf } from '../model/path.ts';

export interface Going {
  readonly path: string;
  readonly digest: string;
}

export interface Coming {
  readonly path: string;
  readonly digest: string;
}

/** `to` → `from`. Every path is in at most one pair. */
export function pairMoves(
  going: readonly Going[],
  coming: readonly Coming[],
): ReadonlyMap<string, string> {
  const byDigest = new Map<string, string[]>();
  for (const { path, digest } of going) {
    const paths = byDigest.get(digest);
    if (paths === undefined) {
      byDigest.set(digest, [path]);
    } else {
      paths.push(path);
    }
  }
  const pairs = new Map<string, string>();
  for (const { path, digest } of coming) {
    const from = byDigest.get(digest);
    if (from === undefined || from.length === 0) {
      continue;
    }
    const sameName = from.findIndex((candidate) => nameOf(candidate) === nameOf(path));
    const [taken] = from.splice(Math.max(sameName, 0), 1);
    if (taken !== undefined) {
      pairs.set(path, taken);
    }
  }
  return pairs;
}
