/**
 * At most so many operations at once as the store takes. A read counts until its stream has ended: it holds a connection.
 * Whoever reads must therefore finish, leave or abort the stream.
 */
import PQueue from 'p-queue';
import { TransportError } from '../../core/ports/transport.ts';
import type { Content, Transport } from '../../core/ports/transport.ts';
import { around } from './around.ts';
import type { Operation } from './around.ts';

export function withLimit(inner: Transport): Transport {
  const queue = new PQueue({ concurrency: Math.max(1, inner.capabilities.parallel) });
  return around(inner, {
    call: (operation, signal, run) =>
      queue.add(async () => {
        refuseStopped(operation, signal);
        return await run(signal);
      }),
    read: ({ operation, from, signal, run }) =>
      new Promise((resolve, reject) => {
        const job = async (): Promise<void> => {
          refuseStopped(operation, signal);
          const content = await run(from, signal);
          const { held, ended } = heldContent(content, signal);
          resolve(held);
          await ended;
        };
        queue.add(job).catch(reject);
      }),
  });
}

function refuseStopped(operation: Operation, signal: AbortSignal): void {
  if (signal.aborted) {
    throw new TransportError('stopped', { kind: 'cancelled', operation: operation.name });
  }
}

/** The content, and a promise for the moment at which its connection is free again. */
function heldContent(
  content: Content,
  signal: AbortSignal,
): { held: Content; ended: Promise<void> } {
  let release: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    release = resolve;
    signal.addEventListener('abort', release, { once: true });
    if (signal.aborted) resolve();
  });
  async function* stream(): AsyncGenerator<Uint8Array> {
    try {
      yield* content.stream;
    } finally {
      signal.removeEventListener('abort', release);
      release();
    }
  }
  return { held: { ...content, stream: stream() }, ended };
}
