/**
 * Merging manifests: applying changes to a master, and joining two masters. Commutative, associative, idempotent.
 */
import type { Master } from '../model/master.ts';
import type { Change, Seen, Version } from '../model/version.ts';
import { clientOf, seenHas } from '../model/version.ts';

/** A path's versions before and after, for whoever keeps memory of them. */
export interface Merged {
  readonly path: string;
  readonly dropped: readonly Version[];
}

/** Removes the versions that the change names and adds its own, if it has an entry. */
export function applyChange(master: Master, change: Change): Merged {
  const before = master.recorded(change.path);
  const kept = before.filter((v) => !change.replaces.includes(v.dot) && v.dot !== change.dot);
  const { dot, by, entry, found } = change;
  const made: Version[] =
    entry === null ? [] : [{ dot, by, entry, ...(found === undefined ? {} : { found }) }];
  master.set(change.path, [...kept, ...made]);
  return { path: change.path, dropped: before.filter((v) => change.replaces.includes(v.dot)) };
}

/** A read snapshot: what one client had merged. */
export interface Snapshot {
  readonly seen: Seen;
  readonly versions: ReadonlyMap<string, readonly Version[]>;
}

/**
 * Joins a snapshot into a master whose merged changes are `seen`: a version stays if it is in both, or in one and the other
 * has not seen its dot. Returns what was dropped; the caller raises its own `seen` to the maximum.
 */
export function mergeSnapshot(master: Master, seen: Seen, snapshot: Snapshot): Merged[] {
  const merged: Merged[] = [];
  for (const path of new Set([...master.paths(), ...snapshot.versions.keys()])) {
    const ours = master.recorded(path);
    const theirs = snapshot.versions.get(path) ?? [];
    const keep = ours.filter(
      (v) => theirs.some((t) => t.dot === v.dot) || !seenHas(snapshot.seen, v.dot),
    );
    const add = theirs.filter((v) => !ours.some((o) => o.dot === v.dot) && !seenHas(seen, v.dot));
    if (add.length === 0 && keep.length === ours.length) {
      continue;
    }
    master.set(path, [...keep, ...add]);
    merged.push({ path, dropped: ours.filter((v) => !keep.includes(v)) });
  }
  return merged;
}

/** What decides when a segment may be applied. */
export interface SegmentFacts {
  readonly client: string;
  /** Numbers of its first and last change. */
  readonly from: number;
  readonly to: number;
  /** What its writer had merged before its last change. */
  readonly seen: Seen;
}

/** `known`: nothing new in it; `wait`: something it builds on is not merged yet. */
export function readiness(segment: SegmentFacts, seen: Seen): 'apply' | 'known' | 'wait' {
  const mine = seen[segment.client] ?? 0;
  if (segment.to <= mine) {
    return 'known';
  }
  if (segment.from > mine + 1) {
    return 'wait';
  }
  const missing = Object.entries(segment.seen).some(
    ([client, number]) => client !== segment.client && (seen[client] ?? 0) < number,
  );
  return missing ? 'wait' : 'apply';
}

/** Only the changes of a segment that are not merged yet. */
export function freshChanges(changes: readonly Change[], seen: Seen): Change[] {
  return changes.filter((change) => !seenHas(seen, change.dot) && clientOf(change.dot) !== '');
}
