/**
 * Hashing for simulations, and a compression that only packs: quick, and as strict about damage as the real one.
 */
import { createHash } from 'node:crypto';
import type { Codec } from '../../core/ports/world.ts';

const header = 'packed:';

export function createSimulatedCodec(): Codec {
  return {
    hasher() {
      const hash = createHash('sha256');
      return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest('hex') };
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

function sumOf(text: string): string {
  let sum = text.length;
  for (let index = 0; index < text.length; index += 1) {
    sum = (Math.imul(sum, 31) + text.charCodeAt(index)) | 0;
  }
  return (sum >>> 0).toString(36);
}
