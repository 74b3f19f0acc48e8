/**
 * The directory that is the store: found once at the start, and asked again around every operation whether it is still
 * the same one. An unmounted share leaves an empty directory behind, and that must never pass for an empty store.
 */
import { readFile, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { asTransportError, codeOf, refusal, type Attempt } from './errors.ts';
import { mountAt, mountOf, parseFstab, parseMountTable, type Mount } from './mount-table.ts';
import { natureOf, type Nature } from './nature.ts';

export interface Root {
  /** Absolute, without links. */
  readonly path: string;
  /** Type of its file system where the system tells it. */
  readonly type: string | undefined;
  /** What is mounted there, where the system tells it: a device, `host:/export`, an address. */
  readonly source?: string | undefined;
  readonly nature: Nature;
  /** Where that file system is mounted. */
  readonly mountPoint: string | undefined;
  readonly device: bigint;
  /** Throws `unreachable` when another directory is there now. */
  readonly check: (attempt: Attempt) => Promise<void>;
}

export async function openRoot(
  path: string,
  { requireMount = false }: { readonly requireMount?: boolean | undefined },
): Promise<Root> {
  const attempt: Attempt = { operation: 'open', path: '' };
  const real = await realpath(path).catch((error: unknown) => {
    if (codeOf(error) !== 'ENOENT') throw asTransportError(error, attempt);
    throw refusal('unreachable', attempt, `the directory ${path} does not exist; is it mounted?`);
  });
  const before = await identify(real, attempt);
  if (!before.directory) throw refusal('denied', attempt, `${path} is not a directory`);
  const mounts = await mountTable();
  if (requireMount && !(await isMountPoint(real, before.device, mounts))) {
    const advice = 'mount it, or set requireMount to false if this directory itself is the store';
    throw refusal('unreachable', attempt, `nothing is mounted at ${path}; ${advice}`);
  }
  const own = mounts === undefined ? undefined : mountOf(mounts, real);
  return {
    path: real,
    ...{ type: own?.type, source: own?.source, nature: natureOf(own), mountPoint: own?.point },
    device: before.device,
    check: async (later) => {
      const now = await identify(real, later);
      if (now.device === before.device && now.inode === before.inode) return;
      const reason = `${path} is no longer the directory that was opened; was it unmounted?`;
      throw refusal('unreachable', later, reason);
    },
  };
}

async function identify(
  path: string,
  attempt: Attempt,
): Promise<{ device: bigint; inode: bigint; directory: boolean }> {
  try {
    const found = await stat(path, { bigint: true });
    return { device: found.dev, inode: found.ino, directory: found.isDirectory() };
  } catch (error) {
    // A root that cannot be looked at says nothing about what is below it, whatever the code.
    const kind = codeOf(error) === 'EACCES' ? 'denied' : 'unreachable';
    throw refusal(kind, attempt, `the directory ${path} cannot be reached (${codeOf(error)})`);
  }
}

/** Whether something is mounted exactly there. Also of what is mounted and does not answer any more. */
export async function isMounted(path: string): Promise<boolean> {
  const real = await realpath(path).catch(() => undefined);
  const parent = real === undefined ? await realpath(dirname(path)).catch(() => undefined) : '';
  if (parent === undefined) return false;
  const place = real ?? join(parent, basename(path));
  const mounts = await mountTable();
  if (mounts !== undefined) return mountAt(mounts, place) !== undefined;
  const found = await stat(place, { bigint: true }).catch(() => undefined);
  return found !== undefined && (await isMountPoint(place, found.dev, undefined));
}

/** Whether the system's own list says that something belongs there, mounted or not. */
export async function belongsMounted(path: string, fstab = '/etc/fstab'): Promise<boolean> {
  const text = await readFile(fstab, 'utf8').catch(() => '');
  const real = await realpath(path).catch(() => path);
  return parseFstab(text).some((point) => point === path || point === real);
}

async function mountTable(): Promise<readonly Mount[] | undefined> {
  const text = await readFile('/proc/self/mountinfo', 'utf8').catch(() => undefined);
  return text === undefined ? undefined : parseMountTable(text);
}

async function isMountPoint(
  path: string,
  device: bigint,
  mounts: readonly Mount[] | undefined,
): Promise<boolean> {
  if (mounts !== undefined) return mountAt(mounts, path) !== undefined;
  const parent = dirname(path);
  return parent === path || (await stat(parent, { bigint: true })).dev !== device;
}
