/**
 * A transport over a {@link MemoryStore}: quick, deterministic, and able to behave like several kinds of server.
 * Gates let a test crash, delay or lie around every operation. The effect itself happens in one step between the
 * two gates, except a write, which arrives chunk by chunk; nothing else here may wait.
 */
import type { Source, Stamp, StoreEntry, Transport } from '../core/ports/transport.ts';
import { TransportError, type TransportErrorKind } from '../core/ports/transport.ts';
import { factsOf, throwIfAborted, unlessAborted, type Call, type Outcome } from './memory-gate.ts';
import { contentOf, type FileNode } from './memory-nodes.ts';
import {
  capabilitiesOf,
  defaultProfile,
  etagOf,
  stampOf,
  type MemoryProfile,
} from './memory-profile.ts';
import type { MemoryStore, MoveRules, Obstacle } from './memory-store.ts';
import { oneByOne } from './one-by-one.ts';

/** `to` is set for rename and copy. May throw (a TransportError) or never resolve; then the signal ends the wait. */
export type Gate = (operation: string, path: string, to?: string) => Promise<void> | void;

export interface MemoryTransportOptions {
  readonly profile?: Partial<MemoryProfile>;
  /** With `racy`: where it is so. Default: everywhere. */
  readonly racyAt?: (to: string) => boolean;
  /** Called before the effect of each operation. */
  readonly before?: Gate;
  /** Called after the effect, before the reply: throwing here is a lost reply. */
  readonly after?: Gate;
  /** Called after each chunk that a write, resume or read has moved, with the bytes so far: throwing here tears the transfer. */
  readonly chunk?: (operation: string, path: string, done: number) => Promise<void> | void;
}

const chunkBytes = 64 * 1024;

/** A connection to the store. Any number may be open at once. */
export function openMemoryTransport(
  store: MemoryStore,
  options: MemoryTransportOptions = {},
): Transport {
  const profile: MemoryProfile = { ...defaultProfile, ...options.profile };
  const session: Session = { store, options, profile, closed: false };
  if (profile.wholeTree === 'late-etags') store.etags.when = 'late';
  const lookNow = (path: string): StoreEntry | 'absent' => {
    const node = store.find(path);
    return node === undefined ? 'absent' : { kind: node.kind, stamp: stampOf(node, profile) };
  };
  const base: Transport = {
    capabilities: capabilitiesOf(profile),
    list: (path, signal) =>
      perform(session, { operation: 'list', path, signal }, () => {
        const node = store.find(path);
        if (node?.kind !== 'directory') throw refusal('list', path, 'not-found');
        store.etags.settle();
        const entries = [...node.children].map(([name, child]) => ({
          name,
          kind: child.kind,
          stamp: withoutTime(stampOf(child, profile), profile.silentListings),
        }));
        return { entries, complete: true, ...etagOf(node, profile) };
      }),
    look: (path, signal) =>
      perform(session, { operation: 'look', path, signal }, () => lookNow(path)),
    read: (path, from, signal) =>
      perform(session, { operation: 'read', path, signal }, () => {
        const node = store.find(path);
        if (node === undefined) throw refusal('read', path, 'not-found');
        if (node.kind !== 'file') throw refusal('read', path, 'not-a-file');
        const bytes = contentOf(node).subarray(from);
        return {
          stream: chunksOf(session, { path, bytes, from, signal }),
          stamp: stampOf(node, profile),
        };
      }),
    write: (path, source, signal) =>
      transfer(session, { operation: 'write', path, signal }, { source, from: 0 }),
    rename: (from, to, signal) => {
      const rules = renameRules(session, from, to);
      return perform(session, { operation: 'rename', path: from, to, signal }, () => {
        checkName(profile, 'rename', to);
        settle('rename', from, store.move(from, to, rules()));
      });
    },
    remove: (path, signal) =>
      perform(session, { operation: 'remove', path, signal }, () => {
        settle('remove', path, store.removeFile(path));
      }),
    removeDirectory: (path, signal) => removeDirectory(session, path, signal),
    makeDirectory: (path, signal) =>
      perform(session, { operation: 'makeDirectory', path, signal }, () => {
        checkName(profile, 'makeDirectory', path);
        settle('makeDirectory', path, store.makeOneDirectory(path));
      }),
    space: () => Promise.resolve(undefined),
    close: () => {
      session.closed = true;
      return Promise.resolve();
    },
  };
  return withOptional(session, base);
}

