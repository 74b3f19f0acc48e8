/**
 * The "server" behind the memory transport: one tree of files and directories that several transports share.
 * Deterministic: time is a number that tests set, ids come from a counter. It must never know who is calling:
 * gates, profiles and error kinds belong to the transport in front of it.
 */
import {
  contentOf,
  copyOf,
  newFile,
  type DirectoryNode,
  type FileNode,
  type StoreNode,
} from './memory-nodes.ts';
import { MemoryEtags } from './memory-etags.ts';

/** A whole tree at one moment; only {@link MemoryStore.restore} looks inside. */
export interface MemorySnapshot {
  readonly root: DirectoryNode;
}

/** What stands in the way of an operation; the transport turns it into a TransportError. */
export type Obstacle =
  | 'no-space'
  | 'not-found'
  | 'exists'
  | 'not-empty'
  | 'not-a-file'
  | 'not-a-directory'
  | 'invalid-name';

export class MemoryStore {
  /** The store's own clock, milliseconds since 1970. Only tests move it. */
  clock = Date.UTC(2026, 10, 22, 12);
  /** Bytes that transports may still write; what they remove is room again. Only tests set it. */
  space = Number.POSITIVE_INFINITY;
  /** How often each operation was called, by all transports together. */
  readonly operations = new Map<string, number>();
  /** Operations under way now, and the most there have ever been at once. */
  underWay = 0;
  mostUnderWay = 0;
  readonly etags = new MemoryEtags(this);
  #nextId = 1;
  #root: DirectoryNode;

  constructor() {
    this.#root = this.#newDirectory();
  }

  /** Puts a file there as another program would, with its parents. `modified` defaults to the clock. */
  put(
    path: string,
    content: string | Uint8Array,
    options: { readonly modified?: number } = {},
  ): void {
    const parent = this.makeDirectory(parentOf(path));
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content.slice();
    const before = parent.children.get(nameOf(path));
    if (before?.kind === 'directory') throw new Error(`a directory is at ${path}`);
    const node = before?.kind === 'file' ? before : this.#newFile();
    node.parts = [bytes];
    node.size = bytes.length;
    this.#touch(node, options.modified);
    this.#attach(parent, nameOf(path), node);
    this.raise(path);
  }

  /** Puts a symbolic link or something else that is neither file nor directory there. */
  putOdd(path: string, kind: 'link' | 'other'): void {
    const parent = this.makeDirectory(parentOf(path));
    this.#attach(parent, nameOf(path), { kind, id: this.#nextId++, modified: this.clock });
    this.raise(path);
  }

  /** Makes a directory with its parents; existing ones are kept. */
  makeDirectory(path: string): DirectoryNode {
    let directory = this.#root;
    for (const name of partsOf(path)) {
      const child = directory.children.get(name) ?? this.#newDirectory();
      if (child.kind !== 'directory') throw new Error(`not a directory: ${name} in ${path}`);
      if (!directory.children.has(name)) this.#attach(directory, name, child);
      directory = child;
    }
    this.raise(path);
    return directory;
  }

  /** A file's bytes; undefined when there is no file. */
  bytes(path: string): Uint8Array | undefined {
    const node = this.find(path);
    return node?.kind === 'file' ? contentOf(node) : undefined;
  }

  /** A file's content as text; undefined when there is no file. */
  text(path: string): string | undefined {
    const bytes = this.bytes(path);
    return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
  }

  /** Removes whatever is there, with all below it. Missing is fine. */
  remove(path: string): void {
    this.#removeNode(path);
    this.raise(path);
  }

  /** Renames as another program would; throws when the store refuses. */
  rename(from: string, to: string): void {
    const obstacle = this.move(from, to, { file: 'replaces', directory: 'refuses' });
    if (obstacle !== undefined) throw new Error(`rename ${from} to ${to}: ${obstacle}`);
    this.etags.answered(from);
    this.etags.answered(to);
  }

