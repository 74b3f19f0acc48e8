/** A segment of a manifest: one client's changes from number `from` to `to`, in order. */
import { z } from 'zod';
import type { Change, Seen } from '../model/version.ts';
import { clientOf, numberOf } from '../model/version.ts';
import type { DigestOf } from './json-lines.ts';
import { FormatError, openLines, sealLines } from './json-lines.ts';
import { check, clientId, decodeChange, encodeChange, seenShape } from './records.ts';

export const FORMAT = 1;

export interface Segment {
  readonly client: string;
  /** Readable name. */
  readonly name: string;
  /** Number of the segment, from 1. */
  readonly k: number;
  readonly from: number;
  readonly to: number;
  /** Digest of this client's previous segment's text; empty for the first. */
  readonly previous: string;
  readonly seen: Seen;
  /** When it was sealed, milliseconds since 1970 by its writer's clock: for people, where the store tells no times. */
  readonly at?: number;
  readonly changes: readonly Change[];
}

const header = z.strictObject({
  ownsync: z.literal('segment'),
  format: z.literal(FORMAT),
  client: clientId,
  name: z.string().max(200),
  k: z.int().min(1),
  from: z.int().min(1),
  to: z.int().min(1),
  previous: z.string().max(64),
  seen: seenShape,
  at: z.int().optional(),
});

export function encodeSegment(segment: Segment, digestOf: DigestOf): string {
  const { client, name, k, from, to, previous, seen, at } = segment;
  const numbers = { k, from, to, previous, seen, ...(at === undefined ? {} : { at }) };
  const head = { ownsync: 'segment', format: FORMAT, client, name, ...numbers };
  return sealLines([head, ...segment.changes.map(encodeChange)], digestOf);
}

/** Fails with FormatError; `expected` is what the file's name says. */
export function decodeSegment(
  text: string,
  expected: { client: string; k: number },
  digestOf: DigestOf,
): Segment {
  const [first, ...rest] = openLines(text, digestOf);
  const head = check(header, first, 'the header of a segment');
  const changes = rest.map((line) => decodeChange(line, head.name));
  if (head.client !== expected.client || head.k !== expected.k) {
    throw new FormatError('the header belongs to another segment');
  }
  changes.forEach((change, i) => {
    if (clientOf(change.dot) !== head.client || numberOf(change.dot) !== head.from + i) {
      throw new FormatError('the changes are not numbered as the header says');
    }
  });
  if (changes.length === 0 || head.from + changes.length - 1 !== head.to) {
    throw new FormatError('changes are missing');
  }
  const { client, name, k, from, to, previous, seen, at } = head;
  const when = at === undefined ? {} : { at };
  return { client, name, k, from, to, previous, seen, ...when, changes };
}
