/**
 * The files of one account: nodes, ETags, ids, trash. Every change raises the ETag of all folders above it; a file's own ETag
 * is what ownCloud makes of its storage time, so that a second write within the same second keeps it.
 */
import { createHash } from 'node:crypto';
import { checksumsOf } from './checksums.ts';

export interface FileNode {
  readonly kind: 'file';
  readonly id: number;
  inode: number;
  bytes: Uint8Array;
  /** Seconds since 1970. */
  mtime: number;
  etag: string;
  /** All three, as `oc:checksums` shows them; empty after its time was set. */
  checksums: string;
}

export interface FolderNode {
  readonly kind: 'folder';
  readonly id: number;
  mtime: number;
  etag: string;
  readonly children: Map<string, FileNode | FolderNode>;
}

export type Node = FileNode | FolderNode;
export type Path = readonly string[];

const device = 2049;

export class Tree {
  readonly root: FolderNode;
  readonly trash: string[] = [];
  versions = 0;
  readonly #now: () => number;
  #nextId = 2;
  #changes = 0;
  /** As a disk does: the lowest free number is given out first. */
  readonly #inodes = new Set<number>();

  constructor(now: () => number) {
    this.#now = now;
    this.root = this.#folder();
  }

  find(path: Path): Node | undefined {
    let node: Node | undefined = this.root;
    for (const name of path) {
      node = node?.kind === 'folder' ? node.children.get(name) : undefined;
    }
    return node;
  }

  folder(path: Path): FolderNode | undefined {
    const node = this.find(path);
    return node?.kind === 'folder' ? node : undefined;
  }

  /** The parent is there, and no folder in the way. `mtime`: seconds. */
  put(path: Path, bytes: Uint8Array, mtime = this.#seconds()): FileNode {
    const before = this.find(path);
    const checksums = checksumsOf(bytes);
    if (before?.kind === 'file') {
      this.versions += 1;
      // SERVER: the scanner keeps the ETag of a file whose storage time is the same, whatever its size and content.
      const kept = before.mtime === mtime ? before.etag : undefined;
      Object.assign(before, { bytes, mtime, checksums });
      before.etag = kept ?? fileEtag(before);
      this.#raise(path, 'content');
      return before;
    }
    const node: FileNode = {
      ...{ kind: 'file', id: this.#nextId++, inode: this.#freeInode(), bytes, mtime, checksums },
      etag: '',
    };
    node.etag = fileEtag(node);
    this.#attach(path, node);
    this.#raise(path, 'names');
    return node;
  }

  makeFolder(path: Path): void {
    this.#attach(path, this.#folder());
    this.#raise(path, 'names');
  }

  /** Into the trash-bin. */
  remove(path: Path): void {
    const node = this.#detach(path);
    if (node === undefined) return;
    this.trash.push(path.join('/'));
    this.#freeInodes(node);
    this.#raise(path, 'names');
  }

  /** Keeps id, ETag and times of what is moved; what it replaces goes into the trash-bin. */
  move(from: Path, to: Path): void {
    const node = this.#detach(from);
    if (node === undefined) return;
    if (this.find(to) !== undefined) this.remove(to);
    this.#attach(to, node);
    this.#raise(from, 'names');
    this.#raise(to, 'names');
  }

  /** A PROPPATCH of `lastmodified`: a new ETag, and no checksum any more. Seconds. */
  setTime(path: Path, mtime: number): void {
    const node = this.find(path);
    if (node === undefined) return;
    node.mtime = mtime;
    node.etag = node.kind === 'file' ? fileEtag(node) : this.#freshEtag();
    if (node.kind === 'file') node.checksums = '';
    this.#raise(path, 'content');
  }

  /** Bytes of a folder with all in it. */
  sizeOf(node: Node): number {
    if (node.kind === 'file') return node.bytes.length;
    return [...node.children.values()].reduce((sum, child) => sum + this.sizeOf(child), 0);
  }

  /** A change below: one new ETag for all folders above it. */
  #raise(path: Path, what: 'names' | 'content'): void {
    const etag = this.#freshEtag();
    for (let depth = path.length - 1; depth >= 0; depth--) {
      const above = this.folder(path.slice(0, depth));
      if (above === undefined) continue;
      above.etag = etag;
      if (what === 'names' || depth === path.length - 1) above.mtime = this.#seconds();
    }
  }

  #seconds(): number {
    return Math.floor(this.#now() / 1000);
  }

  /** 13 hexadecimal digits that never come twice. */
  #freshEtag(): string {
    this.#changes += 1;
    return (0x5_0000_0000_0000 + this.#changes).toString(16).padStart(13, '0');
  }

  #folder(): FolderNode {
    return {
      ...{ kind: 'folder', id: this.#nextId++, mtime: this.#seconds() },
      ...{ etag: this.#freshEtag(), children: new Map() },
    };
  }

  #attach(path: Path, node: Node): void {
    const name = path.at(-1);
    if (name !== undefined) this.folder(path.slice(0, -1))?.children.set(name, node);
  }

  #detach(path: Path): Node | undefined {
    const node = this.find(path);
    const name = path.at(-1);
    if (name !== undefined) this.folder(path.slice(0, -1))?.children.delete(name);
    return node;
  }

  #freeInode(): number {
    let inode = 12;
    while (this.#inodes.has(inode)) inode += 1;
    this.#inodes.add(inode);
    return inode;
  }

  #freeInodes(node: Node): void {
    if (node.kind === 'file') this.#inodes.delete(node.inode);
    else for (const child of node.children.values()) this.#freeInodes(child);
  }
}

function fileEtag({ mtime, inode, bytes }: FileNode): string {
  const text = [mtime, inode, device, bytes.length].join('.');
  return createHash('md5').update(text).digest('hex');
}
