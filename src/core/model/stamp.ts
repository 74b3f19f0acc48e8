/**
 * Comparing stamps: is what the store holds now what it held before? Never a guess: what cannot be told is `unsure`.
 */
import type { Stamp } from '../ports/transport.ts';

export type Likeness = 'same' | 'different' | 'unsure';

const WHOLE_SECOND = 1000;

/** Coarser of both, milliseconds. */
function precisionOf(a: Stamp, b: Stamp): number {
  return Math.max(a.precision ?? WHOLE_SECOND, b.precision ?? WHOLE_SECOND);
}

function sameTime(a: number, b: number, precision: number): boolean {
  return Math.floor(a / precision) === Math.floor(b / precision);
}

/**
 * `same` needs size and time to the second, confirmed by the id where both have one. An etag alone is never `same`: a store
 * may keep it over two writes within one second. Times coarser than a second are never `same`.
 */
export function compareStamps(a: Stamp, b: Stamp): Likeness {
  if (a.size !== undefined && b.size !== undefined && a.size !== b.size) {
    return 'different';
  }
  if (a.id !== undefined && b.id !== undefined && a.id !== b.id) {
    return 'different';
  }
  if (isStrong(a.etag) && isStrong(b.etag) && a.etag !== b.etag) {
    return 'different';
  }
  if (haveOtherChecksums(a, b)) {
    return 'different';
  }
  if (a.modified === undefined || b.modified === undefined) {
    return 'unsure';
  }
  const precision = precisionOf(a, b);
  if (!sameTime(a.modified, b.modified, precision)) {
    return 'different';
  }
  return precision <= WHOLE_SECOND && a.size !== undefined && b.size !== undefined
    ? 'same'
    : 'unsure';
}

/** Proof that these are two contents, whatever their size and time. Of the same algorithm, or nothing is proven. */
export function haveOtherChecksums(a: Stamp, b: Stamp): boolean {
  const [one, other] = [a.checksum?.toLowerCase() ?? '', b.checksum?.toLowerCase() ?? ''];
  const algorithm = one.slice(0, one.indexOf(':') + 1);
  return algorithm !== '' && other.startsWith(algorithm) && one !== other;
}

function isStrong(etag: string | undefined): etag is string {
  return etag !== undefined && !etag.startsWith('W/');
}

/** Size and time to the second alone: what two clients can compare through their records. */
export function looksAlike(stamp: Stamp, size: number, modified: number): Likeness {
  return compareStamps({ ...withoutMarks(stamp) }, { size, modified });
}

function withoutMarks(stamp: Stamp): Stamp {
  return {
    ...(stamp.size === undefined ? {} : { size: stamp.size }),
    ...(stamp.modified === undefined ? {} : { modified: stamp.modified }),
    ...(stamp.precision === undefined ? {} : { precision: stamp.precision }),
  };
}

/** Could this stamp be mistaken for the other one by an agent that sees only size and time? */
export function collides(a: Stamp, b: Stamp): boolean {
  return compareStamps(withoutMarks(a), withoutMarks(b)) !== 'different';
}
