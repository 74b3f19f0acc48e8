/** One signal out of several, which must be freed: the ones it listens to live much longer. Waits for nothing. */

export interface Joined {
  readonly signal: AbortSignal;
  /** Stops listening. */
  readonly free: () => void;
}

export function joined(...signals: readonly AbortSignal[]): Joined {
  const control = new AbortController();
  const stop = (event: Event): void => {
    control.abort((event.target as AbortSignal).reason);
  };
  for (const signal of signals) {
    if (signal.aborted) control.abort(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
  }
  return {
    signal: control.signal,
    free: () => {
      for (const signal of signals) signal.removeEventListener('abort', stop);
    },
  };
}
