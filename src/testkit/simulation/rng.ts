/**
 * Chance for simulations: one number decides everything that follows. It must never reach the real world's chance.
 */
import type { Random } from '../../core/ports/world.ts';

export interface Rng {
  /** In [0, 1). */
  next(): number;
  /** An integer in [0, limit). */
  below(limit: number): number;
  /** True with this probability. */
  chance(probability: number): boolean;
  pick<T>(items: readonly T[]): T;
}

/** Mulberry32 over a mixed seed: neighbouring seeds give unrelated rows. */
export function createRng(seed: number): Rng {
  let state = Math.imul(seed ^ 0x5bd1e995, 2654435761) >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  next();
  return {
    next,
    below: (limit) => Math.floor(next() * limit),
    chance: (probability) => next() < probability,
    pick(items) {
      const item = items[Math.floor(next() * items.length)];
      if (item === undefined) throw new Error('nothing to pick from');
      return item;
    },
  };
}

/** A number from a text, for independent rows of chance that are named. */
export function seedOf(text: string): number {
  let hash = 2166136261;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 16777619);
  }
  return hash >>> 0;
}

/** The engine's source of randomness, from a seed. */
export function createSeededRandom(seed: number): Random {
  const rng = createRng(seed);
  return {
    fraction: () => rng.next(),
    hex: (digits) => Array.from({ length: digits }, () => rng.below(16).toString(16)).join(''),
  };
}
