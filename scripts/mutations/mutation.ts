/**
 * What a mutation is: a one-line breakage of the engine that the simulation has to catch. Its text stands exactly once in its
 * file, and a test checks that.
 */
import type { ProfileName } from '../../src/testkit/simulation/index.ts';

export interface Mutation {
  readonly name: string;
  /** Below `src/core`. */
  readonly file: string;
  readonly text: string;
  readonly becomes: string;
  /** Rules of the design, or numbered promises of ARCHITECTURE.md. */
  readonly breaks: readonly string[];
  /** Tried in turn. */
  readonly profiles: readonly ProfileName[];
}

/** The file's text with the breakage. Fails when the engine has changed so that the mutation no longer fits. */
export function mutated({ name, text, becomes }: Mutation, source: string): string {
  const parts = source.split(text);
  if (parts.length !== 2) {
    throw new Error(`"${name}" fits ${String(parts.length - 1)} places instead of one`);
  }
  return parts.join(becomes);
}
