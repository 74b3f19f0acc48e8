/**
 * Content, sizes and times of generated files. Every file that is not empty is unlike every other one.
 */
import type { Rng } from '../../src/testkit/simulation/rng.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

/** Mostly small: 0 bytes to 64 KiB. */
export function smallSize(rng: Rng): number {
  const kind = rng.next();
  if (kind < 0.05) return 0;
  if (kind < 0.8) return 1 + rng.below(3 * KIB);
  return rng.pick([1, KIB - 1, KIB, 4 * KIB, 16 * KIB, 64 * KIB, rng.below(64 * KIB)]);
}

/** A few MB, never a round number. */
export function largeSize(rng: Rng): number {
  return 2 * MIB + rng.below(4 * MIB);
}

/** Bytes that no other call with another `number` gives, as far as `size` leaves room for it. */
export function makeContent(rng: Rng, size: number, number: number): Buffer {
  const block = Buffer.alloc(Math.min(size, 64 * KIB));
  for (let at = 0; at + 4 <= block.length; at += 4) block.writeUInt32LE(rng.below(2 ** 32), at);
  const content = Buffer.alloc(size, block.length === 0 ? undefined : block);
  content.write(`${String(number)}\n`, 0);
  return content;
}

const YEAR = 365.25 * 24 * 3600;

/** Seconds since 1970 with a fraction: decades back, mostly; a few in the time to come. */
export function someTime(rng: Rng): number {
  const kind = rng.next();
  const years =
    kind < 0.01 ? 1 + rng.next() * 10 : kind < 0.98 ? 30 + rng.next() * 25 : 60 + rng.next() * 5;
  return Math.round(years * YEAR * 1000) / 1000;
}
