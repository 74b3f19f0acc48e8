/**
 * Lets nothing through that would change the store: the last word behind `--dry-run`. Reads pass.
 */
import { TransportError } from '../../core/ports/transport.ts';
import type { Transport } from '../../core/ports/transport.ts';
import { around, onlyReads } from './around.ts';

export function withDryRun(inner: Transport): Transport {
  return around(inner, {
    call: async (operation, signal, run) => {
      if (onlyReads(operation)) return await run(signal);
      throw new TransportError('a dry run changes nothing on the store', {
        kind: 'unsupported',
        operation: operation.name,
        ...(operation.path === undefined ? {} : { path: operation.path }),
      });
    },
    batch: async ({ operations, signal, run }) => {
      if (operations.every(({ operation }) => operation === 'look'))
        return await run(operations, signal);
      throw new TransportError('a dry run changes nothing on the store', {
        kind: 'unsupported',
        operation: 'batch',
      });
    },
  });
}
