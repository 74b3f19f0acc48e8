/** What a record may say: everything else in it is refused, however well its digest fits. */
import { expect } from 'chai';
import { FormatError, sealLines } from '../../../src/core/format/json-lines.ts';
import { decodeMaster } from '../../../src/core/format/master-file.ts';
import { decodeSegment } from '../../../src/core/format/segment.ts';
import { digestFor } from '../arbitraries.ts';
import { digestOf } from './samples.ts';

const CLIENT = 'annaanna';
const EXPECTED = { client: CLIENT, k: 2 };
type Shape = Readonly<Record<string, unknown>>;

const head: Shape = {
  ownsync: 'segment',
  format: 1,
  client: CLIENT,
  name: 'laptop',
  k: 2,
  from: 3,
  to: 3,
  previous: '',
  seen: {},
};
const file: Shape = { f: digestFor('a'), size: 1, mtime: 1 };
const change: Shape = { p: 'a', dot: `${CLIENT}:3`, r: [], e: file };
const masterHead: Shape = { ownsync: 'master', format: 1, client: CLIENT, seen: {}, segments: {} };
const versions: Shape = { p: 'a', v: [{ dot: `${CLIENT}:3`, by: 'laptop', e: file }] };

const segmentOf = (patch: { head?: Shape; change?: Shape }) => () =>
  decodeSegment(
    sealLines(
      [
        { ...head, ...patch.head },
        { ...change, ...patch.change },
      ],
      digestOf,
    ),
    EXPECTED,
    digestOf,
  );
const masterOf = (patch: { head?: Shape; path?: Shape }) => () =>
  decodeMaster(
    sealLines(
      [
        { ...masterHead, ...patch.head },
        { ...versions, ...patch.path },
      ],
      digestOf,
    ),
    digestOf,
  );

function refused(decode: () => unknown): void {
  expect(decode).to.throw(FormatError);
}

describe('a record from the store', () => {
  it('is read when nothing is wrong with it', () => {
    expect(segmentOf({})().changes).to.have.length(1);
    expect(masterOf({})().versions.size).to.equal(1);
  });

  const names: readonly string[] = [
    '',
    '/',
    '/etc/passwd',
    '../x',
    'a/../../x',
    'a/..',
    './a',
    'a//b',
    'a/',
    'a\0b',
    '.ownsync',
    '.ownsync/clients/x.json',
    '.ownsync/..',
    '.ownsync-staging/x',
    'a/.ownsync-tmp-1',
    'x'.repeat(5000),
    'a/'.repeat(201) + 'a',
  ];
  for (const name of names) {
    it(`may not be about ${JSON.stringify(name.slice(0, 40))}`, () => {
      refused(segmentOf({ change: { p: name } }));
      refused(segmentOf({ change: { from: { p: name, r: [] } } }));
      refused(masterOf({ path: { p: name } }));
    });
  }

  const entries: readonly (readonly [string, unknown])[] = [
    ['a digest that is cut', { ...file, f: digestFor('a').slice(1) }],
    ['a digest in capitals', { ...file, f: digestFor('A') }],
    ['a digest with a way out', { ...file, f: `../${digestFor('a').slice(3)}` }],
    ['a digest that is longer', { ...file, f: `${digestFor('a')}a` }],
    ['a digest with a line end', { ...file, f: `${digestFor('a')}\n` }],
    ['a negative size', { ...file, size: -1 }],
    ['a size that is no whole number', { ...file, size: 1.5 }],
    ['a size beyond exact numbers', { ...file, size: 2 ** 53 }],
    ['a size as text', { ...file, size: '1' }],
    ['no size', { f: digestFor('a'), mtime: 1 }],
    ['a time that is no whole number', { ...file, mtime: 0.5 }],
    ['a time far beyond all calendars', { ...file, mtime: 1e15 }],
    ['a time that is null', { ...file, mtime: null }],
    ['a stored time that is no whole number', { ...file, stored: 0.5 }],
    ['an executable bit other than 1', { ...file, x: 0 }],
    ['a field that nobody knows', { ...file, y: 1 }],
    ['a file that is a directory too', { ...file, d: 1 }],
    ['a directory of another form', { d: 2 }],
    ['a link to nothing', { l: '', mtime: 1 }],
    ['a link to very much', { l: 'x'.repeat(4097), mtime: 1 }],
    ['an empty object', {}],
    ['a list', []],
    ['text', 'file'],
  ];
  for (const [sentence, entry] of entries) {
    it(`may not hold ${sentence}`, () => {
      refused(segmentOf({ change: { e: entry } }));
      refused(masterOf({ path: { v: [{ dot: `${CLIENT}:3`, by: 'laptop', e: entry }] } }));
    });
  }

  const dots: readonly unknown[] = [
    '',
    'x',
    `${CLIENT}:0`,
    `${CLIENT}:-1`,
    `${CLIENT}:01`,
    `${CLIENT}:1.5`,
    `${CLIENT}:1e3`,
    `${CLIENT}:1234567890123456`,
    `${CLIENT}:`,
    ':1',
    'a/b/c/d:1',
    'ANNA:1',
    'constructor:1',
    7,
    null,
  ];
  for (const dot of dots) {
    it(`may not name a change ${JSON.stringify(dot)}`, () => {
      refused(segmentOf({ change: { r: [dot] } }));
      refused(segmentOf({ change: { from: { p: 'b', r: [dot] } } }));
      refused(masterOf({ path: { v: [{ dot, by: 'laptop', e: file }] } }));
    });
  }

  const seens: readonly (readonly [string, unknown])[] = [
    ['a negative number', { annaanna: -1 }],
    ['no whole number', { annaanna: 0.5 }],
    ['a number beyond exact ones', { annaanna: 2 ** 53 }],
    ['text', { annaanna: '1' }],
    ['a client that cannot be one', { '../x': 1 }],
    ['a client named like a part of every object', { constructor: 1 }],
    ['a list', []],
    ['nothing', null],
  ];
  for (const [sentence, seen] of seens) {
    it(`may not have seen ${sentence}`, () => {
      refused(segmentOf({ head: { seen } }));
      refused(masterOf({ head: { seen } }));
      refused(masterOf({ head: { segments: seen } }));
    });
  }

  it('may not change what every object has', () => {
    const text = sealLines([head, change], digestOf).split('\n');
    const evil = text[0]?.replace('"seen":{}', '"seen":{"__proto__":{"annaanna":9}}') ?? '';
    const body = `${evil}\n${text[1] ?? ''}\n`;
    const end = JSON.stringify({
      end: true,
      lines: 2,
      bytes: Buffer.byteLength(body),
      digest: digestOf(body),
    });
    try {
      decodeSegment(`${body}${end}\n`, EXPECTED, digestOf);
    } catch (error) {
      expect(error).to.be.instanceOf(FormatError);
    }
    expect(({} as Record<string, unknown>)['annaanna']).to.equal(undefined);
  });
});

