/**
 * Gives every operation a time limit, so that a server that says nothing holds nobody up for ever. Streams are limited by
 * standstill, not by their length; time spent on this computer's side does not count. Never repeats anything.
 */
import { setMaxListeners } from 'node:events';
import { TransportError } from '../../core/ports/transport.ts';
import type { Source, Transport } from '../../core/ports/transport.ts';
import { around, onlyReads } from './around.ts';
import type { Operation, Run } from './around.ts';

export interface Deadlines {
  /** For one small operation, milliseconds. */
  readonly operation: number;
  /** On top of it for each entry of a batch. */
  readonly batchEntry: number;
  /** For a stream that stands still. */
  readonly idle: number;
  /** How long an operation that was told to end may take to unwind before it is left behind. */
  readonly grace: number;
}

/** A listing of 100,000 names takes a slow server about a minute; three servers send a keep-alive or drop after five. */
const DEADLINES: Deadlines = {
  operation: 120_000,
  batchEntry: 1000,
  idle: 60_000,
  grace: 5000,
};

export function withDeadline(inner: Transport, deadlines: Deadlines = DEADLINES): Transport {
  const limited = async <T>(operation: Operation, signal: AbortSignal, run: Run<T>): Promise<T> => {
    const watch = new Watch(operation, signal, deadlines.grace);
    const extra = operation.count > 1 ? operation.count * deadlines.batchEntry : 0;
    watch.start(deadlines.operation + extra);
    return await watch.over(run);
  };
  return around(inner, {
    call: limited,
    read: async ({ operation, from, signal, run }) => {
      // The stream outlives the call: its own watch must be able to end what the call began.
      const watch = new Watch(operation, signal, deadlines.grace);
      watch.start(deadlines.operation);
      const content = await watch.over((inside) => run(from, inside), 'goes on');
      return { ...content, stream: watchedStream(content.stream, watch, deadlines.idle) };
    },
    send: async (operation, signal, { source, run }) => {
      const watch = new Watch(operation, signal, deadlines.grace);
      watch.start(deadlines.operation);
      return await watch.over((inside) =>
        run(watchedSource(source, watch, deadlines.idle), inside),
      );
    },
  });
}

async function* watchedStream(
  stream: AsyncIterable<Uint8Array>,
  watch: Watch,
  idle: number,
): AsyncGenerator<Uint8Array> {
  const chunks = stream[Symbol.asyncIterator]();
  try {
    for (;;) {
      watch.start(idle);
      const next = await watch.over(() => chunks.next(), 'goes on');
      watch.stop();
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    watch.end();
    // Not awaited: a stream that hangs would hang here too. The signal has told it to end.
    void Promise.resolve(chunks.return?.()).catch(() => undefined);
  }
}

/** The store is waited for while it takes a chunk, not while this computer reads one. */
function watchedSource(source: Source, watch: Watch, idle: number): Source {
  return {
    ...source,
    open: async function* (from: number) {
      watch.stop();
      try {
        for await (const chunk of source.open(from)) {
          watch.start(idle);
          yield chunk;
          watch.stop();
        }
      } finally {
        watch.start(idle);
      }
    },
  };
}

/** One operation's clock, and the signal that ends it. */
class Watch {
  readonly #operation: Operation;
  readonly #outer: AbortSignal;
  readonly #grace: number;
  readonly #controller = new AbortController();
  readonly #forward = (): void => {
    this.#controller.abort(this.#outer.reason);
  };
  #timer: NodeJS.Timeout | undefined;
  #late: TransportError | undefined;
  #ended = false;

  constructor(operation: Operation, outer: AbortSignal, grace: number) {
    this.#operation = operation;
    this.#outer = outer;
    this.#grace = grace;
    // One signal for many operations at once is how it is meant to be used; Node would warn of a leak.
    setMaxListeners(0, outer);
    if (outer.aborted) this.#forward();
    else outer.addEventListener('abort', this.#forward, { once: true });
  }

  start(milliseconds: number): void {
    this.stop();
    if (this.#ended || this.#controller.signal.aborted) return;
    this.#timer = setTimeout(() => {
      this.#late = lateError(this.#operation, milliseconds);
      this.#controller.abort(this.#late);
    }, milliseconds);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** Lets go of the outer signal; no timer starts from here on, whoever still closes a stream. */
  end(): void {
    this.#ended = true;
    this.stop();
    this.#outer.removeEventListener('abort', this.#forward);
  }

  async over<T>(run: Run<T>, after: 'ends' | 'goes on' = 'ends'): Promise<T> {
    let failed = true;
    try {
      const result = await this.#raced(run(this.#controller.signal));
      failed = false;
      return result;
    } catch (error) {
      throw this.#late ?? error;
    } finally {
      this.stop();
      if (failed || after === 'ends') this.end();
    }
  }

  /** The result, or after the abort and a time of grace an error, even if the plugin does not listen to its signal. */
  #raced<T>(promise: Promise<T>): Promise<T> {
    const { signal } = this.#controller;
    return new Promise<T>((resolve, reject) => {
      let grace: NodeJS.Timeout | undefined;
      const giveUp = () => {
        grace = setTimeout(() => reject(this.#late ?? abortedError(this.#operation)), this.#grace);
      };
      const settle = () => {
        clearTimeout(grace);
        signal.removeEventListener('abort', giveUp);
      };
      if (signal.aborted) giveUp();
      else signal.addEventListener('abort', giveUp, { once: true });
      promise.then(resolve, reject).finally(settle);
    });
  }
}

function lateError(operation: Operation, milliseconds: number): TransportError {
  return new TransportError(`no answer from the store within ${milliseconds / 1000} s`, {
    ...factsOf(operation),
    kind: 'unreachable',
  });
}

function abortedError(operation: Operation): TransportError {
  return new TransportError('stopped', factsOf(operation));
}

function factsOf(operation: Operation): ConstructorParameters<typeof TransportError>[1] {
  return {
    kind: 'cancelled',
    operation: operation.name,
    ...(operation.path === undefined ? {} : { path: operation.path }),
    outcome: onlyReads(operation) ? 'not-done' : 'unknown',
  };
}
