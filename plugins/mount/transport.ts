/**
 * The operations of the contract on a directory. Each is one or two calls to the system; locating, checking and
 * translating errors are in the files beside this one. It keeps nothing but the files that are being read.
 */
import { lstat, lutimes, mkdir, rmdir, statfs, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Capabilities, Content, StoreEntry, Transport } from '../../src/plugin-api.ts';
import { TransportError } from '../../src/plugin-api.ts';
import { aboutOf } from './about.ts';
import { locate } from './confine.ts';
import { openFile, secondsOf, store, syncDirectory, type Transfer } from './content.ts';
import { kindOf, listDirectory, refresh, stampOf, type StampRules } from './entries.ts';
import { codeOf, refusal, type Attempt } from './errors.ts';
import { namesIn } from './hidden.ts';
import type { Nature } from './nature.ts';
import { perform } from './perform.ts';
import { renameDirectorySafely, renamePlain } from './rename.ts';
import type { Root } from './root.ts';

interface Call {
  readonly operation: string;
  readonly path: string;
  readonly signal: AbortSignal;
}

interface Session {
  readonly root: Root;
  readonly rules: StampRules;
  /** How to close each file that is being read. */
  readonly reading: Set<() => Promise<void>>;
  readonly options: SessionOptions;
  closed: boolean;
}

interface SessionOptions {
  /** A rename puts a directory over another one with all that is in it. */
  readonly renameReplaces: boolean;
  /** See measure.ts. */
  readonly provesUploads: boolean;
  /** Called once, after the last file is closed. */
  readonly unmount?: (() => Promise<void>) | undefined;
}

export function mountTransport(
  root: Root,
  capabilities: Capabilities,
  options: SessionOptions,
): Transport {
  const { modifiedPrecision: precision, ids } = capabilities;
  const rules: StampRules = { root, precision, ids, provesUploads: options.provesUploads };
  const session: Session = { root, rules, options, reading: new Set(), closed: false };
  return {
    capabilities,
    ...(capabilities.resume ? { resume: resumeOf(session) } : {}),
    ...(capabilities.modified === 'set' ? { setModified: setModifiedOf(session) } : {}),
    list: (path, signal) =>
      ask(session, { operation: 'list', path, signal }, async (place, attempt) => {
        if (!(await lstat(place)).isDirectory()) throw notA('directory', attempt);
        return listDirectory(place, rules, signal);
      }),
    look: (path, signal) => look(session, { operation: 'look', path, signal }),
    read: (path, from, signal) => read(session, { operation: 'read', path, signal }, from),
    write: (path, source, signal) =>
      change(session, { operation: 'write', path, signal }, (place, attempt) =>
        store({ place, attempt, signal, rules }, source, 0),
      ),
    rename: (from, to, signal) =>
      change(session, { operation: 'rename', path: from, signal }, (place, attempt) =>
        rename(session, { place, to, attempt }),
      ),
    remove: (path, signal) =>
      unlessMissing(change(session, { operation: 'remove', path, signal }, removeFile)),
    removeDirectory: (path, signal) =>
      unlessMissing(
        change(session, { operation: 'removeDirectory', path, signal }, (place, attempt) =>
          removeDirectory(place, attempt, root.nature),
        ),
      ),
    makeDirectory: (path, signal) =>
      change(session, { operation: 'makeDirectory', path, signal }, makeDirectory),
    space: (signal) =>
      ask(session, { operation: 'space', path: '', signal }, async (place) => {
        if (!root.nature.tellsSpace) return undefined;
        const { bavail, bsize } = await statfs(place);
        return bavail * bsize;
      }),
    about: () => Promise.resolve(aboutOf(root, options)),
    close: async () => {
      if (session.closed) return;
      session.closed = true;
      await Promise.allSettled([...session.reading].map((close) => close()));
      await options.unmount?.();
    },
  };
}

function resumeOf(session: Session): NonNullable<Transport['resume']> {
  const { rules } = session;
  return (path, source, from, signal) =>
    change(session, { operation: 'resume', path, signal }, (place, attempt) =>
      store({ place, attempt, signal, rules }, source, from),
    );
}

