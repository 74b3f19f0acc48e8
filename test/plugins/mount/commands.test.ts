/**
 * The user's commands around a sync: what they mounted is unmounted whatever happened, what was mounted before stays, and
 * what goes wrong is told.
 */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { afterEach, before, beforeEach, describe, it } from 'mocha';
import { isMounted } from '../../../plugins/mount/root.ts';
import { Client } from '../../scenarios/client.ts';
import {
  mountTmpfs,
  needsMounting,
  openWith,
  refusedWith,
  signal,
  temporary,
  text,
} from './support.ts';

const run = promisify(execFile);

describe('mount: commands', function () {
  this.timeout(20_000);
  let place: { path: string; remove: () => Promise<void> };
  let notes: { path: string; remove: () => Promise<void> };
  /** One line for each command that was run. */
  const noted = async (): Promise<string[]> => {
    const lines = await readFile(join(notes.path, 'notes'), 'utf8').catch(() => '');
    return lines.split('\n').filter((line) => line !== '');
  };
  const note = (what: string): string => `echo ${what} >> '${join(notes.path, 'notes')}'`;
  const mounting = (): string => `mount -t tmpfs -o size=256k ownsync-test '${place.path}'`;
  const commands = (changed: Readonly<Record<string, unknown>> = {}): Record<string, unknown> => ({
    path: place.path,
    mountCommand: `${note('mount')}; ${mounting()}`,
    unmountCommand: `${note('unmount')}; umount '${place.path}'`,
    ...changed,
  });

  before(async function () {
    await needsMounting(this);
  });
  beforeEach(async () => {
    [place, notes] = [await temporary(), await temporary()];
  });
  afterEach(async () => {
    while (await isMounted(place.path)) await run('umount', ['-l', place.path]);
    await place.remove();
    await notes.remove();
  });

  it('mount before, unmount after, once each, and closing twice is fine', async () => {
    const transport = await openWith(commands());
    expect(await isMounted(place.path)).to.equal(true);
    await transport.write('file', text('x'), signal);
    await transport.close();
    await transport.close();
    expect(await isMounted(place.path)).to.equal(false);
    expect(await noted()).to.deep.equal(['mount', 'unmount']);
  });

  it('what was mounted already is used, and stays mounted', async () => {
    await mountTmpfs(place.path, 'size=64k');
    const transport = await openWith(commands());
    await transport.close();
    expect(await isMounted(place.path)).to.equal(true);
    expect(await noted()).to.deep.equal([]);
  });

  it('a file that is being read does not keep it mounted', async () => {
    const transport = await openWith(commands());
    await transport.write('file', text('x'.repeat(1000)), signal);
    const { stream } = await transport.read('file', 0, signal);
    await stream[Symbol.asyncIterator]().next();
    await transport.read('file', 0, signal);
    await transport.close();
    expect(await isMounted(place.path)).to.equal(false);
  });

  const failures: readonly (readonly [string, () => string, RegExp])[] = [
    [
      'fails',
      () => 'echo no such host >&2; exit 3',
      /the mountCommand failed \(3\): no such host$/,
    ],
    ['is not found', () => 'ownsync-no-such-program', /the mountCommand failed \(127\)/],
    ['mounts nothing', () => 'true', /ended well, and yet nothing is mounted at/],
    ['mounts, and then fails', () => `${mounting()}; exit 1`, /the mountCommand failed \(1\)/],
    ['is killed', () => 'kill -9 $$', /the mountCommand failed \(SIGKILL\)/],
  ];
  for (const [what, command, message] of failures) {
    it(`a mountCommand that ${what} is unreachable, in words, and leaves nothing mounted`, async () => {
      const error = await refusedWith(
        openWith(commands({ mountCommand: command() })),
        'unreachable',
      );
      expect(error.operation).to.equal('open');
      expect(error.message).to.match(message);
      expect(await isMounted(place.path)).to.equal(false);
    });
  }

  it('the command itself is never shown: it may hold a password', async () => {
    const mountCommand = 'false secret-7d1e';
    const error = await refusedWith(openWith(commands({ mountCommand })), 'unreachable');
    expect(error.message).not.to.contain('secret-7d1e');
  });

  it('one that never ends is ended with all that it started, at its time limit', async () => {
    const mountCommand = `${mounting()}; sleep 60 & sleep 60; ${note('too late')}`;
    const attempt = openWith(commands({ mountCommand, commandTimeout: 1 }));
    const error = await refusedWith(attempt, 'unreachable');
    expect(error.message).to.contain('the mountCommand did not end within 1 s');
    expect(await isMounted(place.path)).to.equal(false);
    expect(await noted()).to.deep.equal(['unmount']);
  });

  it('a daemon that it leaves behind, with its output open, holds nobody up', async () => {
    const mountCommand = `${mounting()}; (sleep 5 &)`;
    const begin = performance.now();
    const transport = await openWith(commands({ mountCommand }));
    await transport.close();
    expect(performance.now() - begin).to.be.lessThan(4000);
  });

  it('stopped while it mounts: cancelled, and nothing stays mounted', async () => {
    const control = new AbortController();
    const mountCommand = `${mounting()}; ${note('mounted')}; sleep 60`;
    const attempt = openWith(commands({ mountCommand }), '/', control.signal);
    while (!(await noted()).includes('mounted')) await new Promise((go) => setTimeout(go, 20));
    control.abort(new Error('enough'));
    await refusedWith(attempt, 'cancelled');
    expect(await isMounted(place.path)).to.equal(false);
  });

  it('an unmountCommand that leaves it mounted is told, after some tries', async () => {
    const unmountCommand = `${note('unmount')}; echo target is busy >&2; exit 32`;
    const transport = await openWith(commands({ unmountCommand }));
    const error = await refusedWith(transport.close(), 'unreachable');
    expect(error.operation).to.equal('close');
    expect(error.message).to.contain('the unmountCommand failed (32): target is busy');
    expect((await noted()).filter((line) => line === 'unmount').length).to.be.greaterThan(1);
  });

  it('a person is told what stays mounted, and what could not be mounted', async () => {
    const store = (changed: Readonly<Record<string, unknown>>): string[] =>
      Object.entries({ plugin: 'mount', ...commands(changed) }).map(
        ([key, value]) => `${key}: ${JSON.stringify(value)}`,
      );
    const unmountCommand = 'echo target is busy >&2; exit 32';
    const client = new Client(notes.path, 'laptop', { store: store({ unmountCommand }) });
    const busy = await client.show();
    expect(busy.code, busy.out).to.equal(0);
    expect(busy.err).to.match(/store "place": .*the unmountCommand failed \(32\): target is busy/);
    await run('umount', [place.path]);
    client.configure({ store: store({ mountCommand: 'echo no such host >&2; exit 1' }) });
    const failed = await client.show();
    expect(failed.code).to.equal(1);
    expect(failed.out + failed.err).to.contain('the mountCommand failed (1): no such host');
  });
});
