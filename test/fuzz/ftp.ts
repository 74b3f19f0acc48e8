/** What an FTP server says: replies however they are cut, and listings of any kind. Nothing here may throw but what says so. */
import fc from 'fast-check';
import { factsOf, parseList, parseMlsd } from '../../plugins/ftp/listing.ts';
import type { ParsedListing } from '../../plugins/ftp/listing.ts';
import {
  epsvPort,
  featuresOf,
  isConnectionLimit,
  isOverwriteRefusal,
  isUnsupported,
  kindOf,
} from '../../plugins/ftp/replies.ts';
import { pasvPort, quotedPath, ReplyReader, sizeOf, timeOf } from '../../plugins/ftp/replies.ts';
import type { Reply } from '../../plugins/ftp/replies.ts';
import { hostileBytes, mutated, NASTY } from './hostile.ts';
import { mustBeName } from './store-acts.ts';
import { failing, must, target } from './target.ts';
import type { Target } from './target.ts';

const replies = fc.constantFrom(
  ...[
    '220 Welcome\r\n',
    '230-Hello\r\n there\r\n230 In\r\n',
    '229 Entering Extended Passive Mode (|||50000|)\r\n',
  ],
  ...[
    '229 Extended Passive Mode (|||99999|)\r\n',
    '227 Entering Passive Mode (127,0,0,1,200,10)\r\n',
    '227 Entering Passive Mode (127,0,0,1,999,0)\r\n',
    '257 "/a ""b"" c" is current\r\n',
    '213 1234\r\n',
  ],
  ...[
    '213 20260503140322.123\r\n',
    '211-Features:\r\n MDTM\r\n REST STREAM\r\n MLST type*;size*;\r\n211 End\r\n',
  ],
  ...[
    '250-Listing\r\n type=file;size=1;modify=20260503140322;unique=1; /a b\r\n250 End\r\n',
    '550 /x: No such file\r\n',
  ],
);
const mlsd = fc.constantFrom(
  ...[
    'type=file;size=12;modify=20260503140322;unique=803U1; name\r\n',
    'type=dir;modify=20260503140322; d\r\n',
  ],
  ...[
    'type=cdir;modify=20260503140322; .\r\n',
    'type=OS.unix=slink:/x;size=1; link\r\n',
    'Type=file;Size=1; a;b c\r\n',
  ],
);
const list = fc.constantFrom(
  ...[
    '-rw-r--r--   1 owner group   1234 May  3 14:03 name\r\n',
    'drwxr-xr-x 2 o g 4096 May 3 2025 d\r\n',
  ],
  ...[
    'lrwxrwxrwx 1 o g 5 Jan  1 00:00 link -> /etc/passwd\r\n',
    'total 12\r\n',
    '-rw-r--r--+ 1 1000 9 2025-01-01 00:00 x\r\n',
  ],
  ...[
    '05-03-26  02:03PM                 1234 name.txt\r\n',
    '05-03-26  02:03PM       <DIR>          dir\r\n',
  ],
);
const PIECES = [
  ...NASTY,
  ' ',
  '\r\n',
  '\n',
  '\r',
  ';',
  '=',
  ' -> ',
  '""',
  '(',
  '|||',
  '1'.repeat(30),
  '0',
  '99999',
  '|||65536|',
  ',999,999',
  ' '.repeat(3000),
];

const lines = (line: fc.Arbitrary<string>): fc.Arbitrary<Uint8Array> =>
  fc.oneof(
    {
      weight: 6,
      arbitrary: mutated(
        fc.array(line, { maxLength: 5 }).map((all) => all.join('')),
        PIECES,
      ).map((text) => Buffer.from(text)),
    },
    { weight: 1, arbitrary: hostileBytes },
  );

export const ftpTargets: readonly Target[] = [
  target('FTP replies', fc.tuple(lines(replies), fc.array(fc.nat(), { maxLength: 6 })), {
    check: async ([bytes, cuts]) => {
      const text = Buffer.from(bytes).toString('latin1');
      const whole = await read([text]);
      for (const reply of whole ?? []) judge(reply);
      const edges = [0, ...cuts.map((cut) => cut % (text.length + 1)), text.length].sort(
        (a, b) => a - b,
      );
      const parts = edges.slice(1).map((end, i) => text.slice(edges[i], end));
      const cut = await read(parts);
      if (whole === undefined || cut === undefined) return;
      must(JSON.stringify(cut) === JSON.stringify(whole), () => 'cut otherwise it says otherwise');
    },
  }),
  target('MLSD listings', lines(mlsd), { check: (bytes) => listed(parseMlsd(bytes)) }),
  target('LIST listings', lines(list), { check: (bytes) => listed(parseList(bytes)) }),
  target('facts of MLST', mutated(mlsd, PIECES), {
    check: (text) => {
      factsOf(text);
    },
  }),
];

/** Undefined: at some point it made no sense any more. */
async function read(parts: readonly string[]): Promise<Reply[] | undefined> {
  const reader = new ReplyReader();
  const found: Reply[] = [];
  const failed = await failing(() => {
    for (const part of parts) found.push(...reader.push(part));
  }, Error);
  return failed === undefined ? found : undefined;
}

function judge(reply: Reply): void {
  const { code, text } = reply;
  must(Number.isInteger(code) && code >= 0 && code <= 999, () => `a code ${String(code)}`);
  for (const port of [epsvPort(text), pasvPort(text)]) {
    must(port === undefined || (port > 0 && port < 65_536), () => `a port ${String(port)}`);
  }
  const size = sizeOf(reply);
  must(
    size === undefined || (Number.isSafeInteger(size) && size >= 0),
    () => `a size ${String(size)}`,
  );
  const time = timeOf(text);
  must(time === undefined || Number.isFinite(time), () => `a time ${String(time)}`);
  for (const ask of [kindOf, isUnsupported, isOverwriteRefusal, isConnectionLimit]) ask(reply);
  featuresOf(reply);
  quotedPath(text);
}

function listed({ entries, unread, lines: count }: ParsedListing): void {
  must(
    entries.length + unread <= count,
    () => `${String(entries.length)} of ${String(count)} lines`,
  );
  for (const { name, stamp } of entries) {
    mustBeName(name);
    const { size, modified } = stamp;
    must(size === undefined || Number.isSafeInteger(size), () => `a size ${String(size)}`);
    must(modified === undefined || Number.isFinite(modified), () => `a time ${String(modified)}`);
  }
}