function setModifiedOf(session: Session): NonNullable<Transport['setModified']> {
  return (path, modified, signal) =>
    change(session, { operation: 'setModified', path, signal }, async (place, attempt) => {
      if (!(await lstat(place)).isFile()) throw notA('file', attempt);
      await lutimes(place, Date.now() / 1000, secondsOf(modified));
    });
}

async function rename(
  { root, rules, options }: Session,
  {
    place,
    to,
    attempt,
  }: { readonly place: string; readonly to: string; readonly attempt: Attempt },
): Promise<void> {
  const target = await locate(root, to, attempt);
  for (const directory of [dirname(place), dirname(target)]) await refresh(directory, rules);
  const wanted = { from: place, to: target, attempt };
  const careful = options.renameReplaces && place !== target && (await lstat(place)).isDirectory();
  await (careful ? renameDirectorySafely(wanted) : renamePlain(wanted));
  await syncDirectory(dirname(target));
}

type Effect<T> = (place: string, attempt: Attempt) => Promise<T>;

/** An operation that leaves the store as it is. */
function ask<T>(session: Session, call: Call, effect: Effect<T>): Promise<T> {
  return run(session, { ...call, changes: false }, effect);
}

function change<T>(session: Session, call: Call, effect: Effect<T>): Promise<T> {
  return run(session, { ...call, changes: true }, effect);
}

async function run<T>(
  session: Session,
  call: Call & { readonly changes: boolean },
  effect: Effect<T>,
): Promise<T> {
  const { operation, path } = call;
  if (session.closed) throw refusal('unreachable', { operation, path }, 'the store was closed');
  return perform(session.root, {
    ...call,
    run: async (attempt) => effect(await locate(session.root, path, attempt), attempt),
  });
}

async function look(session: Session, call: Call): Promise<StoreEntry | 'absent'> {
  const looking = ask(session, call, async (place) => {
    await refresh(dirname(place), session.rules);
    const found = await lstat(place, { bigint: true });
    return { kind: kindOf(found), stamp: stampOf(found, session.rules) };
  });
  return (await unlessMissing(looking)) ?? 'absent';
}

/** `undefined` for what is proven to be missing: perform has asked the root again before it said so. */
async function unlessMissing<T>(doing: Promise<T>): Promise<T | undefined> {
  try {
    return await doing;
  } catch (error) {
    if (error instanceof TransportError && error.kind === 'not-found') return undefined;
    throw error;
  }
}

async function read(session: Session, call: Call, from: number): Promise<Content> {
  const { rules, reading } = session;
  return ask(session, call, async (place, attempt) => {
    await refresh(dirname(place), rules);
    const transfer: Transfer = { place, attempt, signal: call.signal, rules };
    return openFile(transfer, { from, reading });
  });
}

async function removeFile(place: string, attempt: Attempt): Promise<void> {
  if ((await lstat(place)).isDirectory()) throw notA('file', attempt);
  await unlink(place);
}

async function removeDirectory(place: string, attempt: Attempt, nature: Nature): Promise<void> {
  if (attempt.path === '') throw refusal('denied', attempt, 'the root stays');
  if (!(await lstat(place)).isDirectory()) throw notA('directory', attempt);
  try {
    await rmdir(place);
  } catch (error) {
    if (!['EEXIST', 'ENOTEMPTY'].includes(codeOf(error))) throw error;
    if (nature.hidesRemoved && (await namesIn(place, nature)).length === 0) await rmdir(place);
    else throw refusal('not-empty', attempt, 'a directory with content is there');
  }
}

async function makeDirectory(place: string): Promise<void> {
  try {
    await mkdir(place);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST' || !(await lstat(place)).isDirectory()) throw error;
  }
}

function notA(kind: 'file' | 'directory', attempt: Attempt): TransportError {
  return refusal('precondition', attempt, `it is not a ${kind}`);
}
