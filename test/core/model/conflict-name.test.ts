/** Names of conflict copies: every client invents the same, never one inside another, always short enough. */
import { expect } from 'chai';
import fc from 'fast-check';
import {
  conflictName,
  dayOf,
  flattened,
  isConflictName,
} from '../../../src/core/model/conflict-name.ts';
import type { Entry } from '../../../src/core/model/entry.ts';
import { byteLength, join, nameOf, parentOf, pathProblem } from '../../../src/core/model/path.ts';
import { anyEntry, anyName, fileOf, RUNS } from '../arbitraries.ts';

const DAY = 20_000 * 86_400; // 2024-10-04
const entry: Entry = fileOf('a', DAY);

describe('conflictName', () => {
  const rows: readonly (readonly [string, string, string, string])[] = [
    [
      'before the extension',
      'report.docx',
      'laptop',
      'report (conflict from laptop 2024-10-04 aaaaaa).docx',
    ],
    [
      'in its directory',
      'a/b/report.docx',
      'laptop',
      'a/b/report (conflict from laptop 2024-10-04 aaaaaa).docx',
    ],
    [
      'at the end of a name without extension',
      'Makefile',
      'laptop',
      'Makefile (conflict from laptop 2024-10-04 aaaaaa)',
    ],
    [
      'at the end of a hidden file',
      '.profile',
      'laptop',
      '.profile (conflict from laptop 2024-10-04 aaaaaa)',
    ],
    [
      'before the last of two extensions',
      'a.tar.gz',
      'laptop',
      'a.tar (conflict from laptop 2024-10-04 aaaaaa).gz',
    ],
    [
      'at the end where the last dot begins a sentence',
      'Hi. This is a long sentence',
      'laptop',
      'Hi. This is a long sentence (conflict from laptop 2024-10-04 aaaaaa)',
    ],
    [
      'with brackets of the client replaced',
      'a.txt',
      'Ann (work)/2',
      'a (conflict from Ann -work--2 2024-10-04 aaaaaa).txt',
    ],
    [
      'with letters of any language',
      'a.txt',
      'Büro 1',
      'a (conflict from Büro 1 2024-10-04 aaaaaa).txt',
    ],
    [
      'with a word for a client without name',
      'a.txt',
      '  ',
      'a (conflict from unknown 2024-10-04 aaaaaa).txt',
    ],
    [
      'instead of an earlier mark',
      'a (conflict from old 2020-01-01 bbbbbb).txt',
      'laptop',
      'a (conflict from laptop 2024-10-04 aaaaaa).txt',
    ],
    [
      'beside brackets of the user',
      'a (1).txt',
      'laptop',
      'a (1) (conflict from laptop 2024-10-04 aaaaaa).txt',
    ],
  ];
  for (const [sentence, path, by, expected] of rows) {
    it(`stands ${sentence}`, () => {
      expect(conflictName(path, { by, entry })).to.equal(expected);
    });
  }

  const anyPath = fc.array(anyName, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
  const long = fc.tuple(anyName, fc.integer({ min: 1, max: 300 })).map(([n, k]) => n.repeat(k));
  const loser = fc.record({ by: fc.string({ maxLength: 60, unit: 'grapheme' }), entry: anyEntry });
  const isWhole = (text: string) => Buffer.from(text).toString() === text;

  it('is a conflict name in the same directory, and can be a path', () => {
    fc.assert(
      fc.property(anyPath, loser, (path, l) => {
        const name = conflictName(path, l);
        expect(isConflictName(name)).to.equal(true);
        expect(parentOf(name)).to.equal(parentOf(path));
        expect(pathProblem(join('x', nameOf(name)))).to.equal(undefined);
      }),
      RUNS,
    );
  });

  it('the copy of a copy carries one mark only', () => {
    fc.assert(
      fc.property(anyPath, loser, loser, (path, first, second) => {
        const again = conflictName(conflictName(path, first), second);
        expect(again.split(' (conflict from ').length - 1).to.equal(1);
      }),
      RUNS,
    );
  });

  it('fits the limit of bytes and splits no character', () => {
    fc.assert(
      fc.property(long, loser, fc.integer({ min: 143, max: 255 }), (name, l, nameBytes) => {
        const made = nameOf(conflictName(name, l, nameBytes));
        expect(byteLength(made)).to.be.at.most(nameBytes);
        expect(isWhole(made)).to.equal(true);
      }),
      RUNS,
    );
  });

  it('tells the versions of one path apart by their content', () => {
    const tell = (other: Entry) => conflictName('a', { by: 'x', entry: other });
    const link = (target: string): Entry => ({ kind: 'link', target, mtime: DAY });
    expect(tell(fileOf('a', DAY))).not.to.equal(tell(fileOf('b', DAY)));
    expect(tell(link('a'))).not.to.equal(tell(link('b')));
  });

  it('an ordinary name is none', () => {
    expect(isConflictName('a (conflict from me).txt')).to.equal(false);
    expect(isConflictName('b (conflict from x 2024-10-04 aaaaaa)/a.txt')).to.equal(false);
  });
});

describe('flattened', () => {
  it('goes beside the directory, with its name in front', () => {
    expect(flattened('a/b/c.txt')).to.equal('a/b_c.txt');
    expect(flattened('b/c.txt')).to.equal('b_c.txt');
  });
});

describe('dayOf', () => {
  const FIRST = -62_167_219_200; // 0000-01-01
  const LAST = 253_402_300_799; // 9999-12-31

  it('is the UTC day of a calendar, for all years of four digits', () => {
    fc.assert(
      fc.property(fc.integer({ min: FIRST, max: LAST }), (seconds) => {
        const day = new Date(seconds * 1000).toISOString();
        expect(dayOf(seconds)).to.equal(day.slice(0, 10));
      }),
      RUNS,
    );
  });

  const rows: readonly (readonly [string, number, string])[] = [
    ['the first second of 1970', 0, '1970-01-01'],
    ['the last second before it', -1, '1969-12-31'],
    ['a leap day', Date.UTC(2024, 1, 29) / 1000, '2024-02-29'],
    ['a leap day of a century', Date.UTC(2000, 1, 29) / 1000, '2000-02-29'],
    ['the day after February of a century without one', Date.UTC(1900, 2, 1) / 1000, '1900-03-01'],
  ];
  for (const [sentence, seconds, expected] of rows) {
    it(`knows ${sentence}`, () => expect(dayOf(seconds)).to.equal(expected));
  }

  it('keeps four digits of a year, whatever a record claims', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e14, max: 1e14 }), (seconds) => {
        expect(dayOf(seconds)).to.match(/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/);
      }),
      RUNS,
    );
    expect(dayOf(1e14)).to.match(/^9999-/);
    expect(dayOf(-1e14)).to.match(/^0000-/);
  });
});
