/**
 * What the server tells about an entry, in the contract's words: looking at a path, listing a directory. Absence is only
 * what the server says in plain words.
 */
import type { FileEntryWithStats, Stats } from 'ssh2';
import type { ListedEntry, Listing, StoreEntry, StoreKind } from '../../src/plugin-api.ts';
import { Finding, orRefusal, Refusal } from './failures.ts';
import { isBelowFile } from './status.ts';
import type { Store } from './store.ts';
import type { Task } from './task.ts';
import { checkWay, isLink } from './way.ts';

/** Requests for more entries that are on their way at once. */
const listingWindow = 32;
/** Entries that are taken at most. */
const longestListing = 1_000_000;

/** Any of it may be missing. */
type Attributes = Partial<Pick<Stats, 'mode' | 'size' | 'mtime'>>;

/** Undefined when the server does not tell what it is. */
export function entryOf({ mode, size, mtime }: Attributes): StoreEntry | undefined {
  if (mode === undefined) return undefined;
  const kind = kindOfMode(mode);
  const stamp = {
    ...(kind === 'file' && Number.isSafeInteger(size) ? { size: size ?? 0 } : {}),
    ...(mtime === undefined ? {} : { modified: mtime * 1000, precision: 1000 }),
  };
  return { kind, stamp };
}

function kindOfMode(mode: number): StoreKind {
  switch (mode & 0o170000) {
    case 0o100000:
      return 'file';
    case 0o040000:
      return 'directory';
    case 0o120000:
      return 'link';
    default:
      return 'other';
  }
}

/** Both questions go out together. The way to the path is not checked here. */
export async function lookAt(
  store: Store,
  task: Task,
  path: string,
): Promise<StoreEntry | 'absent'> {
  const [attributes, link] = await Promise.all([
    orRefusal(
      task.ask<Stats>((channel, done) => {
        channel.lstat(store.absolute(path), done);
      }),
    ),
    path === '' ? false : isLink(store, task, path),
  ]);
  if (attributes instanceof Refusal) {
    const { kind, status } = attributes;
    if (kind === 'not-found' || isBelowFile(status)) return 'absent';
    throw attributes;
  }
  const entry = entryOf(attributes);
  if (entry === undefined) throw new Finding('unknown', 'the server does not say what it is');
  return link && entry.kind !== 'link' ? { kind: 'link', stamp: {} } : entry;
}

export async function list(store: Store, task: Task, path: string): Promise<Listing> {
  const [, entries] = await Promise.all([
    checkWay(store, task, path),
    entriesOrWhy(store, task, path),
  ]);
  const listed = new Map<string, ListedEntry>();
  const doubtful = new Set<string>();
  let complete = true;
  for (const { filename: name, attrs } of entries) {
    const entry = entryOf(attrs);
    if (name === '' || name.includes('/')) complete = false;
    else if (entry === undefined || name.includes('\uFFFD')) doubtful.add(name);
    else listed.set(name, { name, ...entry });
  }
  for (const name of doubtful) {
    const entry = await lookAt(store, task, path === '' ? name : `${path}/${name}`).catch(
      unlessAborted(task),
    );
    // A name that is not UTF-8 arrives with marks in it and cannot be asked for: it can be seen but not addressed.
    if (entry === 'absent' || entry === undefined) complete = false;
    else listed.set(name, { name, ...entry });
  }
  return { entries: [...listed.values()], complete };
}

/** RACE: a directory that comes between the refusal and the look is neither missing nor trouble: once more, then. */
async function entriesOrWhy(store: Store, task: Task, path: string): Promise<FileEntryWithStats[]> {
  for (let isLast = false; ; isLast = true) {
    try {
      return await entriesOf(store, task, path);
    } catch (error) {
      const why = await whyNotListed(store, task, { path, error });
      const mayHaveCome = error instanceof Refusal && error.kind === 'not-found' && isUnlisted(why);
      if (isLast || !mayHaveCome) throw why;
    }
  }
}

/** It is a directory, and was refused. */
function isUnlisted(why: unknown): boolean {
  return why instanceof Finding && why.kind === 'unknown';
}

function unlessAborted(task: Task): (error: unknown) => undefined {
  return (error) => {
    if (task.signal.aborted || !(error instanceof Refusal || error instanceof Finding)) throw error;
    return undefined;
  };
}

/** SERVER: OpenSSH says "no such file" also to a file that is listed. */
async function whyNotListed(
  store: Store,
  task: Task,
  { path, error }: { readonly path: string; readonly error: unknown },
): Promise<unknown> {
  if (!(error instanceof Refusal) || !['not-found', 'exists', 'unknown'].includes(error.kind)) {
    return error;
  }
  const { status } = error;
  const found = await lookAt(store, task, path);
  if (found === 'absent') return new Finding('not-found', 'there is no such directory', { status });
  if (found.kind === 'directory') return new Finding('unknown', 'it is not listed', { status });
  return new Finding('precondition', `it is a ${found.kind}`, { status });
}

/**
 * Some requests for more are on their way before it is known whether there is more; the more there was, the more of them.
 * They are answered in order, and all are waited for.
 */
async function entriesOf(store: Store, task: Task, path: string): Promise<FileEntryWithStats[]> {
  const handle = await task.open('reads', (channel, done) => {
    channel.opendir(store.absolute(path), done);
  });
  const entries: FileEntryWithStats[] = [];
  const waiting: Promise<FileEntryWithStats[] | 'end'>[] = [];
  let ahead = 2;
  let over = false;
  for (let answers = 0; ; answers += 1) {
    while (!over && waiting.length < ahead) waiting.push(more(task, handle));
    const some = await waiting.shift();
    if (some === undefined) break;
    if (some === 'end') {
      over = true;
      continue;
    }
    for (const entry of some) entries.push(entry);
    if (entries.length + answers > longestListing)
      throw new Finding('unsupported', 'the listing is endless');
    ahead = Math.min(ahead * 2, listingWindow);
  }
  await task.close(handle);
  return entries;
}

function more(task: Task, handle: Buffer): Promise<FileEntryWithStats[] | 'end'> {
  const asking = task
    .ask<FileEntryWithStats[]>((channel, done) => {
      channel.readdir(handle, done);
    })
    .catch((error: unknown) => {
      if (error instanceof Refusal && error.status.code === endOfFile) return 'end' as const;
      throw error;
    });
  // It may fail while an earlier one is waited for.
  asking.catch(() => undefined);
  return asking;
}

const endOfFile = 1;
