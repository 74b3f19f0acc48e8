/** Paths: what may become one, what lies above what, and how long a name is in bytes. */
import { expect } from 'chai';
import fc from 'fast-check';
import {
  byPath,
  byteLength,
  folded,
  isBelow,
  isReserved,
  join,
  nameOf,
  parentOf,
  parentsOf,
  pathProblem,
} from '../../../src/core/model/path.ts';
import { anyName, RUNS, tinyPath } from '../arbitraries.ts';

const anyPath = fc.array(anyName, { minLength: 1, maxLength: 5 });

describe('pathProblem', () => {
  const rows: readonly (readonly [string, string, RegExp | undefined])[] = [
    ['an ordinary name', 'report.docx', undefined],
    ['a name in a directory', 'a/b/c.txt', undefined],
    ['a name with spaces, quotes and a backslash', 'a "b" \\ c', undefined],
    ['dots that are only part of a name', 'a/..b/c..', undefined],
    ['three dots', '...', undefined],
    ['a hidden file', '.profile', undefined],
    ['nothing', '', /empty/],
    ['an absolute path', '/etc/passwd', /empty, "\." or "\.\."/],
    ['a trailing slash', 'a/', /empty, "\." or "\.\."/],
    ['two slashes', 'a//b', /empty, "\." or "\.\."/],
    ['the directory above', '..', /empty, "\." or "\.\."/],
    ['a way out at the start', '../x', /empty, "\." or "\.\."/],
    ['a way out in the middle', 'a/../../x', /empty, "\." or "\.\."/],
    ['the directory itself', 'a/./b', /empty, "\." or "\.\."/],
    ['NUL', 'a\0b', /NUL/],
    ['4,096 characters', `a/${'b'.repeat(4094)}`, undefined],
    ['4,097 characters', `a/${'b'.repeat(4095)}`, /too long/],
    ['200 levels', Array(200).fill('a').join('/'), undefined],
    ['201 levels', Array(201).fill('a').join('/'), /deeply/],
    ['the own directory', '.ownsync', /reserved/],
    ['something in the own directory', '.ownsync/format.json', /reserved/],
    ['a way back into the own directory', '.ownsync/../a', /"\.\."/],
  ];
  for (const [sentence, text, expected] of rows) {
    it(`${sentence} ${expected ? 'is refused' : 'can be a path'}`, () => {
      const problem = pathProblem(text);
      if (expected === undefined) {
        expect(problem).to.equal(undefined);
      } else {
        expect(problem).to.match(expected);
      }
    });
  }

  it('whatever it lets through leads, part by part, to a place below the root', () => {
    const part = fc.constantFrom('', '.', '..', 'a', '...', '.ownsync', 'b\0');
    fc.assert(
      fc.property(fc.array(part, { maxLength: 5 }), (parts) => {
        const text = parts.join('/');
        const isPlain = parts.every((p) => p === 'a' || p === '...' || p === '.ownsync');
        const isFine = parts.length > 0 && isPlain && parts[0] !== '.ownsync';
        expect(pathProblem(text) === undefined).to.equal(isFine);
      }),
      RUNS,
    );
  });
});

describe('isReserved', () => {
  const rows: readonly (readonly [string, boolean])[] = [
    ['.ownsync', true],
    ['.ownsync/clients/a.json', true],
    ['.ownsync-anything', true],
    ['.ownsync-anything/below', true],
    ['a/b/.ownsync-tmp-1', true],
    ['.ownsyncignore', false],
    ['a/.ownsyncignore', false],
    ['a/.ownsync', false],
    ['a/.ownsync-b', false],
    ['a/.ownsync-tmp-1/b', false],
    ['ownsync', false],
    ['.ownsyncs', false],
  ];
  for (const [path, expected] of rows) {
    it(`${path} ${expected ? 'belongs to ownsync' : 'belongs to the user'}`, () => {
      expect(isReserved(path)).to.equal(expected);
    });
  }
});

describe('parts of a path', () => {
  it('a path is its parent and its name', () => {
    fc.assert(
      fc.property(anyPath, (parts) => {
        const path = parts.join('/');
        expect(join(parentOf(path), nameOf(path))).to.equal(path);
        expect(nameOf(path)).to.equal(parts.at(-1));
      }),
      RUNS,
    );
  });

  it('its parents are all directories it lies below, nearest first', () => {
    fc.assert(
      fc.property(anyPath, (parts) => {
        const path = parts.join('/');
        const expected = parts.slice(1).map((_, i) => parts.slice(0, -1 - i).join('/'));
        expect(parentsOf(path)).to.deep.equal(expected);
        expect(parentsOf(path).every((parent) => isBelow(path, parent))).to.equal(true);
      }),
      RUNS,
    );
  });

  it('one path is below another exactly if that is among its parents', () => {
    fc.assert(
      fc.property(tinyPath, tinyPath, (a, b) => {
        expect(isBelow(a, b)).to.equal(parentsOf(a).includes(b));
        expect(isBelow(a, '')).to.equal(true);
      }),
      RUNS,
    );
    expect(isBelow('', '')).to.equal(false);
  });

  it('in sorted order a directory comes before what is in it', () => {
    fc.assert(
      fc.property(fc.array(tinyPath), (paths) => {
        const sorted = [...paths].sort(byPath);
        sorted.forEach((path, i) => {
          expect(sorted.slice(i + 1).some((later) => isBelow(path, later))).to.equal(false);
        });
      }),
      RUNS,
    );
  });
});

describe('byteLength', () => {
  it('is the number of bytes in UTF-8', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(0x10ffff), { maxLength: 6 }), (points) => {
        const text = String.fromCodePoint(...points);
        expect(byteLength(text)).to.equal(Buffer.byteLength(text));
      }),
      RUNS,
    );
  });

  const rows: readonly (readonly [string, string])[] = [
    ['the last of one byte', '\u007f'],
    ['the first of two bytes', '\u0080'],
    ['the last of two bytes', '\u07ff'],
    ['the first of three bytes', '\u0800'],
    ['the last of three bytes', '\uffff'],
    ['the first of four bytes', '\u{10000}'],
    ['half a character', '\ud800'],
  ];
  for (const [sentence, text] of rows) {
    it(`counts ${sentence}`, () => {
      expect(byteLength(text)).to.equal(Buffer.byteLength(text));
    });
  }
});

describe('folded', () => {
  const rows: readonly (readonly [string, string, string, boolean])[] = [
    ['upper and lower case', 'A/B', 'a/b', true],
    ['composed and decomposed', 'caf\u00e9', 'cafe\u0301', true],
    ['both at once', 'CAFE\u0301', 'caf\u00e9', true],
    ['other letters', 'a', 'b', false],
    ['with and without accent', 'cafe', 'caf\u00e9', false],
  ];
  for (const [sentence, a, b, expected] of rows) {
    it(`${sentence} ${expected ? 'share' : 'do not share'} a slot`, () => {
      expect(folded(a) === folded(b)).to.equal(expected);
    });
  }

  it('folding twice changes nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(folded(folded(text))).to.equal(folded(text));
      }),
      RUNS,
    );
  });
});
