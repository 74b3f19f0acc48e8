/**
 * Looks for a failing run, profile by profile in turn, and tells its parent how far it came. Run as a process of its own by
 * scripts/mutate.ts, out of a compiled copy.
 */
import { readFileSync } from 'node:fs';
import { openFolder } from '../src/core/engine/folder.ts';
import {
  runScript,
  simulate,
  type FailureKind,
  type ProfileName,
  type Script,
} from '../src/testkit/simulation/index.ts';

export interface Hunt {
  readonly profiles: readonly ProfileName[];
  /** Files with scripts that failed once, before a fault was mended: run first. */
  readonly kept: readonly string[];
  readonly seed: number;
  /** Most runs, all profiles together. */
  readonly runs: number;
  /** So many of them have been before. */
  readonly skip: number;
}

export interface HuntResult {
  /** Of those from seeds. */
  readonly runs: number;
  /** The kept script that is run now. */
  readonly kept?: string;
  readonly isOver?: boolean;
  readonly failure?: {
    readonly kind: FailureKind;
    readonly profile: ProfileName;
    readonly seed: number;
    /** The file of the script that failed. */
    readonly kept?: string;
  };
}

const told = 20;

if (process.send !== undefined) process.send(await run(JSON.parse(process.argv[2] ?? '') as Hunt));

async function run({ profiles, kept, seed, runs, skip }: Hunt): Promise<HuntResult> {
  for (const file of kept) {
    process.send?.({ runs: 0, kept: file } satisfies HuntResult);
    const script = JSON.parse(readFileSync(file, 'utf8')) as Script;
    const [failure] = (await runScript(script, { openFolder })).failures;
    if (failure !== undefined) {
      const found = {
        kind: failure.kind,
        profile: script.profile as ProfileName,
        seed: script.seed,
      };
      return { runs: 0, isOver: true, failure: { ...found, kept: file } };
    }
  }
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
