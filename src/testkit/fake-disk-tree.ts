/**
 * The engine's view of a fake disk: the {@link LocalTree} operations over a volume, each in the steps that a real disk
 * would take, with a gate before, between and after them. Here are those that only read, and those on ownsync's own things.
 */
import {
  LocalError,
  type LocalStat,
  type LocalTree,
  type Wanted,
} from '../core/ports/local-tree.ts';
import type { Source } from '../core/ports/transport.ts';
import { recoverAsides } from './fake-disk-aside.ts';
import { changesOf } from './fake-disk-change.ts';
import type { DiskState } from './fake-disk-state.ts';
import { scanVolume } from './fake-disk-scan.ts';
import { current, perform, type DiskGate, type Session } from './fake-disk-session.ts';
import { sameStat, statOf, type VolumeFile } from './fake-volume.ts';

export function connectDisk(state: DiskState, gate: DiskGate): LocalTree {
  const session: Session = { state, gate };
  const { volume } = state;
  return {
    ...changesOf(session),
    facts: state.facts,
    rootState: (folderId) =>
      perform(session, { operation: 'rootState', path: '', rootless: true }, () => {
        if (!state.present) return 'missing';
        return folderId === undefined || state.marker === folderId ? 'ok' : 'unmarked';
      }),
    mark: (folderId) =>
      perform(session, { operation: 'mark', path: '' }, () => {
        state.marker = folderId;
      }),
    scan: (ignored, signal) => {
      recoverAsides(state, session);
      const step = (path: string): Promise<void> | undefined => gate('between', 'scan', path);
      return scanVolume(state, { ignored, signal, step });
    },
    stat: (path) => perform(session, { operation: 'stat', path }, () => current(session, path)),
    digest: (path, expected) => digest(session, path, expected),
    source: (path, expected) => ({
      size: expected.kind === 'file' ? expected.size : 0,
      ...(expected.kind === 'file' ? { modified: expected.mtime } : {}),
      open: (from) => readParts(session, { path, expected, from }),
    }),
    readText: (path) =>
      perform(session, { operation: 'readText', path }, () => {
        const node = volume.find(path);
        return node?.kind === 'file' ? new TextDecoder().decode(node.bytes) : undefined;
      }),
    stage: (content, signal, wanted) => stage(session, content, { signal, wanted }),
    kept: (digest) =>
      perform(
        session,
        { operation: 'kept', path: digest },
        () => state.kept.get(digest)?.length ?? 0,
      ),
    dropKept: (wanted) =>
      perform(session, { operation: 'dropKept', path: '' }, () => {
        for (const digest of state.kept.keys()) if (!wanted.has(digest)) state.kept.delete(digest);
      }),
    discard: ({ token }) =>
      perform(session, { operation: 'discard', path: token }, () => {
        state.staged.delete(token);
      }),
    trashed: (path, digest) =>
      perform(session, { operation: 'trashed', path }, () => {
        const items = state.trash.filter((item) => item.path === path).reverse();
        const found = items
          .map(({ node }) => node)
          .find((node) => node.kind === 'file' && state.digestOf(node.bytes) === digest);
        return found?.kind === 'file' ? sourceOf(found) : undefined;
      }),
    sweep: (retention, size = Number.POSITIVE_INFINITY) =>
      perform(session, { operation: 'sweep', path: '' }, () => {
        for (const [token, { owner }] of state.staged) {
          if (owner !== session) state.staged.delete(token);
        }
        const oldest = volume.options.now() - retention;
        state.trash = state.trash.filter((item) => item.since > oldest);
        while (bytesOf(state.trash) > size) state.trash.shift();
      }),
  };
}

function sourceOf({ bytes, mtime }: VolumeFile): Source {
  return {
    size: bytes.length,
    modified: mtime,
    open: async function* (from) {
      await Promise.resolve();
      yield bytes.slice(from);
    },
  };
}

function bytesOf(trash: DiskState['trash']): number {
  return trash.reduce((sum, { node }) => sum + (node.kind === 'file' ? node.bytes.length : 0), 0);
}

async function digest(
  session: Session,
  path: string,
  expected: LocalStat,
): Promise<string | 'changed'> {
  const read = await perform(session, { operation: 'digest', path }, () => {
    const node = readable(session, path);
    return node !== undefined && sameStat(statOf(node), expected) ? node.bytes : undefined;
  });
  if (read === undefined || !sameStat(current(session, path), expected)) return 'changed';
  return session.state.digestOf(read);
}

function readable(session: Session, path: string): VolumeFile | undefined {
  const node = session.state.volume.find(path);
  if (node?.kind !== 'file') return undefined;
  if (node.unreadable) throw new LocalError(`${path} cannot be read`, { kind: 'denied', path });
  return node;
}

/** In two parts, so that a change in the middle of a reading is met. */
async function* readParts(
  session: Session,
  wish: { readonly path: string; readonly expected: LocalStat; readonly from: number },
): AsyncGenerator<Uint8Array> {
  const { path, expected } = wish;
  const bytes = (): Uint8Array => {
    const node = readable(session, path);
    if (node !== undefined && sameStat(statOf(node), expected)) return node.bytes;
    throw new LocalError(`${path} changed while it was read`, { kind: 'unknown', path });
  };
  const entry = session.gate('before', 'source', path);
  if (entry !== undefined) await entry;
  const middle = Math.max(wish.from, Math.ceil(bytes().length / 2));
  if (wish.from < middle) yield bytes().slice(wish.from, middle);
  const pause = session.gate('between', 'source', path);
  if (pause !== undefined) await pause;
  const rest = bytes().slice(middle);
  if (rest.length > 0) yield rest;
  bytes();
}

interface Staging {
  readonly signal: AbortSignal;
  readonly wanted: Wanted | undefined;
}

/** What is wanted by its digest is kept chunk by chunk, as a disk keeps it however the program ends. */
async function stage(
  session: Session,
  content: AsyncIterable<Uint8Array>,
  { signal, wanted }: Staging,
): Promise<{ token: string; digest: string; size: number }> {
  const { state } = session;
  const token = `staged-${String((state.tokens += 1))}`;
  const entry = session.gate('before', 'stage', token);
  if (entry !== undefined) await entry;
  let bytes = beginning(state, wanted);
  for await (const part of content) {
    signal.throwIfAborted();
    bytes = Buffer.concat([bytes, part]);
    if (bytes.length > state.space) {
      if (wanted !== undefined) state.kept.delete(wanted.digest);
      throw new LocalError('the disk is full', { kind: 'no-space' });
    }
    if (wanted !== undefined) state.kept.set(wanted.digest, bytes);
  }
  const size = bytes.length;
  state.space -= size;
  if (wanted !== undefined) state.kept.delete(wanted.digest);
  state.staged.set(token, { bytes, owner: session });
  const exit = session.gate('after', 'stage', token);
  if (exit !== undefined) await exit;
  return { token, digest: state.digestOf(bytes), size };
}

function beginning(state: DiskState, wanted: Wanted | undefined): Uint8Array {
  if (wanted === undefined || wanted.from === 0) return new Uint8Array();
  const bytes = state.kept.get(wanted.digest);
  if (bytes !== undefined && bytes.length >= wanted.from) return bytes.subarray(0, wanted.from);
  throw new LocalError('what was kept is shorter than it was', { kind: 'unknown' });
}
