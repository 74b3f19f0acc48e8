/**
 * The mount plugin keeps the transport contract on mounts that are other programs: davfs2 on a real Apache, sshfs on a real
 * OpenSSH. What is written behind the mount's back shows there when its caches let it: the bench waits for that.
 */
import { chown, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import mount from '../../plugins/mount/index.ts';
import type { Transport } from '../../src/plugin-api.ts';
import { describeTransport, type Bench } from '../../src/testkit/index.ts';
import { makeDavfs } from '../servers/davfs.ts';
import { findFuse, type FuseMount } from '../servers/fuse.ts';
import { findServer, serverOwner, startApache, startOpenssh } from '../servers/index.ts';
import type { RunningServer } from '../servers/index.ts';
import { makeSshfs } from '../servers/sshfs.ts';
import { needs } from '../support/skips.ts';

/** Every operation goes to a daemon and from there to a server: fewer rounds, and fewer files. */
const limits = { entries: 24, raceRounds: 20, largeFile: 1_000_001 };

describeTransport(
  'mount on davfs2 and Apache',
  async function () {
    const { reason } = findFuse('davfs2');
    needs(this, 'davfs2', reason === undefined, reason ?? '');
    const found = await findServer('apache');
    needs(this, 'apache', found.available, found.available ? '' : found.reason);
    const server = await startApache();
    const mounted = await makeDavfs(server);
    const home = process.env['HOME'];
    return benchOn(mounted, server, {
      // Once a second, at most, davfs2 asks again.
      visible: 1100,
      before: () => {
        process.env['HOME'] = mounted.home;
      },
      after: () => {
        process.env['HOME'] = home;
      },
    });
  },
  { limits },
);

describeTransport(
  'mount on sshfs and OpenSSH',
  async function () {
    const { reason } = findFuse('sshfs');
    needs(this, 'sshfs', reason === undefined, reason ?? '');
    const found = await findServer('openssh');
    needs(this, 'openssh', found.available, found.available ? '' : found.reason);
    const server = await startOpenssh();
    // The kernel remembers names and sizes for a second.
    return benchOn(await makeSshfs(server), server, { visible: 1100 });
  },
  { limits },
);

interface BenchOptions {
  /** Milliseconds until what was changed on the server shows through the mount. */
  readonly visible: number;
  readonly before?: () => void;
  readonly after?: () => void;
}

async function benchOn(
  mounted: FuseMount,
  server: RunningServer,
  { visible, before, after }: BenchOptions,
): Promise<Bench> {
  const cleanup = async (): Promise<void> => {
    after?.();
    await mounted.end();
    await server.stop();
  };
  const open = (): Promise<Transport> =>
    mount.open(mount.options.parse({ path: mounted.path }), {
      signal: AbortSignal.timeout(20_000),
      baseDirectory: tmpdir(),
      log: () => undefined,
    });
  const at = (path: string): string => join(server.root, path);
  try {
    await mounted.mount();
    before?.();
    return {
      transport: await open(),
      open,
      outside: {
        async write(path, bytes) {
          // What was asked within this time is not asked again.
          await sleep(visible);
          await writeFile(at(path), bytes);
          await chown(at(path), serverOwner.uid, serverOwner.gid);
          await sleep(visible);
        },
        read: (path) => readFile(at(path)),
        names: (path) => readdir(at(path)),
        async remove(path) {
          await rm(at(path));
          await sleep(visible);
        },
      },
      cleanup,
    };
  } catch (error) {
    await cleanup();
    throw error;
  }
}
