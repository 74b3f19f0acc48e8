/**
 * Random values for properties of the pure core. Small alphabets on purpose: collisions are what the rules are about.
 */
import fc from 'fast-check';
import type { Entry, FileEntry } from '../../src/core/model/entry.ts';
import type { Version } from '../../src/core/model/version.ts';
import { makeDot } from '../../src/core/model/version.ts';

/** Cases of one property. */
export const RUNS = { numRuns: 10_000 };
/** For those that hash or compress text. */
export const SLOW_RUNS = { numRuns: 2_000 };

export const digestFor = (letter: string): string => letter.repeat(64);

export function fileOf(letter: string, mtime: number, executable = false): FileEntry {
  return { kind: 'file', digest: digestFor(letter), size: 1, mtime, executable };
}

const seconds = fc.integer({ min: -100_000_000_000, max: 1_000_000_000_000 });

/** Any file, link or directory that a record can hold. */
export const anyEntry: fc.Arbitrary<Entry> = fc.oneof(
  fc
    .record({
      digest: fc.stringMatching(/^[0-9a-f]{64}$/),
      size: fc.maxSafeNat(),
      mtime: seconds,
      executable: fc.boolean(),
      stored: fc.option(fc.maxSafeInteger(), { nil: undefined }),
    })
    .map(({ stored, ...rest }): Entry => ({
      kind: 'file',
      ...rest,
      ...(stored === undefined ? {} : { stored }),
    })),
  fc.record({
    kind: fc.constant('link' as const),
    target: fc.string({ minLength: 1, maxLength: 30, unit: 'grapheme' }),
    mtime: seconds,
  }),
  fc.constant<Entry>({ kind: 'directory' }),
);

/** Few contents and few times, so that two entries are often equal in part. */
export const tinyEntry: fc.Arbitrary<Entry> = fc
  .oneof(
    { weight: 6, arbitrary: fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.nat(2), fc.boolean()) },
    { weight: 1, arbitrary: fc.constant('directory' as const) },
    { weight: 2, arbitrary: fc.record({ target: fc.constantFrom('a', 'b'), mtime: fc.nat(2) }) },
  )
  .map((made): Entry => {
    if (made === 'directory') {
      return { kind: 'directory' };
    }
    return Array.isArray(made) ? fileOf(...made) : { kind: 'link', ...made };
  });

export const anyClient = fc
  .stringMatching(/^[0-9a-z]{4,12}$/)
  .filter((text) => text !== 'constructor');

export const anyDot = fc
  .tuple(anyClient, fc.integer({ min: 1, max: 999_999_999_999_999 }))
  .map(([client, number]) => makeDot(client, number));

export const anySeen = fc.dictionary(anyClient, fc.maxSafeNat(), { maxKeys: 4 });

/** Versions of one path, each with a dot of its own. */
export const tinyVersions: fc.Arbitrary<Version[]> = fc
  .array(tinyEntry, { maxLength: 6 })
  .chain((entries) =>
    fc
      .shuffledSubarray(['1', '2', '3', '4', '5', '6'], {
        minLength: entries.length,
        maxLength: entries.length,
      })
      .map((order) =>
        entries.map((entry, i) => ({ dot: `dora:${order[i] ?? ''}`, by: 'dora', entry })),
      ),
  );

/** One part of a path, as people and other systems name things. */
export const anyName = fc
  .string({ minLength: 1, maxLength: 40, unit: 'grapheme' })
  .filter((text) => !/[/\0]/.test(text) && text !== '.' && text !== '..');

/** A path in a tree of few names, so that paths often lie below one another. */
export const tinyPath = fc
  .array(fc.constantFrom('a', 'b', 'ab'), { minLength: 1, maxLength: 4 })
  .map((parts) => parts.join('/'));
