/** Names that ownCloud cannot keep, told before anything is sent. Pure. */

/**
 * Bytes. SERVER: while a file is uploaded the server adds `.ocTransferId<number>.part`: 229 never fit, 228 do by chance.
 * A folder may be longer, but with 244 it cannot be deleted any more.
 */
export const longestName = 227;

/** Undefined: it can be kept. */
export function refusedByOwncloud(name: string): string | undefined {
  if (name.toLowerCase() === '.htaccess') return 'ownCloud allows no file of this name';
  if (/\.(part|filepart)$/i.test(name)) return 'ownCloud keeps names that end so for its uploads';
  if (name === '*' || name.includes('\\')) return 'ownCloud allows no such name';
  if (Buffer.from(name).some((byte) => byte < 0x20)) {
    return 'ownCloud allows no control characters in names';
  }
  // SERVER: it would be stored composed, over a file that has the composed name.
  if (name !== name.normalize('NFC')) return 'ownCloud keeps composed letters only (NFC)';
  return undefined;
}
