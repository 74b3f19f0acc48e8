/**
 * Lets nothing through that would change the store: the last word behind `--dry-run`. Reads pass, and a folder whose
 * place on the store is not made yet looks empty.
 */
import { TransportError } from '../../core/ports/transport.ts';
import type { Transport } from '../../core/ports/transport.ts';
import { around, onlyReads } from './around.ts';

/** Belongs above the folder's root: there the empty path is the folder's own place. */
export function withDryRun(inner: Transport): Transport {
  const dry = refusing(inner);
  return {
    ...dry,
    list: async (path, signal) => {
      try {
        return await dry.list(path, signal);
      } catch (error) {
        const unmade = path === '' && error instanceof TransportError && error.kind === 'not-found';
        if (unmade) return { entries: [], complete: true };
        throw error;
      }
    },
  };
}

function refusing(inner: Transport): Transport {
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
