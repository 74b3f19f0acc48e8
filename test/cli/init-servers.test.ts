/**
 * `ownsync init` with real servers: what keeps a person from connecting is said in words and can be put right, and what is
 * written is used by a real sync. Last, in a real terminal.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { expect } from 'chai';
import { parse } from 'yaml';
import { openStore, whyNot } from '../scenarios/stores.ts';
import type { Store, StoreName } from '../scenarios/stores.ts';
import { projectRoot } from '../support/project.ts';
import { needs } from '../support/skips.ts';
import { CLEAR, DOWN, ENTER, Home, type } from './init-person.ts';
import type { Step } from './init-person.ts';

describe('ownsync init on real servers', function () {
  this.timeout(90_000);
  let home: Home;
  let store: Store | undefined;
  let place = '';
  beforeEach(() => {
    home = new Home();
    writeFileSync(join(home.local, 'letter'), 'hello');
    place = mkdtempSync(join(tmpdir(), 'ownsync-test-'));
  });
  afterEach(async () => {
    await store?.close();
    store = undefined;
    home.clean();
    rmSync(place, { recursive: true, force: true });
  });

  /** Its settings, as `--set` takes them, without some. */
  async function started(
    test: Mocha.Context,
    name: StoreName,
    options: Parameters<typeof openStore>[2] = {},
  ): Promise<{
    settings: Record<string, unknown>;
    set: (without?: readonly string[]) => string[];
  }> {
    const why = await whyNot(name);
    needs(test, name, why === undefined, why ?? '');
    store = await openStore(name, place, options);
    const { plugin: _, ...settings } = parse(store.settings().join('\n')) as Record<
      string,
      unknown
    >;
    const set = (without: readonly string[] = []): string[] =>
      Object.entries(settings)
        .filter(([key]) => !without.includes(key))
        .map(([key, value]) => `${key}=${String(value)}`);
    return { settings, set };
  }

  async function worksFor(name: string): Promise<void> {
    expect(await home.sync(), home.err.join('\n')).to.equal(0);
    const letter = join(store?.disk ?? '', name, 'letter');
    expect(readFileSync(letter, 'utf8')).to.equal('hello');
  }

  it('FTP over TLS: a certificate that is not trusted, then a wrong password', async function () {
    const { settings, set } = await started(this, 'proftpd', { tls: 'explicit' });
    const given = { local: 'docs', name: 'docs', path: 'docs' };
    const code = await home.person({ ...given, plugin: 'ftp', set: set(['ca', 'password']) }, [
      ['password: Password to log in with: where', DOWN + DOWN + ENTER],
      ['password', `wrong-horse${ENTER}`],
      ['Anything else to set?', ENTER],
      ['A name for this store', ENTER],
      [/certificate is not trusted[^]*What now\?/, ENTER],
      [/Which one\?\s+│ {2}● ca/, ENTER],
      ['ca: PEM file', `${String(settings['ca'])}${ENTER}`],
      [/the store refused the login[^]*What now\?/, ENTER],
      [/Which one\?[^]*user[^]*password/, DOWN + ENTER],
      ['where is it to come from?', DOWN + DOWN + ENTER],
      ['password', `${String(settings['password'])}${ENTER}`],
      ['A name for this computer', ENTER],
      [/the store works[^]*Write /, ENTER],
    ]);
    expect(code, home.screen).to.equal(0);
    expect(home.screen).to.not.contain('wrong-horse');
    expect(home.screen).to.not.contain(String(settings['password']));
    await worksFor('docs');
  });

  it('SFTP: a key that is not known is shown, and proposed to be pinned', async function () {
    const { settings, set } = await started(this, 'openssh');
    const hosts = join(place, 'known_hosts');
    const args = { plugin: 'sftp', set: [...set(['hostKey']), `knownHosts=${hosts}`] };
    expect(await home.flags({ ...args, local: 'docs' })).to.equal(1);
    expect(home.err.join('\n')).to.contain(`is not in ${hosts}`).and.contain('SHA256:');
    const code = await home.person(
      { plugin: 'sftp', set: set(['hostKey']), name: 'd', path: 'd' },
      [
        ['Anything else to set?', ENTER],
        ['A name for this store', ENTER],
        [/is not in ~\/\.ssh\/known_hosts[^]*What now\?/, ENTER],
        [/Which one\?\s+│ {2}● hostKey/, ENTER],
        [`hostKey: Fingerprint`, ENTER],
        ['A name for this computer', ENTER],
        ['Which directory', `${CLEAR}docs${ENTER}`],
        ['Write ', ENTER],
      ],
    );
    expect(code, home.screen).to.equal(0);
    expect(home.text).to.contain(`hostKey: ${String(settings['hostKey'])}`);
    await worksFor('d');
  });

  it('WebDAV: a password from the environment, and an address where there is none', async function () {
    const { settings, set } = await started(this, 'apache');
    const args = { plugin: 'webdav', local: 'docs' };
    const others = [...set(['password']), 'password.env=DAV_PASSWORD'];
    home.env = { DAV_PASSWORD: String(settings['password']) };
    const wrong = others.map((text) => text.replace(/\/dav\/$/, '/nowhere/'));
    expect(await home.flags({ ...args, set: wrong })).to.equal(1);
    expect(home.err.join('\n')).to.contain('what to do:');
    expect(home.text).to.equal(undefined);
    expect(await home.flags({ ...args, set: others })).to.equal(0);
    expect(home.out.join('\n')).to.contain('Apache');
    expect(home.text).to.contain('password: { env: DAV_PASSWORD }');
    await worksFor('docs');
  });
});

describe('ownsync init in a terminal', function () {
  this.timeout(60_000);

  it('asks on a real one, and hides what is typed as a password', async function () {
    needs(this, 'a pseudo terminal', existsSync('/usr/bin/script'), 'no /usr/bin/script');
    const home = new Home();
    // A new pseudo terminal has no width.
    const program = `stty cols 150 rows 50 && ${process.execPath} --import=tsx ${join(projectRoot, 'src/cli.ts')} init --config ${join(home.root, 'c.yaml')} --no-test`;
    const child = spawn('/usr/bin/script', ['-qec', program, '/dev/null'], {
      cwd: projectRoot,
      env: { ...process.env, NODE_OPTIONS: '', HOME: home.root, TERM: 'xterm' },
    });
    let raw = '';
    // An escape may come in pieces: only the whole can be stripped.
    const seen = (): string => stripVTControlCharacters(raw).replaceAll('\r', '');
    child.stdout.on('data', (text: Buffer) => (raw += text.toString()));
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
    const steps: readonly Step[] = [
      ['How is the store reached?', ENTER],
      ['host: Name', `box${ENTER}`],
      ['user: Name', `alice${ENTER}`],
      ['where is it to come from?', DOWN + DOWN + ENTER],
      [/◆ {2}password\n/, `sesame${ENTER}`],
      ['Anything else to set?', ENTER],
      ['A name for this store', ENTER],
      ['A name for this computer', ENTER],
      ['Which directory', `${CLEAR}${home.local}${ENTER}`],
      ['A name for the folder', ENTER],
      ['Its place', ENTER],
      ['Write ', ENTER],
    ];
    try {
      await type(steps, { screen: seen, press: (key) => void child.stdin.write(key) });
      expect(await ended, seen()).to.equal(0);
      expect(seen()).to.not.contain('sesame');
      expect(readFileSync(join(home.root, 'c.yaml'), 'utf8')).to.contain('password: sesame');
    } finally {
      child.kill();
      home.clean();
    }
  });
});
