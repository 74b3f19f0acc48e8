/** The file of known hosts: its lines in every form, and what they say about a key. */
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import {
  fingerprintOf,
  isAbout,
  judgeKey,
  nameInFile,
  parseKnownHosts,
  typeOfKey,
  type KnownHost,
} from '../../../plugins/sftp/known-hosts.ts';
import { findServer } from '../../servers/index.ts';
import { makeSshKeys, sshProgram } from '../../servers/ssh-keys.ts';
import { needs } from '../../support/skips.ts';
import { ended, freshDirectory, later } from './support.ts';

const one = 'AAAAC3NzaC1lZDI1NTE5AAAAIGZp';
const other = 'AAAAC3NzaC1lZDI1NTE5AAAAIKbG';
const bytes = (key: string): Buffer => Buffer.from(key, 'base64');

function about(hosts: string, name: string): boolean {
  const [line] = parseKnownHosts(`${hosts} ssh-ed25519 ${one}`);
  if (line === undefined) expect.fail('the line was not read');
  return isAbout(line, name);
}

describe('sftp: known hosts', () => {
  afterEach(ended);

  it('comments, empty lines and what is no key do not count', () => {
    const lines = [
      '# a comment',
      '',
      'host ssh-ed25519',
      'host ssh-ed25519 not*base64',
      '@something host ssh-ed25519 AAAAC3NzaC1l',
      `  host,other\tssh-ed25519   ${one} and a comment`,
    ];
    expect(parseKnownHosts(lines.join('\r\n'))).to.deep.equal([
      { line: 6, marker: undefined, hosts: 'host,other', type: 'ssh-ed25519', key: one },
    ] satisfies KnownHost[]);
  });

  const names: readonly (readonly [string, string, boolean])[] = [
    ['host', 'host', true],
    ['Host.Example', 'host.example', true],
    ['host', 'host.example', false],
    ['other,host', 'host', true],
    ['*.example', 'host.example', true],
    ['*.example', 'example', false],
    ['h?st', 'host', true],
    ['h?st', 'hoost', false],
    ['a*b*.c', 'a.b.b.c', true],
    ['a*b*.c', 'a.b.b.d', false],
    ['host**', 'host', true],
    ['*.example,!host.example', 'host.example', false],
    ['!host.example,*.example', 'other.example', true],
    ['[host]:2222', '[host]:2222', true],
    ['host', '[host]:2222', false],
    ['[host]:2222', 'host', false],
    ['[host]:*', '[host]:2222', true],
    ['host.example', 'hostxexample', false],
    ['127.0.0.1', '127.0.0.1', true],
  ];
  for (const [hosts, name, expected] of names) {
    it(`${hosts} is ${expected ? '' : 'not '}about ${name}`, () => {
      expect(about(hosts, name)).to.equal(expected);
    });
  }

  it('patterns too long for a regular expression, or with stars without end, are compared all the same', () => {
    const name = 'a'.repeat(250);
    const before = process.cpuUsage();
    expect(about('a'.repeat(300_000), name)).to.equal(false);
    expect(about(`${'*a'.repeat(40)}*b`, name)).to.equal(false);
    expect(about(`${'*a'.repeat(40)}*`, name)).to.equal(true);
    expect(process.cpuUsage(before).user).to.be.below(2_000_000);
  });

  it('a host is called with its port, unless that is 22', () => {
    expect(nameInFile('Host.Example', 22)).to.equal('host.example');
    expect(nameInFile('Host.Example', 2222)).to.equal('[host.example]:2222');
    expect(nameInFile('::1', 2222)).to.equal('[::1]:2222');
  });

  const verdicts: readonly (readonly [string, readonly string[], string])[] = [
    ['no line', [], 'new'],
    ['its key', [`host ssh-ed25519 ${one}`], 'known'],
    ['another key', [`host ssh-ed25519 ${other}`], 'changed'],
    ['both keys', [`host ssh-ed25519 ${other}`, `host ssh-ed25519 ${one}`], 'known'],
    ['the key of another host', [`elsewhere ssh-ed25519 ${one}`], 'new'],
    ['its key, revoked', [`@revoked host ssh-ed25519 ${one}`], 'revoked'],
    [
      'its key, trusted and revoked',
      [`host ssh-ed25519 ${one}`, `@revoked * ssh-ed25519 ${one}`],
      'revoked',
    ],
    ['another key, revoked', [`@revoked host ssh-ed25519 ${other}`], 'new'],
    ['an authority', [`@cert-authority *  ssh-ed25519 ${one}`], 'authority'],
    [
      'an authority and its key',
      [`@cert-authority * ssh-ed25519 ${other}`, `host ssh-ed25519 ${one}`],
      'known',
    ],
  ];
  for (const [what, lines, is] of verdicts) {
    it(`with ${what}, a key is ${is}`, () => {
      const known = parseKnownHosts(lines.join('\n'));
      expect(judgeKey(known, { name: 'host', key: bytes(one) }).is).to.equal(is);
    });
  }

  it('names that OpenSSH has hashed, and fingerprints as it shows them', async function () {
    const found = await findServer('openssh');
    needs(this, 'openssh', found.available, found.available ? '' : found.reason);
    const keys = await makeSshKeys();
    later(() => keys.remove());
    const file = join(await freshDirectory(), 'known_hosts');
    await writeFile(file, await readFile(await keys.knownHosts(2222)));
    await promisify(execFile)(await sshProgram('ssh-keygen'), ['-H', '-f', file]);
    const text = await readFile(file, 'utf8');
    expect(text).to.contain('|1|').and.not.contain('127.0.0.1');
    const known = parseKnownHosts(text);
    for (const [type, fingerprint] of Object.entries(keys.fingerprints)) {
      const line = known.find(({ key }) => fingerprintOf(bytes(key)) === fingerprint);
      const key = bytes(line?.key ?? '');
      expect(typeOfKey(key), type).to.equal(line?.type);
      expect(judgeKey(known, { name: '[127.0.0.1]:2222', key }).is, type).to.equal('known');
      expect(judgeKey(known, { name: '127.0.0.1', key }).is, type).to.equal('new');
    }
  });
});
