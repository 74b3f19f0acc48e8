/** Is it the right server? By a fingerprint, by the file of known hosts, and by believing the first time. */
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { SshServer } from '../../servers/index.ts';
import { keyTypes } from '../../servers/ssh-keys.ts';
import { scripted } from './scripted.ts';
import { ended, failure, freshDirectory, loginTo, open, signal, start } from './support.ts';

describe('sftp: the host’s key', () => {
  let server: SshServer;
  let login: Record<string, unknown>;

  before(async function () {
    server = await start(this, 'openssh', { lives: true });
    const { knownHosts: _, ...rest } = loginTo(server);
    login = rest;
  });
  after(() => server.stop());
  afterEach(ended);

  async function fileWith(text: string): Promise<string> {
    const file = join(await freshDirectory(), 'known_hosts');
    await writeFile(file, text);
    return file;
  }

  const name = (): string => `[127.0.0.1]:${String(server.port)}`;

  it('a fingerprint of any of the server’s keys is enough', async () => {
    for (const type of keyTypes) {
      const transport = await open({ ...login, hostKey: server.keys.fingerprints[type] });
      await transport.list('', signal);
    }
  });

  it('another fingerprint is denied, with the one that is shown', async () => {
    const error = await failure(open({ ...login, hostKey: `SHA256:${'x'.repeat(43)}` }));
    expect(error.kind).to.equal('denied');
    expect(error.message)
      .to.contain(`the server shows another key (ssh-ed25519 ${server.keys.fingerprints.ed25519})`)
      .and.contain(`set hostKey: "${server.keys.fingerprints.ed25519}"`);
  });

  it('one known key is enough, whichever of its kinds the server prefers', async () => {
    for (const type of keyTypes) {
      const knownHosts = await server.keys.knownHosts(server.port, [type]);
      const transport = await open({ ...login, knownHosts });
      await transport.list('', signal);
    }
  });

  it('an unknown host is denied, with its fingerprint and how to go on', async () => {
    const missing = join(await freshDirectory(), 'known_hosts');
    for (const knownHosts of [
      missing,
      await fileWith('elsewhere ssh-ed25519 AAAAC3NzaC1lZDI1\n'),
    ]) {
      const error = await failure(open({ ...login, knownHosts }));
      expect(error.kind).to.equal('denied');
      expect(error.message)
        .to.contain(`${name()} is not in ${knownHosts}`)
        .and.contain(`set hostKey: "${server.keys.fingerprints.ed25519}"`)
        .and.contain('trustNewHost: true');
    }
  });

  it('a changed key is denied, also for who believes new hosts; it says how to go on', async () => {
    const other = await scripted();
    const { host, port, user } = other;
    const line = (await readFile(server.knownHosts, 'utf8')).replaceAll(
      String(server.port),
      String(port),
    );
    const knownHosts = await fileWith(line);
    for (const trustNewHost of [false, true]) {
      const attempt = open({ host, port, user, knownHosts, trustNewHost, password: 'secret' });
      const error = await failure(attempt);
      expect(error.kind).to.equal('denied');
      expect(error.message)
        .to.contain(`is not the one in ${knownHosts} (line 1, 2, 3)`)
        .and.contain('ask whoever runs it')
        .and.contain(`ssh-keygen -R '[127.0.0.1]:${String(port)}' -f ${knownHosts}`)
        .and.contain(`set hostKey: "${other.hostKey}"`);
    }
    expect(other.tried, 'nothing was sent to it').to.deep.equal([]);
    expect(await readFile(knownHosts, 'utf8')).to.equal(line);
  });

  it('a revoked key is denied, and an authority is said not to be supported', async () => {
    const text = await readFile(server.knownHosts, 'utf8');
    const revoked = await fileWith(`${text}${text.replace(/^/, '@revoked ')}`);
    const stopped = await failure(open({ ...login, knownHosts: revoked }));
    expect(stopped.kind).to.equal('denied');
    expect(stopped.message).to.match(/is marked as revoked in .*, line 4/);
    const knownHosts = await fileWith(text.replaceAll(/^\S+/gm, '@cert-authority *'));
    const unsupported = await failure(open({ ...login, knownHosts }));
    expect(unsupported.kind).to.equal('denied');
    expect(unsupported.message).to.match(/line 1, @cert-authority\), and those are not supported/);
  });

  it('believing the first time writes the key down, for the owner only, and then knows it', async () => {
    const knownHosts = join(await freshDirectory(), 'new', 'known_hosts');
    const first = await open({ ...login, knownHosts, trustNewHost: true });
    await first.list('', signal);
    const text = await readFile(knownHosts, 'utf8');
    expect(text).to.match(/^\[127\.0\.0\.1\]:\d+ ssh-ed25519 \S+\n$/);
    expect((await stat(knownHosts)).mode & 0o777).to.equal(0o600);
    const second = await open({ ...login, knownHosts });
    await second.list('', signal);
    await open({ ...login, knownHosts, trustNewHost: true });
    expect(await readFile(knownHosts, 'utf8')).to.equal(text);
  });

  it('what is in the file stays, also when its last line has no end', async () => {
    const knownHosts = await fileWith('# mine\nelsewhere ssh-ed25519 AAAAC3NzaC1lZDI1');
    await open({ ...login, knownHosts, trustNewHost: true });
    const lines = (await readFile(knownHosts, 'utf8')).split('\n');
    expect(lines.slice(0, 2)).to.deep.equal(['# mine', 'elsewhere ssh-ed25519 AAAAC3NzaC1lZDI1']);
    expect(lines[2]).to.match(/^\[127\.0\.0\.1\]:\d+ ssh-ed25519 /);
  });

  it('a file that cannot be read is denied, not taken for empty', async () => {
    const knownHosts = await freshDirectory();
    const error = await failure(open({ ...login, knownHosts, trustNewHost: true }));
    expect(error.kind).to.equal('denied');
    expect(error.message).to.contain('cannot be read');
  });
});
