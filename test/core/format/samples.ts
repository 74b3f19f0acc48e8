/** Random segments and masters, whole and valid, and the real digest. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import type { MasterFile } from '../../../src/core/format/master-file.ts';
import type { Segment } from '../../../src/core/format/segment.ts';
import { pathProblem } from '../../../src/core/model/path.ts';
import type { Change } from '../../../src/core/model/version.ts';
import { makeDot } from '../../../src/core/model/version.ts';
import { anyClient, anyDot, anyEntry, anyName, anySeen, fileOf } from '../arbitraries.ts';

export const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');

const anyPath = fc
  .array(anyName, { minLength: 1, maxLength: 3 })
  .map((parts) => parts.join('/'))
  .filter((path) => pathProblem(path) === undefined);

const dots = fc.array(anyDot, { maxLength: 3 });

const anyVersion = fc.record(
  {
    dot: anyDot,
    by: fc.string({ maxLength: 10 }),
    entry: anyEntry,
    found: fc.constant(true as const),
  },
  { noNullPrototype: true, requiredKeys: ['dot', 'by', 'entry'] },
);

const body = fc
  .record({
    path: anyPath,
    replaces: dots,
    entry: fc.option(anyEntry),
    from: fc.option(fc.record({ path: anyPath, dots }), { nil: undefined }),
    was: fc.array(anyVersion, { maxLength: 2 }),
    isFound: fc.boolean(),
  })
  .map(({ from, was, isFound, ...rest }) => ({
    ...rest,
    ...(isFound ? { found: true as const } : {}),
    ...(from === undefined ? {} : { from }),
    ...(was.length === 0 ? {} : { was }),
  }));

export const anySegment: fc.Arbitrary<Segment> = fc
  .record({
    client: anyClient,
    name: fc.string({ maxLength: 20, unit: 'grapheme' }),
    k: fc.integer({ min: 1, max: 1_000_000 }),
    from: fc.integer({ min: 1, max: 1_000_000 }),
    previous: fc.constantFrom('', digestOf('x')),
    seen: anySeen,
    at: fc.maxSafeNat(),
    bodies: fc.array(body, { minLength: 1, maxLength: 4 }),
  })
  .map(({ bodies, ...head }) => ({
    ...head,
    to: head.from + bodies.length - 1,
    changes: bodies.map((change, i): Change => ({
      ...change,
      dot: makeDot(head.client, head.from + i),
      by: head.name,
    })),
  }));

export const anyMaster: fc.Arbitrary<MasterFile> = fc
  .record({
    client: anyClient,
    seen: anySeen,
    segments: anySeen,
    versions: fc.array(fc.tuple(anyPath, fc.array(anyVersion, { minLength: 1, maxLength: 3 })), {
      maxLength: 4,
    }),
  })
  .map(({ versions, ...rest }) => ({ ...rest, versions: new Map(versions) }));

export const segment: Segment = {
  client: 'annaanna',
  name: 'laptop',
  k: 2,
  from: 3,
  to: 4,
  previous: digestOf('x'),
  seen: { annaanna: 4, bertbert: 7 },
  changes: [
    {
      path: 'a/b.txt',
      dot: 'annaanna:3',
      by: 'laptop',
      replaces: ['bertbert:7'],
      entry: { ...fileOf('a', 1_700_000_000, true), stored: 1_700_000_001_000 },
    },
    { path: 'c', dot: 'annaanna:4', by: 'laptop', replaces: ['annaanna:1'], entry: null },
  ],
};

export const master: MasterFile = {
  client: 'annaanna',
  seen: { annaanna: 4 },
  segments: { annaanna: 2 },
  versions: new Map([
    ['a', [{ dot: 'annaanna:4', by: 'laptop', entry: fileOf('a', 1) }]],
    ['b', [{ dot: 'annaanna:2', by: 'laptop', entry: { kind: 'link', target: 'a', mtime: 1 } }]],
  ]),
};
