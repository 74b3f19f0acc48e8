/**
 * Directories: what is in them, and the proof that something is absent. A bare refusal proves nothing; only the server's
 * plain words or a whole listing of the parent do.
 */
import type { Listing, StoreEntry } from '../../src/plugin-api.ts';
import type { Connection } from './connection.ts';
import { Finding, Refusal } from './failures.ts';
import { isComplete, parseList, parseMlsd, type ParsedListing } from './listing.ts';
import { isUnsupported, kindOf, sizeOf, type Reply } from './replies.ts';
import { split } from './paths.ts';
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
  const read = store.lister === 'MLSD' ? byMlsd : byList;
  const { parsed, end } = await onceMore(() => read(store, connection, path));
  if (parsed.foreign > 0) store.tellForeignNames(path);
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
    return { parsed: parseMlsd(bytes, store.parts.charset), end };
  } catch (error) {
    if (error instanceof Refusal)
      await refuseMissing(store, connection, { path, reply: error.reply });
    throw error;
  }
}

async function byList(store: Store, connection: Connection, path: string): Promise<ReadListing> {
  await enter(store, connection, path);
  const listing = await listHere(store, connection);
  // SERVER: vsftpd answers 226 without a line for a directory that has just been removed.
  if (listing.parsed.lines === 0) await enter(store, connection, path);
  return listing;
}

/**
 * Without a path as argument: servers glob, split or take options out of one here.
 * SERVER: IIS and small servers take `-a` for a file's name, and refuse it or list nothing. They are asked without.
 */
async function listHere(store: Store, connection: Connection): Promise<ReadListing> {
  const { lister } = store;
  const first = await tried(store, connection, lister);
  if (lister === 'LIST' || (!(first instanceof Refusal) && first.parsed.lines > 0)) {
    return orThrow(first);
  }
  const bare = await tried(store, connection, 'LIST');
  if (bare instanceof Refusal) return orThrow(first);
  if (bare.parsed.lines === 0 && !(first instanceof Refusal)) return first;
  // RACE: a file that came between the two listings says nothing about `-a`.
  const again = await tried(store, connection, lister);
  if (!(again instanceof Refusal) && again.parsed.lines > 0) return again;
  store.lister = 'LIST';
  return bare;
}

async function tried(
  { parts }: Store,
  connection: Connection,
  command: string,
): Promise<ReadListing | Refusal> {
  try {
    const { bytes, end } = await connection.listing(command);
    return { parsed: parseList(bytes, parts.charset), end };
  } catch (error) {
    if (
      error instanceof Refusal &&
      ['unknown', 'not-found', 'unsupported'].includes(kindOf(error.reply))
    )
      return error;
    throw error;
  }
}

function orThrow(outcome: ReadListing | Refusal): ReadListing {
  if (outcome instanceof Refusal) throw outcome;
  return outcome;
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
  const hidden = name.startsWith('.') && store.lister !== 'MLSD' && !listing.showsDots;
  if (!listing.complete || (hidden && (await mayBeThere(store, connection, path)))) {
    throw new Finding('unknown', 'the server does not tell whether it is there');
  }
  return undefined;
}

/** Whatever it is, it could be renamed. Nothing is: the next command ends it. */
async function mayBeThere(store: Store, connection: Connection, path: string): Promise<boolean> {
  const reply = await connection.ask(`RNFR ${store.absolute(path)}`);
  return reply.code < 400 || isUnsupported(reply);
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