async function removeDirectory(session: Session, path: string, signal: AbortSignal): Promise<void> {
  const { store, profile } = session;
  const call: Call = { operation: 'removeDirectory', path, signal };
  if (profile.looksThenRemoves) {
    const found = await perform(session, call, () => store.find(path));
    const isFull = found?.kind === 'directory' && found.children.size > 0;
    if (found === undefined || isFull || found.kind !== 'directory') {
      settle('removeDirectory', path, store.removeEmptyDirectory(path));
      return;
    }
  }
  await perform(session, call, () => {
    if (profile.looksThenRemoves && store.find(path)?.kind === 'directory') store.remove(path);
    else settle('removeDirectory', path, store.removeEmptyDirectory(path));
  });
}

interface Session {
  readonly store: MemoryStore;
  readonly options: MemoryTransportOptions;
  readonly profile: MemoryProfile;
  closed: boolean;
}

/** Adds what the profile claims beyond the required operations. */
function withOptional(session: Session, base: Transport): Transport {
  const { store, profile } = session;
  const full: { -readonly [Key in keyof Transport]: Transport[Key] } = { ...base };
  if (profile.resume) {
    full.resume = (path, source, from, signal) =>
      transfer(session, { operation: 'resume', path, signal }, { source, from });
  }
  if (profile.modified === 'set') {
    full.setModified = (path, modified, signal) =>
      perform(session, { operation: 'setModified', path, signal }, () => {
        const node = store.find(path);
        if (node === undefined) throw refusal('setModified', path, 'not-found');
        if (node.kind !== 'file') throw refusal('setModified', path, 'not-a-file');
        store.setModified(path, node, modified);
      });
  }
  if (profile.removeTree) {
    full.removeTree = (path, signal) =>
      perform(session, { operation: 'removeTree', path, signal }, () => {
        store.remove(path);
      });
  }
  if (profile.copy) {
    full.copy = (from, to, signal) =>
      perform(session, { operation: 'copy', path: from, to, signal }, () => {
        checkName(profile, 'copy', to);
        settle('copy', from, store.duplicate(from, to));
      });
  }
  if (profile.batch) full.batch = (operations, signal) => oneByOne(full, operations, signal);
  return full;
}

/** Milliseconds of the store's clock between the test and the deed of a racy server. */
const racyFor = 1000;

/** What a rename may do to its target, decided when it is done; a racy server has tested before. */
function renameRules(
  { store, profile, options }: Session,
  from: string,
  to: string,
): () => MoveRules {
  const isRacy = profile.racy && options.racyAt?.(to) !== false;
  const wasFree = isRacy && store.find(from)?.kind === 'directory' && store.find(to) === undefined;
  const tested = store.clock;
  const replaces: MoveRules = { file: 'refuses', directory: 'replaces' };
  return () => (wasFree && store.clock - tested < racyFor ? replaces : profile.renameOnto);
}

/** Gate, effect, gate. The effect is synchronous, so that a schedule decides the order and nothing else does. */
async function perform<T>(session: Session, call: Call, effect: () => T): Promise<T> {
  enter(session, call);
  try {
    const before = pass(session.options.before, call, 'not-done');
    if (before !== undefined) await before;
    const result = effect();
    const after = pass(session.options.after, call, 'unknown');
    if (after !== undefined) await after;
    session.store.etags.answered(call.path);
    if (call.to !== undefined) session.store.etags.answered(call.to);
    return result;
  } finally {
    session.store.underWay -= 1;
  }
}

function enter({ store, closed }: Session, call: Call): void {
  store.operations.set(call.operation, (store.operations.get(call.operation) ?? 0) + 1);
  if (closed) {
    throw new TransportError('the connection is closed', { kind: 'unreachable', ...factsOf(call) });
  }
  store.underWay += 1;
  store.mostUnderWay = Math.max(store.mostUnderWay, store.underWay);
}

/** Undefined: goes on at once. */
function pass(gate: Gate | undefined, call: Call, outcome: Outcome): Promise<void> | undefined {
  throwIfAborted(call, outcome);
  const wait = gate?.(call.operation, call.path, call.to);
  if (wait instanceof Promise) return unlessAborted(wait, call, outcome);
  return undefined;
}

