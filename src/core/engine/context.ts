/** What every step of a round works with: the ports, the memory, the limits, and what this run has found so far. */
import type { FolderEvent, FolderSettings, PathProblem } from '../ports/folder.ts';
import type { LocalTree, StagedFile } from '../ports/local-tree.ts';
import type { Stamp } from '../ports/transport.ts';
import type { Clock, Codec, Log, Random } from '../ports/world.ts';
import type { Glance } from './glance.ts';
import type { Limits } from './limits.ts';
import type { FolderState } from './state.ts';
import type { StoreIo } from './store-io.ts';

export interface Context {
  readonly settings: FolderSettings;
  readonly store: StoreIo;
  /** Listings that may come from memory. */
  readonly glance: Glance;
  readonly local: LocalTree;
  readonly state: FolderState;
  readonly clock: Clock;
  readonly random: Random;
  readonly codec: Codec;
  readonly log: Log;
  readonly limits: Limits;
  readonly signal: AbortSignal;
  /** Nothing is written anywhere. */
  readonly dryRun: boolean;
  readonly digestOf: (text: string) => string;
  readonly emit: (event: FolderEvent) => void;
  /** Of this round: one problem per path, the last one said. */
  readonly problems: Map<string, PathProblem>;
  /** What the last listings showed. */
  readonly counts: { segments: number; announced: boolean };
  /** Files read from the store during the survey, by digest, so that they are not fetched twice. */
  readonly fetched: Map<string, StagedFile>;
  /** Stamps of other programs' files, and when (monotonic) they were first looked at. */
  readonly firstLooks: Map<string, { readonly stamp: Stamp; readonly at: number }>;
  /** Directories that could not be moved in one step, since the store holds more in them: moved path by path. */
  readonly notWhole: Set<string>;
}

export interface RunMemory {
  readonly notWhole: Set<string>;
  readonly firstLooks: Map<string, { readonly stamp: Stamp; readonly at: number }>;
}

export function problem(ctx: Context, found: PathProblem): void {
  ctx.problems.set(found.path, found);
  ctx.emit({ type: 'problem', problem: found });
}
