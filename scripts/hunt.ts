/**
 * Looks for a failing run, profile by profile in turn, and tells its parent how far it came. Run as a process of its own by
 * scripts/mutate.ts, out of a compiled copy.
 */
import { openFolder } from '../src/core/engine/folder.ts';
import { simulate, type FailureKind, type ProfileName } from '../src/testkit/simulation/index.ts';

export interface Hunt {
  readonly profiles: readonly ProfileName[];
  readonly seed: number;
  /** Most runs, all profiles together. */
  readonly runs: number;
  /** So many of them have been before. */
  readonly skip: number;
}

export interface HuntResult {
  readonly runs: number;
  readonly isOver?: boolean;
  readonly failure?: {
    readonly kind: FailureKind;
    readonly profile: ProfileName;
    readonly seed: number;
  };
}

const told = 20;

if (process.send !== undefined) process.send(await run(JSON.parse(process.argv[2] ?? '') as Hunt));

async function run({ profiles, seed, runs, skip }: Hunt): Promise<HuntResult> {
  for (let count = skip; count < runs; count += 1) {
    const profile = profiles[count % profiles.length] ?? 'plain';
    const current = seed + Math.floor(count / profiles.length);
    const { failures } = await simulate(current, profile, { openFolder });
    const [failure] = failures;
    if (failure !== undefined) {
      const { kind } = failure;
      return { runs: count + 1, isOver: true, failure: { kind, profile, seed: current } };
    }
    if (count % told === 0) process.send?.({ runs: count } satisfies HuntResult);
  }
  return { runs, isOver: true };
}
