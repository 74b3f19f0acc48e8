/**
 * The engine's view of a fake disk: the {@link LocalTree} operations over a volume, each in the steps that a real disk
 * would take, with a gate before, between and after them. It must never change a path that is not as expected.
 */
import { createHash } from 'node:crypto';
import { LocalError, type LocalStat, type LocalTree } from '../core/ports/local-tree.ts';
import type { DiskState } from './fake-disk.ts';
import { scanVolume } from './fake-disk-scan.ts';
import { nameOf, sameStat, statOf, type VolumeFile, type VolumeNode } from './fake-volume.ts';

/** `before` an operation looked, `between` two of its steps, `after` its effect and before its answer. */
export type DiskPoint = 'before' | 'between' | 'after';

/** May throw or never resolve; undefined goes on at once. */
export type DiskGate = (
  point: DiskPoint,
  operation: string,
  path: string,
) => Promise<void> | undefined;

export function connectDisk(state: DiskState, gate: DiskGate): LocalTree {
  const session: Session = { state, gate };
  const { volume } = state;
  return {
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
    stage: (content, signal) => stage(session, content, signal),
    discard: ({ token }) =>
      perform(session, { operation: 'discard', path: token }, () => {
        state.staged.delete(token);
      }),
    place: (staged, path, expected, metadata) =>
      put(session, { operation: 'place', path, expected }, () => {
        const bytes = state.staged.get(staged.token);
        if (bytes === undefined) {
          throw new LocalError(`staged file ${staged.token} is gone`, { kind: 'unknown', path });
        }
        const file = volume.newFile(nameOf(path), bytes);
        file.mtime = volume.rounded(metadata.mtime * 1000);
        file.executable = metadata.executable;
        state.staged.delete(staged.token);
        return file;
      }),
    placeLink: (path, target, expected) =>
      put(session, { operation: 'placeLink', path, expected }, () => ({
        kind: 'link',
        id: volume.newId(),
        name: nameOf(path),
        target,
        mtime: volume.rounded(volume.options.now()),
      })),
    makeDirectory: (path) =>
      perform(session, { operation: 'makeDirectory', path }, () => {
        const parent = volume.makeParent(path);
        const before = volume.find(path);
        if (parent === undefined || (before !== undefined && before.kind !== 'directory')) {
          return 'changed';
        }
        if (before === undefined) volume.attach(parent, volume.newDirectory(nameOf(path)));
        return 'done';
      }),
    rename: (from, to, expected) =>
      perform(session, { operation: 'rename', path: from }, () =>
        rename(session, { from, to, expected }),
      ),
    remove: (path, expected) =>
      perform(session, { operation: 'remove', path }, () => {
        const node = volume.find(path);
        if (node === undefined || node.kind === 'directory') return 'changed';
        if (!sameStat(statOf(node), expected)) return 'changed';
        toTrash(state, path, node);
        volume.detach(path);
        return 'done';
      }),
    removeDirectory: (path) =>
      perform(session, { operation: 'removeDirectory', path }, () => {
        const node = volume.find(path);
        if (node === undefined) return 'done';
        if (node.kind !== 'directory' || node.children.size > 0 || path === '') return 'changed';
        volume.detach(path);
        volume.free(node);
        return 'done';
      }),
    setMetadata: (path, expected, metadata) =>
      perform(session, { operation: 'setMetadata', path }, () => {
        const node = volume.find(path);
        if (node?.kind !== 'file' || !sameStat(statOf(node), expected)) return 'changed';
        node.mtime = volume.rounded(metadata.mtime * 1000);
        node.executable = metadata.executable;
        node.ctime = volume.changeTime();
        return statOf(node) ?? 'changed';
      }),
    sweep: (retention) =>
      perform(session, { operation: 'sweep', path: '' }, () => {
        state.staged.clear();
        const oldest = volume.options.now() - retention;
        state.trash = state.trash.filter((item) => item.since > oldest);
      }),
  };
}

