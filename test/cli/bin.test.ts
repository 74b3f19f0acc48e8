/**
 * The built program as it is started from a shell: arguments, exit codes, signals, and real failures on a real connection.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { startFtpServer } from '../../src/testkit/ftp-server/index.ts';
import type { FtpServer } from '../../src/testkit/ftp-server/index.ts';
import { projectRoot } from '../support/project.ts';

const PASSWORD = 'correct-horse-battery';

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** `interrupt`: when it resolves, SIGINT is sent. */
function ownsync(
  args: readonly string[],
  { env = {}, interrupt }: { env?: Record<string, string>; interrupt?: Promise<unknown> } = {},
): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(projectRoot, 'dist/src/cli.js'), ...args], {
      cwd: projectRoot,
      env: { ...process.env, NODE_OPTIONS: '', ...env },
    });
    let out = '';
    let err = '';
    void interrupt?.then(() => child.kill('SIGINT'));
    child.stdout.on('data', (text: Buffer) => (out += text.toString()));
    child.stderr.on('data', (text: Buffer) => (err += text.toString()));
    child.on('close', (code) => resolve({ code, out, err }));
  });
}

describe('the program ownsync', function () {
  this.timeout(60_000);
  let root = '';
  let server: FtpServer;
  before(async () => {
    root = mkdtempSync(join(tmpdir(), 'ownsync-test-'));
    mkdirSync(join(root, 'served'));
    server = await startFtpServer({ root: join(root, 'served'), user: 'u', password: PASSWORD });
  });
  after(async () => {
    await server.stop();
    rmSync(root, { recursive: true });
  });

  interface Wanted {
    readonly host?: string;
    readonly port?: number;
    readonly password?: string;
  }
  function configure(
    name: string,
    { host = '127.0.0.1', port = server.port, password = PASSWORD }: Wanted = {},
  ): string {
    const file = join(root, `${name}.yaml`);
    writeFileSync(
      file,
      `client: ${name}\nstate: ./state-${name}\nstores:\n  s: { plugin: ftp, host: ${host}, port: ${port}, user: u, password: ${password}, tls: off }\n` +
        `folders:\n  - { name: docs, local: ./${name}, store: s, path: /x/docs, settle: 0s }\n`,
    );
    return file;
  }

  const wrong: readonly (readonly [string, readonly string[], string])[] = [
    ['no command', [], 'Say what to do'],
    ['an unknown command', ['snyc'], 'Did you mean sync?'],
    ['an unknown option', ['sync', '--dry'], 'Unknown argument: dry'],
    ['a wait that is no number', ['sync', '--wait=soon'], '--wait expects a number of seconds'],
    [
      'a configuration that is not there',
      ['--config', '/no/such.yaml', 'status'],
      '/no/such.yaml:1:1: there is no such file',
    ],
  ];
  for (const [name, args, message] of wrong) {
    it(`refuses ${name} with exit code 2 and does nothing`, async () => {
      const ended = await ownsync(args, { env: { OWNSYNC_CONFIG: '/never/looked/at.yaml' } });
      expect(ended).to.include({ code: 2, out: '' });
      expect(ended.err).to.contain(message).and.not.contain('    at ').and.not.contain('/never/');
    });
  }

  it('says what it can do', async () => {
    const ended = await ownsync(['--help']);
    expect(ended.code).to.equal(0);
    for (const word of ['sync', 'status', 'accept', 'demo', '--config', 'Exit codes']) {
      expect(ended.out).to.contain(word);
    }
  });

  it('takes --config before and after the command, and $OWNSYNC_CONFIG', async () => {
    const file = configure('places');
    const never = 'never synced from this computer';
    for (const args of [
      ['--config', file, 'status'],
      ['status', `--config=${file}`],
    ]) {
      expect((await ownsync(args)).out).to.contain(never);
    }
    expect((await ownsync(['status'], { env: { OWNSYNC_CONFIG: file } })).out).to.contain(never);
    expect(existsSync(join(root, 'state-places'))).to.equal(false);
  });

  it('a bare --wait does not take the name of a folder for its number', async () => {
    const ended = await ownsync(['sync', '--wait', 'nowhere', '--config', configure('wait')]);
    expect(ended.err).to.contain('no folder is called "nowhere"');
  });

  const failures: readonly (readonly [string, Wanted, string])[] = [
    ['a wrong password', { password: 'wrong-horse' }, 'the store refused the login'],
    ['an unknown host', { host: 'no-such-host.invalid' }, 'the store cannot be reached'],
    ['a port where nobody listens', { port: 1 }, 'the store cannot be reached'],
  ];
  for (const [name, wanted, message] of failures) {
    it(`${name}: exit code 1, why and what to do, no secret and no stack trace`, async () => {
      mkdirSync(join(root, 'failing'), { recursive: true });
      const file = configure('failing', wanted);
      const ended = await ownsync(['sync', '--config', file]);
      expect(ended.code).to.equal(1);
      expect(ended.err).to.contain(`docs: store "s": ${message}`).and.contain('what to do: ');
      expect(ended.err).to.not.contain('-horse').and.not.contain('    at ');
      const debug = await ownsync(['sync', '--debug', '--config', file]);
      expect(debug.err).to.contain('    at ').and.not.contain('-horse');
    });
  }

  it('a missing local folder: exit code 4, and the next round goes on when it is back', async () => {
    const file = configure('late');
    const ended = await ownsync(['sync', '--config', file]);
    expect(ended.code).to.equal(4);
    expect(ended.err).to.contain('docs: the local folder is not there');
    mkdirSync(join(root, 'late'));
    expect((await ownsync(['sync', '--config', file])).code).to.equal(0);
  });

  it('brings a file from one computer to another, in words and as JSON', async () => {
    mkdirSync(join(root, 'one'));
    mkdirSync(join(root, 'two'));
    writeFileSync(join(root, 'one', 'hello.txt'), 'hello\n');
    const up = await ownsync(['sync', '--config', configure('one')]);
    expect(up).to.include({
      code: 0,
      out: 'docs: uploaded: hello.txt\ndocs: in sync: 1 uploaded\n',
      err: '',
    });
    const down = await ownsync(['sync', '--json', '--config', configure('two')]);
    expect(down).to.include({ code: 0, err: '' });
    const lines = down.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).to.deep.include({
      type: 'done',
      folder: 'docs',
      deed: 'downloaded',
      path: 'hello.txt',
    });
    expect(lines.at(-1)).to.include({ type: 'report', exit: 0 });
    expect(readFileSync(join(root, 'two', 'hello.txt'), 'utf8')).to.equal('hello\n');
  });

  it('Ctrl-C ends it cleanly: 130, a word, no stack trace', async () => {
    // A server that never greets: the sync waits for it.
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    const connected = once(silent, 'connection') as Promise<[Socket]>;
    mkdirSync(join(root, 'patient'));
    const file = configure('patient', { port });
    const ended = await ownsync(['sync', '--config', file], { interrupt: connected });
    (await connected)[0].destroy();
    silent.close();
    expect(ended.err).to.contain('docs: stopped');
    expect(ended.code).to.equal(130);
  });
});

describe('ownsync demo --once', function () {
  this.timeout(60_000);
  it('shows its tour, ends with all equal, and leaves nothing behind', async () => {
    const place = mkdtempSync(join(tmpdir(), 'ownsync-test-'));
    try {
      const ended = await ownsync(['demo', '--once'], { env: { TMPDIR: place } });
      expect(ended, ended.err).to.include({ code: 0, err: '' });
      expect(ended.out)
        .to.contain('letter (conflict from ')
        .and.contain('All three are equal, byte for byte.');
      expect(readdirSync(place).filter((name) => name.startsWith('ownsync-demo-'))).to.deep.equal(
        [],
      );
    } finally {
      rmSync(place, { recursive: true });
    }
  });
});
