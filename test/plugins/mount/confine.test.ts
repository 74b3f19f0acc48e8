/**
 * Nothing leaves the root: neither a path, nor a link that somebody put on the store. And what is neither file nor
 * directory does no harm.
 */
import { execFileSync } from 'node:child_process';
import { mkdir, readFile, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { Transport } from '../../../src/plugin-api.ts';
import { needs } from '../../support/skips.ts';
import { openMount, refusedWith, signal, temporary, text } from './support.ts';

describe('mount: confined to its root', () => {
  let place: { path: string; remove: () => Promise<void> };
  let root: string;
  let outside: string;
  let transport: Transport;

  beforeEach(async () => {
    place = await temporary();
    root = join(place.path, 'root');
    outside = join(place.path, 'outside');
    await mkdir(root);
    await mkdir(outside);
    await writeFile(join(outside, 'file'), 'private');
    transport = await openMount(root);
  });
  afterEach(async () => {
    await transport.close();
    await place.remove();
  });

  for (const path of ['../outside/file', 'a/../../outside/file', '..', './x', 'a//b', 'a\0b']) {
    it(`refuses the path ${JSON.stringify(path)}`, async () => {
      await mkdir(join(root, 'a'));
      await refusedWith(transport.read(path, 0, signal), 'invalid-name');
      await refusedWith(transport.write(path, text('x'), signal), 'invalid-name');
      await refusedWith(transport.rename('a', path, signal), 'invalid-name');
      expect(await readFile(join(outside, 'file'), 'utf8')).to.equal('private');
    });
  }

  it('passes through no link to a directory, at any depth', async () => {
    await mkdir(join(root, 'a'));
    await symlink(outside, join(root, 'a', 'link'));
    await mkdir(join(outside, 'deep'));
    await writeFile(join(outside, 'deep', 'file'), 'private');
    const denied: (() => Promise<unknown>)[] = [
      () => transport.list('a/link/below', signal),
      () => transport.look('a/link/file', signal),
      () => transport.look('a/link/deep/file', signal),
      () => transport.remove('a/link/deep/file', signal),
      () => transport.list('a/link/deep', signal),
      () => transport.read('a/link/file', 0, signal),
      () => transport.write('a/link/new', text('x'), signal),
      () => transport.rename('a/link/file', 'stolen', signal),
      () => transport.rename('a', 'a/link/moved', signal),
      () => transport.remove('a/link/file', signal),
      () => transport.removeDirectory('a/link/below', signal),
      () => transport.makeDirectory('a/link/made', signal),
      async () => transport.setModified?.('a/link/file', 0, signal),
    ];
    for (const attempt of denied) await refusedWith(attempt(), 'denied');
    expect((await readdir(outside, { recursive: true })).sort()).to.deep.equal([
      'deep',
      join('deep', 'file'),
      'file',
    ]);
  });

  it('a link to a file is neither read, written, nor dated; removing it leaves its target', async () => {
    await symlink(join(outside, 'file'), join(root, 'link'));
    await refusedWith(transport.read('link', 0, signal), 'denied');
    await refusedWith(transport.write('link', text('x'), signal), 'denied');
    await refusedWith(
      transport.setModified?.('link', 0, signal) ?? Promise.resolve(),
      'precondition',
    );
    expect(await transport.look('link', signal)).to.have.property('kind', 'link');
    await transport.rename('link', 'renamed', signal);
    await transport.remove('renamed', signal);
    expect(await readFile(join(outside, 'file'), 'utf8')).to.equal('private');
  });

  it('the root itself may be a link: it is followed once, at the start', async () => {
    await writeFile(join(root, 'file'), 'x');
    await symlink(root, join(place.path, 'link'));
    const other = await openMount(join(place.path, 'link'));
    expect((await other.list('', signal)).entries.map(({ name }) => name)).to.deep.equal(['file']);
    await other.close();
  });

  it('a pipe is listed as other, and neither read nor written, without waiting', async function () {
    needs(this, 'mkfifo', process.platform !== 'win32', 'Windows has no named pipes of this kind');
    execFileSync('mkfifo', [join(root, 'pipe')]);
    const { entries } = await transport.list('', signal);
    expect(entries.map(({ name, kind }) => `${kind} ${name}`)).to.deep.equal(['other pipe']);
    await refusedWith(transport.read('pipe', 0, signal), 'precondition');
    await refusedWith(transport.write('pipe', text('x'), signal), 'unreachable');
  });

  it('a name that is not UTF-8 makes its listing incomplete', async function () {
    needs(this, 'Linux', process.platform === 'linux', 'elsewhere names are text, not bytes');
    await writeFile(join(root, 'good'), 'x');
    await writeFile(Buffer.concat([Buffer.from(`${root}/bad`), Buffer.from([0xff])]), 'x');
    const { entries, complete } = await transport.list('', signal);
    expect(entries.map(({ name }) => name)).to.deep.equal(['good']);
    expect(complete).to.equal(false);
  });

  it('a root that is moved away or made anew is no longer the store', async () => {
    await writeFile(join(root, 'file'), 'x');
    await rename(root, `${root} moved`);
    await refusedWith(transport.look('file', signal), 'unreachable');
    await mkdir(root);
    await refusedWith(transport.look('file', signal), 'unreachable');
    await refusedWith(transport.list('', signal), 'unreachable');
  });

  it('the root is never removed', async () => {
    await refusedWith(transport.removeDirectory('', signal), 'denied');
    expect((await transport.list('', signal)).entries).to.deep.equal([]);
  });

  it('counts relative paths from the config file', async () => {
    const other = await openMount(basename(root), false, dirname(root));
    await other.write('file', text('x'), signal);
    expect(await readdir(root)).to.deep.equal(['file']);
    await other.close();
  });

  it('refuses a directory that is missing, and a file in its place', async () => {
    const error = await refusedWith(openMount(join(root, 'missing')), 'unreachable');
    expect(error.message).to.contain('does not exist');
    await refusedWith(openMount(join(outside, 'file')), 'denied');
    await rm(root, { recursive: true });
    await refusedWith(openMount(root), 'unreachable');
  });
});
