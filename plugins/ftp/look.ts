/**
 * Looking: what is at a path, what is in a directory, and the proof that something is absent. A bare refusal proves
 * nothing; only the server's plain words or a whole listing of the parent do.
 */
import type { Listing, Stamp, StoreEntry } from '../../src/plugin-api.ts';
import type { Connection } from './connection.ts';
import { Finding, Refusal } from './failures.ts';
import { factsOf, isComplete, kindOfType, parseList, parseMlsd, stampOf } from './listing.ts';
import type { ParsedListing } from './listing.ts';
import { isUnsupported, kindOf, sizeOf, timeOf, type Reply } from './replies.ts';
import type { Store } from './store.ts';

export interface FullListing extends Listing {
  readonly showsDots: boolean;
}

/** Direct children. Enters the directory first, because an empty LIST proves nothing. */
export async function listDirectory(
  store: Store,
  connection: Connection,
  path: string,
): Promise<FullListing> {
  await enter(store, connection, path);
  const { parsed, end } = await readListing(store, connection);
  // SERVER: vsftpd and pure-ftpd answer 226 without a line for a directory that has just been removed.
  if (parsed.lines === 0) await enter(store, connection, path);
  return {
    entries: parsed.entries,
    complete: isComplete(parsed, end.text),
    showsDots: parsed.showsDots,
  };
}

async function readListing(
  store: Store,
  connection: Connection,
): Promise<{ parsed: ParsedListing; end: Reply }> {
  if (store.hasMlst) {
    const { bytes, end } = await connection.listing('MLSD');
    return { parsed: parseMlsd(bytes), end };
  }
  // Without an argument: servers glob, split or take options out of a path here.
  const { bytes, end } = await connection.listing('LIST -a');
  return { parsed: parseList(bytes), end };
}

async function enter(store: Store, connection: Connection, path: string): Promise<void> {
  const reply = await connection.ask(`CWD ${store.absolute(path)}`);
  if (reply.code < 400) return;
  const kind = kindOf(reply);
  if (kind === 'unknown' && (await isAbsent(store, connection, path))) {
    throw new Finding('not-found', 'there is no such directory', { reply });
  }
  throw new Refusal(reply);
}

/** What is at a path. */
export async function lookAt(
  store: Store,
  connection: Connection,
  path: string,
): Promise<StoreEntry | 'absent'> {
  if (store.hasMlst) {
    const reply = await connection.ask(`MLST ${store.absolute(path)}`);
    return fromMlst(store, connection, { path, reply });
  }
  return lookBySize(store, connection, path);
}

/** Makes an entry of the reply to MLST, asking on where it leaves something open. */
export async function fromMlst(
  store: Store,
  connection: Connection,
  { path, reply }: { readonly path: string; readonly reply: Reply },
): Promise<StoreEntry | 'absent'> {
  if (reply.code >= 400) {
    if (isUnsupported(reply)) return lookBySize(store, connection, path);
    return absentOrError(store, connection, { path, reply });
  }
  const line = reply.text.split('\n').find((text) => /^ ?\S*=/.test(text));
  const facts = factsOf((line ?? '').replace(/^ /, ''))?.facts;
  const type = facts?.get('type');
  if (facts === undefined || type === undefined) {
    throw new Finding('unknown', 'the answer to MLST was not understood', { reply });
  }
  const kind = kindOfType(type);
  // SERVER: ProFTPD's MLST tells the kind of what a link points to, with the link's own rights; its MLSD is right.
  if (facts.get('unix.mode') === '0777' && kind !== 'link' && path !== '') {
    const listed = await listedAt(store, connection, path);
    if (listed !== undefined) return listed;
  }
  return { kind, stamp: stampOf(kind, facts) };
}

/** Without MLST. SERVER: a link is told as what it points to; only a listing shows it. */
async function lookBySize(
  store: Store,
  connection: Connection,
  path: string,
): Promise<StoreEntry | 'absent'> {
  const full = store.absolute(path);
  const size = sizeOf(await connection.ask(`SIZE ${full}`));
  if (size !== undefined) return { kind: 'file', stamp: await timed(connection, full, { size }) };
  const reply = await connection.ask(`CWD ${full}`);
  if (reply.code < 400) return { kind: 'directory', stamp: {} };
  return absentOrError(store, connection, { path, reply });
}

async function timed(connection: Connection, full: string, stamp: Stamp): Promise<Stamp> {
  const reply = await connection.ask(`MDTM ${full}`);
  const modified = reply.code === 213 ? timeOf(reply.text) : undefined;
  return modified === undefined ? stamp : { ...stamp, modified, precision: 1000 };
}

/** Decides a refused look by the parent's listing, where the server gave no clear reason. */
async function absentOrError(
  store: Store,
  connection: Connection,
  { path, reply }: { readonly path: string; readonly reply: Reply },
): Promise<StoreEntry | 'absent'> {
  const kind = kindOf(reply);
  if (kind === 'not-found') return 'absent';
  // A parent that is a file has nothing below it.
  if (path === '' || (kind !== 'unknown' && kind !== 'denied')) throw new Refusal(reply);
  const found = await inParent(store, connection, path);
  return found ?? 'absent';
}

/** True only if it is proven that nothing is at the path. */
export async function isAbsent(
  store: Store,
  connection: Connection,
  path: string,
): Promise<boolean> {
  if (path === '') return false;
  return (await inParent(store, connection, path)) === undefined;
}

/** The entry as the parent's listing tells it; undefined: proven absent. */
async function inParent(
  store: Store,
  connection: Connection,
  path: string,
): Promise<StoreEntry | undefined> {
  const { parent, name } = split(path);
  let listing: FullListing;
  try {
    listing = await listDirectory(store, connection, parent);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    if (error instanceof Refusal && (await isFile(store, connection, parent))) return undefined;
    throw error;
  }
  const found = listing.entries.find((entry) => entry.name === name);
  if (found !== undefined) return { kind: found.kind, stamp: found.stamp };
  const hidden = name.startsWith('.') && !store.hasMlst && !listing.showsDots;
  if (!listing.complete || hidden) {
    throw new Finding('unknown', 'the server does not tell whether it is there');
  }
  return undefined;
}

/** Whether a path that cannot be entered is a file. */
async function isFile(store: Store, connection: Connection, path: string): Promise<boolean> {
  if (path === '') return false;
  return sizeOf(await connection.ask(`SIZE ${store.absolute(path)}`)) !== undefined;
}

/** The entry in the parent's listing, if it is there and the listing could be had. */
async function listedAt(
  store: Store,
  connection: Connection,
  path: string,
): Promise<StoreEntry | undefined> {
  const { parent, name } = split(path);
  const { entries } = await listDirectory(store, connection, parent);
  const found = entries.find((entry) => entry.name === name);
  return found === undefined ? undefined : { kind: found.kind, stamp: found.stamp };
}

export function isNotFound(error: unknown): boolean {
  if (error instanceof Finding) return error.kind === 'not-found';
  return error instanceof Refusal && kindOf(error.reply) === 'not-found';
}

export function split(path: string): { readonly parent: string; readonly name: string } {
  const slash = path.lastIndexOf('/');
  return slash < 0
    ? { parent: '', name: path }
    : { parent: path.slice(0, slash), name: path.slice(slash + 1) };
}
