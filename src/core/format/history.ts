/**
 * What the history on the store says about itself: the index of one folder of replaced files, a line a file, for people and
 * programs; and the changes of segments that were retired. Times in an index are text, since people read it.
 */
import { z } from 'zod';
import { dayOf } from '../model/conflict-name.ts';
import type { PastChange } from '../model/past.ts';
import type { DigestOf } from './json-lines.ts';
import { openLines, parseLine, sealLines } from './json-lines.ts';
import { check, clientId, decodeChange, encodeChange, path } from './records.ts';
import { FORMAT } from './segment.ts';

const lineShape = z.object({
  /** Name of the file in this folder. */
  index: z.int().min(1).max(1_000_000),
  path,
  /** SHA-256 of its content, hex. */
  key: z.string().max(64),
  /** The versions that it was. */
  dots: z.array(z.string().max(60)).max(100_000),
  /** Bytes. */
  size: z.number().optional(),
  /** Its own time, seconds since 1970; absent when not known. */
  mtime: z.number().optional(),
  executable: z.literal(true).optional(),
  /** Who had made it. */
  made: z.string().max(200).optional(),
  why: z.enum(['replaced', 'deleted', 'moved']),
  /** Where it was moved to; it is not in this folder then. */
  to: path.optional(),
  /** When, by the clock of whoever did it. */
  at: z.string().max(40).optional(),
  /** Who did it: readable name and id. */
  by: z.string().max(200),
  client: clientId.optional(),
});

/** One replaced, deleted or moved file. */
export type HistoryLine = Readonly<z.infer<typeof lineShape>>;

export function encodeHistory(lines: readonly HistoryLine[]): string {
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

/** A line that is cut or strange counts as not there; the others are good. */
export function decodeHistory(text: string): HistoryLine[] {
  return text.split('\n').flatMap((line) => {
    const parsed = line === '' ? undefined : lineShape.safeParse(lineOf(line));
    return parsed?.success === true ? [parsed.data] : [];
  });
}

function lineOf(line: string): unknown {
  try {
    return parseLine(line);
  } catch {
    return undefined;
  }
}

/** `2026-05-03T14:03:22Z`, from milliseconds since 1970. */
export function timeText(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  const ofDay = ((seconds % 86_400) + 86_400) % 86_400;
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  return `${dayOf(seconds)}T${two(ofDay / 3600)}:${two((ofDay % 3600) / 60)}:${two(ofDay % 60)}Z`;
}

const recordsHeader = z.strictObject({
  ownsync: z.literal('records'),
  format: z.literal(FORMAT),
  client: clientId,
});

const recordShape = z.strictObject({
  k: z.int().min(1),
  at: z.int(),
  by: z.string().max(200),
  /** Checked as every change is. */
  c: z.unknown(),
});

/** The changes of one client's retired segments, each with when it reached the store. */
export function encodeRecords(
  client: string,
  changes: readonly PastChange[],
  digestOf: DigestOf,
): string {
  const head = { ownsync: 'records', format: FORMAT, client };
  const lines = changes.map(({ k, at, by, ...change }) => ({
    k,
    at,
    by,
    c: encodeChange({ ...change, by }),
  }));
  return sealLines([head, ...lines], digestOf);
}

/** Fails with FormatError. */
export function decodeRecords(text: string, digestOf: DigestOf): PastChange[] {
  const [first, ...rest] = openLines(text, digestOf);
  check(recordsHeader, first, 'the header of retired records');
  return rest.map((line) => {
    const { k, at, by, c } = check(recordShape, line, 'a retired record');
    return { ...decodeChange(c, by), k, at };
  });
}
