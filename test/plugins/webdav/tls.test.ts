/**
 * Encrypted connections: the certificate is verified, or pinned, before a credential or a body goes out.
 */
import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { expect } from 'chai';
import webdav from '../../../plugins/webdav/index.ts';
import { makeCertificates, type Certificates } from '../../servers/certificates.ts';
import {
  calm,
  ended,
  failure,
  later,
  openAt,
  password,
  sourceOf,
  startScript,
  user,
  type Script,
} from './support.ts';

async function secured(names?: string): Promise<{ script: Script; certificates: Certificates }> {
  const directory = await mkdtemp(join(tmpdir(), 'ownsync-test-webdav-'));
  later(() => rm(directory, { recursive: true }));
  const certificates = await makeCertificates(directory, names);
  const tls = {
    key: await readFile(certificates.key, 'utf8'),
    cert: await readFile(certificates.certificate, 'utf8'),
  };
  const answer = ({ method }: { method: string }): { status: number } | undefined =>
    method === 'PUT' ? { status: 201 } : undefined;
  return { script: await startScript(answer, { tls }), certificates };
}

async function fingerprintOf({ certificate }: Certificates): Promise<string> {
  return new X509Certificate(await readFile(certificate)).fingerprint256;
}

const login = { user, password };

describe('webdav: certificates', function () {
  this.timeout(20_000);
  afterEach(ended);

  it('of an authority that is named', async () => {
    const { script, certificates } = await secured();
    const transport = await openAt(script.url, { ...login, ca: certificates.ca });
    await transport.write('f', sourceOf('hello'), calm());
    expect(script.seen.at(-1)?.body).to.equal('hello');
  });

  it('the name of the file counts from the configuration', async () => {
    const { script, certificates } = await secured();
    const options = { url: script.url, ...login, ca: basename(certificates.ca) };
    const transport = await webdav.open(webdav.options.parse(options), {
      ...{ signal: AbortSignal.timeout(5000), log: () => undefined },
      baseDirectory: dirname(certificates.ca),
    });
    await transport.close();
  });

  it('of nobody that is known are refused, and nothing is sent', async () => {
    const { script } = await secured();
    const error = await failure(openAt(script.url, { token: 'tok-77' }));
    expect(error.kind).to.equal('denied');
    expect(error.message)
      .to.include('not trusted')
      .and.include('`ca`')
      .and.include('`fingerprint`');
    expect(script.seen).to.deep.equal([]);
  });

  it('for another name are refused, and nothing is sent', async () => {
    const { script, certificates } = await secured('DNS:elsewhere.example');
    const error = await failure(openAt(script.url, { token: 'tok-77', ca: certificates.ca }));
    expect(error.kind).to.equal('denied');
    expect(script.seen).to.deep.equal([]);
  });

  it('that are pinned are enough, whatever they say', async () => {
    const { script, certificates } = await secured('DNS:elsewhere.example');
    const fingerprint = await fingerprintOf(certificates);
    for (const written of [fingerprint, fingerprint.replaceAll(':', '').toLowerCase()]) {
      const transport = await openAt(script.url, { ...login, fingerprint: written });
      await transport.write('f', sourceOf('hello'), calm());
    }
    expect(script.seen.at(-1)?.body).to.equal('hello');
  });

  it('other than the pinned one are refused, and nothing is sent', async () => {
    const { script, certificates } = await secured();
    const fingerprint = (await fingerprintOf(certificates))
      .replace(/^../, 'xx')
      .replace('xx', '00');
    const other = { token: 'tok-77', fingerprint, ca: certificates.ca };
    const error = await failure(openAt(script.url, other));
    expect(error.kind).to.equal('denied');
    expect(error.message).to.include(await fingerprintOf(certificates));
    expect(script.seen).to.deep.equal([]);
  });

  it('a file of them that is not there is said', async () => {
    const { script } = await secured();
    const error = await failure(openAt(script.url, { ...login, ca: 'nowhere.pem' }));
    expect(error.message).to.include('nowhere.pem');
  });

  it('a server that does not encrypt gets nothing', async () => {
    const script = await startScript(() => undefined);
    const error = await failure(openAt(script.url.replace('http:', 'https:'), { token: 'tok-77' }));
    expect(error.kind).to.equal('denied');
    expect(script.seen).to.deep.equal([]);
  });

  it('a redirect from encrypted to plain is not followed', async () => {
    const plain = await startScript(() => undefined);
    const directory = await mkdtemp(join(tmpdir(), 'ownsync-test-webdav-'));
    later(() => rm(directory, { recursive: true }));
    const { key, certificate, ca } = await makeCertificates(directory);
    const tls = { key: await readFile(key, 'utf8'), cert: await readFile(certificate, 'utf8') };
    const away = { status: 302, headers: { Location: plain.url } };
    const script = await startScript(() => away, { tls });
    expect((await failure(openAt(script.url, { token: 't', ca }))).kind).to.equal('denied');
    expect(plain.connections()).to.equal(0);
  });
});
