/** Contents, streams and errors for tests of any transport. */
import { expect } from 'chai';
import { TransportError, type Source, type Transport } from '../../src/plugin-api.ts';

export const signal: AbortSignal = new AbortController().signal;

export function source(content: string | Uint8Array, modified?: number): Source {
  const bytes = Buffer.from(content);
  return {
    size: bytes.length,
    ...(modified === undefined ? {} : { modified }),
    async *open(from) {
      await Promise.resolve();
      for (let at = from; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
    },
  };
}

export async function textOf(transport: Transport, path: string): Promise<string> {
  const { stream } = await transport.read(path, 0, signal);
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

/** The error of something that must fail. */
export async function failure(doing: Promise<unknown>): Promise<TransportError> {
  const outcome = await doing.then(
    (value: unknown) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if (!('error' in outcome)) expect.fail('it succeeded and must fail');
  if (!(outcome.error instanceof TransportError)) throw outcome.error;
  return outcome.error;
}
