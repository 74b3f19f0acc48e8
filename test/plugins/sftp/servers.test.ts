/**
 * What only real servers can show: rights, full disks, names that are no UTF-8, what they tell about themselves.
 */
import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import type { Transport } from '../../../src/plugin-api.ts';
import { giveToOwner, serverOwner } from '../../servers/harness.ts';
import type { SshServer } from '../../servers/index.ts';
import { needs } from '../../support/skips.ts';
import {
  ended,
  failure,
  later,
  loginTo,
  open,
  serverNames,
  signal,
  source,
  start,
  textOf,
} from './support.ts';

const run = promisify(execFile);

for (const name of serverNames) {
  describe(`sftp: on ${name}`, () => {
    let server: SshServer;
    let transport: Transport;
    /** On disk, and of the transport. */
    let root: string;
    let tests = 0;

    before(async function () {
      server = await start(this, name, { lives: true });
    });
    after(() => server.stop());
    beforeEach(async () => {
      tests += 1;
      const directory = `test ${String(tests)}`;
      root = join(server.root, directory);
      await mkdir(root);
      await giveToOwner(root);
      transport = await open({ ...loginTo(server), root: directory });
    });
    afterEach(ended);

    it('what it is and can do is told', async () => {
      const about = await transport.about?.(signal);
      expect(about?.identity).to.match(name === 'openssh' ? /^SSH-2.0-OpenSSH_/ : /mod_sftp/);
      const offered = about?.facts.filter(({ value }) => value === 'offered');
      const extensions = ['posix-rename@openssh.com', 'fsync@openssh.com', 'statvfs@openssh.com'];
      expect(offered?.map((fact) => fact.name)).to.include.members(extensions);
      expect(transport.capabilities).to.deep.include({
        renameOnto: { file: 'replaces', directory: 'refuses' },
        copy: name === 'openssh',
        modified: 'set',
        nameBytes: 255,
      });
      expect(await transport.space?.(signal)).to.be.greaterThan(0);
    });

    it('a directory without the right to write is denied, with the server’s words', async () => {
      const locked = join(root, 'locked');
      await mkdir(locked);
      await writeFile(join(locked, 'file'), 'x');
      await giveToOwner(locked);
      await chmod(locked, 0o555);
      later(() => chmod(locked, 0o755));
      const denials = {
        write: () => transport.write('locked/new', source('x'), signal),
        makeDirectory: () => transport.makeDirectory('locked/new', signal),
        remove: () => transport.remove('locked/file', signal),
        rename: () => transport.rename('locked/file', 'moved', signal),
      };
      for (const [operation, attempt] of Object.entries(denials)) {
        const error = await failure(attempt());
        expect(error).to.include({ kind: 'denied', operation, outcome: 'not-done' });
        expect(error.serverSaid, operation).to.equal('Permission denied (3)');
      }
      chmodSync(locked, 0o000);
      expect((await failure(transport.list('locked', signal))).kind).to.equal('denied');
      expect((await failure(transport.look('locked/file', signal))).kind).to.equal('denied');
    });

    it('a full disk is no-space, and the work goes on when there is room', async function () {
      const disk = await mkdtemp(join(tmpdir(), 'ownsync-test-full-'));
      later(() => rm(disk, { recursive: true }));
      const owner = `uid=${String(serverOwner.uid)},gid=${String(serverOwner.gid)}`;
      const size = ['-t', 'tmpfs', '-o', `size=2m,${owner}`, 'none'];
      const mounted = await run('mount', [...size, disk]).then(
        () => true,
        () => false,
      );
      needs(this, 'a small disk', mounted, 'mounting a tmpfs needs the super-user');
      later(async () => {
        await run('umount', [disk]);
      });
      const small = await start(this, name, { root: disk });
      const full = await open(loginTo(small));
      for (const bytes of [5_000_000, 2_100_000]) {
        const attempt = full.write(`big${String(bytes)}`, source(Buffer.alloc(bytes)), signal);
        expect(await failure(attempt)).to.include({ kind: 'no-space', outcome: 'unknown' });
      }
      await full.remove('big5000000', signal);
      await full.write('small', source('fits'), signal);
      await full.close();
    });

    it('a name that is not UTF-8 makes its listing incomplete; one with a replacement mark does not', async () => {
      await transport.makeDirectory('odd', signal);
      await transport.write('odd/mark \uFFFD', source('x'), signal);
      const whole = await transport.list('odd', signal);
      expect(whole).to.deep.include({ complete: true });
      expect(whole.entries.map((entry) => entry.name)).to.deep.equal(['mark \uFFFD']);
      const latin1 = Buffer.concat([Buffer.from(join(root, 'odd', 'caf')), Buffer.from([0xe9])]);
      writeFileSync(latin1, 'x');
      later(() => rm(latin1));
      const torn = await transport.list('odd', signal);
      expect(torn.complete).to.equal(false);
      expect(torn.entries.map((entry) => entry.name)).to.deep.equal(['mark \uFFFD']);
    });

    it('a name without bytes, or with a NUL, is invalid and nothing is sent', async () => {
      for (const bad of ['half \uD83D', 'zero \0']) {
        const attempt = transport.write(bad, source('x'), signal);
        expect((await failure(attempt)).kind).to.equal('invalid-name');
        const renamed = transport.rename('x', bad, signal);
        expect((await failure(renamed)).kind).to.equal('invalid-name');
      }
      expect(readdirSync(root)).to.deep.equal([]);
    });

    it('pipes and sockets are other, and opening one holds nobody up', async () => {
      await run('mkfifo', [join(root, 'pipe')]);
      expect(await transport.look('pipe', signal)).to.have.property('kind', 'other');
      expect((await failure(transport.read('pipe', 0, signal))).kind).to.equal('precondition');
      const write = await failure(transport.write('pipe', source('x'), signal));
      expect(write.kind).to.equal('exists');
    });

    it('a file is written over in place, and keeps its rights', async () => {
      const file = join(root, 'file');
      await transport.write('file', source('a longer content'), signal);
      chmodSync(file, 0o640);
      const { ino } = statSync(file);
      await transport.write('file', source('short'), signal);
      expect(await textOf(transport, 'file')).to.equal('short');
      expect(statSync(file)).to.include({ ino, size: 5 });
      expect(statSync(file).mode & 0o777).to.equal(0o640);
    });

    it('thousands of entries in many directories at once, none missing', async () => {
      const names = Array.from({ length: 450 }, (_, at) => `file ${String(1000 + at)}`);
      const directories = Array.from({ length: 16 }, (_, at) => `directory ${String(at)}`);
      for (const directory of directories) {
        mkdirSync(join(root, directory));
        for (const file of names) writeFileSync(join(root, directory, file), '');
      }
      const listings = await Promise.all(
        directories.map((directory) => transport.list(directory, signal)),
      );
      for (const { entries, complete } of listings) {
        expect(complete).to.equal(true);
        expect(entries.map((entry) => entry.name).sort()).to.deep.equal(names);
      }
    });
  });
}
