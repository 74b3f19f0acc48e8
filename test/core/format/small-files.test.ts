/** The small files: read back as written; torn or strange ones are refused. */
import { expect } from 'chai';
import fc from 'fast-check';
import type { Holder } from '../../../src/core/format/small-files.ts';
import {
  decodeClient,
  decodeFormat,
  decodeHolder,
  encodeClient,
  encodeFormat,
  encodeHolder,
  FormatError,
} from '../../../src/core/format/small-files.ts';
import { anyClient, anySeen, SLOW_RUNS } from '../arbitraries.ts';

const FOLDER = '0123456789abcdef'.repeat(2);

const client = {
  client: 'annaanna',
  name: 'laptop',
  program: '0.1.0',
  seen: { annaanna: 3 },
  held: {},
  lastSeen: 1_700_000_000_000,
};

const holder: Holder = {
  tx: 'annaanna-3-0123456789ab',
  client: 'annaanna',
  name: 'laptop',
  items: [
    { action: 'put', path: 'a', index: 1, entry: { key: 'k', size: 1 } },
    {
      action: 'move',
      path: 'b',
      from: 'c',
      index: 2,
      expected: { key: 'k', dots: ['annaanna:1'] },
    },
  ],
};

describe('format.json', () => {
  it('tells the folder, and that it can be used', () => {
    expect(decodeFormat(encodeFormat(FOLDER))).to.deep.equal({ folder: FOLDER, usable: true });
  });

  const written = JSON.parse(encodeFormat(FOLDER)) as Record<string, unknown>;
  const with_ = (patch: Record<string, unknown>) => JSON.stringify({ ...written, ...patch });

  const usable: readonly (readonly [string, Record<string, unknown>, boolean])[] = [
    ['a newer format that this program may read and write', { format: 2 }, true],
    ['a newer one that it may not read', { format: 2, leastReader: 2 }, false],
    ['a newer one that it may not write', { format: 2, leastWriter: 2 }, false],
    ['fields of a newer one', { more: 1 }, true],
  ];
  for (const [sentence, patch, expected] of usable) {
    it(`${sentence} is ${expected ? '' : 'not '}usable`, () => {
      expect(decodeFormat(with_(patch)).usable).to.equal(expected);
    });
  }

  const refused: readonly (readonly [string, string])[] = [
    ['nothing', ''],
    ['half of it', encodeFormat(FOLDER).slice(0, 40)],
    ['another file', encodeClient(client)],
    ['an id with a way out', with_({ folder: `../${FOLDER.slice(3)}` })],
    ['an id that is too short', with_({ folder: FOLDER.slice(1) })],
    ['a version as text', with_({ leastReader: '1' })],
  ];
  for (const [sentence, text] of refused) {
    it(`${sentence} is refused`, () => {
      expect(() => decodeFormat(text)).to.throw(FormatError);
    });
  }
});

describe('a client file', () => {
  it('is read back as it was written', () => {
    const any = fc.record({
      client: anyClient,
      name: fc.string({ maxLength: 20, unit: 'grapheme' }),
      program: fc.string({ maxLength: 20 }),
      seen: anySeen,
      held: anySeen,
      lastSeen: fc.maxSafeNat(),
    });
    fc.assert(
      fc.property(any, (made) => {
        expect(decodeClient(encodeClient(made))).to.deep.equal(made);
      }),
      SLOW_RUNS,
    );
  });

  it('cut anywhere it is refused, except for its line end', () => {
    const text = encodeClient(client);
    for (let length = 0; length < text.length - 1; length++) {
      expect(() => decodeClient(text.slice(0, length))).to.throw(FormatError);
    }
  });
});

describe('holder.json', () => {
  it('is read back as it was written', () => {
    expect(decodeHolder(encodeHolder(holder))).to.deep.equal(holder);
  });

  it('cut anywhere it is refused, except for its line end', () => {
    const text = encodeHolder(holder);
    for (let length = 0; length < text.length - 1; length++) {
      expect(() => decodeHolder(text.slice(0, length))).to.throw(FormatError);
    }
  });

  const patched = (patch: Record<string, unknown>) =>
    JSON.stringify({ ...(JSON.parse(encodeHolder(holder)) as object), ...patch });
  const item = (patch: Record<string, unknown>) =>
    patched({ items: [{ ...holder.items[1], ...patch }] });

  const refused: readonly (readonly [string, string])[] = [
    ['a transaction with a way out', patched({ tx: '../../aaaaaaaa' })],
    ['a client that cannot be one', patched({ client: '../x' })],
    ['a deed that nobody knows', item({ action: 'format-disk' })],
    ['a path with a way out', item({ path: '../x' })],
    ['a path in the own directory', item({ path: '.ownsync/format.json' })],
    ['a source with a way out', item({ from: 'a/../../x' })],
    ['an absolute path', item({ path: '/x' })],
    ['a negative index', item({ index: -1 })],
  ];
  for (const [sentence, text] of refused) {
    it(`${sentence} is refused`, () => {
      expect(() => decodeHolder(text)).to.throw(FormatError);
    });
  }
});
