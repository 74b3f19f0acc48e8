/**
 * Whole directories that were renamed: when every file the store has below one directory moves to the same place below
 * another one, that is one rename instead of many.
 */
import { isBelow, nameOf, parentOf, parentsOf } from '../model/path.ts';

export interface SubtreeFacts {
  /** File moves: new path → old path. */
  readonly moves: ReadonlyMap<string, string>;
  /** Every path the store is known to hold; true: a directory. */
  readonly sighted: ReadonlyMap<string, boolean>;
  /** Nothing of this path is left on this computer. */
  readonly isGone: (path: string) => boolean;
  /** This computer has a directory there. */
  readonly isDirectoryHere: (path: string) => boolean;
}

/** New directory → old directory, none inside another. */
export function subtreeMoves(facts: SubtreeFacts): Map<string, string> {
  const filesBelow = countFiles(facts.sighted);
  const moved = countMoved(facts.moves);
  const chosen = new Map<string, string>();
  const candidates = [...moved.keys()].sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
  for (const key of candidates) {
    const [from = '', to = ''] = key.split('\0');
    const isWhole = moved.get(key) === filesBelow.get(from) && (filesBelow.get(from) ?? 0) > 1;
    const inside = [...chosen].some(([e, d]) => isBelow(to, e) || isBelow(from, d) || to === e);
    if (isWhole && !inside && fits(facts, from, to)) {
      chosen.set(to, from);
    }
  }
  return chosen;
}

function fits(facts: SubtreeFacts, from: string, to: string): boolean {
  const parent = parentOf(to);
  const room = !facts.sighted.has(to) && (parent === '' || facts.sighted.get(parent) === true);
  if (!room || !facts.isGone(from) || isBelow(to, from) || isBelow(from, to)) {
    return false;
  }
  for (const [path, isDirectory] of facts.sighted) {
    if (
      isDirectory &&
      isBelow(path, from) &&
      !facts.isDirectoryHere(to + path.slice(from.length))
    ) {
      return false;
    }
  }
  return true;
}

function countFiles(sighted: ReadonlyMap<string, boolean>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [path, isDirectory] of sighted) {
    for (const parent of isDirectory ? [] : parentsOf(path)) {
      counts.set(parent, (counts.get(parent) ?? 0) + 1);
    }
  }
  return counts;
}

/** `from NUL to` → how many files move from below the one to the same place below the other. */
function countMoved(moves: ReadonlyMap<string, string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [to, from] of moves) {
    let [d, e] = [from, to];
    while (nameOf(d) === nameOf(e)) {
      [d, e] = [parentOf(d), parentOf(e)];
      if (d === '' || e === '' || d === e) {
        break;
      }
      const key = `${d}\0${e}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  return counts;
}
