/**
 * Odd names: control characters, blanks or dots at the end of a name, blanks at its start. Some servers store these
 * under another name and say that all is well, which may even replace somebody's file. So before such a name is used,
 * the server is made to show that it keeps them; if not, it is refused as `invalid-name` and nothing is sent.
 */
import type { Connection } from './connection.ts';
import { Finding, Refusal } from './failures.ts';
import { isNotFound, listDirectory } from './list.ts';
import { lookAt, mlstFacts } from './look.ts';
import { quotedPath } from './replies.ts';
import type { Store } from './store.ts';

/**
 * What may be odd about a name, and how it was seen to be changed.
 * SERVER: pure-ftpd writes `_` for control characters in every command, and for a blank at the end in STOR, MKD and RNTO.
 */
const kinds: readonly (readonly [string, RegExp])[] = [
  // eslint-disable-next-line no-control-regex -- they are what is looked for
  ['a control character', /[\u0001-\u001f\u007f]/],
  ['a blank at the end', /[\s\u0085]$/],
  ['a blank at the start', /^[\s\u0085]/],
  ['a dot at the end', /[^.]\.$/],
];

/** What the path is used for: only `makes` may replace or create something there. */
export type NameUse = 'reads' | 'makes';

/**
 * `usual`: its last part is not odd, or of a kind that the server is known to keep. `present`, `absent`: proven by a
 * listing; the operation must not ask the server by this name to find that out.
 */
export type NameCheck = 'usual' | 'present' | 'absent';

/** Throws `invalid-name` if the server would use another name than asked. `makes` never gives `absent` for the last part. */
export async function vouchFor(
  store: Store,
  connection: Connection,
  { path, use }: { readonly path: string; readonly use: NameUse },
): Promise<NameCheck> {
  const names = path.split('/');
  let check: NameCheck = 'usual';
  for (const [at, name] of names.entries()) {
    const unknown = oddities(name).filter((kind) => store.oddNames.get(kind) !== 'kept');
    const changed = unknown.find((kind) => store.oddNames.get(kind) === 'changed');
    if (changed !== undefined) throw changes(changed);
    if (unknown.length === 0) continue;
    const part: OddPart = { parent: names.slice(0, at).join('/'), name, unknown };
    if (await listed(store, connection, part)) {
      await checkEcho(store, connection, part);
      if (at === names.length - 1) check = 'present';
    } else if (use === 'makes' && at === names.length - 1) {
      await inTurn(store, () => prove(store, connection, part));
      return 'usual';
    } else {
      // A directory on the way must be there under exactly this name.
      return 'absent';
    }
  }
  return check;
}

/** As {@link vouchFor}, where something must be there. */
export async function vouchForPresent(
  store: Store,
  connection: Connection,
  path: string,
): Promise<void> {
  const check = await vouchFor(store, connection, { path, use: 'reads' });
  if (check === 'absent') throw new Finding('not-found', 'there is nothing of this name');
}

/** As {@link vouchFor}, where something new is to be stored. What is there under an odd name cannot be replaced safely. */
export async function vouchForNew(
  store: Store,
  connection: Connection,
  path: string,
): Promise<void> {
  const check = await vouchFor(store, connection, { path, use: 'makes' });
  if (check === 'absent') throw new Finding('not-found', 'its directory is missing');
  if (check === 'present') {
    throw new Finding('exists', 'it is not known whether the server keeps such a name');
  }
}

/** Whether a path has an odd name in it. */
export function isOdd(path: string): boolean {
  return path.split('/').some((name) => oddities(name).length > 0);
}

function oddities(name: string): string[] {
  return kinds.filter(([, pattern]) => pattern.test(name)).map(([kind]) => kind);
}

interface OddPart {
  readonly parent: string;
  readonly name: string;
  /** What is odd about the name, and not yet known to be kept. */
  readonly unknown: readonly string[];
}

async function listed(store: Store, connection: Connection, part: OddPart): Promise<boolean> {
  try {
    const { entries, complete } = await listDirectory(store, connection, part.parent);
    const found = entries.some((entry) => entry.name === part.name);
    if (!found && !complete)
      throw new Finding('unknown', 'the listing of its directory is not complete');
    return found;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}

/** MLST repeats the path: the server's own idea of it. */
async function checkEcho(store: Store, connection: Connection, part: OddPart): Promise<void> {
  if (!store.hasMlst) return;
  const reply = await connection.ask(`MLST ${fullName(store, part)}`);
  const told = mlstFacts(reply)?.name;
  if (reply.code >= 400 || told === undefined || !told.endsWith(part.name)) {
    for (const kind of part.unknown) store.oddNames.set(kind, 'changed');
    throw changes(part.unknown[0] ?? '');
  }
}

/**
 * Makes a directory of exactly this name, looks what came of it, and removes it again. MKD never replaces anything, so
 * the worst is an empty directory left behind when the connection is lost in between.
 */
async function prove(store: Store, connection: Connection, part: OddPart): Promise<void> {
  // Another operation may have found it out meanwhile.
  const changed = part.unknown.find((kind) => store.oddNames.get(kind) === 'changed');
  if (changed !== undefined) throw changes(changed);
  if (part.unknown.every((kind) => store.oddNames.get(kind) === 'kept')) return;
  if ((await lookAt(store, connection, part.parent)) === 'absent') return;
  const reply = await connection.ask(`MKD ${fullName(store, part)}`);
  const kept = reply.code < 300 && (await listed(store, connection, part));
  if (kept) {
    for (const kind of part.unknown) store.oddNames.set(kind, 'kept');
    await connection.order(`RMD ${fullName(store, part)}`);
    return;
  }
  // Refused for a reason of its own (no right to write here): nothing was learnt.
  if (reply.code >= 400 && !/exist|name/i.test(reply.text)) throw new Refusal(reply);
  const told = reply.code < 300 ? quotedPath(reply.text) : undefined;
  // It is the one just made, under whatever name: MKD said that there was none before.
  if (reply.code < 300)
    await connection.ask(`RMD ${told?.startsWith('/') === true ? told : fullName(store, part)}`);
  for (const kind of part.unknown) store.oddNames.set(kind, 'changed');
  throw changes(part.unknown[0] ?? '', reply.code < 300 ? 'changes' : 'refuses');
}

/** One proof at a time: two of one kind would take each other's directory for an answer. */
async function inTurn(store: Store, action: () => Promise<void>): Promise<void> {
  const turn = store.proofs.then(action);
  store.proofs = turn.catch(() => undefined);
  await turn;
}

function fullName(store: Store, { parent, name }: OddPart): string {
  return store.absolute(parent === '' ? name : `${parent}/${name}`);
}

function changes(kind: string, does = 'changes'): Finding {
  return new Finding('invalid-name', `the server ${does} a name with ${kind}`);
}
