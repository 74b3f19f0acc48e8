/**
 * Hashing for simulations, and a compression that only packs: quick, and as strict about damage as the real one. Its digests
 * look like SHA-256 and tell the contents of one simulated world apart; they must never be used outside of one.
 */
import type { Codec } from '../../core/ports/world.ts';

const header = 'packed:';

export function createSimulatedCodec(): Codec {
  return {
    hasher() {
      const parts: Uint8Array[] = [];
      return {
        update: (bytes) => void parts.push(bytes),
        digest: () => digestOfParts(parts),
      };
    },
    compress: (text) => Buffer.from(`${header}${sumOf(text)}:${text}`),
    expand(bytes, limit) {
      const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
      const end = all.indexOf(':', header.length);
      const text = all.slice(end + 1);
      if (!all.startsWith(header) || end < 0 || all.slice(header.length, end) !== sumOf(text)) {
        throw new Error('damaged');
      }
      if (text.length > limit) throw new Error('too long');
      return text;
    },
  };
}

export function simulatedDigest(bytes: Uint8Array): string {
  return digestOfParts([bytes]);
}

/** Two rows of 32 bits, mixed at the end, written four times. */
function digestOfParts(parts: readonly Uint8Array[]): string {
  let [a, b] = [0xdeadbeef, 0x41c6ce57];
  for (const part of parts) {
    for (const byte of part) {
      a = Math.imul(a ^ byte, 2654435761);
      b = Math.imul(b ^ byte, 1597334677);
    }
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return (hexOf(a) + hexOf(b)).repeat(4);
}

function hexOf(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0');
}

function sumOf(text: string): string {
  let sum = text.length;
  for (let index = 0; index < text.length; index += 1) {
    sum = (Math.imul(sum, 31) + text.charCodeAt(index)) | 0;
  }
  return (sum >>> 0).toString(36);
}
