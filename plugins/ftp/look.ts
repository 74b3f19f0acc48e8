/**
 * Looking at paths, one or many: MLST, else SIZE, MDTM and CWD. Many cost as many round trips as one. Absence is only
 * what the server says in plain words, or what list.ts proves.
 */
import type { Stamp, StoreEntry } from '../../src/plugin-api.ts';
import type { Connection } from './connection.ts';
import { Finding, LostConnection, Refusal } from './failures.ts';
import { inParent, whyCommand, type Parents } from './list.ts';
import { factsOf, kindOfType, stampOf } from './listing.ts';
import { kindOf, sizeOf, timeOf, type Reply } from './replies.ts';
import type { Store } from './store.ts';

export type Looked = StoreEntry | 'absent' | Error;

/** What is at a path. */
export async function lookAt(
  store: Store,
  connection: Connection,
  path: string,
): Promise<StoreEntry | 'absent'> {
  const [looked] = await lookAtAll(store, connection, [path]);
  if (looked === undefined) throw new Finding('unknown', 'the server did not answer');
  if (looked instanceof Error) throw looked;
  return looked;
}

/** What is at each path, in order; an error where it could not be found out. Throws only when the connection is lost. */
export async function lookAtAll(
  store: Store,
  connection: Connection,
  paths: readonly string[],
): Promise<Looked[]> {
  const looked = new Map<string, Looked>();
  const parents: Parents = new Map();
  const open = (): string[] => [...new Set(paths)].filter((path) => !looked.has(path));
  const take = async (path: string, find: () => Promise<Looked>): Promise<void> => {
    try {
      looked.set(path, await find());
    } catch (error) {
      if (error instanceof LostConnection || !(error instanceof Error)) throw error;
      looked.set(path, error);
    }
  };
  const ask = (verb: string, of: readonly string[]): Promise<Answers> =>
    asked(connection, of, (path) => `${verb} ${store.absolute(path)}`);
  if (store.hasMlst) {
    const unclear = new Map<string, Reply>();
    for (const [path, reply] of await ask('MLST', open())) {
      if (reply.code >= 400) unclear.set(path, reply);
      else await take(path, () => fromMlst(store, connection, { path, reply, parents }));
    }
    const why = (path: string): string => whyCommand(store, path, unclear.get(path) ?? noReply);
    for (const [path, reply] of await asked(connection, [...unclear.keys()], why)) {
      await take(path, () => refused(store, connection, { path, reply, parents }));
    }
  } else {
    await lookBySize(ask, { paths: open(), looked });
    for (const [path, reply] of await ask('CWD', open())) {
      if (reply.code < 400) looked.set(path, { kind: 'directory', stamp: {} });
      else await take(path, () => refused(store, connection, { path, reply, parents }));
    }
  }
  for (const [path, found] of looked) {
    if (found === 'absent') store.witnesses.gone(path);
    else if (!(found instanceof Error)) store.witnesses.found(path);
  }
  return paths.map(
    (path) => looked.get(path) ?? new Finding('unknown', 'the server did not answer'),
  );
}

const noReply: Reply = { code: 0, text: '' };

type Answers = (readonly [path: string, reply: Reply])[];

/** One command for each path, in one write; the replies with their paths. */
async function asked(
  connection: Connection,
  paths: readonly string[],
  command: (path: string) => string,
): Promise<Answers> {
  if (paths.length === 0) return [];
  const replies = await connection.askAll(paths.map(command));
  return paths.map((path, at) => [path, replies[at] ?? noReply] as const);
}

async function fromMlst(
  store: Store,
  connection: Connection,
  {
    path,
    reply,
    parents,
  }: { readonly path: string; readonly reply: Reply; readonly parents: Parents },
): Promise<StoreEntry> {
  const facts = mlstFacts(reply)?.facts;
  const type = facts?.get('type');
  if (facts === undefined || type === undefined) {
    throw new Finding('unknown', 'the answer to MLST was not understood', { reply });
  }
  const kind = kindOfType(type);
  // SERVER: ProFTPD's MLST tells the kind of what a link points to, with the link's own rights; its MLSD is right.
  if (facts.get('unix.mode') === '0777' && kind !== 'link' && path !== '') {
    const listed = await inParent(store, connection, { path, parents });
    if (listed !== undefined) return listed;
  }
  return { kind, stamp: stampOf(kind, facts) };
}

/** The line of facts within the reply to MLST. */
export function mlstFacts(reply: Reply): ReturnType<typeof factsOf> {
  const line = reply.text.split('\n').find((text) => /^ ?[^ ;=]+=/.test(text));
  return factsOf((line ?? '').replace(/^ /, ''));
}

/** Without MLST. SERVER: a link is told as what it points to; only a listing shows it. */
async function lookBySize(
  ask: (verb: string, of: readonly string[]) => Promise<Answers>,
  { paths, looked }: { readonly paths: readonly string[]; readonly looked: Map<string, Looked> },
): Promise<void> {
  const sizes = new Map<string, number>();
  for (const [path, reply] of await ask('SIZE', paths)) {
    const size = sizeOf(reply);
    if (size !== undefined) sizes.set(path, size);
  }
  for (const [path, reply] of await ask('MDTM', [...sizes.keys()])) {
    const modified = reply.code === 213 ? timeOf(reply.text) : undefined;
    const stamp: Stamp = {
      size: sizes.get(path) ?? 0,
      ...(modified === undefined ? {} : { modified, precision: 1000 }),
    };
    looked.set(path, { kind: 'file', stamp });
  }
}

/** Decides a refused look, by the parent's listing where the server gave no clear reason. */
async function refused(
  store: Store,
  connection: Connection,
  {
    path,
    reply,
    parents,
  }: { readonly path: string; readonly reply: Reply; readonly parents: Parents },
): Promise<StoreEntry | 'absent'> {
  const kind = kindOf(reply);
  if (kind === 'not-found') return 'absent';
  if (path === '' || kind === 'busy' || kind === 'auth') throw new Refusal(reply);
  return (await inParent(store, connection, { path, parents })) ?? 'absent';
}
