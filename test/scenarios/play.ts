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
  /** Contents that replaced others at their path: their time on the store may be a second later. */
  readonly replacing: Set<string>;
  readonly say: (line: string) => void;
}

export interface Step {
  readonly name: string;
  run(scenario: Scenario): Promise<void>;
}

/** Fails unless all are equal; gives the tree. */
export function equal({ stage, replacing }: Scenario): Tree {
  return checkEqual(stage, (digest) => replacing.has(digest));
}