  /** Path below `prefix` → text, or `/` for a directory; sorted. `<link>` and `<other>` for the odd ones. */
  tree(prefix = ''): Map<string, string> {
    const found = new Map<string, string>();
    const start = this.find(prefix);
    if (start?.kind === 'directory') collect(start, '', found);
    return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  snapshot(): MemorySnapshot {
    this.etags.settle(true);
    return { root: copyOf(this.#root) };
  }

  /** Puts the tree back. The clock and the ids go on: a restored backup does not turn time back. */
  restore(snapshot: MemorySnapshot): void {
    this.#root = copyOf(snapshot.root);
  }

  // What the transport uses.

  find(path: string): StoreNode | undefined {
    let node: StoreNode = this.#root;
    for (const name of partsOf(path)) {
      const child: StoreNode | undefined =
        node.kind === 'directory' ? node.children.get(name) : undefined;
      if (child === undefined) return undefined;
      node = child;
    }
    return node;
  }

  /** An empty file under this name, as a server that truncates at once; a file that is there keeps its id. */
  openForWriting(path: string): FileNode | Obstacle {
    const parent = this.find(parentOf(path));
    if (parent?.kind !== 'directory') return 'not-found';
    const before = parent.children.get(nameOf(path));
    if (before !== undefined && before.kind !== 'file') return 'not-a-file';
    const node = before ?? this.#newFile();
    node.parts = [];
    node.size = 0;
    this.#touch(node);
    if (before === undefined) this.#attach(parent, nameOf(path), node);
    this.etags.changing(path);
    return node;
  }

  /** To a file that is open for writing at this path. On a full store what still fits is written. */
  append(path: string, node: FileNode, chunk: Uint8Array): Obstacle | undefined {
    const fits = chunk.slice(0, Math.max(0, Math.min(chunk.length, this.space)));
    node.parts.push(fits);
    node.size += fits.length;
    this.space -= fits.length;
    this.#touch(node);
    this.etags.changing(path);
    return fits.length < chunk.length ? 'no-space' : undefined;
  }

  setModified(path: string, node: FileNode, modified: number): void {
    node.modified = modified;
    node.unsummed = true;
    this.etags.changing(path);
  }

  /** New etags for every directory above the path. */
  raise(path: string): void {
    const etag = this.#nextId++;
    for (let above = parentOf(path); ; above = parentOf(above)) {
      const node = this.find(above);
      if (node?.kind === 'directory') node.etag = etag;
      if (above === '') return;
    }
  }

  /** Marks a change: new version, and this time (default: the clock). */
  touch(node: FileNode, modified: number = this.clock): void {
    this.#touch(node, modified);
    this.#raiseAll(this.#root);
  }

  #touch(node: FileNode, modified: number = this.clock): void {
    node.version = this.#nextId++;
    node.changed = this.clock;
    node.modified = modified;
    node.unsummed = false;
  }

  #raiseAll(directory: DirectoryNode): void {
    directory.etag = this.#nextId++;
    for (const node of directory.children.values()) {
      if (node.kind === 'directory') this.#raiseAll(node);
    }
  }

  makeOneDirectory(path: string): Obstacle | undefined {
    if (path === '') return undefined;
    const parent = this.find(parentOf(path));
    if (parent?.kind !== 'directory') return 'not-found';
    const before = parent.children.get(nameOf(path));
    if (before !== undefined) return before.kind === 'directory' ? undefined : 'exists';
    if (this.space <= 0) return 'no-space';
    this.#attach(parent, nameOf(path), this.#newDirectory());
    this.etags.changing(path);
    return undefined;
  }

  removeFile(path: string): Obstacle | undefined {
    const node = this.find(path);
    if (node?.kind === 'directory') return 'not-a-file';
    if (node !== undefined) this.#removeNode(path);
    if (node?.kind === 'file') this.space += node.size;
    return undefined;
  }

  removeEmptyDirectory(path: string): Obstacle | undefined {
    const node = this.find(path);
    if (node === undefined) return undefined;
    if (node.kind !== 'directory') return 'not-a-directory';
    if (node.children.size > 0 || path === '') return 'not-empty';
    this.#removeNode(path);
    return undefined;
  }

  /** rename(2): keeps id and time; an empty directory gives way to a directory; the rest as `rules` say. */
  move(from: string, to: string, rules: MoveRules): Obstacle | undefined {
    const node = this.find(from);
    const parent = this.find(parentOf(to));
    if (node === undefined || parent?.kind !== 'directory') return 'not-found';
    if (from === to) return undefined;
    if (from === '' || to === '' || to.startsWith(`${from}/`)) return 'invalid-name';
    const obstacle = inTheWay(node, parent.children.get(nameOf(to)), rules);
    if (obstacle !== undefined) return obstacle;
    this.#removeNode(from);
    this.#attach(parent, nameOf(to), node);
    this.etags.changing(to);
    return undefined;
  }

  /** A new file with the content and time of another; never replaces. */
  duplicate(from: string, to: string): Obstacle | undefined {
    const node = this.find(from);
    const parent = this.find(parentOf(to));
    if (node === undefined || parent?.kind !== 'directory') return 'not-found';
    if (node.kind !== 'file') return 'not-a-file';
    if (parent.children.has(nameOf(to))) return 'exists';
    const copy = this.#newFile();
    copy.parts = [contentOf(node)];
    copy.size = node.size;
    this.#touch(copy, node.modified);
    this.#attach(parent, nameOf(to), copy);
    this.etags.changing(to);
    return undefined;
  }

  #newFile(): FileNode {
    return newFile(this.#nextId++, this.clock);
  }

  #newDirectory(): DirectoryNode {
    const id = this.#nextId++;
    return { kind: 'directory', id, modified: this.clock, etag: id, children: new Map() };
  }

  /** Missing is fine. */
  #removeNode(path: string): void {
    const parent = this.find(parentOf(path));
    if (parent?.kind === 'directory') this.#detach(parent, nameOf(path));
    this.etags.changing(path);
  }

  #attach(parent: DirectoryNode, name: string, node: StoreNode): void {
    parent.children.set(name, node);
    parent.modified = this.clock;
  }

  #detach(parent: DirectoryNode, name: string): void {
    if (parent.children.delete(name)) parent.modified = this.clock;
  }
}

/** What a rename does to a target that is a file, or a directory that is not empty. */
export interface MoveRules {
  readonly file: 'replaces' | 'refuses';
  readonly directory: 'replaces' | 'refuses';
}

function inTheWay(
  node: StoreNode,
  target: StoreNode | undefined,
  rules: MoveRules,
): Obstacle | undefined {
  if (target === undefined) return undefined;
  if ((node.kind === 'directory') !== (target.kind === 'directory')) return 'exists';
  if (target.kind !== 'directory') return rules.file === 'replaces' ? undefined : 'exists';
  if (target.children.size === 0 || rules.directory === 'replaces') return undefined;
  return 'not-empty';
}

function collect(directory: DirectoryNode, prefix: string, found: Map<string, string>): void {
  for (const [name, node] of directory.children) {
    const path = prefix + name;
    if (node.kind === 'file') found.set(path, new TextDecoder().decode(contentOf(node)));
    else if (node.kind === 'directory') {
      found.set(path, '/');
      collect(node, `${path}/`, found);
    } else found.set(path, `<${node.kind}>`);
  }
}

function partsOf(path: string): string[] {
  return path === '' ? [] : path.split('/');
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