describe('a segment', () => {
  const rows: readonly (readonly [string, { head?: Shape; change?: Shape }])[] = [
    [
      'of another client than its name says',
      { head: { client: 'bertbert' }, change: { dot: 'bertbert:3' } },
    ],
    ['with another number than its name says', { head: { k: 3 } }],
    ['of another format', { head: { format: 2 } }],
    ['that is something else', { head: { ownsync: 'master' } }],
    ['with a field that nobody knows', { head: { more: 1 } }],
    ['that begins at 0', { head: { from: 0, to: 0 }, change: { dot: `${CLIENT}:0` } }],
    ['with numbers beyond exact ones', { head: { from: 2 ** 53, to: 2 ** 53 } }],
    ['whose last number is too high', { head: { to: 4 } }],
    ['whose last number is too low', { head: { to: 2 } }],
    ['with a very long name of its client', { head: { name: 'x'.repeat(201) } }],
    ['with a change of another client', { change: { dot: 'bertbert:3' } }],
    ['with a change of another number', { change: { dot: `${CLIENT}:4` } }],
    ['with a change without path', { change: { p: undefined } }],
    ['with a change without entry', { change: { e: undefined } }],
    ['with a change that replaces no list', { change: { r: {} } }],
    [
      'with a change that replaces 100,001 versions',
      { change: { r: Array(100_001).fill('bertbert:1') } },
    ],
  ];
  for (const [sentence, patch] of rows) {
    it(`${sentence} is refused`, () => {
      refused(segmentOf(patch));
    });
  }

  it('without any change is refused', () => {
    const text = sealLines([{ ...head, to: 2 }], digestOf);
    refused(() => decodeSegment(text, EXPECTED, digestOf));
  });
});

describe('a master', () => {
  const rows: readonly (readonly [string, { head?: Shape; path?: Shape }])[] = [
    ['of another format', { head: { format: 2 } }],
    ['that is something else', { head: { ownsync: 'segment' } }],
    ['of a client that cannot be one', { head: { client: '../x' } }],
    ['with a path without versions', { path: { v: [] } }],
    ['with a field that nobody knows', { path: { w: 1 } }],
    [
      'with a very long name of a client',
      { path: { v: [{ dot: `${CLIENT}:3`, by: 'x'.repeat(201), e: file }] } },
    ],
  ];
  for (const [sentence, patch] of rows) {
    it(`${sentence} is refused`, () => {
      refused(masterOf(patch));
    });
  }

  it('that names one path twice is refused', () => {
    const text = sealLines([masterHead, versions, versions], digestOf);
    refused(() => decodeMaster(text, digestOf));
  });
});
