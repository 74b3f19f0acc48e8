/**
 * What mounts of other programs do on real servers: davfs2 on Apache, sshfs on OpenSSH. When a write counts, what a rename
 * must not destroy, and three computers in sync of which only some use the mount.
 */
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { chmod, mkdir, open, readFile, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import mount from '../../../plugins/mount/index.ts';
import { isMounted } from '../../../plugins/mount/root.ts';
import type { SyncReport } from '../../../src/core/ports/folder.ts';
import type { Transport } from '../../../src/plugin-api.ts';
import { differences, readTree } from '../../corpus/tree.ts';
import { Client } from '../../scenarios/client.ts';
import { PLACE } from '../../scenarios/stores.ts';
import { makeDavfs, type DavfsMount } from '../../servers/davfs.ts';
import { findFuse, type FuseMount } from '../../servers/fuse.ts';
import { findServer, startApache, startOpenssh, type RunningServer } from '../../servers/index.ts';
import { makeSshfs } from '../../servers/sshfs.ts';
import { needs, type Skippable } from '../../support/skips.ts';
import { openWith, refusedWith, signal, text } from './support.ts';

const cleanups: (() => unknown)[] = [];

async function ended(): Promise<void> {
  for (let end = cleanups.pop(); end !== undefined; end = cleanups.pop()) await end();
}

interface Share {
  readonly server: RunningServer;
  readonly mounts: readonly FuseMount[];
}

async function davfs(
  context: Skippable,
  { mounts = 1, delayUpload = 0 }: { mounts?: number; delayUpload?: number } = {},
): Promise<Share & { readonly mounts: readonly DavfsMount[] }> {
  const { reason } = findFuse('davfs2');
  needs(context, 'davfs2', reason === undefined, reason ?? '');
  const found = await findServer('apache');
  needs(context, 'apache', found.available, found.available ? '' : found.reason);
  const server = await startApache();
  cleanups.push(() => server.stop());
  const made: DavfsMount[] = [];
  for (let left = mounts; left > 0; left -= 1) {
    const one = await makeDavfs(server, { delayUpload });
    cleanups.push(() => one.end());
    made.push(one);
  }
  // The plugin reads davfs2's settings where a user has them.
  const home = process.env['HOME'];
  process.env['HOME'] = made[0]?.home;
  cleanups.push(() => {
    process.env['HOME'] = home;
  });
  return { server, mounts: made };
}

async function sshfs(context: Skippable): Promise<Share> {
  const { reason } = findFuse('sshfs');
  needs(context, 'sshfs', reason === undefined, reason ?? '');
  const found = await findServer('openssh');
  needs(context, 'openssh', found.available, found.available ? '' : found.reason);
  const server = await startOpenssh();
  cleanups.push(() => server.stop());
  const one = await makeSshfs(server);
  cleanups.push(() => one.end());
  return { server, mounts: [one] };
}

async function opened(mounted: FuseMount): Promise<Transport> {
  if (!(await isMounted(mounted.path))) await mounted.mount();
  const transport = await openWith({ path: mounted.path });
  cleanups.push(() => transport.close());
  return transport;
}

async function wholeText(transport: Transport, path: string): Promise<string> {
  const { stream } = await transport.read(path, 0, signal);
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe('mount: davfs2', function () {
  this.timeout(120_000);
  afterEach(ended);

  it('a write that is done is on the server, under a time that nobody asked for', async function () {
    const { server, mounts } = await davfs(this);
    const transport = await opened(mounts[0] as FuseMount);
    expect(transport.capabilities).to.include({ modified: 'read', resume: false });
    await transport.makeDirectory('directory', signal);
    for (let at = 0; at < 20; at += 1) {
      const source = { ...text(`content ${String(at)}`), modified: Date.UTC(2001, 1, 1) };
      const stamp = await transport.write(`directory/file ${String(at)}`, source, signal);
      const there = join(server.root, 'directory', `file ${String(at)}`);
      expect(readFileSync(there, 'utf8')).to.equal(`content ${String(at)}`);
      expect(Math.abs((stamp.modified ?? 0) - Date.now())).to.be.lessThan(60_000);
    }
  });

  it('a write that the server refuses fails, though the system says that it was stored', async function () {
    const { server, mounts } = await davfs(this);
    const transport = await opened(mounts[0] as FuseMount);
    await transport.makeDirectory('locked', signal);
    await chmod(join(server.root, 'locked'), 0o555);
    cleanups.push(() => chmod(join(server.root, 'locked'), 0o755));
    const error = await refusedWith(transport.write('locked/file', text('x'), signal), 'unknown');
    expect(error.message).to.contain('the server behind the mount did not take the file');
    expect(await transport.look('locked/file', signal)).to.equal('absent');
    await transport.write('free', text('goes on'), signal);
  });

  it('a file that has grown on the server is read whole or not at all', async function () {
    const { server, mounts } = await davfs(this);
    const transport = await opened(mounts[0] as FuseMount);
    await transport.write('file', text('short'), signal);
    const place = join(server.root, 'file');
    // The daemon asks anew in each second of the clock, the kernel a second after it last asked the daemon.
    const at = (milliseconds: number): Promise<unknown> =>
      new Promise((go) => setTimeout(go, (milliseconds - (Date.now() % 1000) + 1000) % 1000));
    let before = 'short';
    for (let round = 1; round <= 4; round += 1) {
      const longer = 'long '.repeat(round * 20);
      await at(700);
      await transport.look('file', signal);
      writeFileSync(place, longer);
      await at(100);
      const cut = await wholeText(transport, 'file').catch((error: unknown) => error);
      if (!(cut instanceof Error)) expect([before, longer]).to.include(cut);
      await at(300);
      await at(300);
      expect(await wholeText(transport, 'file')).to.equal(longer);
      before = longer;
    }
  });

  it('with uploads delayed it is refused with the way on, and unmounted again', async function () {
    const { mounts } = await davfs(this, { delayUpload: 10 });
    const { path, mountCommand, unmountCommand } = mounts[0] as FuseMount;
    const error = await refusedWith(
      openWith({ path, mountCommand, unmountCommand }),
      'unsupported',
    );
    expect(error.message).to.contain('delay_upload 0').and.contain('mount it again');
    expect(await isMounted(path)).to.equal(false);
  });

  it('as it is, it renames a directory over one with content: the plugin does not', async function () {
    const { server, mounts } = await davfs(this);
    const transport = await opened(mounts[0] as FuseMount);
    expect(transport.capabilities.renameOnto.directory).to.equal('unknown');
    for (const name of ['one', 'two', 'many']) {
      await transport.makeDirectory(name, signal);
      await transport.write(`${name}/${name}`, text(name), signal);
    }
    await transport.write('many/more', text('more'), signal);
    for (const [from, to] of [
      ['one', 'two'],
      ['many', 'two'],
    ] as const) {
      await refusedWith(transport.rename(from, to, signal), 'not-empty');
    }
    expect(await readdir(join(server.root, 'two'))).to.deep.equal(['two']);
    await transport.rename('one', 'three', signal);
    await transport.rename('many', 'four', signal);
    expect((await readdir(server.root)).sort()).to.deep.equal(['four', 'three', 'two']);
    expect((await readdir(join(server.root, 'four'))).sort()).to.deep.equal(['many', 'more']);
  });

  it('of directories from two mounts and from the server’s disk, one wins, and nothing is lost', async function () {
    const { server, mounts } = await davfs(this, { mounts: 2 });
    const transports = await Promise.all(mounts.map((one) => opened(one)));
    for (let round = 0; round < 8; round += 1) {
      const racers = transports.map((transport, at) => ({ transport, name: `racer${String(at)}` }));
      for (const { transport, name } of racers) {
        await transport.makeDirectory(name, signal);
        await transport.makeDirectory(`${name}/${name}`, signal);
        await transport.write(`${name}/${name}/holder`, text(name), signal);
      }
      const outcomes = await Promise.allSettled([
        ...racers.map(({ transport, name }) => transport.rename(name, 'goal', signal)),
        mkdir(join(server.root, 'goal')),
      ]);
      const inside = await readdir(join(server.root, 'goal'));
      const winners = racers.filter((_, at) => outcomes[at]?.status === 'fulfilled');
      expect(inside, `round ${String(round)}`).to.deep.equal(winners.map(({ name }) => name));
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
      for (const { name } of racers) {
        const from = inside.includes(name) ? ['goal', name] : [name, name];
        expect(await readFile(join(server.root, ...from, 'holder'), 'utf8')).to.equal(name);
      }
      for (const name of ['goal', 'racer0', 'racer1']) {
        rmSync(join(server.root, name), { recursive: true, force: true });
      }
      // Both mounts ask again.
      await new Promise((go) => setTimeout(go, 1100));
      for (const transport of transports) await transport.list('', signal);
    }
  });

  it('what the daemon keeps to itself is not listed', async function () {
    const { mounts } = await davfs(this);
    const transport = await opened(mounts[0] as FuseMount);
    expect(await readdir(mounts[0]?.path ?? '')).to.include('lost+found');
    expect((await transport.list('', signal)).entries).to.deep.equal([]);
    expect(await transport.space?.(signal)).to.equal(undefined);
  });
});

describe('mount: sshfs', function () {
  this.timeout(60_000);
  afterEach(ended);

  it('a refusal of the server is told as what it is about', async function () {
    const { server, mounts } = await sshfs(this);
    const transport = await opened(mounts[0] as FuseMount);
    expect(transport.capabilities.renameOnto.directory).to.equal('refuses');
    for (const name of ['one', 'two']) {
      await transport.makeDirectory(name, signal);
      await transport.write(`${name}/file`, text(name), signal);
    }
    await refusedWith(transport.rename('one', 'two', signal), 'not-empty');
    await refusedWith(transport.rename('one/file', 'two', signal), 'exists');
    expect(await readdir(server.root), 'nothing of the trial is left').to.have.length(2);
  });

  it('a file that was read a moment ago is gone when it is removed, and its directory can go', async function () {
    const { mounts } = await sshfs(this);
    const transport = await opened(mounts[0] as FuseMount);
    for (let round = 0; round < 50; round += 1) {
      await transport.makeDirectory('directory', signal);
      await transport.write('directory/file', text('content'), signal);
      expect(await wholeText(transport, 'directory/file')).to.equal('content');
      await transport.remove('directory/file', signal);
      const { entries } = await transport.list('directory', signal);
      expect(entries.map(({ name }) => name)).to.deep.equal([]);
      await transport.removeDirectory('directory', signal);
    }
  });

  it('a file that another program still reads is listed under what the mount calls it now', async function () {
    const { mounts } = await sshfs(this);
    const [one] = mounts as [FuseMount];
    const transport = await opened(one);
    await transport.makeDirectory('directory', signal);
    await transport.write('directory/file', text('content'), signal);
    const reading = await open(join(one.path, 'directory', 'file'));
    cleanups.push(() => reading.close().catch(() => undefined));
    await transport.remove('directory/file', signal);
    const { entries } = await transport.list('directory', signal);
    expect(entries[0]?.name).to.match(/^\.fuse_hidden/);
    await refusedWith(transport.removeDirectory('directory', signal), 'not-empty');
    const ending = new Promise((go) => setTimeout(go, 100)).then(() => reading.close());
    await transport.removeDirectory('directory', signal);
    await ending;
  });

  it('for a run that only looks, nothing is tried on it, and less is claimed', async function () {
    const { server, mounts } = await sshfs(this);
    const one = mounts[0] as FuseMount;
    await one.mount();
    await chmod(server.root, 0o777);
    const before = statSync(server.root).mtimeMs;
    const transport = await mount.open(mount.options.parse({ path: one.path }), {
      ...{ signal, baseDirectory: '/', log: () => undefined, mayWrite: false },
    });
    expect(transport.capabilities.renameOnto.directory).to.equal('unknown');
    expect(statSync(server.root).mtimeMs).to.equal(before);
    await transport.close();
    await (await openWith({ path: one.path })).close();
    expect(statSync(server.root).mtimeMs, 'otherwise it is tried').not.to.equal(before);
  });

  it('when its daemon has ended, it is unreachable, and the commands mount it anew', async function () {
    const { mounts } = await sshfs(this);
    const one = mounts[0] as FuseMount;
    const transport = await opened(one);
    await transport.write('file', text('kept'), signal);
    await kill(one.path);
    await refusedWith(transport.list('', signal), 'unreachable');
    await transport.close();
    const { path, mountCommand, unmountCommand } = one;
    const again = await openWith({ path, mountCommand, unmountCommand });
    expect((await again.list('', signal)).entries.map(({ name }) => name)).to.deep.equal(['file']);
    await again.close();
    expect(await isMounted(path)).to.equal(false);
  });
});

/** Ends the sshfs that was started for this mount point, as when it crashes. */
async function kill(path: string): Promise<void> {
  const isIt = (pid: string): boolean => {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      return words[0]?.endsWith('/sshfs') === true && words.includes(path);
    } catch {
      return false;
    }
  };
  const found = (): string[] =>
    readdirSync('/proc').filter((name) => /^\d+$/.test(name) && isIt(name));
  expect(found()).to.have.length(1);
  for (const pid of found()) process.kill(Number(pid), 'SIGKILL');
  while (found().length > 0) await new Promise((go) => setTimeout(go, 20));
}

/**
 * Syncs in turn until nobody has anything to do. A problem counts when it stays: what a mount keeps to itself can take a
 * turn to show.
 */
async function settle(clients: readonly Client[]): Promise<void> {
  let reports: SyncReport[] = [];
  for (let turn = 1; turn <= 12; turn += 1) {
    reports = [];
    for (const client of clients) reports.push(await client.sync());
    const quiet = reports.every(
      ({ inSync, done, problems }) =>
        inSync && problems.length === 0 && Object.values(done).every((count) => count === 0),
    );
    if (quiet) return;
  }
  const told = reports.map(({ done, problems }) => JSON.stringify({ done, problems }));
  throw new Error(`not quiet after 12 turns:\n${told.join('\n')}`);
}

function put(root: string, path: string, content: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

describe('mount: computers in sync', function () {
  this.timeout(180_000);
  let mask: number | undefined;
  beforeEach(() => {
    // The server runs as another user, and has to change what the computer on its disk made.
    mask = process.umask(0);
  });
  afterEach(async () => {
    process.umask(mask ?? 0o022);
    await ended();
  });

  const kinds = {
    'two through davfs2': (context: Skippable) => davfs(context, { mounts: 2 }),
    'one through sshfs': sshfs,
  };
  for (const [name, share] of Object.entries(kinds)) {
    it(`${name}, mounted around each sync, and one on the served directory`, async function () {
      const { server, mounts } = await share(this);
      const root = mkdtempSync(join(tmpdir(), 'ownsync-test-shares-'));
      cleanups.push(() => rmSync(root, { recursive: true }));
      const mounted = mounts.map(({ path, mountCommand, unmountCommand }, at) => {
        const settings = { plugin: 'mount', path, mountCommand, unmountCommand };
        const store = Object.entries(settings).map(([key, value]) => `${key}: ${value}`);
        return new Client(root, `mounted${String(at)}`, { store });
      });
      const direct = new Client(root, 'direct', {
        store: ['plugin: mount', `path: ${server.root}`],
      });
      const all = [...mounted, direct];
      for (const client of all) put(client.folder, `by ${client.name}.txt`, client.name);
      put(direct.folder, 'tree/deep/süß.txt', 'deep');
      put(all[0]?.folder ?? '', 'pictures/a', 'a');
      put(all[0]?.folder ?? '', 'pictures/b', 'b');
      await settle(all);
      const first = readTree(direct.folder);
      expect([...first.values()].filter(({ kind }) => kind === 'file')).to.have.length(
        all.length + 3,
      );

      put(direct.folder, 'tree/deep/süß.txt', 'edited on the disk');
      rmSync(join(all[0]?.folder ?? '', 'pictures', 'a'));
      put(server.root, `${PLACE}/put there.txt`, 'by another program');
      for (const client of all) put(client.folder, 'both.txt', `written by ${client.name}`);
      await settle(all);
      const tree = readTree(direct.folder);
      for (const client of mounted) {
        expect(differences(readTree(client.folder), tree), client.name).to.deep.equal([]);
      }
      expect(tree.has('pictures/a')).to.equal(false);
      expect(tree.has('put there.txt')).to.equal(true);
      const both = [...tree.keys()].filter((path) => path.startsWith('both'));
      expect(both).to.have.length(all.length);
      for (const { path } of mounts) expect(await isMounted(path), 'left behind').to.equal(false);
    });
  }
});
