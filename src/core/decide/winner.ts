/**
 * Which of several concurrent versions takes the name. Decides a name only, never which content survives: all do.
 */
import type { Entry } from '../model/entry.ts';
import { DIRECTORY_KEY, keyOf, mtimeOf } from '../model/entry.ts';
import type { Version } from '../model/version.ts';

/** A directory before anything else, then the newer mtime, then the greater key. */
export function beats(a: Entry, b: Entry): boolean {
  const [keyA, keyB] = [keyOf(a), keyOf(b)];
  if ((keyA === DIRECTORY_KEY) !== (keyB === DIRECTORY_KEY)) {
    return keyA === DIRECTORY_KEY;
  }
  const [timeA, timeB] = [mtimeOf(a), mtimeOf(b)];
  return timeA === timeB ? keyA > keyB : timeA > timeB;
}

/**
 * The winner among versions. Versions of one content are one first: executable if any is, with the oldest mtime, so
 * that every client compares the same.
 */
export function winner(versions: readonly Version[]): Version | undefined {
  let best: Version | undefined;
  for (const version of versions) {
    const unified = unify(version, versions);
    if (best === undefined || beats(unified.entry, best.entry)) {
      best = unified;
    }
  }
  return best;
}

/** One version for all those with the same content as `version`. */
export function unify(version: Version, versions: readonly Version[]): Version {
  const key = keyOf(version.entry);
  const same = versions.filter((v) => keyOf(v.entry) === key);
  if (same.length < 2) {
    return version;
  }
  const first = same.reduce((a, b) =>
    mtimeOf(b.entry) < mtimeOf(a.entry) || (mtimeOf(b.entry) === mtimeOf(a.entry) && b.dot < a.dot)
      ? b
      : a,
  );
  if (first.entry.kind !== 'file') {
    return first;
  }
  const executable = same.some((v) => v.entry.kind === 'file' && v.entry.executable);
  return { ...first, entry: { ...first.entry, executable } };
}
