/**
 * The one way a test says that something it needs is missing on this computer.
 * With CI=true a missing thing is a failure: a run must never turn green because a server was not there.
 */
export interface RecordedSkip {
  /** What is missing, such as `proftpd`. */
  readonly what: string;
  /** Why, and what would help, in one sentence. */
  readonly why: string;
}

/** The part of mocha's context that is needed: `this` in a test or hook written as a `function`. */
export interface Skippable {
  skip(): never;
}

const recorded = new Map<string, { readonly skip: RecordedSkip; times: number }>();

/**
 * Goes on when `available`. Otherwise skips the running test or, in a `before` hook, its whole suite, and records the
 * reason, which is printed at the end of the run. Throws instead when the environment says CI=true.
 */
export function needs(context: Skippable, what: string, available: boolean, why: string): void {
  if (available) return;
  if (process.env['CI'] === 'true') {
    throw new Error(`${what} is missing, and with CI=true nothing may be skipped: ${why}`);
  }
  const key = `${what}\n${why}`;
  const known = recorded.get(key);
  if (known === undefined) recorded.set(key, { skip: { what, why }, times: 1 });
  else known.times += 1;
  context.skip();
}

/** Lines telling what was skipped and why, one for each reason; empty when nothing was. */
export function skipLines(): readonly string[] {
  return [...recorded.values()].map(({ skip, times }) => {
    const count = times === 1 ? '' : ` (${String(times)} times)`;
    return `skipped: ${skip.what}${count}: ${skip.why}`;
  });
}
