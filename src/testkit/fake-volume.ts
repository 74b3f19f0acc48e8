/**
 * The disk below the fake local tree: directories, files and links with ids, times and folded names, and what a user's
 * programs do to them. It knows nothing of syncing, and nothing here waits.
 */
import type { LocalFacts, LocalStat } from '../core/ports/local-tree.ts';

export interface VolumeOptions {
  /** Wall clock of this computer, milliseconds since 1970. */
  readonly now: () => number;
  /** False: `A` and `a` are one name. Default true. */
  readonly caseSensitive?: boolean;
  /** What the disk makes of names. Default `as-given`. */
  readonly unicode?: LocalFacts['unicode'];
  /** How exact modification times are kept, milliseconds. Default 1. */
  readonly mtimePrecision?: number;
  /** The id of a removed file is given to the next new one, as real disks do. Default false. */
  readonly reuseIds?: boolean;
  /** All files are shown as executable, or none, whatever was asked for. Default: as asked. */
  readonly showsExecutable?: boolean;
}

export interface VolumeFile {
  readonly kind: 'file';
  id: number;
  name: string;
  bytes: Uint8Array;
  mtime: number;
  ctime: number;
  executable: boolean;
  unreadable: boolean;
}

export interface VolumeDirectory {
  readonly kind: 'directory';
  id: number;
  name: string;
  unreadable: boolean;
  readonly children: Map<string, VolumeNode>;
}

export interface VolumeLink {
  readonly kind: 'link';
  id: number;
  name: string;
  readonly target: string;
  mtime: number;
}

/** A FIFO, socket or device. */
export interface VolumeSpecial {
  readonly kind: 'special';
  id: number;
  name: string;
}

export type VolumeNode = VolumeFile | VolumeDirectory | VolumeLink | VolumeSpecial;

export class Volume {
  readonly options: VolumeOptions;
  root: VolumeDirectory;
  #nextId = 1;
  #freed: number[] = [];
  #lastChange = 0;

  constructor(options: VolumeOptions) {
    this.options = options;
    this.root = this.newDirectory('');
  }

  find(path: string): VolumeNode | undefined {
    let node: VolumeNode = this.root;
    if (path === '') return node;
    for (const name of path.split('/')) {
      if (node.kind !== 'directory') return undefined;
      const child: VolumeNode | undefined = node.children.get(this.key(name));
      if (child === undefined) return undefined;
      node = child;
    }
    return node;
  }

  /** The directory that holds `path`, made with its own parents if missing; undefined when a file is in the way. */
  makeParent(path: string): VolumeDirectory | undefined {
    let node = this.root;
    for (const name of path.split('/').slice(0, -1)) {
      const child = node.children.get(this.key(name)) ?? this.attach(node, this.newDirectory(name));
      if (child.kind !== 'directory') return undefined;
      node = child;
    }
    return node;
  }

  parent(path: string): VolumeDirectory | undefined {
    const node = this.find(parentOf(path));
    return node?.kind === 'directory' ? node : undefined;
  }

  /** Puts a node under its name; what was there is gone. */
  attach<Node extends VolumeNode>(parent: VolumeDirectory, node: Node, name = node.name): Node {
    node.name = this.spelled(name);
    const key = this.key(name);
    const before = parent.children.get(key);
    if (before !== undefined && before !== node) this.free(before);
    parent.children.delete(key);
    parent.children.set(key, node);
    return node;
  }

  detach(path: string): VolumeNode | undefined {
    const parent = this.parent(path);
    const node = this.find(path);
    if (parent === undefined || node === undefined || path === '') return undefined;
    parent.children.delete(this.key(nameOf(path)));
    return node;
  }

  /** The ids of what is gone may be given out again. */
  free(node: VolumeNode): void {
    if (node.kind === 'directory') for (const child of node.children.values()) this.free(child);
    this.#freed.push(node.id);
  }

  newFile(name: string, bytes: Uint8Array): VolumeFile {
    const id = this.newId();
    const file = {
      kind: 'file' as const,
      id,
      name,
      bytes,
      executable: this.executable(false),
      unreadable: false,
    };
    return { ...file, mtime: this.rounded(this.options.now()), ctime: this.changeTime() };
  }

  newDirectory(name: string): VolumeDirectory {
    return { kind: 'directory', id: this.newId(), name, unreadable: false, children: new Map() };
  }

  newId(): number {
    if (this.options.reuseIds === true) {
      const id = this.#freed.pop();
      if (id !== undefined) return id;
    }
    return this.#nextId++;
  }

  /** A change time that no two changes share. */
  changeTime(): number {
    this.#lastChange = Math.max(this.options.now(), this.#lastChange + 0.001);
    return this.#lastChange;
  }

  rounded(time: number): number {
    const precision = this.options.mtimePrecision ?? 1;
    return Math.floor(time / precision) * precision;
  }

  key(name: string): string {
    const spelled = this.spelled(name);
    return this.options.caseSensitive === false ? spelled.toLowerCase() : spelled;
  }

  /** Another disk with the same tree. `fresh`: put back from a backup, so that ids and change times are new. */
  copyFrom(other: Volume, fresh: boolean): void {
    this.#nextId = Math.max(this.#nextId, other.#nextId);
    this.#lastChange = Math.max(this.#lastChange, other.#lastChange);
    const copy = (node: VolumeNode): VolumeNode => {
      const id = fresh ? this.#nextId++ : node.id;
      if (node.kind === 'file' && fresh) return { ...node, id, ctime: this.changeTime() };
      if (node.kind !== 'directory') return { ...node, id };
      const children = new Map([...node.children].map(([key, child]) => [key, copy(child)]));
      return { ...node, id, children };
    };
    const root = copy(other.root);
    if (root.kind === 'directory') this.root = root;
  }

  /** What becomes of a file's executable bit. */
  executable(asked: boolean): boolean {
    return this.options.showsExecutable ?? asked;
  }

  spelled(name: string): string {
    if (this.options.unicode === 'nfd') return name.normalize('NFD');
    return this.options.unicode === 'nfc' ? name.normalize('NFC') : name;
  }
}

export function statOf(node: VolumeNode): LocalStat | undefined {
  const id = `fake:${String(node.id)}`;
  if (node.kind === 'directory') return { kind: 'directory', id };
  if (node.kind === 'link') return { kind: 'link', target: node.target, mtime: node.mtime, id };
  if (node.kind === 'special') return undefined;
  const { mtime, ctime, executable } = node;
  return { kind: 'file', size: node.bytes.length, mtime, ctime, id, executable };
}

/** Every field that one of the two has is the same in the other. */
export function sameStat(a: LocalStat | undefined, b: LocalStat | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  if (a.id !== b.id) return false;
  if (a.kind === 'file') {
    if (b.kind !== 'file' || a.executable !== b.executable || a.size !== b.size) return false;
    return a.mtime === b.mtime && a.ctime === b.ctime;
  }
  if (a.kind === 'link') return b.kind === 'link' && a.target === b.target && a.mtime === b.mtime;
  return a.kind === b.kind;
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
