/**
 * Directory listings as real servers sent them, and what must make a listing incomplete.
 */
import { expect } from 'chai';
import fc from 'fast-check';
import { latin1, utf8 } from '../../../plugins/ftp/charset.ts';
import {
  factsOf,
  isComplete,
  parseList,
  parseMlsd,
  type ParsedListing,
} from '../../../plugins/ftp/listing.ts';

function bytes(lines: readonly string[]): Uint8Array {
  return new TextEncoder().encode(lines.map((line) => `${line}\r\n`).join(''));
}

function told({ entries }: ParsedListing): string[] {
  return entries.map(
    ({ name, kind, stamp }) => `${kind} ${JSON.stringify(name)} ${JSON.stringify(stamp)}`,
  );
}

const time = { modified: Date.UTC(2026, 10, 22, 12, 40, 14), precision: 1000 };

describe('ftp: MLSD', () => {
  it('of proftpd', () => {
    const listing = parseMlsd(
      bytes([
        'modify=20261122124014;perm=flcdmpe;type=cdir;unique=FE00U21C984;UNIX.mode=0755; .',
        'modify=20261122124014;perm=adfrw;size=5;type=file;unique=FE00U21C985;UNIX.mode=0644; f',
        'modify=20261122124014;perm=flcdmpe;type=dir;unique=FE00U21CA18;UNIX.mode=0755;  e;x=y',
        'modify=20261122124014;size=1;type=OS.unix=symlink;unique=FE00U21CA16;UNIX.mode=0777; ld',
        'modify=20261122124014;perm=flcdmpe;type=pdir;unique=FE00U21C863;UNIX.mode=0755; ..',
      ]),
    );
    expect(told(listing)).to.deep.equal([
      `file "f" ${JSON.stringify({ size: 5, ...time, id: 'FE00U21C985' })}`,
      `directory " e;x=y" ${JSON.stringify({ ...time, id: 'FE00U21CA18' })}`,
      `link "ld" ${JSON.stringify({ ...time, id: 'FE00U21CA16' })}`,
    ]);
    expect(listing).to.include({ unread: 0, lines: 5, showsDots: true });
    expect(isComplete(listing, 'Transfer complete')).to.equal(true);
  });

  it('of pure-ftpd, whose count must be that of the lines', () => {
    const listing = parseMlsd(
      bytes([
        'type=cdir;sizd=4096;modify=20261122124014;UNIX.mode=0755;UNIX.uid=1;unique=fe00g21c872; .',
        'type=OS.unix=slink:;size=1;modify=20261122124014;UNIX.mode=0777;unique=fe00g21ca29; lf',
        'type=file;size=5;modify=20261122124014;UNIX.mode=0644;UNIX.gid=1;unique=fe00g21ca21; f',
      ]),
    );
    expect(told(listing)).to.deep.equal([
      `link "lf" ${JSON.stringify({ ...time, id: 'fe00g21ca29' })}`,
      `file "f" ${JSON.stringify({ size: 5, ...time, id: 'fe00g21ca21' })}`,
    ]);
    expect(isComplete(listing, '3 matches total')).to.equal(true);
    expect(isComplete(listing, '4 matches total')).to.equal(false);
    expect(isComplete(listing, 'Output truncated to 10000 matches')).to.equal(false);
  });

  it('counts what it cannot read', () => {
    const good = 'type=file;size=5; f';
    const bad = [
      'garbage',
      'type=file;size=5;',
      'size=5; untyped',
      'type=file; a/b',
      'type=file; ',
      'nofact; x',
    ];
    for (const line of bad) {
      const listing = parseMlsd(bytes([good, line]));
      expect(listing.unread, line).to.equal(1);
      expect(isComplete(listing, 'Transfer complete'), line).to.equal(false);
    }
    const latin = Uint8Array.from([
      ...bytes(['type=file; f']),
      ...Buffer.from('type=file; \xe4\r\n', 'latin1'),
    ]);
    expect(parseMlsd(latin).unread, 'not UTF-8').to.equal(1);
    expect(parseMlsd(bytes([good]).subarray(0, -1)).unread, 'a line without an end').to.equal(1);
  });

  it('never loses an entry without counting it', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' })), (names) => {
        const lines = [...new Set(names)].map((name) => `type=file; ${name.replaceAll('\n', '')}`);
        const distinct = [...new Set(lines)];
        const { entries, unread, lines: count } = parseMlsd(bytes(distinct));
        const dots = distinct.filter((line) => /; \.{1,2}\r?$/.test(line)).length;
        expect(count).to.equal(distinct.length);
        expect(entries.length + unread + dots).to.be.at.least(distinct.length);
      }),
    );
  });

  it('facts are names and values, in any case', () => {
    expect([...(factsOf('Type=file;Size=5; a b')?.facts ?? [])]).to.deep.equal([
      ['type', 'file'],
      ['size', '5'],
    ]);
    expect(factsOf('Type=file;Size=5; a b')?.name).to.equal('a b');
    expect(factsOf('no facts here')).to.equal(undefined);
  });
});

