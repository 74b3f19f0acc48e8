/**
 * Repeats what failed for a passing reason: `unreachable` or `busy`, and only when nothing was done or nothing can be
 * done twice. After an unknown outcome a write or rename is never repeated: the engine looks first.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { TransportError } from '../../core/ports/transport.ts';
import type { BatchResult, Content, Transport } from '../../core/ports/transport.ts';
import { around, onlyReads } from './around.ts';
import type { BatchCall, Operation, ReadCall, Run } from './around.ts';

export interface RetryRule {
  /** How often after the first try. */
  readonly retries: number;
  /** First pause, milliseconds; each following one is twice as long up to `longest`, and chance takes up to half off. */
  readonly first: number;
  readonly longest: number;
}

/** About 8 to 15 s in all: a short cut of the line is bridged, a dead server is reported before a person gives up. */
const RETRIES: RetryRule = { retries: 4, first: 1000, longest: 15_000 };

/** Milliseconds; a server that wants to be left alone for longer is: the round ends and says so. */
const MOST_ASKED = 60_000;

export interface RetryOptions {
  readonly rule?: RetryRule;
  /** Told before each pause. */
  readonly onRetry?: (error: TransportError, milliseconds: number) => void;
}

export function withRetry(inner: Transport, options: RetryOptions = {}): Transport {
  const call = <T>(operation: Operation, signal: AbortSignal, run: Run<T>): Promise<T> =>
    repeat((inside) => run(inside), { operation, signal, options });
  return around(inner, {
    call,
    read: (read) => steadyRead(read, (run) => call(read.operation, read.signal, run)),
    batch: (batch) => repeatBatch(batch, options),
  });
}

/** Whether doing it once more can help and cannot harm. */
function mayRepeat(operation: Operation, error: unknown): error is TransportError {
  if (!(error instanceof TransportError)) return false;
  if (error.kind !== 'unreachable' && error.kind !== 'busy') return false;
  return error.outcome === 'not-done' || onlyReads(operation) || operation.name === 'makeDirectory';
}

interface RepeatContext {
  readonly operation: Operation;
  readonly signal: AbortSignal;
  readonly options: RetryOptions;
}

async function repeat<T>(run: Run<T>, { operation, signal, options }: RepeatContext): Promise<T> {
  const rule = options.rule ?? RETRIES;
  for (let failures = 1; ; failures += 1) {
    try {
      return await run(signal);
    } catch (error) {
      if (failures > rule.retries || !mayRepeat(operation, error) || signal.aborted) throw error;
      const { retryAfter = 0 } = error;
      if (retryAfter > MOST_ASKED) throw error;
      const milliseconds = Math.max(retryAfter, pauseAfter(failures, rule, Math.random()));
      options.onRetry?.(error, milliseconds);
      await sleep(milliseconds, undefined, { signal }).catch((cause: unknown) => {
        throw new TransportError('stopped', {
          kind: 'cancelled',
          operation: operation.name,
          cause,
        });
      });
    }
  }
}

/** The pause after so many failures, milliseconds; `chance` in [0, 1) spreads clients that failed at the same moment. */
export function pauseAfter(failures: number, rule: RetryRule, chance: number): number {
  const full = Math.min(rule.longest, rule.first * 2 ** (failures - 1));
  return Math.round(full * (0.5 + chance / 2));
}

/** A read that was cut goes on where it stopped, as long as the store still holds the same file. */
async function steadyRead(
  { from, run }: ReadCall,
  call: (run: Run<Content>) => Promise<Content>,
): Promise<Content> {
  const first = await call((signal) => run(from, signal));
  return {
    ...first,
    stream: steadyStream(first, (done) => call((signal) => run(from + done, signal))),
  };
}

async function* steadyStream(
  first: Content,
  again: (done: number) => Promise<Content>,
): AsyncGenerator<Uint8Array> {
  let content = first;
  let done = 0;
  for (;;) {
    const start = done;
    try {
      for await (const chunk of content.stream) {
        done += chunk.length;
        yield chunk;
      }
      return;
    } catch (error) {
      // Without progress since the last time the line is not just cut now and then: it is reported.
      const cut = mayRepeat({ name: 'read', path: undefined, count: 1 }, error);
      if (!cut || done === start) throw error;
      const next = await again(done);
      if (!sameFile(first, next)) throw error;
      content = next;
    }
  }
}

function sameFile({ stamp: a }: Content, { stamp: b }: Content): boolean {
  return a.size === b.size && a.modified === b.modified && a.etag === b.etag && a.id === b.id;
}

/** Repeats the end of a batch that was not carried out. ORDER: never an entry before one that was. */
async function repeatBatch(
  { operation, operations, signal, run }: BatchCall,
  options: RetryOptions,
): Promise<readonly BatchResult[]> {
  const results: BatchResult[] = [];
  const goOn = async (inside: AbortSignal): Promise<void> => {
    const some = await run(operations.slice(results.length), inside);
    const open = firstOpen(some, operation);
    results.push(...some.slice(0, open));
    const failed = some[open];
    if (failed !== undefined && !failed.ok) {
      lastResults = some.slice(open);
      throw failed.error;
    }
  };
  let lastResults: readonly BatchResult[] = [];
  try {
    await repeat(goOn, { operation, signal, options });
  } catch (error) {
    if (lastResults.length === 0 || signal.aborted) throw error;
    return [...results, ...lastResults];
  }
  return results;
}

/** Where the part begins in which nothing was done; the length when there is none. */
function firstOpen(results: readonly BatchResult[], operation: Operation): number {
  let open = results.length;
  while (open > 0) {
    const result = results[open - 1];
    if (result === undefined || result.ok || !mayRepeat(operation, result.error)) break;
    open -= 1;
  }
  // ORDER: an entry whose outcome is unknown comes before these: whoever looks at it decides about them too.
  const unclear = results
    .slice(0, open)
    .some((result) => !result.ok && result.error.outcome === 'unknown');
  return unclear ? results.length : open;
}
