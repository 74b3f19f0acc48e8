/** The history's own files: an index that people read too, and retired records. */
import { expect } from 'chai';
import fc from 'fast-check';
import type { HistoryLine } from '../../../src/core/format/history.ts';
import {
  decodeHistory,
  decodeRecords,
  encodeHistory,
  encodeRecords,
  timeText,
} from '../../../src/core/format/history.ts';
import { FormatError } from '../../../src/core/format/json-lines.ts';
import type { PastChange } from '../../../src/core/model/past.ts';
import { SLOW_RUNS } from '../arbitraries.ts';
import { anySegment, digestOf } from './samples.ts';

const line: HistoryLine = {
  index: 1,
  path: 'a\nb',
  key: digestOf('x'),
  dots: ['annaanna:1'],
  size: 3,
  mtime: 1_700_000_000,
  made: 'phone',
  why: 'replaced',
  at: '2026-05-03T14:03:22Z',
  by: 'laptop',
  client: 'annaanna',
};

describe('a history index', () => {
  it('is one line of JSON for each file, and read back as it was written', () => {
    const lines: HistoryLine[] = [line, { ...line, index: 2, why: 'moved', to: 'c' }];
    const text = encodeHistory(lines);
    expect(text.split('\n')).to.have.length(3);
    expect(decodeHistory(text)).to.deep.equal(lines);
  });

  it('cut anywhere it still tells the lines that are whole', () => {
    const text = encodeHistory([line, { ...line, index: 2 }]);
    const first = text.indexOf('\n');
    expect(decodeHistory(text.slice(0, first - 1))).to.deep.equal([]);
    for (let end = first; end < text.length - 1; end += 7) {
      expect(decodeHistory(text.slice(0, end))).to.deep.equal([line]);
    }
  });

  const strange: readonly (readonly [string, object])[] = [
    ['a path with a way out', { path: '../x' }],
    ['a path in the own directory', { path: '.ownsync/format.json' }],
    ['an index that is a name with a way out', { index: '../1' }],
    ['an index that is negative', { index: -1 }],
    ['a deed that nobody knows', { why: 'format-disk' }],
    ['a client that cannot be one', { client: '../x' }],
  ];
  for (const [sentence, patch] of strange) {
    it(`a line with ${sentence} is passed over`, () => {
      const text = `${JSON.stringify({ ...line, ...patch })}\n${encodeHistory([line])}`;
      expect(decodeHistory(text)).to.deep.equal([line]);
    });
  }

  it('a field of a newer program is no trouble', () => {
    expect(decodeHistory(`${JSON.stringify({ ...line, more: 1 })}\n`)).to.deep.equal([line]);
  });
});

describe('a time in an index', () => {
  for (const [at, text] of [
    [0, '1970-01-01T00:00:00Z'],
    [1_777_816_999_999, '2026-05-03T14:03:19Z'],
    [-1, '1969-12-31T23:59:59Z'],
    [8.64e15, '9999-09-13T00:00:00Z'],
  ] as const) {
    it(`${String(at)} is ${text}`, () => {
      expect(timeText(at)).to.equal(text);
    });
  }

  it('is what a date says', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 253_402_300_799 }), (seconds) => {
        const expected = new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
        expect(timeText(seconds * 1000 + 999)).to.equal(expected);
      }),
      SLOW_RUNS,
    );
  });
});

describe('retired records', () => {
  const past = anySegment.map(({ client, k, changes }) => ({
    client,
    changes: changes.map((change, i): PastChange => ({ ...change, k, at: 1000 * i })),
  }));

  it('are read back as they were written', () => {
    fc.assert(
      fc.property(past, ({ client, changes }) => {
        const text = encodeRecords(client, changes, digestOf);
        expect(decodeRecords(text, digestOf)).to.deep.equal(changes);
      }),
      SLOW_RUNS,
    );
  });

  it('cut or altered they count as not there', () => {
    const [{ client, changes }] = fc.sample(past, { numRuns: 1, seed: 1 }) as [
      { client: string; changes: PastChange[] },
    ];
    const text = encodeRecords(client, changes, digestOf);
    for (let end = 0; end < text.length; end += 11) {
      expect(() => decodeRecords(text.slice(0, end), digestOf)).to.throw(FormatError);
    }
    expect(() => decodeRecords(text.replace('"k":', '"K":'), digestOf)).to.throw(FormatError);
  });
});
