/**
 * Listings that are checked against what is known by name (witness.ts). A server that hides names with a dot is asked in
 * another way, or refused with the way on; one that leaves out others gives a listing that proves no absence.
 */
import type { Listing } from '../../src/plugin-api.ts';
import type { Connection } from './connection.ts';
import { Finding } from './failures.ts';
import { listDirectory, type FullListing } from './list.ts';
import { lookAtAll } from './look.ts';
import { split } from './paths.ts';
import type { Lister, Store } from './store.ts';

/** So many missing names are looked at again: one that is there decides. */
const few = 10;

/** Direct children. */
export async function listWhole(
  store: Store,
  connection: Connection,
  path: string,
): Promise<Listing> {
  const first = await listDirectory(store, connection, path);
  if ((await hidden(store, connection, { path, listing: first })).length === 0) return told(first);
  // RACE: somebody may have replaced it between the listing and the look; not twice in a row.
  const second = await listDirectory(store, connection, path);
  const missing = await hidden(store, connection, { path, listing: second });
  const dotted = missing.find((name) => split(name).name.startsWith('.'));
  if (dotted !== undefined && !second.entries.some(({ name }) => name.startsWith('.'))) {
    return told(await showingDots(store, connection, { path, dotted }));
  }
  return { entries: second.entries, complete: second.complete && missing.length === 0 };
}

function told({ entries, complete }: FullListing): Listing {
  return { entries, complete };
}

/** Paths that are there, and that a listing that passes for whole does not show. */
async function hidden(
  store: Store,
  connection: Connection,
  { path, listing }: { readonly path: string; readonly listing: FullListing },
): Promise<string[]> {
  if (!listing.complete) return [];
  const missing = store.witnesses.missing(path, listing.entries);
  // Names with a dot first: what hides one of them hides all.
  missing.sort((a, b) => Number(split(b).name[0] === '.') - Number(split(a).name[0] === '.'));
  const asked = missing.slice(0, few);
  if (asked.length === 0) return [];
  const looked = await lookAtAll(store, connection, asked);
  return asked.filter((_, at) => {
    const found = looked[at];
    return found !== undefined && found !== 'absent' && !(found instanceof Error);
  });
}

/** Tries the other ways to list until one shows a name that is known to be there. */
async function showingDots(
  store: Store,
  connection: Connection,
  { path, dotted }: { readonly path: string; readonly dotted: string },
): Promise<FullListing> {
  const before = store.lister;
  const others: readonly Lister[] = ['LIST -a', 'LIST -al'];
  for (const lister of others) {
    if (lister === before) continue;
    store.lister = lister;
    const listing = await listDirectory(store, connection, path);
    if (!store.witnesses.missing(path, listing.entries).includes(dotted)) {
      store.parts.log(`${before} hides names that begin with a dot; ${lister} is used instead`);
      return listing;
    }
  }
  store.lister = before;
  const advice =
    'Let it show them (vsftpd: force_dot_files=YES; ProFTPD: ListOptions "-a"), ask the host to, or use another protocol';
  throw new Finding(
    'unsupported',
    `the server hides ${dotted} and all names that begin with a dot, so nobody could tell what is missing. ${advice}`,
  );
}