/** write and resume: the file is open under its name from the first moment on, and torn if anything fails. */
async function transfer(
  session: Session,
  call: Call,
  content: { source: Source; from: number },
): Promise<Stamp> {
  const { store, options, profile } = session;
  enter(session, call);
  try {
    const before = pass(options.before, call, 'not-done');
    if (before !== undefined) await before;
    checkName(profile, call.operation, call.path);
    const node = openTarget(store, call, content.from);
    await pour(session, call, { ...content, node }).catch((error: unknown) => {
      throw sourceFailure(error, call);
    });
    // Plugins look at the size after each write: so they notice a store that was set back under their hands.
    if (store.find(call.path) !== node) {
      const message = 'what is there is not what was written';
      throw new TransportError(message, { kind: 'corrupt', outcome: 'unknown', ...factsOf(call) });
    }
    if (profile.modified === 'set') node.modified = content.source.modified ?? store.clock;
    store.etags.changing(call.path);
    const after = pass(options.after, call, 'unknown');
    if (after !== undefined) await after;
    store.etags.answered(call.path);
    return withoutTime(stampOf(node, profile), profile.silentWrites);
  } finally {
    store.underWay -= 1;
  }
}

function withoutTime(stamp: Stamp, isSilent: boolean): Stamp {
  const { modified: _, precision: __, ...rest } = stamp;
  return isSilent ? rest : stamp;
}

function sourceFailure(error: unknown, call: Call): TransportError {
  if (error instanceof TransportError) return error;
  const message = 'the source failed';
  return new TransportError(message, { kind: 'corrupt', cause: error, ...factsOf(call) });
}

function openTarget(store: MemoryStore, call: Call, from: number): FileNode {
  if (call.operation === 'write') {
    const opened = store.openForWriting(call.path);
    if (typeof opened === 'string') throw refusal(call.operation, call.path, opened);
    return opened;
  }
  const torn = store.find(call.path);
  if (torn === undefined) throw refusal(call.operation, call.path, 'not-found');
  if (torn.kind !== 'file') throw refusal(call.operation, call.path, 'not-a-file');
  if (torn.size !== from) {
    throw new TransportError(`the file has ${torn.size} bytes, not ${from}`, {
      kind: 'precondition',
      ...factsOf(call),
    });
  }
  return torn;
}

async function pour(
  session: Session,
  call: Call,
  to: { source: Source; from: number; node: FileNode },
): Promise<void> {
  let done = to.from;
  const chunks = to.source.open(to.from)[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await unlessAborted(chunks.next(), call, 'not-done');
      if (next.done === true) break;
      settle(call.operation, call.path, session.store.append(call.path, to.node, next.value));
      done += next.value.length;
      const wait = session.options.chunk?.(call.operation, call.path, done);
      if (wait instanceof Promise) await unlessAborted(wait, call, 'not-done');
    }
  } finally {
    // Not awaited: a source that hangs would hang here too.
    void Promise.resolve(chunks.return?.()).catch(() => undefined);
  }
  throwIfAborted(call, 'not-done');
  if (done !== to.source.size) {
    const message = `the source gave ${done} bytes, not ${to.source.size}`;
    throw new TransportError(message, { kind: 'corrupt', ...factsOf(call) });
  }
}

async function* chunksOf(
  session: Session,
  content: { path: string; bytes: Uint8Array; from: number; signal: AbortSignal },
): AsyncGenerator<Uint8Array> {
  const { path, bytes, from, signal } = content;
  const call: Call = { operation: 'read', path, signal };
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    throwIfAborted(call, 'not-done');
    const piece = bytes.slice(at, at + chunkBytes);
    yield piece;
    const wait = session.options.chunk?.('read', path, from + at + piece.length);
    if (wait instanceof Promise) await unlessAborted(wait, call, 'not-done');
  }
}

function checkName(profile: MemoryProfile, operation: string, path: string): void {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (name.length * 3 <= profile.nameBytes) return;
  const bytes = new TextEncoder().encode(name).length;
  if (bytes <= profile.nameBytes) return;
  const message = `a name of ${bytes} bytes; the store takes ${profile.nameBytes}`;
  throw new TransportError(message, { kind: 'invalid-name', operation, path });
}

function settle(operation: string, path: string, obstacle: Obstacle | undefined): void {
  if (obstacle !== undefined) throw refusal(operation, path, obstacle);
}

const kinds: Record<Obstacle, TransportErrorKind> = {
  'no-space': 'no-space',
  'not-found': 'not-found',
  exists: 'exists',
  'not-empty': 'not-empty',
  'not-a-file': 'precondition',
  'not-a-directory': 'precondition',
  'invalid-name': 'invalid-name',
};

function refusal(operation: string, path: string, obstacle: Obstacle): TransportError {
  return new TransportError(`${operation} ${path}: ${obstacle}`, {
    kind: kinds[obstacle],
    operation,
    path,
  });
}
