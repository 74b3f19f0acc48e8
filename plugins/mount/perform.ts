/**
 * What every operation has in common: the signal, the question whether the store is still the one that was opened, and
 * the translation of errors. It never repeats an operation.
 */
import { readdir } from 'node:fs/promises';
import { orAborted, TransportError } from '../../src/plugin-api.ts';
import { asTransportError, codeOf, refusal, type Attempt } from './errors.ts';
import type { Root } from './root.ts';

export interface Job<T> {
  readonly operation: string;
  readonly path: string;
  readonly signal: AbortSignal;
  /** Whether it changes the store, so that a broken-off one leaves the question what came of it. */
  readonly changes: boolean;
  readonly run: (attempt: Attempt) => Promise<T>;
}

export async function perform<T>(root: Root, job: Job<T>): Promise<T> {
  const { operation, path, signal } = job;
  const attempt: Attempt = { operation, path };
  if (isAborted(signal)) throw cancelled(attempt, signal);
  try {
    return await untilAborted(bracketed(root, job, attempt), signal);
  } catch (error) {
    const outcome = job.changes ? 'unknown' : 'not-done';
    if (isAborted(signal)) throw cancelled({ ...attempt, outcome }, signal);
    throw error;
  }
}

/**
 * ORDER: the root is checked before, so that nothing is written below the mount point of a share that is gone, and
 * again after a success or an absence, which an unmounted share would answer as readily as a mounted one.
 */
async function bracketed<T>(root: Root, job: Job<T>, attempt: Attempt): Promise<T> {
  await root.check(attempt);
  const outcome = job.changes ? 'unknown' : 'not-done';
  let result: T;
  try {
    result = await job.run(attempt);
  } catch (error) {
    const translated = await judged(root, error, attempt);
    if (translated.kind === 'not-found') await root.check(attempt);
    const unclear = translated.kind === 'unreachable' || translated.kind === 'unknown';
    throw unclear ? await judged(root, error, { ...attempt, outcome }) : translated;
  }
  await root.check({ ...attempt, outcome });
  return result;
}

/**
 * SERVER: davfs2 says EIO for whatever its server refuses: that is about one path, and must not end a round, as long as the
 * root is still read.
 */
async function judged(root: Root, error: unknown, attempt: Attempt): Promise<TransportError> {
  const translated = asTransportError(error, attempt);
  if (root.nature.kind === 'native' || codeOf(error) !== 'EIO') return translated;
  const answers = await readdir(root.path).then(
    () => true,
    () => false,
  );
  if (!answers) return translated;
  return refusal('unknown', { ...attempt, cause: error }, 'the server behind the mount refused it');
}

/** As orAborted, and what ended in the moment of the abort is not taken either. */
export async function untilAborted<T>(wait: Promise<T>, signal: AbortSignal): Promise<T> {
  const value = await orAborted(wait, signal);
  signal.throwIfAborted();
  return value;
}

/** Opening: nothing to check before, but a share that hangs must not hold up the caller. */
export async function unlessCancelled<T>(signal: AbortSignal, run: () => Promise<T>): Promise<T> {
  const attempt: Attempt = { operation: 'open', path: '' };
  if (isAborted(signal)) throw cancelled(attempt, signal);
  try {
    return await untilAborted(run(), signal);
  } catch (error) {
    throw isAborted(signal) ? cancelled(attempt, signal) : asTransportError(error, attempt);
  }
}

export function cancelled(attempt: Attempt, signal: AbortSignal): TransportError {
  return new TransportError(`${attempt.operation} ${attempt.path}: cancelled`, {
    kind: 'cancelled',
    ...attempt,
    cause: signal.reason,
  });
}

/** A call, because it changes between two looks. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
