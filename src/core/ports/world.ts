/** The rest of the world that the engine may touch: time, chance, hashing, compression, the log. */

export interface Clock {
  /** Milliseconds since 1970 by this computer's clock, which may be wrong: only for names and display, never for a decision. */
  now(): number;
  /** Milliseconds from an arbitrary start, never going back. */
  monotonic(): number;
  /** Rejects with the signal's reason when aborted. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
}

export interface Random {
  /** Lower-case hex digits of fresh randomness. */
  hex(digits: number): string;
  /** In [0, 1). */
  fraction(): number;
}

export interface Hasher {
  update(bytes: Uint8Array): void;
  /** SHA-256 in hex. */
  digest(): string;
}

export interface Codec {
  hasher(): Hasher;
  compress(text: string): Uint8Array;
  /** Fails when the bytes are damaged or give more than `limit` bytes of text. */
  expand(bytes: Uint8Array, limit: number): string;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export type Log = (
  level: LogLevel,
  message: string,
  facts?: Readonly<Record<string, unknown>>,
) => void;
