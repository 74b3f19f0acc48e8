/**
 * Makes sure that only this program's TransportError leaves a plugin. A plugin installed beside another copy of ownsync
 * throws that copy's class, and one with a fault throws anything: both are translated, none is dropped.
 */
import { TransportError } from '../../core/ports/transport.ts';
import type {
  BatchResult,
  Content,
  Transport,
  TransportErrorKind,
} from '../../core/ports/transport.ts';
import { around, onlyReads } from './around.ts';
import type { Operation } from './around.ts';

export function withOwnErrors(inner: Transport): Transport {
  return around(inner, {
    call: (operation, signal, run) => owned(operation, () => run(signal)),
    read: async ({ operation, from, signal, run }) => {
      const content = await owned(operation, () => run(from, signal));
      return { ...content, stream: ownStream(operation, content) };
    },
    batch: async ({ operation, operations, signal, run }) => {
      const results = await owned(operation, () => run(operations, signal));
      return results.map((result): BatchResult =>
        result.ok ? result : { ok: false, error: ownError(result.error, operation) },
      );
    },
  });
}

async function owned<T>(operation: Operation, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw ownError(error, operation);
  }
}

async function* ownStream(operation: Operation, { stream }: Content): AsyncGenerator<Uint8Array> {
  try {
    yield* stream;
  } catch (error) {
    throw ownError(error, operation);
  }
}

const KINDS: ReadonlySet<string> = new Set<TransportErrorKind>([
  ...(['unreachable', 'busy', 'auth', 'denied', 'not-found', 'precondition', 'exists'] as const),
  ...(['not-empty', 'no-space', 'invalid-name', 'unsupported', 'corrupt', 'cancelled'] as const),
  'unknown',
]);

/** The error as this program's own. What is none at all counts as unclear, and as done perhaps. */
export function ownError(
  error: unknown,
  operation: Pick<Operation, 'path'> & { name: string },
): TransportError {
  if (error instanceof TransportError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const path = operation.path === undefined ? {} : { path: operation.path };
  const facts = { operation: operation.name, ...path, cause: error };
  if (!isForeign(error)) {
    const reads = operation.name === 'open' || onlyReads({ ...(operation as Operation) });
    return new TransportError(message, {
      ...facts,
      kind: 'unknown',
      outcome: reads ? 'not-done' : 'unknown',
    });
  }
  const { kind, outcome, serverSaid, retryAfter } = error;
  return new TransportError(message, {
    ...facts,
    kind,
    outcome: outcome === 'not-done' ? 'not-done' : 'unknown',
    ...(typeof serverSaid === 'string' ? { serverSaid } : {}),
    ...(typeof retryAfter === 'number' ? { retryAfter } : {}),
  });
}

/** Another copy's TransportError: the same fields, another class. */
function isForeign(error: unknown): error is Error & {
  readonly kind: TransportErrorKind;
  readonly outcome?: unknown;
  readonly serverSaid?: unknown;
  readonly retryAfter?: unknown;
} {
  return (
    error instanceof Error &&
    error.name === 'TransportError' &&
    'kind' in error &&
    typeof error.kind === 'string' &&
    KINDS.has(error.kind)
  );
}
