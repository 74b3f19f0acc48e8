/**
 * What real servers say, and what the plugin makes of it. Texts as ProFTPD 1.3.8, vsftpd 3.0.3 and pure-ftpd 1.0.50 sent
 * them; a few of servers that are not measured are marked so.
 */
import { expect } from 'chai';
import fc from 'fast-check';
import {
  epsvPort,
  featuresOf,
  isConnectionLimit,
  isUnsupported,
  kindOf,
  pasvPort,
  quotedPath,
  ReplyReader,
  sizeOf,
  timeOf,
  timeText,
  type Reply,
} from '../../../plugins/ftp/replies.ts';
import type { TransportErrorKind } from '../../../src/plugin-api.ts';

function reply(line: string): Reply {
  return { code: Number(line.slice(0, 3)), text: line.slice(4) };
}

const refusals: readonly (readonly [server: string, line: string, kind: TransportErrorKind])[] = [
  ['proftpd', '530 Login incorrect.', 'auth'],
  ['vsftpd', '530 Login incorrect.', 'auth'],
  ['pure-ftpd', '530 Login authentication failed', 'auth'],
  [
    'proftpd',
    '530 Sorry, the maximum number of clients (2) for this user already connected.',
    'busy',
  ],
  ['proftpd', '530 Sorry, the maximum number of allowed clients (2) already connected.', 'busy'],
  ['vsftpd', '421 There are too many connections from your internet address.', 'busy'],
  ['pure-ftpd', '421 Too many connections (2) from this IP', 'busy'],
  ['a hoster', "421 I can't accept more than 3 connections as the same user", 'busy'],
  ['pure-ftpd', '421 Timeout - try typing a little faster next time', 'busy'],
  ['proftpd', '421 Idle timeout (2 seconds): closing control connection', 'busy'],
  ['proftpd', "550 '/nix' cannot be listed", 'unknown'],
  ['proftpd', '550 /nix: No such file or directory', 'not-found'],
  ['proftpd', '550 /no/h: Permission denied', 'denied'],
  ['proftpd', '550 /d: not a regular file', 'unknown'],
  ['proftpd', '550 /d: Operation not permitted', 'denied'],
  ['proftpd', '550 /d: Directory not empty', 'not-empty'],
  ['proftpd', '550 /d: File exists', 'exists'],
  ['proftpd', '550 /g: Not a directory', 'unknown'],
  ['proftpd', '550 /d/x: Invalid argument', 'unknown'],
  ['proftpd', '550 /e/a*b: Invalid directory name', 'invalid-name'],
  ['proftpd', '501 /ro/h: Operation not permitted', 'denied'],
  ['proftpd', '450 /nix: No such file or directory', 'not-found'],
  ['proftpd', '500 MLSX not understood', 'unsupported'],
  ['proftpd', "500 'SITE UTIME' not understood", 'unsupported'],
  ['proftpd', '503 Bad sequence of commands', 'unknown'],
  ['proftpd', '425 Unable to build data connection: Operation not permitted', 'denied'],
  ['proftpd', '426 Transfer aborted. Data connection closed.', 'unreachable'],
  ['vsftpd', '550 Could not get file size.', 'unknown'],
  ['vsftpd', '550 Failed to open file.', 'unknown'],
  ['vsftpd', '550 Failed to change directory.', 'unknown'],
  ['vsftpd', '553 Could not create file.', 'unknown'],
  ['vsftpd', '550 Rename failed.', 'unknown'],
  ['vsftpd', '550 Delete operation failed.', 'unknown'],
  ['vsftpd', '550 Create directory operation failed.', 'unknown'],
  ['vsftpd', '550 Permission denied.', 'denied'],
  ['vsftpd', '500 Unknown command.', 'unsupported'],
  [
    'vsftpd',
    '522 SSL connection failed; session reuse required: see require_ssl_reuse option',
    'unreachable',
  ],
  ['vsftpd', '426 Failure reading network stream.', 'unreachable'],
  ['vsftpd', '451 Failure writing to local file.', 'no-space'],
  ['pure-ftpd', '451 Error during write to file\nTransfer aborted', 'no-space'],
  ['proftpd', '452 Transfer aborted. No space left on device', 'no-space'],
  ['proftpd', '451 Transfer aborted. Input/output error', 'no-space'],
  ['not measured', '550 The system cannot find the path specified.', 'unknown'],
  ['pure-ftpd', "550 Can't check for file existence", 'unknown'],
  ['pure-ftpd', "550 Can't change directory to /nix: No such file or directory", 'not-found'],
  ['pure-ftpd', "553 Can't open that file: Permission denied", 'denied'],
  ['pure-ftpd', "553 Can't open that file: Is a directory", 'unknown'],
  ['pure-ftpd', '553 Prohibited file name: /e/back\\slash', 'invalid-name'],
  ['pure-ftpd', '553 Prohibited directory name', 'invalid-name'],
  ['pure-ftpd', "550 Sorry, but that file doesn't exist", 'not-found'],
  ['pure-ftpd', '451 Rename/move failure: Directory not empty', 'not-empty'],
  ['pure-ftpd', '451 Rename/move failure: Is a directory', 'unknown'],
  ['pure-ftpd', "550 Can't create directory: File exists", 'exists'],
  ['pure-ftpd', '552 Disk full - please upload later', 'no-space'],
  ['pure-ftpd', '504 Unknown command', 'unsupported'],
  ['proftpd', '550 /quota/disk full: Not a regular file', 'unknown'],
  ['proftpd', "550 '/No such file or directory' cannot be listed", 'unknown'],
  ['proftpd', '550 /a: No such file or directory: Not a regular file', 'unknown'],
  ['pure-ftpd', "550 Can't open /No such file or directory: Permission denied", 'denied'],
  ['pure-ftpd', '553 Prohibited file name: /no space left', 'invalid-name'],
  ['not measured', '452 Insufficient storage space', 'no-space'],
  ['not measured', '550 The process cannot access the file because it is being used.', 'unknown'],
];

