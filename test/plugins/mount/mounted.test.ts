/**
 * A share that is not mounted is never an empty store: not at the start, and not when it goes away meanwhile. And what a
 * full or read-only disk answers.
 */
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { afterEach, before, beforeEach, describe, it } from 'mocha';
import type { Transport } from '../../../src/plugin-api.ts';
import {
  mountTmpfs,
  needsMounting,
  openMount,
  refusedWith,
  remountReadOnly,
  signal,
  temporary,
  text,
  unmount,
} from './support.ts';

describe('mount: requireMount without a mount', () => {
  it('refuses a directory where nothing is mounted, and says what to do', async () => {
    const place = await temporary();
    const error = await refusedWith(openMount(place.path, true), 'unreachable');
    expect(error.message).to.contain(`nothing is mounted at ${place.path}`);
    expect(error.operation).to.equal('open');
    await place.remove();
  });
});

describe('mount: on a file system of its own', () => {
  let place: { path: string; remove: () => Promise<void> };
  let mounted = false;

  const gone = async (): Promise<void> => {
    await unmount(place.path);
    mounted = false;
  };

  before(async function () {
    await needsMounting(this);
  });
  beforeEach(async () => {
    place = await temporary();
    await mountTmpfs(place.path, 'size=256k');
    mounted = true;
  });
  afterEach(async () => {
    if (mounted) await gone();
    await place.remove();
  });

  it('requireMount accepts the mount point, also reached through a link, but not a directory below it', async () => {
    const transport = await openMount(place.path, true);
    expect((await transport.list('', signal)).complete).to.equal(true);
    await symlink(place.path, join(place.path, 'link'));
    const linked = await openMount(join(place.path, 'link'), true);
    expect((await linked.list('', signal)).entries).to.have.length(1);
    await mkdir(join(place.path, 'below'));
    await refusedWith(openMount(join(place.path, 'below'), true), 'unreachable');
  });

  for (const requireMount of [true, false]) {
    it(`unmounted meanwhile, nothing is absent, empty or written (requireMount: ${requireMount})`, async () => {
      const transport = await openMount(place.path, requireMount);
      await transport.makeDirectory('directory', signal);
      await transport.write('directory/file', text('kept'), signal);
      await gone();
      for (const [operation, attempt] of everyOperation(transport)) {
        const error = await refusedWith(attempt(), 'unreachable');
        expect(error.operation, operation).to.equal(operation);
      }
      expect(await readdir(place.path), 'below the mount point').to.deep.equal([]);
      await transport.close();
    });
  }

  it('another file system mounted over it is not taken for the one that was opened', async () => {
    const transport = await openMount(place.path, true);
    await transport.write('file', text('kept'), signal);
    await mountTmpfs(place.path, 'size=64k');
    await refusedWith(transport.list('', signal), 'unreachable');
    await refusedWith(transport.look('file', signal), 'unreachable');
    await unmount(place.path);
    expect(await transport.look('file', signal)).to.have.property('kind', 'file');
  });

  it('a full disk is no-space, and smaller files still go', async () => {
    const transport = await openMount(place.path);
    const large = 'x'.repeat(512 * 1024);
    await refusedWith(transport.write('large', text(large), signal), 'no-space');
    await transport.remove('large', signal);
    await transport.write('small', text('x'), signal);
    expect(await transport.space?.(signal)).to.be.within(1, 256 * 1024);
  });

  it('a read-only disk is denied, for every change, and still reads', async () => {
    await writeFile(join(place.path, 'file'), 'kept');
    const transport = await openMount(place.path);
    await remountReadOnly(place.path);
    await refusedWith(transport.write('new', text('x'), signal), 'denied');
    await refusedWith(transport.makeDirectory('new', signal), 'denied');
    await refusedWith(transport.rename('file', 'new', signal), 'denied');
    await refusedWith(transport.remove('file', signal), 'denied');
    const names = (await transport.list('', signal)).entries.map(({ name }) => name);
    expect(names).to.deep.equal(['file']);
  });
});

function everyOperation(transport: Transport): [string, () => Promise<unknown>][] {
  const path = 'directory/file';
  return [
    ['list', () => transport.list('', signal)],
    ['list', () => transport.list('directory', signal)],
    ['look', () => transport.look(path, signal)],
    ['look', () => transport.look('', signal)],
    ['read', () => transport.read(path, 0, signal)],
    ['write', () => transport.write('new', text('x'), signal)],
    ['rename', () => transport.rename(path, 'new', signal)],
    ['remove', () => transport.remove(path, signal)],
    ['removeDirectory', () => transport.removeDirectory('directory', signal)],
    ['makeDirectory', () => transport.makeDirectory('made', signal)],
    ['setModified', async () => transport.setModified?.(path, 0, signal)],
    ['space', async () => transport.space?.(signal)],
  ];
}
