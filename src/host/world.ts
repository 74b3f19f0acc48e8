/**
 * The real clock, chance and codec behind the engine's ports. Nothing here may decide anything: it only measures and computes.
 */
import { createHash, randomBytes, randomInt } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Clock, Codec, Random } from '../core/ports/world.ts';

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (milliseconds, signal) =>
    new Promise<void>((resolve, reject) => {
      const abort = (): void => {
        clearTimeout(timer);
        reject(reasonOf(signal));
      };
      const timer = setTimeout(() => {
        signal.removeEventListener('abort', abort);
        resolve();
      }, milliseconds);
      if (signal.aborted) abort();
      else signal.addEventListener('abort', abort, { once: true });
    }),
};

export const systemRandom: Random = {
  hex: (digits) =>
    randomBytes(Math.ceil(digits / 2))
      .toString('hex')
      .slice(0, digits),
  fraction: () => randomInt(2 ** 47) / 2 ** 47,
};

/** Level fixed and header bare, so that one program version gives the same bytes for the same text. */
const COMPRESSION_LEVEL = 6;
/** Byte 9 of a gzip header names the operating system; 255 is "unknown". */
const GZIP_SYSTEM_BYTE = 9;
const GZIP_SYSTEM_UNKNOWN = 255;

export const systemCodec: Codec = {
  hasher() {
    const hash = createHash('sha256');
    return {
      update: (bytes) => void hash.update(bytes),
      digest: () => hash.digest('hex'),
    };
  },
  compress(text) {
    const bytes = gzipSync(text, { level: COMPRESSION_LEVEL });
    bytes[GZIP_SYSTEM_BYTE] = GZIP_SYSTEM_UNKNOWN;
    return bytes;
  },
  expand(bytes, limit) {
    // A limit of 0 would mean "none" to zlib.
    const text = gunzipSync(bytes, { maxOutputLength: Math.max(1, limit) });
    if (text.length > limit) throw new RangeError(`more than ${limit} bytes of text`);
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(text);
  },
};

function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error
    ? signal.reason
    : new Error('aborted', { cause: signal.reason });
}
