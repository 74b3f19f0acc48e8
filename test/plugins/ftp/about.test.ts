/** What the ftp plugin tells of its server: the same for one server at any time, another for another one. */
import { expect } from 'chai';
import { identityOf } from '../../../plugins/ftp/about.ts';

const features = new Map([
  ['MLST', 'type*;size*;'],
  ['UTF8', ''],
]);
const system = '215 UNIX Type: L8';
const identity = (greeting: string, changed = {}): string =>
  identityOf({ greeting, system, features, home: '/', ...changed });

describe('the identity of an FTP server', () => {
  it('names product, system and features', () => {
    expect(identity('220 ProFTPD 1.3.8 Server (Debian)')).to.equal(
      'ProFTPD 1.3.8 Server (Debian); UNIX Type: L8; MLST UTF8',
    );
    const many =
      '220---------- Welcome to Pure-FTPd [privsep] [TLS] ----------\n220-You are user number 3 of 50 allowed.\n220 Bye';
    expect(identity(many)).to.match(/^Welcome to Pure-FTPd \[privsep\] \[TLS\];/);
  });

  const same: readonly (readonly [string, string, string])[] = [
    ['an address', '220 ProFTPD Server (x) [10.0.0.1]', '220 ProFTPD Server (x) [10.0.0.2]'],
    ['an address of version 6', '220 FTP [::ffff:127.0.0.1]', '220 FTP [2001:db8::7]'],
    ['the name of one of many hosts', '220 web12.host.example FTP', '220 web13.host.example FTP'],
    ['the time', '220 FTP ready at 12:31:02', '220 FTP ready at 23:01:59'],
    ['what follows', '220-FTP\n220 user 1', '220-FTP\n220 user 2'],
  ];
  for (const [name, one, other] of same) {
    it(`is the same whatever ${name} is`, () => {
      expect(identity(one)).to.equal(identity(other));
    });
  }

  it('differs with version, system and features', () => {
    const one = identity('220 (vsFTPd 3.0.3)');
    expect(identity('220 (vsFTPd 3.0.5)')).to.not.equal(one);
    expect(identity('220 (vsFTPd 3.0.3)', { system: '215 Windows_NT' })).to.not.equal(one);
    expect(identity('220 (vsFTPd 3.0.3)', { features: new Map() })).to.not.equal(one);
  });
});
