/**
 * What a path holds: a file, a directory or a symlink, with the content's identity (its key) apart from its metadata.
 * Pure values; a time never says which content is which.
 */

export interface FileEntry {
  readonly kind: 'file';
  /** SHA-256 of the content, hex. */
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
  /** Whole seconds since 1970. */
  readonly mtime: number;
  readonly executable: boolean;
  /** The store's own time of the placed file, milliseconds, where it is not `mtime`. */
  readonly stored?: number;
}

export interface DirectoryEntry {
  readonly kind: 'directory';
}

/** Lives in records only: the store's tree has no links. */
export interface LinkEntry {
  readonly kind: 'link';
  readonly target: string;
  /** Whole seconds since 1970. */
  readonly mtime: number;
}

export type Entry = FileEntry | DirectoryEntry | LinkEntry;

/** Identity of content: equal keys, equal content. */
export type Key = string;

export const DIRECTORY_KEY: Key = '/';
/** An ancestor that stands for versions but for no content: whatever is there locally counts as an edit. */
export const NO_CONTENT: Key = '';

const LINK = 'link:';

function linkKey(target: string): Key {
  return LINK + target;
}

/** Of a symlink's key: what it points to. Undefined: another key. */
export function targetOf(key: Key): string | undefined {
  return key.startsWith(LINK) ? key.slice(LINK.length) : undefined;
}

export function keyOf(entry: Entry): Key {
  switch (entry.kind) {
    case 'file':
      return entry.digest;
    case 'directory':
      return DIRECTORY_KEY;
    case 'link':
      return linkKey(entry.target);
  }
}

/** What the store's plain tree holds for this entry; undefined: nothing. */
export function storedKeyOf(entry: Entry | undefined): Key | undefined {
  return entry === undefined || entry.kind === 'link' ? undefined : keyOf(entry);
}

export function mtimeOf(entry: Entry): number {
  return entry.kind === 'directory' ? 0 : entry.mtime;
}

/** The time the store is expected to show for a placed file, milliseconds. */
export function storedTimeOf(entry: FileEntry): number {
  return entry.stored ?? entry.mtime * 1000;
}
