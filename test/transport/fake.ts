/** A tiny transport for the layers: answers with what a test hands it, and remembers what was asked. */
import { TransportError } from '../../src/core/ports/transport.ts';
import type {
  Capabilities,
  Content,
  Source,
  Transport,
  TransportErrorKind,
} from '../../src/core/ports/transport.ts';

export const CAPABILITIES: Capabilities = {
  parallel: 2,
  resume: false,
  renameOnto: { file: 'unknown', directory: 'unknown' },
  copy: false,
  modified: 'none',
  modifiedPrecision: 1000,
  etag: 'none',
  ids: false,
  caseSensitive: true,
  unicode: 'as-given',
  nameBytes: 255,
};

export interface Fake {
  readonly transport: Transport;
  /** `list docs`, `rename a b`… in the order of calling. */
  readonly calls: string[];
}

export function fakeTransport(answers: Partial<Transport> = {}): Fake {
  const calls: string[] = [];
  const noted =
    <A extends unknown[], R>(name: string, answer: (...args: A) => R) =>
    (...args: A): R => {
      calls.push(
        [name, ...args.filter((part) => typeof part === 'string' || typeof part === 'number')].join(
          ' ',
        ),
      );
      return answer(...args);
    };
  const done = () => Promise.resolve();
  const base: Transport = {
    capabilities: CAPABILITIES,
    list: () => Promise.resolve({ entries: [], complete: true }),
    look: () => Promise.resolve('absent'),
    read: () => Promise.resolve(content('')),
    write: async (_path, source) => ({ size: (await gather(source.open(0))).length }),
    rename: done,
    remove: done,
    removeDirectory: done,
    makeDirectory: done,
    close: done,
    ...answers,
  };
  const wrapped = Object.fromEntries(
    Object.entries(base).map(([name, value]: [string, unknown]) => [
      name,
      typeof value === 'function' ? noted(name, value as (...args: unknown[]) => unknown) : value,
    ]),
  );
  return { transport: wrapped as unknown as Transport, calls };
}

export function fail(
  kind: TransportErrorKind,
  outcome: 'not-done' | 'unknown' = 'not-done',
): TransportError {
  return new TransportError(`the store said ${kind}`, {
    kind,
    operation: 'test',
    path: 'sync/docs/x',
    outcome,
  });
}

export function content(text: string): Content {
  return { stream: chunks(text), stamp: { size: text.length } };
}

export async function* chunks(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

export function source(text: string): Source {
  return { size: text.length, open: (from) => chunks(text.slice(from)) };
}

export async function gather(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts).toString();
}

/** The error of a promise that has to fail. */
export async function failure(promise: Promise<unknown>): Promise<TransportError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof TransportError) return error;
    throw error;
  }
  throw new Error('expected it to fail');
}

export const calm = (): AbortSignal => new AbortController().signal;

export const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));
