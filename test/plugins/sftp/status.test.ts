/** What real servers answer, and what it is taken for. Texts and codes as OpenSSH 9.2 and ProFTPD 1.3.8 gave them. */
import { expect } from 'chai';
import { isBelowFile, kindOf } from '../../../plugins/sftp/status.ts';

type Row = readonly [what: string, code: number, text: string, kind: string];

const openssh: readonly Row[] = [
  ['a missing file', 2, 'No such file', 'not-found'],
  ['a path below a file', 2, 'No such file', 'not-found'],
  ['a listing of a file', 2, 'No such file', 'not-found'],
  ['a directory onto a file', 2, 'No such file', 'not-found'],
  ['a directory without the right to write', 3, 'Permission denied', 'denied'],
  ['a file that is there, opened exclusively', 4, 'Failure', 'unknown'],
  ['a directory that is there, made', 4, 'Failure', 'unknown'],
  ['a directory with content, removed', 4, 'Failure', 'unknown'],
  ['a directory, unlinked', 4, 'Failure', 'unknown'],
  ['a rename onto a directory with content', 4, 'Failure', 'unknown'],
  ['a full disk', 4, 'Failure', 'unknown'],
  ['a rename to another disk', 4, 'Failure', 'unknown'],
  ['a name of 256 bytes', 5, 'Bad message', 'invalid-name'],
  ['a directory into itself', 5, 'Bad message', 'invalid-name'],
  ['what it does not know', 8, 'Operation unsupported', 'unsupported'],
];

const proftpd: readonly Row[] = [
  ['a missing file', 2, 'No such file', 'not-found'],
  ['a path below a file', 4, 'Not a directory', 'exists'],
  ['a listing of a file', 4, 'Not a directory', 'exists'],
  ['a directory onto a file', 4, 'Not a directory', 'exists'],
  ['a file onto a directory with content', 4, 'File is a directory', 'exists'],
  ['a directory without the right to write', 3, 'Permission denied', 'denied'],
  ['a file that is there, opened exclusively', 4, 'File already exists', 'exists'],
  ['a directory that is there, made', 4, 'File already exists', 'exists'],
  ['a directory with content, removed', 4, 'Directory is not empty', 'not-empty'],
  ['a directory, unlinked', 4, 'File is a directory', 'exists'],
  ['a rename onto what is there', 11, 'File already exists', 'exists'],
  ['a full disk', 4, 'Out of disk space', 'no-space'],
  ['links in a circle', 4, 'Link loop', 'denied'],
  ['a name of 256 bytes', 4, 'Invalid filename', 'invalid-name'],
  ['a directory into itself', 8, 'Invalid parameter', 'invalid-name'],
  ['a handle that is none', 9, 'Invalid handle', 'unknown'],
  ['what it does not know', 8, 'Operation unsupported', 'unsupported'],
];

/** Codes of later versions of the protocol, without words. */
const later: readonly Row[] = [
  ['a missing path', 10, '', 'not-found'],
  ['a file that is there', 11, '', 'exists'],
  ['a disk that is write-protected', 12, '', 'denied'],
  ['a full disk', 14, '', 'no-space'],
  ['a quota that is used up', 15, '', 'no-space'],
  ['a directory with content', 18, '', 'not-empty'],
  ['a connection that is gone', 7, 'Connection lost', 'unreachable'],
  ['what nobody knows', 99, 'Something', 'unknown'],
];

describe('sftp: statuses', () => {
  for (const [server, rows] of Object.entries({ openssh, proftpd, 'later versions': later })) {
    for (const [what, code, text, kind] of rows) {
      it(`${server}: ${what} (${String(code)} ${text}) is ${kind}`, () => {
        expect(kindOf({ code, text })).to.equal(kind);
      });
    }
  }

  it('a path below a file is absent, whatever the words', () => {
    expect(isBelowFile({ code: 4, text: 'Not a directory' })).to.equal(true);
    expect(isBelowFile({ code: 19, text: '' })).to.equal(true);
    expect(isBelowFile({ code: 4, text: 'Failure' })).to.equal(false);
  });
});
