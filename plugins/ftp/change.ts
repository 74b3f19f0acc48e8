/**
 * Renaming, removing, making directories. A refusal is explained by looking afterwards, because servers
 * use one number for every reason; what was looked at may have changed since, so an explanation never undoes anything.
 */
import type { Connection } from './connection.ts';
import { Finding, Refusal } from './failures.ts';
import { listDirectory } from './list.ts';
import { lookAt } from './look.ts';
import { split } from './paths.ts';
import { kindOf, type Reply } from './replies.ts';
import type { Store } from './store.ts';

export async function rename(
  store: Store,
  connection: Connection,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<void> {
  const source = await connection.ask(`RNFR ${store.absolute(from)}`);
  if (source.code >= 400) await refuseRename(store, connection, { from, to, reply: source });
  const reply = await connection.ask(`RNTO ${store.absolute(to)}`);
  if (reply.code >= 400) await refuseRename(store, connection, { from, to, reply });
}

/** Finds out why a rename was refused. */
export async function refuseRename(
  store: Store,
  connection: Connection,
  { from, to, reply }: { readonly from: string; readonly to: string; readonly reply: Reply },
): Promise<never> {
  if (isFinal(reply)) throw new Refusal(reply);
  const source = await lookAt(store, connection, from);
  if (source === 'absent') throw new Finding('not-found', 'there is nothing to rename', { reply });
  const target = await lookAt(store, connection, to);
  if (target !== 'absent' && from !== to) {
    const full = target.kind === 'directory' && !(await isEmpty(store, connection, to));
    const kind = full ? 'not-empty' : 'exists';
    throw new Finding(kind, `${to} is there already`, { reply });
  }
  await refuseMissingParent(store, connection, { path: to, reply });
  throw plain(reply);
}

export async function remove(store: Store, connection: Connection, path: string): Promise<void> {
  const reply = await connection.ask(`DELE ${store.absolute(path)}`);
  if (reply.code >= 400) await refuseRemove(store, connection, { path, reply });
}

export async function refuseRemove(
  store: Store,
  connection: Connection,
  { path, reply }: { readonly path: string; readonly reply: Reply },
): Promise<void> {
  if (kindOf(reply) === 'not-found') return;
  if (isFinal(reply)) throw new Refusal(reply);
  const found = await lookAt(store, connection, path);
  if (found === 'absent') return;
  if (found.kind === 'directory') throw new Finding('unknown', 'it is a directory', { reply });
  throw deniedOr(reply);
}

export async function removeDirectory(
  store: Store,
  connection: Connection,
  path: string,
): Promise<void> {
  const reply = await connection.ask(`RMD ${store.absolute(path)}`);
  if (reply.code >= 400) await refuseRemoveDirectory(store, connection, { path, reply });
}

export async function refuseRemoveDirectory(
  store: Store,
  connection: Connection,
  { path, reply }: { readonly path: string; readonly reply: Reply },
): Promise<void> {
  const kind = kindOf(reply);
  if (kind === 'not-found') return;
  if (isFinal(reply) || kind === 'not-empty') throw new Refusal(reply);
  const found = await lookAt(store, connection, path);
  if (found === 'absent') return;
  if (found.kind !== 'directory') throw new Finding('unknown', 'it is no directory', { reply });
  if (!(await isEmpty(store, connection, path))) {
    throw new Finding('not-empty', 'the directory is not empty', { reply });
  }
  throw deniedOr(reply);
}

export async function makeDirectory(
  store: Store,
  connection: Connection,
  path: string,
): Promise<void> {
  const reply = await connection.ask(`MKD ${store.absolute(path)}`);
  if (reply.code >= 400) await refuseMakeDirectory(store, connection, { path, reply });
}

export async function refuseMakeDirectory(
  store: Store,
  connection: Connection,
  { path, reply }: { readonly path: string; readonly reply: Reply },
): Promise<void> {
  if (isFinal(reply)) throw new Refusal(reply);
  const found = await lookAt(store, connection, path);
  if (found !== 'absent') {
    if (found.kind === 'directory') return;
    throw new Finding('exists', `a ${found.kind} is there already`, { reply });
  }
  await refuseMissingParent(store, connection, { path, reply });
  throw deniedOr(reply);
}

/** Throws `not-found` when the parent of a path is proven to be missing. */
export async function refuseMissingParent(
  store: Store,
  connection: Connection,
  { path, reply }: { readonly path: string; readonly reply: Reply },
): Promise<void> {
  const { parent } = split(path);
  if (parent === '') return;
  const found = await lookAt(store, connection, parent);
  if (found === 'absent')
    throw new Finding('not-found', `there is no directory ${parent}`, { reply });
}

async function isEmpty(store: Store, connection: Connection, path: string): Promise<boolean> {
  const { entries, complete } = await listDirectory(store, connection, path);
  return complete && entries.length === 0;
}

/** A refusal that looking around would not explain better. */
export function isFinal(reply: Reply): boolean {
  return ['busy', 'auth', 'no-space', 'invalid-name', 'unsupported', 'unreachable'].includes(
    kindOf(reply),
  );
}

/** A refusal that nothing but a missing right explains any more. SERVER: vsftpd gives no reason. */
function deniedOr(reply: Reply): Error {
  if (kindOf(reply) !== 'unknown') return plain(reply);
  const message = 'the server refused it; most likely the right to do it is missing';
  return new Finding('denied', message, { reply });
}

/** A refusal in the server's words. What it claims about absence was looked at and is not so, or not any more. */
export function plain(reply: Reply): Error {
  const kind = kindOf(reply);
  const doubtful = kind === 'not-found' || kind === 'not-empty' || kind === 'exists';
  return doubtful ? new Finding('unknown', 'the server refused it', { reply }) : new Refusal(reply);
}
