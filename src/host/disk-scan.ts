/**
 * The scan: every path below the root that is not ignored, level by level. The thread reads directories, this file asks the
 * ignore rules and decides where to descend, so that an ignored directory is never read. It changes nothing.
 */
import type { LocalProblem, LocalScan, LocalStat, LocalTree } from '../core/ports/local-tree.ts';
import { absolute, isOurs, TEMPORARY_PREFIX } from './disk.ts';
import type { Disk } from './disk.ts';
import { missingRoot } from './disk-errors.ts';
import { look } from './disk-stat.ts';
import { listInThread } from './scan-thread.ts';
import type { Directory, Listed, Listing, Trouble } from './scan-list.ts';

type Ignored = Parameters<LocalTree['scan']>[0];

/** Directories in one message to the thread, and messages on their way: enough to keep both sides at work. */
const BATCH = 64;
const BATCHES_ASKED = 3;

interface Scan extends LocalScan {
  readonly entries: Map<string, LocalStat>;
  readonly problems: LocalProblem[];
  readonly untracked: Set<string>;
}

export interface DiskScan extends LocalScan {
  /** Temporary names that are not in use, beside users' files. */
  readonly leftovers: readonly string[];
}

interface Walk {
  readonly scan: Scan;
  readonly leftovers: string[];
  readonly ignored: Ignored;
  /** Directories that are still to be read, by path. */
  readonly queue: { readonly path: string; readonly id: string }[];
}

/** Fails with `missing-root` when the root is gone, or is another than before, at the start or at the end. */
export async function scanDisk(
  disk: Disk,
  ignored: Ignored,
  signal: AbortSignal,
): Promise<DiskScan> {
  signal.throwIfAborted();
  const rootId = rootIdOf(disk);
  const scan: Scan = { entries: new Map(), problems: [], untracked: new Set() };
  const walk: Walk = { scan, leftovers: [], ignored, queue: [{ path: '', id: rootId }] };
  const asked: { paths: string[]; reply: Promise<readonly Listing[]> }[] = [];
  for (;;) {
    while (asked.length < BATCHES_ASKED && walk.queue.length > 0) asked.push(ask(disk, walk));
    const next = asked.shift();
    if (next === undefined) break;
    const listings = await next.reply;
    signal.throwIfAborted();
    listings.forEach((listing, index) =>
      take(disk, walk, { path: next.paths[index] ?? '', listing }),
    );
  }
  if (rootIdOf(disk) !== rootId) throw missingRoot(disk.root);
  return { ...scan, leftovers: walk.leftovers };
}

function rootIdOf(disk: Disk): string {
  const found = look(disk.root);
  if (found?.kind !== 'directory' || (disk.rootId !== undefined && found.id !== disk.rootId))
    throw missingRoot(disk.root);
  return found.id;
}

function ask(disk: Disk, walk: Walk): { paths: string[]; reply: Promise<readonly Listing[]> } {
  const batch = walk.queue.splice(0, BATCH);
  const directories: Directory[] = batch.map(({ path, id }) => ({
    place: absolute(disk, path),
    id,
  }));
  const reply = listInThread(directories);
  // It is awaited in its turn; until then a failure must not count as unhandled.
  reply.catch(() => undefined);
  return { paths: batch.map(({ path }) => path), reply };
}

function take(disk: Disk, walk: Walk, { path, listing }: { path: string; listing: Listing }): void {
  if (listing === 'gone' && path !== '') {
    walk.scan.entries.delete(path);
    return;
  }
  if (typeof listing === 'string') throw missingRoot(disk.root);
  if ('failed' in listing) {
    const message = `"${path}" cannot be read: ${listing.failed}. What is in it is left as it is.`;
    walk.scan.problems.push({ path, kind: 'unreadable', message });
    return;
  }
  const prefix = path === '' ? '' : `${path}/`;
  for (const listed of listing.entries)
    takeEntry(walk, { parent: path, path: prefix + listed[0], listed });
}

function takeEntry(
  walk: Walk,
  { parent, path, listed }: { parent: string; path: string; listed: Listed },
): void {
  const [name, found] = listed;
  if (isOurs(name, parent === '')) {
    if (name.startsWith(TEMPORARY_PREFIX)) walk.leftovers.push(path);
    return;
  }
  if (walk.ignored(path, found.kind === 'directory')) {
    if (parent !== '') walk.scan.untracked.add(parent);
    return;
  }
  if ('what' in found) {
    walk.scan.problems.push({ path, kind: found.kind, message: messageOf(path, found) });
    // It is not synced and keeps its directory from being empty, as something ignored does.
    if (parent !== '') walk.scan.untracked.add(parent);
    return;
  }
  walk.scan.entries.set(path, found);
  if (found.kind === 'directory') walk.queue.push({ path, id: found.id });
}

function messageOf(path: string, { kind, what }: Trouble): string {
  if (kind === 'special')
    return `"${path}" is ${what}: only files, directories and links are synced.`;
  if (kind === 'name') return `"${path}" is not synced: ${what}.`;
  return `"${path}" cannot be looked at: ${what}. It is left as it is.`;
}
