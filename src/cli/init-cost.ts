/**
 * What joining a folder will cost: what is here, what is on the store, and what has to travel. Looks by name, size and time only,
 * reads no content, and changes nothing anywhere.
 */
import pMap from 'p-map';
import { ignoreRules } from '../config/ignore.ts';
import { isReserved, join } from '../core/model/path.ts';
import { looksAlike } from '../core/model/stamp.ts';
import type { LocalStat } from '../core/ports/local-tree.ts';
import type { Stamp, Transport } from '../core/ports/transport.ts';
import { readTextFile } from '../host/disk-read.ts';
import { openDisk } from '../host/disk-root.ts';
import { scanDisk } from '../host/disk-scan.ts';
import { withDryRun } from '../transport/layers/dry-run.ts';
import { withRoot } from '../transport/layers/root.ts';
import { count, size } from './words.ts';

interface Amount {
  readonly files: number;
  readonly bytes: number;
}

export interface Cost {
  readonly here: Amount;
  readonly there: Amount;
  readonly upload: Amount;
  readonly download: Amount;
  /** On both sides, with the same size and time: taken as equal where records tell so. */
  readonly alike: number;
  /** On both sides, with the same size: only their contents can tell. */
  readonly unclear: number;
  /** On both sides, with different sizes. */
  readonly different: number;
  /** Another computer has put the folder there with ownsync: what is on the store is known by its records. */
  readonly isJoined: boolean;
  /** Bytes free on the store; undefined: it does not say. */
  readonly free: number | undefined;
}

interface Place {
  /** Absolute. */
  readonly local: string;
  /** On the store. */
  readonly path: string;
  readonly ignore: readonly string[];
}

/** Fails with LocalError or TransportError. */
export async function costOf(
  transport: Transport,
  { local, path, ignore }: Place,
  signal: AbortSignal,
): Promise<Cost> {
  const disk = openDisk(local);
  const ignored = ignoreRules(ignore)((await readTextFile(disk, '.ownsyncignore')) ?? '');
  const { entries } = await scanDisk(disk, ignored, signal);
  const store = withDryRun(withRoot(transport, path));
  const found = await listAll(store, ignored, signal);
  return {
    ...judge(entries, found.files),
    isJoined: found.isJoined,
    free: await freeOn(transport),
  };

  async function freeOn(asked: Transport): Promise<number | undefined> {
    return await asked.space?.(signal);
  }
}

interface Found {
  readonly files: ReadonlyMap<string, Stamp>;
  readonly isJoined: boolean;
}

async function listAll(
  store: Transport,
  ignored: (path: string, isDirectory: boolean) => boolean,
  signal: AbortSignal,
): Promise<Found> {
  const files = new Map<string, Stamp>();
  let isJoined = false;
  let level = [''];
  while (level.length > 0) {
    const listings = await pMap(
      level,
      async (directory) => ({ directory, ...(await store.list(directory, signal)) }),
      { concurrency: store.capabilities.parallel },
    );
    level = [];
    for (const { directory, entries } of listings) {
      for (const { name, kind, stamp } of entries) {
        const path = join(directory, name);
        isJoined ||= path === '.ownsync' && kind === 'directory';
        if (isReserved(path) || ignored(path, kind === 'directory')) continue;
        if (kind === 'file') files.set(path, stamp);
        if (kind === 'directory') level.push(path);
      }
    }
  }
  return { files, isJoined };
}

/** Sorts all files by what a join makes of them. Pure. */
export function judge(
  here: ReadonlyMap<string, LocalStat>,
  there: ReadonlyMap<string, Stamp>,
): Omit<Cost, 'isJoined' | 'free'> {
  const amounts = { here: nothing(), there: nothing(), upload: nothing(), download: nothing() };
  const kinds = { alike: 0, unclear: 0, different: 0 };
  for (const [path, stat] of here) {
    if (stat.kind !== 'file') continue;
    add(amounts.here, stat.size);
    const stamp = there.get(path);
    if (stamp === undefined) add(amounts.upload, stat.size);
    else kinds[likeness(stamp, stat)] += 1;
  }
  for (const [path, stamp] of there) {
    add(amounts.there, stamp.size ?? 0);
    if (here.get(path)?.kind !== 'file') add(amounts.download, stamp.size ?? 0);
  }
  return { ...amounts, ...kinds };
}

function likeness(
  stamp: Stamp,
  stat: LocalStat & { kind: 'file' },
): 'alike' | 'unclear' | 'different' {
  if (stamp.size !== undefined && stamp.size !== stat.size) return 'different';
  // Records know whole seconds.
  const modified = Math.floor(stat.mtime / 1000) * 1000;
  return looksAlike(stamp, stat.size, modified) === 'same' ? 'alike' : 'unclear';
}

function nothing(): { files: number; bytes: number } {
  return { files: 0, bytes: 0 };
}

function add(amount: { files: number; bytes: number }, bytes: number): void {
  amount.files += 1;
  amount.bytes += bytes;
}

/** For a person. */
export function costLines(cost: Cost, path: string): readonly string[] {
  const { here, there, upload, download, isJoined } = cost;
  const made = isJoined ? 'ownsync is used there already' : 'not yet used by ownsync';
  const both = cost.alike + cost.unclear + cost.different;
  const travels = [
    ...(upload.files > 0 ? [`uploads ${amount(upload)}`] : []),
    ...(download.files > 0 ? [`downloads ${amount(download)}`] : []),
  ];
  return [
    `here: ${amount(here)}`,
    `on the store, in /${path}: ${there.files === 0 ? 'no files yet' : amount(there)} (${made})`,
    `the first sync ${travels.length === 0 ? 'has nothing to bring' : travels.join(' and ')}; it deletes nothing`,
    ...(both === 0 ? [] : [`on both sides: ${bothWords(cost)}`]),
    ...(cost.different + cost.unclear === 0
      ? []
      : ['where contents differ, both are kept, one as a conflict copy']),
    ...(isJoined || there.files === 0
      ? []
      : [
          `nothing is recorded about the files on the store: the first sync reads all of them (${size(there.bytes)})`,
        ]),
    ...(cost.free !== undefined && cost.free < upload.bytes
      ? [`there is not enough room on the store: ${size(cost.free)} are free`]
      : []),
  ];
}

function bothWords({ alike, unclear, different }: Cost): string {
  return [
    ...(alike > 0 ? [`${count(alike, 'file')} with the same size and time`] : []),
    ...(unclear > 0 ? [`${count(unclear, 'file')} with the same size only`] : []),
    ...(different > 0 ? [`${count(different, 'file')} of different sizes`] : []),
  ].join(', ');
}

function amount({ files, bytes }: Amount): string {
  return `${count(files, 'file')} (${size(bytes)})`;
}
