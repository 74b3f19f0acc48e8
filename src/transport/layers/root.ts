/**
 * A transport below one directory of the store: a folder's own place. Only maps paths, there and back; `ensureRoot` makes
 * the directories that lead to it.
 */
import { TransportError } from '../../core/ports/transport.ts';
import type { BatchOperation, BatchResult, Transport } from '../../core/ports/transport.ts';
import { optionalOf } from './around.ts';

/** `prefix`: a path on the store; `""` gives the transport as it is. */
export function withRoot(inner: Transport, prefix: string): Transport {
  if (prefix === '') return inner;
  const at = (path: string): string => (path === '' ? prefix : `${prefix}/${path}`);
  const back = <T>(promise: Promise<T>): Promise<T> =>
    promise.catch((error: unknown) => {
      throw unrooted(error, prefix);
    });
  const { resume, setModified, refuses, removeTree, copy, batch, space, about } = optionalOf(inner);
  return {
    capabilities: inner.capabilities,
    list: (path, signal) => back(inner.list(at(path), signal)),
    look: (path, signal) => back(inner.look(at(path), signal)),
    read: (path, from, signal) => back(inner.read(at(path), from, signal)),
    write: (path, source, signal) => back(inner.write(at(path), source, signal)),
    rename: (from, to, signal) => back(inner.rename(at(from), at(to), signal)),
    remove: (path, signal) => back(inner.remove(at(path), signal)),
    removeDirectory: (path, signal) => back(inner.removeDirectory(at(path), signal)),
    makeDirectory: (path, signal) => back(inner.makeDirectory(at(path), signal)),
    close: () => inner.close(),
    ...(resume && {
      resume: (path, source, from, signal) => back(resume(at(path), source, from, signal)),
    }),
    ...(setModified && {
      setModified: (path, time, signal) => back(setModified(at(path), time, signal)),
    }),
    ...(refuses && { refuses: (path) => refuses(at(path)) }),
    ...(removeTree && { removeTree: (path, signal) => back(removeTree(at(path), signal)) }),
    ...(copy && { copy: (from, to, signal) => back(copy(at(from), at(to), signal)) }),
    ...(batch && {
      batch: async (operations, signal) => {
        const rooted = operations.map((operation) => rootedOperation(operation, at));
        const results = await back(batch(rooted, signal));
        return results.map((result) => unrootedResult(result, prefix));
      },
    }),
    ...(space && { space: (signal) => back(space(signal)) }),
    ...(about && {
      about: (signal, scratch) =>
        back(about(signal, scratch === undefined ? undefined : at(scratch))),
    }),
  };
}

/** Makes what is missing of the directories that lead to a folder's place. */
export async function ensureRoot(
  transport: Transport,
  prefix: string,
  signal: AbortSignal,
): Promise<void> {
  if (prefix === '') return;
  // The deepest first: a login may see its own directory and not those above.
  if (await isDirectory(transport, prefix, signal)) return;
  const parts = prefix.split('/');
  for (const [index] of parts.entries()) {
    const path = parts.slice(0, index + 1).join('/');
    if (!(await isDirectory(transport, path, signal))) await transport.makeDirectory(path, signal);
  }
}

async function isDirectory(
  transport: Transport,
  path: string,
  signal: AbortSignal,
): Promise<boolean> {
  const found = await transport.look(path, signal);
  if (found === 'absent') return false;
  // A link may well lead to a directory: the server follows it when it is used.
  if (found.kind === 'directory' || found.kind === 'link') return true;
  throw new TransportError(`/${path} on the store is a ${found.kind}, not a directory`, {
    kind: 'exists',
    operation: 'makeDirectory',
    path,
  });
}

function rootedOperation(operation: BatchOperation, at: (path: string) => string): BatchOperation {
  return operation.operation === 'rename'
    ? { ...operation, from: at(operation.from), to: at(operation.to) }
    : { ...operation, path: at(operation.path) };
}

function unrootedResult(result: BatchResult, prefix: string): BatchResult {
  return result.ok
    ? result
    : { ok: false, error: unrooted(result.error, prefix) as TransportError };
}

function unrooted(error: unknown, prefix: string): unknown {
  if (!(error instanceof TransportError) || error.path === undefined) return error;
  const { kind, operation, path, outcome, serverSaid, retryAfter } = error;
  const inside =
    path === prefix ? '' : path.startsWith(`${prefix}/`) ? path.slice(prefix.length + 1) : path;
  return new TransportError(error.message, {
    kind,
    operation,
    path: inside,
    outcome,
    ...(serverSaid === undefined ? {} : { serverSaid }),
    ...(retryAfter === undefined ? {} : { retryAfter }),
    cause: error,
  });
}
