/**
 * What the memory store's tree is made of. Plain data and the few functions on it; nothing here may know the
 * store's rules or its clock.
 */

export interface FileNode {
  readonly kind: 'file';
  readonly id: number;
  /** Chunks as they arrived; joined when they are first read. */
  parts: Uint8Array[];
  size: number;
  /** Milliseconds since 1970; what a client may set. */
  modified: number;
  /** The store's clock at the last change of content, which no client can set. */
  changed: number;
  /** Differs after every change. */
  version: number;
  /** The store has no checksum of it any more: its time was set. */
  unsummed?: boolean;
}

export interface DirectoryNode {
  readonly kind: 'directory';
  readonly id: number;
  modified: number;
  /** Another after every change below. */
  etag: number;
  readonly children: Map<string, StoreNode>;
}

export interface OddNode {
  readonly kind: 'link' | 'other';
  readonly id: number;
  readonly modified: number;
}

export type StoreNode = FileNode | DirectoryNode | OddNode;

export function newFile(id: number, clock: number): FileNode {
  return { kind: 'file', id, parts: [], size: 0, modified: clock, changed: clock, version: id };
}

/** The file's bytes in one piece. The caller must not change them. */
export function contentOf(file: FileNode): Uint8Array {
  const [only] = file.parts;
  if (file.parts.length === 1 && only !== undefined) return only;
  const joined = new Uint8Array(file.size);
  let at = 0;
  for (const part of file.parts) {
    joined.set(part, at);
    at += part.length;
  }
  file.parts = [joined];
  return joined;
}

/** A deep copy; bytes are shared, because nothing changes them in place. */
export function copyOf(directory: DirectoryNode): DirectoryNode {
  const children = new Map<string, StoreNode>();
  for (const [name, node] of directory.children) {
    if (node.kind === 'directory') children.set(name, copyOf(node));
    else if (node.kind === 'file') children.set(name, { ...node, parts: [...node.parts] });
    else children.set(name, node);
  }
  return { ...directory, children };
}
