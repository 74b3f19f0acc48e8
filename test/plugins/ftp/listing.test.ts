/**
 * Directory listings as real servers sent them, and what must make a listing incomplete.
 */
import { expect } from 'chai';
import fc from 'fast-check';
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
  ];

  for (const [line, wanted] of unix) {
    it(line, () => {
      const listing = parseList(bytes([line]));
      expect(listing.unread).to.equal(0);
      expect(told(listing)).to.deep.equal([wanted]);
    });
  }

  it('tells no time: it would have no zone', () => {
    const [entry] = parseList(bytes(['-rw-r--r-- 1 ftp ftp 5 Nov 22 12:40 f'])).entries;
    expect(entry?.stamp.modified).to.equal(undefined);
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
