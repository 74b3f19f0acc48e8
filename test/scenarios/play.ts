/** What all steps of the large scenario share: where it plays, and what was written so far. */
import type { Tree } from '../corpus/tree.ts';
import { checkEqual } from './stage.ts';
import type { Stage } from './stage.ts';

export interface Scenario {
  readonly stage: Stage;
  readonly files: number;
  readonly seed: number;
  /** Of the files, for each kind of change. */
  readonly share: number;
  /** How many contents each path has had after its first. */
  readonly edits: Map<string, number>;
  /**
   * Contents that replaced others: one of equal size and time gets a time on the store that none before it at its path
   * had, so many seconds later at most.
   */
  readonly replacing: Map<string, number>;
  readonly say: (line: string) => void;
}

export interface Step {
  readonly name: string;
  run(scenario: Scenario): Promise<void>;
}

/** Contents that replace others at their paths, all before anybody has seen the others. */
export function noteEdits(
  { edits, replacing }: Scenario,
  made: readonly { readonly path: string; readonly digest: string }[],
): void {
  for (const { path } of made) edits.set(path, (edits.get(path) ?? 0) + 1);
  for (const { path, digest } of made) replacing.set(digest, edits.get(path) ?? 0);
}

/** Fails unless all are equal; gives the tree. A content that lost its path for a while counts as another version, too. */
export function equal({ stage, edits, replacing }: Scenario): Tree {
  return checkEqual(stage, (digest, path) =>
    Math.max(replacing.get(digest) ?? 0, edits.get(path) ?? 0),
  );
}
