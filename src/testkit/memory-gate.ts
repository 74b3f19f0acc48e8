/**
 * Waiting for something that a test controls, while the signal can end a wait that would never end. It must stay cheap: a
 * simulation passes here thousands of times a run, mostly without waiting at all.
 */
import { TransportError } from '../core/ports/transport.ts';

export interface Call {
  readonly operation: string;
  readonly path: string;
  readonly to?: string;
  readonly signal: AbortSignal;
}

/** What a call that was cut off has done. */
export type Outcome = 'not-done' | 'unknown';

/** Signal → what to do when it is aborted: one listener on a signal, however many wait. */
const waiting = new WeakMap<AbortSignal, Set<() => void>>();

export function unlessAborted<T>(wait: Promise<T>, call: Call, outcome: Outcome): Promise<T> {
  const stops = stopsOf(call.signal);
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      reject(cancelled(call, outcome));
    };
    stops.add(stop);
    wait.then(
      (value) => {
        stops.delete(stop);
        resolve(value);
      },
      (error: unknown) => {
        stops.delete(stop);
        reject(error instanceof Error ? error : new Error(String(error)));
      },
    );
    if (call.signal.aborted) stop();
  });
}

export function throwIfAborted(call: Call, outcome: Outcome): void {
  if (call.signal.aborted) throw cancelled(call, outcome);
}

export function factsOf({ operation, path }: Call): { operation: string; path: string } {
  return { operation, path };
}

function cancelled(call: Call, outcome: Outcome): TransportError {
  return new TransportError(`${call.operation} was cancelled`, {
    kind: 'cancelled',
    outcome,
    cause: call.signal.reason,
    ...factsOf(call),
  });
}

function stopsOf(signal: AbortSignal): Set<() => void> {
  const known = waiting.get(signal);
  if (known !== undefined) return known;
  const stops = new Set<() => void>();
  waiting.set(signal, stops);
  const stopAll = (): void => {
    for (const stop of stops) stop();
  };
  signal.addEventListener('abort', stopAll, { once: true });
  return stops;
}
