/**
 * What a person and their programs do to a fake disk, between the steps of a sync. Nothing here is asked by the engine;
 * impossible wishes (a file where a directory would have to be) throw, because a test asked for them.
 */
import { nameOf, type Volume, type VolumeNode } from './fake-volume.ts';

/** One path as a person sees it. `mtime` in whole seconds since 1970. */
export type SeenEntry =
  | {
      readonly kind: 'file';
      readonly text: string;
      readonly mtime: number;
      readonly executable: boolean;
    }
  | { readonly kind: 'directory' }
  | { readonly kind: 'link'; readonly target: string }
  | { readonly kind: 'special' };

export interface WriteOptions {
  /** Milliseconds since 1970; default: now. */
  readonly mtime?: number;
  /** Default: as before, or false. */
  readonly executable?: boolean;
  /** `place`: the same file gets new content. `replace`: a new file is renamed over it. Default `place`. */
  readonly how?: 'place' | 'replace';
}

export interface FakeUser {
  /** Makes missing parents. */
  write(path: string, text: string, options?: WriteOptions): void;
  /** With all that is in it. Missing is fine. */
  remove(path: string): void;
  mkdir(path: string): void;
  /** Files and whole directories; a file at `to` is replaced. Missing parents are made. */
  rename(from: string, to: string): void;
  symlink(path: string, target: string, options?: { readonly mtime?: number }): void;
  touch(path: string, mtime: number): void;
  chmod(path: string, executable: boolean): void;
  /** A FIFO, which no sync can carry. */
  special(path: string): void;
  /** Takes away, or gives back, the right to read a file or directory. */
  unreadable(path: string, value: boolean): void;
  /** Text of a file; undefined when there is none. */
  read(path: string): string | undefined;
  entry(path: string): SeenEntry | undefined;
  /** Every path below the root, sorted, the `.ownsync` names at the root left out. */
  tree(): Map<string, SeenEntry>;
}

export function createFakeUser(volume: Volume): FakeUser {
  const parentFor = (path: string) => {
    const parent = volume.makeParent(path);
    if (parent === undefined) throw new Error(`a file is above ${path}`);
    return parent;
  };
  const file = (path: string) => {
    const node = volume.find(path);
    if (node?.kind !== 'file') throw new Error(`no file at ${path}`);
    return node;
  };
  return {
    write: (path, text, options = {}) => {
      writeFile(volume, { path, text, options });
    },
    remove(path) {
      const node = volume.detach(path);
      if (node !== undefined) volume.free(node);
    },
    mkdir(path) {
      const parent = parentFor(path);
      const before = volume.find(path);
      if (before?.kind === 'directory') return;
      if (before !== undefined) throw new Error(`something is at ${path}`);
      volume.attach(parent, volume.newDirectory(nameOf(path)));
    },
    rename: (from, to) => {
      renameNode(volume, from, to);
    },
    symlink(path, target, options = {}) {
      const mtime = volume.rounded(options.mtime ?? volume.options.now());
      const link: VolumeNode = { kind: 'link', id: volume.newId(), name: '', target, mtime };
      volume.attach(parentFor(path), link, nameOf(path));
    },
    touch(path, mtime) {
      Object.assign(file(path), { mtime: volume.rounded(mtime), ctime: volume.changeTime() });
    },
    chmod(path, executable) {
      const set = volume.executable(executable);
      Object.assign(file(path), { executable: set, ctime: volume.changeTime() });
    },
    special(path) {
      const special: VolumeNode = { kind: 'special', id: volume.newId(), name: '' };
      volume.attach(parentFor(path), special, nameOf(path));
    },
    unreadable(path, value) {
      const node = volume.find(path);
      if (node?.kind === 'file' || node?.kind === 'directory') node.unreadable = value;
    },
    read(path) {
      const node = volume.find(path);
      return node?.kind === 'file' ? textOf(node.bytes) : undefined;
    },
    entry(path) {
      const node = volume.find(path);
      return node === undefined ? undefined : seen(node);
    },
    tree() {
      const found: [string, SeenEntry][] = [];
      collect(volume.root, '', found);
      return new Map(found.sort(([a], [b]) => (a < b ? -1 : 1)));
    },
  };
}

/** True for the names at the root that belong to ownsync itself, and for temporary names anywhere. */
export function isPrivate(path: string): boolean {
  const atRoot = path === '.ownsync' || path.startsWith('.ownsync-');
  return atRoot || nameOf(path).startsWith('.ownsync-tmp-');
}

function writeFile(
  volume: Volume,
  wish: { readonly path: string; readonly text: string; readonly options: WriteOptions },
): void {
  const { path, options } = wish;
  const parent = volume.makeParent(path);
  const before = volume.find(path);
  if (parent === undefined || (before !== undefined && before.kind !== 'file')) {
    throw new Error(`cannot write a file at ${path}`);
  }
  const bytes = new TextEncoder().encode(wish.text);
  const keeps = before !== undefined && options.how !== 'replace';
  const node = keeps ? before : volume.newFile(nameOf(path), bytes);
  node.bytes = bytes;
  node.mtime = volume.rounded(options.mtime ?? volume.options.now());
  node.ctime = volume.changeTime();
  node.executable = volume.executable(options.executable ?? before?.executable ?? false);
  if (!keeps) volume.attach(parent, node);
}

function renameNode(volume: Volume, from: string, to: string): void {
  const node = volume.find(from);
  if (node === undefined || to === from || to.startsWith(`${from}/`)) {
    throw new Error(`cannot rename ${from} to ${to}`);
  }
  const parent = volume.makeParent(to);
  const target = volume.find(to);
  if (parent === undefined) throw new Error(`a file is above ${to}`);
  if (target !== undefined && target !== node && target.kind === 'directory') {
    throw new Error(`a directory is at ${to}`);
  }
  volume.detach(from);
  volume.attach(parent, node, nameOf(to));
  if (node.kind === 'file') node.ctime = volume.changeTime();
}

function collect(
  directory: { readonly children: ReadonlyMap<string, VolumeNode> },
  prefix: string,
  found: [string, SeenEntry][],
): void {
  for (const node of directory.children.values()) {
    const path = prefix + node.name;
    if (isPrivate(path)) continue;
    found.push([path, seen(node)]);
    if (node.kind === 'directory') collect(node, `${path}/`, found);
  }
}

function seen(node: VolumeNode): SeenEntry {
  if (node.kind === 'directory' || node.kind === 'special') return { kind: node.kind };
  if (node.kind === 'link') return { kind: 'link', target: node.target };
  const { executable } = node;
  const mtime = Math.floor(node.mtime / 1000);
  return { kind: 'file', text: textOf(node.bytes), mtime, executable };
}

const decoder = new TextDecoder();

function textOf(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}
