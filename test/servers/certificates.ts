/**
 * Certificates for one test run: an authority of its own and a server certificate for localhost, made by the openssl
 * command. Nothing here is ever trusted outside the test that made it.
 */
import { execFile } from 'node:child_process';
import { writeFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Certificates {
  /** PEM file of the authority: what a client trusts. */
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
  /** Key and certificate in one file, as pure-ftpd wants them. */
  readonly both: string;
}

/** Makes authority, key and certificate below `directory`. `names` are subject alternative names in openssl's notation. */
export async function makeCertificates(
  directory: string,
  names = 'DNS:localhost,IP:127.0.0.1',
): Promise<Certificates> {
  const file = (name: string): string => join(directory, name);
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  await run('openssl', [
    ...['req', '-x509', ...curve, '-keyout', file('ca.key'), '-out', file('ca.pem')],
    ...['-days', '3', '-subj', '/CN=ownsync test authority'],
    ...['-addext', 'keyUsage=critical,keyCertSign,cRLSign'],
  ]);
  await run('openssl', [
    ...['req', '-new', ...curve, '-keyout', file('server.key'), '-out', file('server.csr')],
    ...['-subj', '/CN=localhost'],
  ]);
  await writeFile(file('server.ext'), `subjectAltName=${names}\nextendedKeyUsage=serverAuth\n`);
  await run('openssl', [
    ...['x509', '-req', '-in', file('server.csr'), '-CA', file('ca.pem'), '-CAkey', file('ca.key')],
    ...[
      '-CAcreateserial',
      '-days',
      '2',
      '-extfile',
      file('server.ext'),
      '-out',
      file('server.pem'),
    ],
  ]);
  const both = `${await readFile(file('server.key'), 'utf8')}${await readFile(file('server.pem'), 'utf8')}`;
  await writeFile(file('both.pem'), both, { mode: 0o600 });
  return {
    ca: file('ca.pem'),
    certificate: file('server.pem'),
    key: file('server.key'),
    both: file('both.pem'),
  };
}
