/**
 * Carries out a batch one operation at a time. The memory transport has nothing quicker, and the conformance suite
 * compares a real batch with it. It must never stop at a failed operation: each has its own result.
 */
import type {
  BatchOperation,
  BatchResult,
  StoreEntry,
  Transport,
} from '../core/ports/transport.ts';
import { TransportError } from '../core/ports/transport.ts';

/** One result each, in order: the same guarantees as single calls. */
export async function oneByOne(
  transport: Transport,
  operations: readonly BatchOperation[],
  signal: AbortSignal,
): Promise<BatchResult[]> {
  const results: BatchResult[] = [];
  for (const operation of operations) {
    try {
      results.push({ ok: true, value: await runOne(transport, operation, signal) });
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      results.push({ ok: false, error });
    }
  }
  return results;
}

async function runOne(
  transport: Transport,
  operation: BatchOperation,
  signal: AbortSignal,
): Promise<StoreEntry | 'absent' | undefined> {
  switch (operation.operation) {
    case 'look':
      return transport.look(operation.path, signal);
    case 'rename':
      await transport.rename(operation.from, operation.to, signal);
      return undefined;
    case 'remove':
      await transport.remove(operation.path, signal);
      return undefined;
    case 'removeDirectory':
      await transport.removeDirectory(operation.path, signal);
      return undefined;
    case 'makeDirectory':
      await transport.makeDirectory(operation.path, signal);
      return undefined;
    case 'setModified':
      if (transport.setModified === undefined) {
        throw new TransportError('times cannot be set', {
          kind: 'unsupported',
          operation: 'setModified',
        });
      }
      await transport.setModified(operation.path, operation.modified, signal);
      return undefined;
  }
}
