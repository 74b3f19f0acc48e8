/** The checksums that ownCloud keeps of every upload, and what it takes as one. Pure functions. */
import { createHash } from 'node:crypto';

export function checksumsOf(bytes: Uint8Array): string {
  return `SHA1:${hex('sha1', bytes)} MD5:${hex('md5', bytes)} ADLER32:${adler32(bytes)}`;
}

/** SERVER: only these two names, in upper case; anything else is refused even if it is right. */
export function agrees(header: string, bytes: Uint8Array): boolean {
  const [, name, value] = /^(SHA1|MD5):([0-9a-fA-F]+)$/.exec(header) ?? [];
  if (name === undefined || value === undefined) return false;
  return hex(name === 'SHA1' ? 'sha1' : 'md5', bytes) === value.toLowerCase();
}

function hex(algorithm: string, bytes: Uint8Array): string {
  return createHash(algorithm).update(bytes).digest('hex');
}

function adler32(bytes: Uint8Array): string {
  let [a, b] = [1, 0];
  for (const byte of bytes) {
    a = (a + byte) % 65_521;
    b = (b + a) % 65_521;
  }
  return (b * 65_536 + a).toString(16).padStart(8, '0');
}
