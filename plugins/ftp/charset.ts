/**
 * Letters on the wire. UTF-8 as RFC 2640 wants it, or one byte a letter for servers and trees from before it. Both ways are
 * lossless for what {@link Charset.carries}; what a charset has no bytes for is never replaced by something like it.
 */
export interface Charset {
  /** Whether text has a form on the wire that comes back as the same text. */
  carries(text: string): boolean;
  /** Each character of the result is one byte. What is not carried goes as UTF-8: a password, never a path. */
  toWire(text: string): string;
  /** The reverse, for replies; bytes that are no text become U+FFFD. */
  fromWire(bytes: string): string;
  /** Undefined: these bytes are no text. */
  decode(bytes: Uint8Array): string | undefined;
}

const utf8Decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export const utf8: Charset = {
  // A half of a surrogate pair, as Windows allows in names, has no bytes.
  carries: (text) => !/\p{Surrogate}/u.test(text),
  toWire: (text) => Buffer.from(text, 'utf8').toString('latin1'),
  fromWire: (bytes) => Buffer.from(bytes, 'latin1').toString('utf8'),
  decode(bytes) {
    try {
      return utf8Decoder.decode(bytes);
    } catch {
      return undefined;
    }
  },
};

/**
 * Windows-1252, of which Latin-1's letters are a part: each of the 256 bytes is a character of its own, so that every name
 * that a server can send goes back to it as the same bytes. These are its letters for the bytes from 0x80 on that are not
 * Latin-1's. (The platform's own decoder takes them from either, depending on its version.)
 */
const from0x80 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';
const letterOf = Array.from({ length: 256 }, (_, byte) =>
  byte < 0x80 || byte > 0x9f ? String.fromCharCode(byte) : from0x80.charAt(byte - 0x80),
);
const byteOf = new Map(letterOf.map((letter, byte) => [letter, String.fromCharCode(byte)]));

export const latin1: Charset = {
  carries: (text) => Array.from(text).every((letter) => byteOf.has(letter)),
  toWire: (text) =>
    latin1.carries(text)
      ? Array.from(text)
          .map((letter) => byteOf.get(letter) ?? '')
          .join('')
      : utf8.toWire(text),
  fromWire: (bytes) =>
    Array.from(bytes)
      .map((byte) => letterOf[byte.charCodeAt(0)] ?? '')
      .join(''),
  decode: (bytes) => latin1.fromWire(Buffer.from(bytes).toString('latin1')),
};
