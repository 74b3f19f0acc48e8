/**
 * One debug line per operation: what, where, how long, how it ended. Paths and error kinds only, never content.
 */
import { TransportError } from '../../core/ports/transport.ts';
import type { Transport } from '../../core/ports/transport.ts';
import type { Log } from '../../core/ports/world.ts';
import { around } from './around.ts';
import type { Operation, Run } from './around.ts';

export function withTrace(
  inner: Transport,
  log: Log,
  now: () => number = () => performance.now(),
): Transport {
  const call = async <T>(operation: Operation, signal: AbortSignal, run: Run<T>): Promise<T> => {
    const start = now();
    const tell = (outcome: string) => {
      log('debug', `store ${operation.name}`, {
        ...(operation.path === undefined ? {} : { path: operation.path }),
        ...(operation.count === 1 ? {} : { count: operation.count }),
        outcome,
        milliseconds: Math.round(now() - start),
      });
    };
    try {
      const result = await run(signal);
      tell('done');
      return result;
    } catch (error) {
      tell(error instanceof TransportError ? error.kind : 'failed');
      throw error;
    }
  };
  return around(inner, { call });
}
