/**
 * What a mutation is: a one-line breakage of the engine that the simulation has to catch. Its text stands exactly once in its
 * file, and a test checks that. Where the engine is protected twice, breaking one line harms nobody: then the other
 * protections are broken with it.
 */
import type { ProfileName } from '../../src/testkit/simulation/index.ts';

export interface Breakage {
  /** Below `src/core`. */
  readonly file: string;
  readonly text: string;
  readonly becomes: string;
}

export interface Mutation extends Breakage {
  readonly name: string;
  /** What else protects from the same harm. */
  readonly also?: readonly Breakage[];
  /** Rules of the design, or numbered promises of ARCHITECTURE.md. */
  readonly breaks: readonly string[];
  /** Tried in turn. */
  readonly profiles: readonly ProfileName[];
}

/** Files, below `src/core`, with the breakages. Fails when the engine has changed so that one no longer fits. */
export function mutated(
  mutation: Mutation,
  sourceOf: (file: string) => string,
): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const { file, text, becomes } of [mutation, ...(mutation.also ?? [])]) {
    const parts = (files.get(file) ?? sourceOf(file)).split(text);
    if (parts.length !== 2) {
      throw new Error(
        `"${mutation.name}" fits ${String(parts.length - 1)} places of ${file} instead of one`,
      );
    }
    files.set(file, parts.join(becomes));
  }
  return files;
}
