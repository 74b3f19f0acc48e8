/**
 * What mounts of other programs have in common for tests: whether they can be had here, and mounting by the scripts that a
 * person would write into `mountCommand` and `unmountCommand`. Mounts below a fresh temporary directory only.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

export interface FuseMount {
  /** Where it is mounted. */
  readonly path: string;
  readonly mountCommand: string;
  readonly unmountCommand: string;
  mount(): Promise<void>;
  /** Returns when all that was written is on the server. */
  unmount(): Promise<void>;
  /** Unmounts, whatever it takes, and removes its directory. */
  end(): Promise<void>;
}

/** Where install.sh unpacked a program that mounts, or why it cannot be used here. */
export function findFuse(name: 'davfs2' | 'sshfs'): { home: string; reason?: string } {
  const base = process.env['OWNSYNC_SERVERS'] ?? join(homedir(), '.cache', 'ownsync-servers');
  const home = join(base, name);
  if (process.platform !== 'linux' || process.geteuid?.() !== 0) {
    return { home, reason: 'mounting needs Linux and the super-user' };
  }
  if (!existsSync('/dev/fuse')) return { home, reason: 'the kernel has no /dev/fuse' };
  if (!existsSync(join(home, '.complete'))) {
    return { home, reason: `${name} is not there: run test/servers/install.sh` };
  }
  return { home };
}

/** Directories of the libraries that a package brought along. */
export function libraryPath(home: string): string {
  const parts = ['usr/lib', 'lib'].flatMap((part) =>
    ['x86_64-linux-gnu', 'aarch64-linux-gnu'].map((arch) => join(home, part, arch)),
  );
  return parts.join(':');
}

export interface Scripts {
  /** Shell text; `$place` is the mount's own directory, `$mnt` the mount point. */
  readonly mount: string;
  readonly unmount: string;
}

/** `prepare` writes what the scripts need into the mount's own directory. */
export async function makeMount(
  name: string,
  prepare: (place: string) => Promise<Scripts>,
): Promise<FuseMount> {
  const place = await mkdtemp(join(tmpdir(), `ownsync-test-${name}-`));
  await chmod(place, 0o755);
  const shared = join(place, 'shared');
  const path = join(shared, 'mnt');
  await mkdir(path, { recursive: true });
  // What is mounted below it from another name space of mounts shows in this one.
  await execute('mount', ['--bind', shared, shared]);
  await execute('mount', ['--make-shared', shared]);
  const scripts = await prepare(place);
  const head = `#!/bin/sh\nset -eu\nplace='${place}'\nmnt='${path}'\n`;
  const command = async (what: keyof Scripts): Promise<string> => {
    const file = join(place, `${what}.sh`);
    await writeFile(file, head + scripts[what], { mode: 0o755 });
    return file;
  };
  const [mountCommand, unmountCommand] = [await command('mount'), await command('unmount')];
  return {
    ...{ path, mountCommand, unmountCommand },
    mount: async () => {
      await execute('sh', ['-c', `${mountCommand} </dev/null >${place}/log 2>&1`]).catch(
        async (cause: unknown) => {
          const said = await readFile(join(place, 'log'), 'utf8');
          throw new Error(`${name} did not mount: ${said}`, { cause });
        },
      );
    },
    unmount: async () => {
      await execute(unmountCommand);
    },
    end: async () => {
      await execute(unmountCommand).catch(() => undefined);
      for (const mounted of [path, shared]) {
        await execute('umount', ['-l', mounted]).catch(() => undefined);
      }
      await rm(place, { recursive: true, force: true });
    },
  };
}
