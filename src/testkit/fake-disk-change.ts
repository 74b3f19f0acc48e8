/**
 * The operations that change what a user has on a fake disk. Each acts only while the path is what the caller saw, and what
 * leaves its path goes aside and then to the trash; nothing here removes content.
 */
import { LocalError, type LocalStat, type LocalTree } from '../core/ports/local-tree.ts';
import { asideToTrash, forget, giveBack, setAside } from './fake-disk-aside.ts';
import {
  asExpected,
  checkRoot,
  pass,
  perform,
  type Call,
  type Session,
} from './fake-disk-session.ts';
import { nameOf, sameStat, statOf, type VolumeNode } from './fake-volume.ts';

type Changes = Pick<
  LocalTree,
  'place' | 'placeLink' | 'makeDirectory' | 'rename' | 'remove' | 'removeDirectory' | 'setMetadata'
>;

export function changesOf(session: Session): Changes {
  const { state } = session;
  const { volume } = state;
  return {
    place: (staged, path, expected, metadata) =>
      put(session, { operation: 'place', path, expected }, () => {
        const bytes = state.staged.get(staged.token)?.bytes;
        if (bytes === undefined) {
          throw new LocalError(`staged file ${staged.token} is gone`, { kind: 'unknown', path });
        }
        const file = volume.newFile(nameOf(path), bytes);
        file.mtime = volume.rounded(metadata.mtime * 1000);
        file.executable = volume.executable(metadata.executable);
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
    rename: (from, to, expected) => rename(session, { from, to, expected }),
    remove: (path, expected) => remove(session, path, expected),
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
        node.executable = volume.executable(metadata.executable);
        node.ctime = volume.changeTime();
        return statOf(node) ?? 'changed';
      }),
  };
}

/** As on a real disk: the old file goes aside, the new one gets the path if nobody took it meanwhile. */
async function put(
  session: Session,
  call: Call & { readonly expected: LocalStat | undefined },
  make: () => VolumeNode,
): Promise<LocalStat | 'changed'> {
  const { state } = session;
  const { operation, path, expected } = call;
  await pass(session, 'before', call);
  checkRoot(state, path);
  if (expected?.kind === 'directory' || !asExpected(session, path, expected)) return 'changed';
  const parent = state.volume.makeParent(path);
  if (parent === undefined) return 'changed';
  const aside =
    expected === undefined
      ? undefined
      : setAside(state, path, { owner: session, purpose: 'replace' });
  if (aside !== undefined) await pass(session, 'between', { operation, path });
  const free = state.volume.find(path) === undefined && state.volume.makeParent(path) === parent;
  if (!free) {
    if (aside !== undefined) giveBack(state, aside);
    return 'changed';
  }
  const node = make();
  state.volume.attach(parent, node, nameOf(path));
  const result = statOf(node);
  if (aside !== undefined) asideToTrash(state, aside);
  await pass(session, 'after', call);
  return result ?? 'changed';
}

async function remove(
  session: Session,
  path: string,
  expected: LocalStat,
): Promise<'done' | 'changed'> {
  const { state } = session;
  await pass(session, 'before', { operation: 'remove', path });
  checkRoot(state, path);
  if (expected.kind === 'directory' || !asExpected(session, path, expected)) return 'changed';
  const aside = setAside(state, path, { owner: session, purpose: 'replace' });
  await pass(session, 'between', { operation: 'remove', path });
  if (aside !== undefined) asideToTrash(state, aside);
  await pass(session, 'after', { operation: 'remove', path });
  return 'done';
}

/** A directory in one step, a file by way of an aside. */
async function rename(
  session: Session,
  wish: { readonly from: string; readonly to: string; readonly expected: LocalStat },
): Promise<'done' | 'changed'> {
  const { state } = session;
  const { volume } = state;
  const { from, to } = wish;
  await pass(session, 'before', { operation: 'rename', path: from });
  checkRoot(state, from);
  const node = volume.find(from);
  if (node === undefined || !asExpected(session, from, wish.expected)) return 'changed';
  if (to.startsWith(`${from}/`)) return 'changed';
  const target = volume.find(to);
  if (target !== undefined && target !== node) return 'changed';
  if (volume.makeParent(to) === undefined) return 'changed';
  const aside =
    node.kind === 'directory'
      ? undefined
      : setAside(state, from, { owner: session, purpose: 'move' });
  if (aside === undefined) volume.detach(from);
  else await pass(session, 'between', { operation: 'rename', path: from });
  const parent = volume.makeParent(to);
  if (aside !== undefined && (parent === undefined || volume.find(to) !== undefined)) {
    giveBack(state, aside);
    return 'changed';
  }
  if (aside !== undefined) forget(state, aside);
  if (parent !== undefined) volume.attach(parent, node, nameOf(to));
  if (node.kind === 'file') node.ctime = volume.changeTime();
  await pass(session, 'after', { operation: 'rename', path: to });
  return 'done';
}