describe('ftp: LIST', () => {
  const unix: readonly (readonly [string, string])[] = [
    ['-rw-r--r--    1 ftp      ftp             5 Nov 22 12:40 f', 'file "f" {"size":5}'],
    ['-rw-r--r--    1 ftp      ftp             4 Nov 22 12:40  lead', 'file " lead" {"size":4}'],
    ['-rw-r--r--    1 ftp      ftp             4 Nov 22 12:40 trail ', 'file "trail " {"size":4}'],
    [
      '-rw-r--r--    1 0        0     12345678901 Jan 01  2020 big',
      'file "big" {"size":12345678901}',
    ],
    ['drwxr-xr-x   2 alice    1            4096 Jan  1  2020 d', 'directory "d" {}'],
    ['drwxrwsr-t+  2 some one   domain users 4096 Jan  1  2020 d e', 'directory "d e" {}'],
    ['lrwxrwxrwx    1 ftp      ftp             1 Nov 22 12:40 ld -> d', 'link "ld" {}'],
    ['prw-r--r--    1 ftp      ftp             0 Nov 22 12:40 fifo', 'other "fifo" {}'],
    [
      '-rw-r--r-- 1 a b 7 Nov 22 12:40 -rw-r--r-- 1 a b 3 Jan 1 2020 file',
      'file "-rw-r--r-- 1 a b 3 Jan 1 2020 file" {"size":7}',
    ],
    [
      '12-14-23  12:22PM              1037794 large file.txt',
      'file "large file.txt" {"size":1037794}',
    ],
    ['04-08-2014  02:09PM       <DIR>          public', 'directory "public" {}'],
    ['04-08-14  02:09PM       <DIR>           lead', 'directory " lead" {}'],
    ['12-14-23  12:22PM                    3  lead', 'file " lead" {"size":3}'],
    ['12-14-23  12:22PM       <JUNCTION>     elsewhere', 'link "elsewhere" {}'],
    ['2023-12-14  00:05                    3 24 hours', 'file "24 hours" {"size":3}'],
    ['-rw-r--r--   1 alice           5 Feb 29 23:59 no group', 'file "no group" {"size":5}'],
    ['-rw-r--r--   1 5 Dec 31 23:59 neither', 'file "neither" {"size":5}'],
    ['-rw-r--r--   1 a b      5 31 Dec 23:59 day first', 'file "day first" {"size":5}'],
    ['-rw-r--r--   1 a b      5 2026-01-01 00:00 iso', 'file "iso" {"size":5}'],
    ['drwxr-xr-x   2 a b   4096 Jan  1 00:00 2026-01-01', 'directory "2026-01-01" {}'],
    ['-rw-r--r-- 1 12 34 56 Jan 2 03:04 7 Jan 1 2020 8', 'file "7 Jan 1 2020 8" {"size":56}'],
  ];

  for (const [line, wanted] of unix) {
    it(line, () => {
      const listing = parseList(bytes([line]));
      expect(listing.unread).to.equal(0);
      expect(told(listing)).to.deep.equal([wanted]);
    });
  }

  it('tells no time: it has no zone, and around New Year no year', () => {
    for (const date of ['Nov 22 12:40', 'Dec 31 23:59', 'Jan  1 00:00', 'Jan  1  2020']) {
      const [entry] = parseList(bytes([`-rw-r--r-- 1 ftp ftp 5 ${date} f`])).entries;
      expect(entry?.stamp, date).to.deep.equal({ size: 5 });
    }
  });

  it('in one byte a letter, each of the 256 comes back as itself', () => {
    const all = Array.from({ length: 256 }, (_, byte) => byte);
    const name = Uint8Array.from(all.filter((byte) => ![0, 10, 13, 47].includes(byte)));
    const line = Buffer.concat([Buffer.from('-rw-r--r-- 1 a b 5 Nov 22 12:40 '), name]);
    const listed = Buffer.concat([line, Buffer.from('\r\n')]);
    const [entry] = parseList(listed, latin1).entries;
    expect(Buffer.from(latin1.toWire(entry?.name ?? ''), 'latin1').equals(name)).to.equal(true);
    expect(entry?.name).to.contain('Ä').and.contain('€').and.contain('ÿ');
    expect(parseList(listed)).to.include({ unread: 1, foreign: 1 });
  });

  it('an encoding says what it cannot carry', () => {
    for (const text of ['Äpfel süß', '5 € “quoted”']) expect(latin1.carries(text)).to.equal(true);
    for (const text of ['Ελληνικά', 'cafe\u0301', '\u{1F600}']) {
      expect(latin1.carries(text), text).to.equal(false);
      expect(utf8.carries(text), text).to.equal(true);
    }
    expect(utf8.carries('half \uD83D of a pair')).to.equal(false);
  });

  it('counts what it cannot read, in one listing with what it can', () => {
    const lines = [
      'total 4',
      'drwxr-xr-x 2 a b 4096 Nov 22 12:40 .',
      '-rw-r--r-- 1 a b 5 Nov 22 12:40 f',
      'odd',
    ];
    const listing = parseList(bytes(lines));
    expect(listing).to.include({ unread: 1, lines: 3, showsDots: true });
    expect(isComplete(listing, 'Directory send OK.')).to.equal(false);
  });

  it('knows whether hidden names are shown', () => {
    expect(parseList(bytes(['12-14-23  12:22PM  3 f'])).showsDots, 'DOS').to.equal(true);
    expect(parseList(bytes(['-rw-r--r-- 1 a b 5 Nov 22 12:40 f'])).showsDots).to.equal(false);
    expect(parseList(bytes(['-rw-r--r-- 1 a b 5 Nov 22 12:40 .f'])).showsDots).to.equal(true);
  });

  it('as long as a round limit is not whole', () => {
    const of = (count: number): ParsedListing =>
      parseList(
        bytes(
          Array.from(
            { length: count },
            (_, at) => `-rw-r--r-- 1 a b 5 Nov 22 12:40 f${String(at)}`,
          ),
        ),
      );
    expect(isComplete(of(10_000), 'Directory send OK.')).to.equal(false);
    expect(isComplete(of(9998), 'Directory send OK.')).to.equal(false);
    expect(isComplete(of(9999), 'Directory send OK.')).to.equal(true);
  });
});