interface Session {
  readonly state: DiskState;
  readonly gate: DiskGate;
}

interface Call {
  readonly operation: string;
  readonly path: string;
  /** May be called while the root is missing. */
  readonly rootless?: boolean;
}

async function perform<T>(session: Session, call: Call, effect: () => T): Promise<T> {
  const { gate, state } = session;
  const entry = gate('before', call.operation, call.path);
  if (entry !== undefined) await entry;
  if (!state.present && call.rootless !== true) {
    throw new LocalError('the folder is not there', { kind: 'missing-root', path: call.path });
  }
  const result = effect();
  const exit = gate('after', call.operation, call.path);
  if (exit !== undefined) await exit;
  return result;
}

function current(session: Session, path: string): LocalStat | undefined {
  const node = session.state.volume.find(path);
  return node === undefined ? undefined : statOf(node);
}

/** As on a real disk: the old content gets a second name in the trash, then the new one is renamed over it. */
async function put(
  session: Session,
  call: Call & { readonly expected: LocalStat | undefined },
  make: () => VolumeNode,
): Promise<LocalStat | 'changed'> {
  const { state, gate } = session;
  const { operation, path, expected } = call;
  const fits = (): boolean => expected?.kind !== 'directory' && asExpected(session, path, expected);
  const first = await perform(session, { operation, path }, () => {
    const node = state.volume.find(path);
    if (!fits()) return 'changed';
    if (node !== undefined) toTrash(state, path, node);
    return 'done';
  });
  if (first === 'changed') return 'changed';
  const parent = state.volume.makeParent(path);
  if (parent === undefined || !fits()) return 'changed';
  const node = make();
  state.volume.attach(parent, node, nameOf(path));
  const result = statOf(node);
  const exit = gate('after', operation, path);
  if (exit !== undefined) await exit;
  return result ?? 'changed';
}

/** A file where a directory would have to be counts as nothing there; making the parents then fails. */
function asExpected(session: Session, path: string, expected: LocalStat | undefined): boolean {
  const node = session.state.volume.find(path);
  if (node === undefined) return expected === undefined;
  return expected !== undefined && sameStat(statOf(node), expected);
}

function rename(
  session: Session,
  wish: { readonly from: string; readonly to: string; readonly expected: LocalStat },
): 'done' | 'changed' {
  const { volume } = session.state;
  const { from, to } = wish;
  const node = volume.find(from);
  if (node === undefined || !sameStat(statOf(node), wish.expected)) return 'changed';
  if (to.startsWith(`${from}/`)) return 'changed';
  const target = volume.find(to);
  if (target !== undefined && target !== node) return 'changed';
  const parent = volume.makeParent(to);
  if (parent === undefined) return 'changed';
  volume.detach(from);
  volume.attach(parent, node, nameOf(to));
  if (node.kind === 'file') node.ctime = volume.changeTime();
  return 'done';
}

function toTrash(state: DiskState, path: string, node: VolumeNode): void {
  state.trash.push({ path, since: state.volume.options.now(), node: { ...node } });
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
  return createHash('sha256').update(read).digest('hex');
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

async function stage(
  session: Session,
  content: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<{ token: string; digest: string; size: number }> {
  const { state } = session;
  const token = `staged-${String((state.tokens += 1))}`;
  const hash = createHash('sha256');
  const parts: Uint8Array[] = [];
  let size = 0;
  const entry = session.gate('before', 'stage', token);
  if (entry !== undefined) await entry;
  for await (const part of content) {
    signal.throwIfAborted();
    hash.update(part);
    parts.push(part);
    size += part.length;
    if (size > state.space) throw new LocalError('the disk is full', { kind: 'no-space' });
  }
  state.space -= size;
  state.staged.set(token, Buffer.concat(parts));
  const exit = session.gate('after', 'stage', token);
  if (exit !== undefined) await exit;
  return { token, digest: hash.digest('hex'), size };
}
