/**
 * How entries, versions and changes look in JSON, short names since there are many of them. Reading is strict: names are
 * confined to the root, numbers bounded, unknown shapes refused.
 */
import { z } from 'zod';
import type { Entry } from '../model/entry.ts';
import { pathProblem } from '../model/path.ts';
import type { Change, Version } from '../model/version.ts';
import { FormatError } from './json-lines.ts';

/** Not a name that every object has: clients are keys of plain objects. */
const CLIENT = /^(?!constructor$)[0-9a-z]{4,40}$/;
export const clientId = z.string().regex(CLIENT);
const dot = z.string().regex(/^(?!constructor:)[0-9a-z]{4,40}:[1-9][0-9]{0,14}$/);
const digest = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
const seconds = z.int().min(-1e14).max(1e14);
export const seenShape = z.record(clientId, count);
export const path = z.string().refine((text) => pathProblem(text) === undefined);
const name = z.string().max(200);

const file = z.strictObject({
  f: digest,
  size: count,
  mtime: seconds,
  x: z.literal(1).optional(),
  stored: z.int().optional(),
});
const directory = z.strictObject({ d: z.literal(1) });
const link = z.strictObject({ l: z.string().min(1).max(4096), mtime: seconds });
const entryShape = z.union([file, directory, link]);

const found = z.literal(1).optional();
const versionShape = z.strictObject({ dot, by: name, e: entryShape, o: found });

const changeShape = z.strictObject({
  p: path,
  dot,
  r: z.array(dot).max(100_000),
  e: entryShape.nullable(),
  o: found,
  from: z.strictObject({ p: path, r: z.array(dot) }).optional(),
  w: z.array(versionShape).min(1).optional(),
});

const versionsShape = z.strictObject({ p: path, v: z.array(versionShape).min(1) });

type EntryShape = z.infer<typeof entryShape>;

function encodeEntry(entry: Entry): EntryShape {
  switch (entry.kind) {
    case 'file':
      return {
        f: entry.digest,
        size: entry.size,
        mtime: entry.mtime,
        ...(entry.executable ? { x: 1 as const } : {}),
        ...(entry.stored === undefined ? {} : { stored: entry.stored }),
      };
    case 'directory':
      return { d: 1 };
    case 'link':
      return { l: entry.target, mtime: entry.mtime };
  }
}

function decodeEntry(shape: EntryShape): Entry {
  if ('f' in shape) {
    return {
      kind: 'file',
      digest: shape.f,
      size: shape.size,
      mtime: shape.mtime,
      executable: shape.x === 1,
      ...(shape.stored === undefined ? {} : { stored: shape.stored }),
    };
  }
  return 'd' in shape
    ? { kind: 'directory' }
    : { kind: 'link', target: shape.l, mtime: shape.mtime };
}

export function encodeChange(change: Change): unknown {
  return {
    p: change.path,
    dot: change.dot,
    r: change.replaces,
    e: change.entry === null ? null : encodeEntry(change.entry),
    ...(change.found === undefined ? {} : { o: 1 }),
    ...(change.from === undefined ? {} : { from: { p: change.from.path, r: change.from.dots } }),
    ...(change.was === undefined ? {} : { w: change.was.map(encodeVersion) }),
  };
}

export function decodeChange(value: unknown, by: string): Change {
  const shape = check(changeShape, value, 'a change');
  return {
    path: shape.p,
    dot: shape.dot,
    by,
    replaces: shape.r,
    entry: shape.e === null ? null : decodeEntry(shape.e),
    ...(shape.o === undefined ? {} : { found: true }),
    ...(shape.from === undefined ? {} : { from: { path: shape.from.p, dots: shape.from.r } }),
    ...(shape.w === undefined ? {} : { was: shape.w.map(decodeVersion) }),
  };
}

export function encodeVersions(at: string, versions: readonly Version[]): unknown {
  return { p: at, v: versions.map(encodeVersion) };
}

function encodeVersion({ dot, by, entry, found: isFound }: Version): unknown {
  return { dot, by, e: encodeEntry(entry), ...(isFound === undefined ? {} : { o: 1 }) };
}

export function decodeVersions(value: unknown): { path: string; versions: Version[] } {
  const shape = check(versionsShape, value, 'a path of a master');
  return { path: shape.p, versions: shape.v.map(decodeVersion) };
}

function decodeVersion({ dot, by, e, o }: z.infer<typeof versionShape>): Version {
  return { dot, by, entry: decodeEntry(e), ...(o === undefined ? {} : { found: true }) };
}

/** Parses or fails with a FormatError that says what was expected. */
export function check<T>(shape: z.ZodType<T>, value: unknown, what: string): T {
  const result = shape.safeParse(value);
  if (!result.success) {
    const issue = result.error.issues[0];
    throw new FormatError(`${what}: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim());
  }
  return result.data;
}
