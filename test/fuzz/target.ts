/**
 * What a fuzzer is: inputs, and what must hold for each. Run by mocha for a while and by `npm run fuzz` for as long as one
 * likes; a failure is shrunk and told with its seed.
 */
import fc from 'fast-check';

export interface Target {
  /** What is fed. */
  readonly name: string;
  /** Of the usual number of inputs, a part: for what needs a disk or many rounds. */
  readonly share: number;
  run(bounds: Bounds): Promise<Outcome>;
}

export interface Bounds {
  readonly inputs: number;
  /** Milliseconds, after which it stops without a failure. */
  readonly time?: number;
  readonly seed?: number;
}

export interface Outcome {
  readonly inputs: number;
  /** How one sees it again, and what was wrong. */
  readonly failure: string | undefined;
}

interface Expectation<T> {
  /** Throws when something is wrong. */
  readonly check: (value: T) => Promise<void> | void;
  readonly share?: number;
  /** Milliseconds of this process's own computing: more is as good as hanging. The machine's load does not count. */
  readonly patience?: number;
}

export function target<T>(
  name: string,
  input: fc.Arbitrary<T>,
  { check, share = 1, patience = 3000 }: Expectation<T>,
): Target {
  return {
    name,
    share,
    run: async ({ inputs, time, seed }) => {
      let count = 0;
      const property = fc.asyncProperty(input, async (value) => {
        count += 1;
        const before = process.cpuUsage();
        await check(value);
        const { user, system } = process.cpuUsage(before);
        const spent = (user + system) / 1000;
        if (spent > patience) throw new Error(`it computed for ${spent.toFixed(0)} ms`);
      });
      const details = await fc.check(property, {
        numRuns: Math.max(1, Math.ceil(inputs * share)),
        ...(time === undefined ? {} : { interruptAfterTimeLimit: time }),
        ...(seed === undefined ? {} : { seed }),
      });
      if (!details.failed) return { inputs: count, failure: undefined };
      const { errorInstance } = details;
      const why = errorInstance instanceof Error ? told(errorInstance) : String(errorInstance);
      return { inputs: count, failure: `${fc.defaultReportMessage(details)}\n${why}` };
    },
  };
}

function told({ stack = '', cause }: Error): string {
  return cause instanceof Error ? `${stack}\nbecause of ${told(cause)}` : stack;
}

/** The error of what may fail, and only in these ways; undefined: it did not. */
export async function failing(
  work: () => unknown,
  ...kinds: readonly (abstract new (...args: never[]) => Error)[]
): Promise<Error | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (error instanceof Error && kinds.some((kind) => error instanceof kind)) return error;
    throw new Error('an error that nobody may get', { cause: error });
  }
}

/** Fails with a text that says what is wrong. */
export function must(holds: boolean, what: () => string): void {
  if (!holds) throw new Error(what());
}
