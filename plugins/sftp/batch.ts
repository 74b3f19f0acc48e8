/**
 * Many small operations at the price of few round trips: runs of one kind are checked together and then sent together.
 * As one by one, a refused operation stops none that follows.
 */
import { TransportError, type BatchOperation, type BatchResult } from '../../src/plugin-api.ts';
import { stepsOf, type Steps, type Value } from './change.ts';
import type { Store } from './store.ts';
import type { Task } from './task.ts';

/** Operations that are on their way at once; each is a few requests. */
const longestRun = 64;

export async function batch(
  store: Store,
  operations: readonly BatchOperation[],
  signal: AbortSignal,
): Promise<BatchResult[]> {
  const results: BatchResult[] = [];
  for (const run of runsOf(operations)) results.push(...(await resultsOf(store, run, signal)));
  return results;
}

/** Neighbours of one kind: what follows of another kind may build on them. */
function* runsOf(operations: readonly BatchOperation[]): Iterable<readonly BatchOperation[]> {
  let run: BatchOperation[] = [];
  for (const operation of operations) {
    const [first] = run;
    if (first?.operation !== operation.operation || run.length >= longestRun) {
      if (first !== undefined) yield run;
      run = [];
    }
    run.push(operation);
  }
  if (run.length > 0) yield run;
}

interface Job {
  readonly task: Task;
  readonly steps: Steps;
}

async function resultsOf(
  store: Store,
  run: readonly BatchOperation[],
  signal: AbortSignal,
): Promise<BatchResult[]> {
  const jobs = await Promise.all(run.map((one) => begun(store, one, signal)));
  // ORDER: all questions are answered before the first request goes out, and those go out in the order of the batch.
  return Promise.all(
    jobs.map(async (job) => {
      if (job instanceof TransportError) return { ok: false, error: job };
      return settled(store.framed(job.task, () => job.steps.act()));
    }),
  );
}

/** A job whose questions are answered, or why it cannot be done. */
async function begun(
  store: Store,
  one: BatchOperation,
  signal: AbortSignal,
): Promise<Job | TransportError> {
  const path = one.operation === 'rename' ? one.from : one.path;
  const facts = { operation: one.operation, path, signal };
  let task: Task | undefined;
  try {
    task = await store.begin(facts);
    const steps = stepsOf(store, task, one);
    await steps.check();
    return { task, steps };
  } catch (error) {
    task?.end();
    return store.toError(error, facts, 0);
  }
}

async function settled(acting: Promise<Value>): Promise<BatchResult> {
  try {
    return { ok: true, value: await acting };
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
    return { ok: false, error };
  }
}
