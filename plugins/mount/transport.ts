/**
 * The operations of the contract on a directory. Each is one or two calls to the system; locating, checking and
 * translating errors are in the files beside this one. It keeps nothing but the files that are being read.
 */
import { lstat, lutimes, mkdir, rename, rmdir, statfs, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Capabilities, Content, StoreEntry, Transport } from '../../src/plugin-api.ts';
import { TransportError } from '../../src/plugin-api.ts';
import { locate } from './confine.ts';
import { openFile, secondsOf, store, syncDirectory, type Transfer } from './content.ts';
import { kindOf, listDirectory, stampOf, type StampRules } from './entries.ts';
import { codeOf, refusal, type Attempt } from './errors.ts';
import { perform } from './perform.ts';
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
  closed: boolean;
}

export function mountTransport(root: Root, capabilities: Capabilities): Transport {
  const { modifiedPrecision: precision, ids } = capabilities;
  const rules: StampRules = { root, precision, ids };
  const session: Session = { root, rules, reading: new Set(), closed: false };
  return {
    capabilities,
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
    resume: (path, source, from, signal) =>
      change(session, { operation: 'resume', path, signal }, (place, attempt) =>
        store({ place, attempt, signal, rules }, source, from),
      ),
    rename: (from, to, signal) =>
      change(session, { operation: 'rename', path: from, signal }, async (place, attempt) => {
        const target = await locate(root, to, attempt);
        await rename(place, target);
        await syncDirectory(dirname(target));
      }),
    remove: (path, signal) =>
      unlessMissing(change(session, { operation: 'remove', path, signal }, removeFile)),
    removeDirectory: (path, signal) =>
      unlessMissing(
        change(session, { operation: 'removeDirectory', path, signal }, removeDirectory),
      ),
    makeDirectory: (path, signal) =>
      change(session, { operation: 'makeDirectory', path, signal }, makeDirectory),
    setModified: (path, modified, signal) =>
      change(session, { operation: 'setModified', path, signal }, async (place, attempt) => {
        if (!(await lstat(place)).isFile()) throw notA('file', attempt);
        await lutimes(place, Date.now() / 1000, secondsOf(modified));
      }),
    space: (signal) =>
      ask(session, { operation: 'space', path: '', signal }, async (place) => {
        const { bavail, bsize } = await statfs(place);
        return bavail * bsize;
      }),
    close: async () => {
      session.closed = true;
      await Promise.all([...session.reading].map((close) => close()));
    },
  };
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
    const transfer: Transfer = { place, attempt, signal: call.signal, rules };
    return openFile(transfer, { from, reading });
  });
}

async function removeFile(place: string, attempt: Attempt): Promise<void> {
  if ((await lstat(place)).isDirectory()) throw notA('file', attempt);
  await unlink(place);
}

async function removeDirectory(place: string, attempt: Attempt): Promise<void> {
  if (attempt.path === '') throw refusal('denied', attempt, 'the root stays');
  if (!(await lstat(place)).isDirectory()) throw notA('directory', attempt);
  try {
    await rmdir(place);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    throw refusal('not-empty', attempt, 'a directory with content is there');
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
