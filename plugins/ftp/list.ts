/**
 * Directories: what is in them, and the proof that something is absent. A bare refusal proves nothing; only the server's
 * plain words or a whole listing of the parent do.
 */
import type { Listing, StoreEntry } from '../../src/plugin-api.ts';
import type { Connection } from './connection.ts';
import { Finding, Refusal } from './failures.ts';
import { isComplete, parseList, parseMlsd, type ParsedListing } from './listing.ts';
import { kindOf, sizeOf, type Reply } from './replies.ts';
import type { Store } from './store.ts';

export interface FullListing extends Listing {
  readonly showsDots: boolean;
}

/** Listings of parents that were needed for one batch of looks. Older than the batch they are not. */
export type Parents = Map<string, FullListing>;

/** Direct children. That there is such a directory is proven, because an empty listing proves nothing. */
export async function listDirectory(
  store: Store,
  connection: Connection,
  path: string,
): Promise<FullListing> {
  const read = store.hasMlst ? byMlsd : byList;
  const { parsed, end } = await onceMore(() => read(store, connection, path));
  return {
    entries: parsed.entries,
    complete: isComplete(parsed, end.text),
    showsDots: parsed.showsDots,
  };
}

/** RACE: a directory that comes between the refusal and the proof of its absence is neither missing nor trouble. */
async function onceMore<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof Refusal && kindOf(error.reply) === 'unknown') return read();
    throw error;
  }
}

interface ReadListing {
  readonly parsed: ParsedListing;
  readonly end: Reply;
}

/** MLSD takes its argument as it is, on all servers, and refuses what is no directory. */
async function byMlsd(store: Store, connection: Connection, path: string): Promise<ReadListing> {
  try {
    const { bytes, end } = await connection.listing(`MLSD ${store.absolute(path)}`);
    return { parsed: parseMlsd(bytes), end };
  } catch (error) {
    if (error instanceof Refusal)
      await refuseMissing(store, connection, { path, reply: error.reply });
    throw error;
  }
}

async function byList(store: Store, connection: Connection, path: string): Promise<ReadListing> {
  await enter(store, connection, path);
  // Without an argument: servers glob, split or take options out of a path here.
  const { bytes, end } = await connection.listing('LIST -a');
  const parsed = parseList(bytes);
  // SERVER: vsftpd answers 226 without a line for a directory that has just been removed.
  if (parsed.lines === 0) await enter(store, connection, path);
  return { parsed, end };
}

/**
 * SERVER: pure-ftpd lets each further CWD that fails wait 0.1 s longer, and in the end hangs up. It is asked for where
 * nothing else tells directories from what is missing.
 */
async function enter(store: Store, connection: Connection, path: string): Promise<void> {
  const reply = await connection.ask(`CWD ${store.absolute(path)}`);
  if (reply.code < 400) return;
  await refuseMissing(store, connection, { path, reply });
  throw new Refusal(reply);
}

/** Throws `not-found` if a refused directory is proven to be absent. */
async function refuseMissing(
  store: Store,
  connection: Connection,
  { path, reply }: { readonly path: string; readonly reply: Reply },
): Promise<void> {
  if (kindOf(reply) !== 'unknown' || path === '') return;
  const why = store.hasMlst ? await connection.ask(whyCommand(store, path, reply)) : reply;
  const absent =
    kindOf(why) === 'not-found' ||
    (await inParent(store, connection, { path, parents: new Map() })) === undefined;
  if (absent) throw new Finding('not-found', 'there is no such directory', { reply });
}

/**
 * The command that makes a server with MLST give its reason for a refusal, and changes nothing.
 * SERVER: SIZE on ProFTPD. pure-ftpd tells reasons for RETR, which sends nothing because no data connection was asked for.
 * RNFR would do on both, but ProFTPD then refuses everything until an RNTO has come.
 */
export function whyCommand(store: Store, path: string, reply: Reply): string {
  const vague = /can't check for file existence/i.test(reply.text);
  return `${vague ? 'RETR' : 'SIZE'} ${store.absolute(path)}`;
}

/** The entry as the parent's listing tells it; undefined: proven absent. */
export async function inParent(
  store: Store,
  connection: Connection,
  { path, parents }: { readonly path: string; readonly parents: Parents },
): Promise<StoreEntry | undefined> {
  const { parent, name } = split(path);
  let listing = parents.get(parent);
  try {
    listing ??= await listDirectory(store, connection, parent);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    // A parent that is a file has nothing below it.
    if (error instanceof Refusal && (await isFile(store, connection, parent))) return undefined;
    throw error;
  }
  parents.set(parent, listing);
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
