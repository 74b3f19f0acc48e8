/**
 * Transports that break one promise each, and the conformance cases that must notice. Each is the memory transport with
 * one operation or one claim bent; nothing else may differ, or the case might fail for another reason.
 */
import type {
  Capabilities,
  Listing,
  Source,
  Transport,
} from '../../../src/core/ports/transport.ts';
import { TransportError } from '../../../src/core/ports/transport.ts';
import type { MemoryProfile } from '../../../src/testkit/index.ts';

export interface Fault {
  readonly name: string;
  /** Full names of cases that must fail. */
  readonly fails: readonly string[];
  readonly profile?: Partial<MemoryProfile>;
  readonly bend: (good: Transport) => Partial<Transport>;
}

type List = (listing: Listing, path: string) => Listing;

/** Bends the result of list. */
export function listed(good: Transport, change: List): Partial<Transport> {
  return { list: async (path, signal) => change(await good.list(path, signal), path) };
}

/** Bends the bytes that reach the store. */
export function stored(
  good: Transport,
  change: (bytes: Uint8Array, at: number) => Uint8Array,
): Partial<Transport> {
  return {
    write: (path, source, signal) => {
      const bent: Source = {
        ...source,
        async *open(from) {
          let at = from;
          for await (const chunk of source.open(from)) {
            yield change(chunk.slice(), at);
            at += chunk.length;
          }
        },
      };
      return good.write(path, bent, signal);
    },
  };
}

export function claiming(good: Transport, claims: Partial<Capabilities>): Partial<Transport> {
  return { capabilities: { ...good.capabilities, ...claims } };
}

/** Replaces a refusal by something else. */
export function instead<T>(
  attempt: Promise<T>,
  kinds: readonly string[],
  other: () => T,
): Promise<T> {
  return attempt.catch((error: unknown) => {
    if (error instanceof TransportError && kinds.includes(error.kind)) return other();
    throw error;
  });
}

export function flip(bytes: Uint8Array, at: number): Uint8Array {
  const first = bytes[at];
  if (first !== undefined) bytes[at] = first ^ 1;
  return bytes;
}
