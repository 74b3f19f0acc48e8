/** What is current, from nothing but what is on a store: all masters, and the segments that they do not cover. Pure. */
import { Master } from '../model/master.ts';
import type { Change, Seen, Version } from '../model/version.ts';
import { maximum } from '../model/version.ts';
import type { SegmentFacts, Snapshot } from './merge.ts';
import { applyChange, freshChanges, mergeSnapshot, readiness } from './merge.ts';

export function asItIs(
  masters: readonly Snapshot[],
  segments: readonly (SegmentFacts & { readonly changes: readonly Change[] })[],
): Map<string, readonly Version[]> {
  const master = new Master();
  let seen: Seen = {};
  for (const snapshot of masters) {
    mergeSnapshot(master, seen, snapshot);
    seen = maximum(seen, snapshot.seen);
  }
  const waiting = new Set(segments);
  for (let count = -1; count !== waiting.size;) {
    count = waiting.size;
    for (const segment of waiting) {
      if (readiness(segment, seen) === 'wait') {
        continue;
      }
      freshChanges(segment.changes, seen).forEach((change) => applyChange(master, change));
      seen = maximum(seen, { [segment.client]: segment.to });
      waiting.delete(segment);
    }
  }
  return new Map([...master.paths()].map((path) => [path, master.recorded(path)]));
}
