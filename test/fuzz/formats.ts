/** Everything of ours that comes from a store: read as what it is, or refused as a FormatError; never a path that leads out. */
import fc from 'fast-check';
import { FormatError, openLines } from '../../src/core/format/json-lines.ts';
import {
  decodeHistory,
  decodeRecords,
  encodeHistory,
  encodeRecords,
} from '../../src/core/format/history.ts';
import { decodeMaster, encodeMaster } from '../../src/core/format/master-file.ts';
import { decodeSegment, encodeSegment } from '../../src/core/format/segment.ts';
import {
  decodeClient,
  decodeFormat,
  decodeHolder,
  encodeClient,
  encodeFormat,
  encodeHolder,
} from '../../src/core/format/small-files.ts';
import { pathProblem } from '../../src/core/model/path.ts';
import { systemCodec } from '../../src/host/world.ts';
import { anyMaster, anySegment, digestOf } from '../core/format/samples.ts';
import { hostileBytes, hostileJson, hostilePath, jsonOf, mutated, mutatedJson } from './hostile.ts';
import { sealed } from './sealed.ts';
import { failing, must, target } from './target.ts';
import type { Target } from './target.ts';

const linesOf = (text: string): unknown[] => openLines(text, digestOf);

/** Lines of a valid file with a few values changed, sealed anew: what a hostile client can write. */
function forged(text: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const document = mutatedJson(text.map(linesOf));
  return document.map((lines) => sealed(Array.isArray(lines) ? (lines as unknown[]) : [lines]));
}

function safePath(path: string): void {
  must(pathProblem(path) === undefined, () => `a path that must not be: ${JSON.stringify(path)}`);
}

interface Format {
  readonly name: string;
  readonly valid: fc.Arbitrary<string>;
  /** Not of lines with a seal. */
  readonly plain?: true;
  /** Reads, and gives every path that it found. */
  readonly paths: (text: string) => readonly string[];
}

const tiny = fc.constantFrom('a', 'b/c');

const formats: readonly Format[] = [
  {
    name: 'segments',
    valid: anySegment.map((segment) => encodeSegment(segment, digestOf)),
    paths: (text) => {
      const [head] = linesOf(text) as { client?: string; k?: number }[];
      const expected = { client: head?.client ?? 'abcd', k: head?.k ?? 1 };
      const { changes } = decodeSegment(text, expected, digestOf);
      return changes.flatMap(({ path, from }) => (from === undefined ? [path] : [path, from.path]));
    },
  },
  {
    name: 'masters',
    valid: anyMaster.map((master) => encodeMaster(master, digestOf)),
    paths: (text) => [...decodeMaster(text, digestOf).versions.keys()],
  },
  {
    name: 'retired records',
    valid: anySegment.map(({ client, changes }) =>
      encodeRecords(
        client,
        changes.map((change) => ({ ...change, k: 1, at: 1 })),
        digestOf,
      ),
    ),
    paths: (text) => decodeRecords(text, digestOf).map(({ path }) => path),
  },
  {
    name: 'holder.json',
    plain: true,
    valid: tiny.map((path) =>
      encodeHolder({
        ...{ tx: 'abcd-1-0123', client: 'abcd', name: 'laptop' },
        items: [
          { action: 'put', path, from: 'from', index: 1, expected: { key: 'k', dots: ['abcd:1'] } },
        ],
      }),
    ),
    paths: (text) =>
      decodeHolder(text).items.flatMap(({ path, from }) =>
        from === undefined ? [path] : [path, from],
      ),
  },
  {
    name: 'client files',
    plain: true,
    valid: tiny.map((path) =>
      encodeClient({
        ...{ client: 'abcd', name: 'laptop', program: '1', seen: { abcd: 1 }, held: { abcd: 1 } },
        ...{ former: ['efgh'], damaged: [{ path, expected: 'x', found: 'y' }], lastSeen: 1 },
      }),
    ),
    paths: (text) => decodeClient(text).damaged?.map(({ path }) => path) ?? [],
  },
  {
    name: 'format.json',
    plain: true,
    valid: fc.constant(encodeFormat('0'.repeat(32))),
    paths: (text) => (decodeFormat(text), []),
  },
  {
    name: 'indexes of the history',
    plain: true,
    valid: tiny.map((path) =>
      encodeHistory([
        {
          index: 1,
          path,
          key: 'k',
          dots: ['abcd:1'],
          why: 'moved',
          to: 'there',
          by: 'laptop',
          client: 'abcd',
        },
      ]),
    ),
    paths: (text) =>
      decodeHistory(text).flatMap(({ path, to }) => (to === undefined ? [path] : [path, to])),
  },
];

/** Text of a file of this name, and what is nearly so. */
export function anyTextNamed(name: string): fc.Arbitrary<string> {
  const format = formats.find((one) => one.name === name);
  if (format === undefined) throw new Error(`there is no format called ${name}`);
  return anyTextOf(format);
}

function anyTextOf({ valid, plain }: Format): fc.Arbitrary<string> {
  const whole =
    plain === true
      ? mutatedJson(valid.map(parsed)).map((value) => `${jsonOf(value)}\n`)
      : forged(valid);
  const text = fc.oneof(
    hostileBytes.map((bytes) => Buffer.from(bytes).toString()),
    hostileJson.map((v) => `${jsonOf(v)}\n`),
  );
  return fc.oneof(
    { weight: 5, arbitrary: whole },
    { weight: 3, arbitrary: mutated(valid) },
    { weight: 1, arbitrary: text },
  );
}

function parsed(text: string): unknown {
  return JSON.parse(text) as unknown;
}

/** Beyond what is expected: by a little, and by far. */
const BOMBS = [100_001, 30_000_000].map((size) => systemCodec.compress('0'.repeat(size)));

export const formatTargets: readonly Target[] = [
  ...formats.map((format) =>
    target(format.name, anyTextOf(format), {
      check: async (text) => {
        await failing(() => {
          for (const path of format.paths(text)) safePath(path);
        }, FormatError);
      },
    }),
  ),
  target('compressed files', anyCompressed(), {
    check: async (bytes) => {
      const limit = 100_000;
      let text = '';
      await failing(() => {
        text = systemCodec.expand(bytes, limit);
      }, Error);
      must(Buffer.byteLength(text) <= limit, () => 'more text than the limit');
    },
  }),
  target('paths in records', hostilePath, {
    check: (text) => {
      if (pathProblem(text) !== undefined) return;
      const parts = text.split('/');
      const leadsOut = parts.some((part) => ['', '.', '..'].includes(part)) || text.includes('\0');
      must(!leadsOut, () => `a path that leads out: ${JSON.stringify(text)}`);
    },
  }),
];

/** Valid, broken, cut, and far longer inside than outside. */
function anyCompressed(): fc.Arbitrary<Uint8Array> {
  const whole = fc.string({ maxLength: 200 }).map((text) => systemCodec.compress(text));
  const bomb = fc.constantFrom(...BOMBS);
  const broken = fc
    .tuple(fc.oneof(whole, bomb), fc.nat(), fc.integer({ min: 0, max: 255 }), fc.boolean())
    .map(([bytes, at, byte, cut]) => {
      const copy = Uint8Array.from(bytes);
      copy[at % copy.length] = byte;
      return cut ? copy.subarray(0, at % copy.length) : copy;
    });
  return fc.oneof(hostileBytes, broken, { weight: 1, arbitrary: bomb });
}