describe('ftp: replies', () => {
  for (const [server, line, kind] of refusals) {
    it(`${server}: ${line} is ${kind}`, () => {
      expect(kindOf(reply(line))).to.equal(kind);
    });
  }

  it('a limit on connections is told by text where the number is that of a wrong password', () => {
    expect(
      isConnectionLimit(reply('530 Sorry, the maximum number of clients (2) for this user')),
    ).to.equal(true);
    expect(isConnectionLimit(reply('530 Login incorrect.'))).to.equal(false);
  });

  it('an unknown command is told from a refused one', () => {
    expect(isUnsupported(reply('500 Unknown command.'))).to.equal(true);
    expect(isUnsupported(reply('550 Could not get file size.'))).to.equal(false);
  });

  it('paths in quotes, with quotes inside doubled', () => {
    expect(quotedPath('"/a ""b"" c" is the current directory')).to.equal('/a "b" c');
    expect(quotedPath('"/e/bell_" : The directory was successfully created')).to.equal('/e/bell_');
    expect(quotedPath('no path')).to.equal(undefined);
  });

  it('ports of EPSV and PASV', () => {
    expect(epsvPort('Entering Extended Passive Mode (|||6446|)')).to.equal(6446);
    expect(epsvPort('Extended Passive mode OK (!!!51966!)')).to.equal(51_966);
    expect(epsvPort('Entering Extended Passive Mode (|||99999|)')).to.equal(undefined);
    expect(epsvPort('Entering Extended Passive Mode')).to.equal(undefined);
    expect(pasvPort('Entering Passive Mode (127,0,0,1,156,65).')).to.equal(156 * 256 + 65);
    expect(pasvPort('Entering Passive Mode 192,168,1,100,10,229')).to.equal(2789);
    expect(pasvPort('Entering Passive Mode')).to.equal(undefined);
  });

  it('features, with and without what follows their names', () => {
    const features = featuresOf({
      code: 211,
      text: 'Features:\n EPSV\n MLST modify*;size*;\n mdtm\nEnd',
    });
    expect([...features]).to.deep.equal([
      ['EPSV', ''],
      ['MLST', 'modify*;size*;'],
      ['MDTM', ''],
    ]);
    expect(featuresOf({ code: 500, text: 'Unknown\n MLST\nend' }).size).to.equal(0);
  });

  it('sizes and times', () => {
    expect(sizeOf(reply('213 1234'))).to.equal(1234);
    expect(sizeOf(reply('213 4.5'))).to.equal(4);
    expect(sizeOf(reply('550 1234'))).to.equal(undefined);
    expect(timeOf('20200102030405')).to.equal(Date.UTC(2020, 0, 2, 3, 4, 5));
    expect(timeOf('20200102030405.25')).to.equal(Date.UTC(2020, 0, 2, 3, 4, 5, 250));
    for (const bad of [
      '',
      '2020010203040',
      '20201302030405',
      '20200102250405',
      'x20200102030405',
    ]) {
      expect(timeOf(bad), bad).to.equal(undefined);
    }
    expect(timeText(Date.UTC(1985, 4, 5, 5, 5, 5, 999))).to.equal('19850505050505');
    expect(timeText(Number.NaN)).to.equal(undefined);
    expect(timeText(Date.UTC(9999, 11, 31) + 86_400_000)).to.equal(undefined);
  });

  it('times go there and back', () => {
    fc.assert(
      fc.property(fc.integer({ min: -2_000_000_000, max: 8_000_000_000 }), (seconds) => {
        expect(timeOf(timeText(seconds * 1000) ?? '')).to.equal(seconds * 1000);
      }),
    );
  });
});

describe('ftp: reading replies', () => {
  const stream = [
    '220 ready\r\n',
    '211-Features:\r\n EPSV\r\n211-odd\r\n 211 not the end\r\n211 End\r\n',
    '250-Begin\r\n type=file;size=5; /211 x\r\n250 End.\r\n',
    '\r\n',
    '226\r\n',
    '257 "/ab c/def"\r\n',
  ].join('');
  const whole = [
    { code: 220, text: 'ready' },
    { code: 211, text: 'Features:\n EPSV\nodd\n 211 not the end\nEnd' },
    { code: 250, text: 'Begin\n type=file;size=5; /211 x\nEnd.' },
    { code: 226, text: '' },
    { code: 257, text: '"/ab c/def"' },
  ];

  it('is the same however the bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: stream.length })), (cuts) => {
        const reader = new ReplyReader();
        const edges = [0, ...cuts, stream.length].sort((a, b) => a - b);
        const replies = edges.flatMap((edge, at) =>
          reader.push(stream.slice(edges[at - 1] ?? 0, edge)),
        );
        expect(replies).to.deep.equal(whole);
      }),
    );
  });

  it('refuses what is no reply, and what never ends', () => {
    expect(() => new ReplyReader().push('HTTP/1.1 400 Bad Request\r\n')).to.throw('no FTP reply');
    expect(() => new ReplyReader().push('2'.repeat(300_000))).to.throw('endless');
    const reader = new ReplyReader();
    reader.push('211-start\r\n');
    expect(() => {
      for (let line = 0; line < 10_000; line++) reader.push(` ${'x'.repeat(100)}\r\n`);
    }).to.throw('endless');
  });
});
