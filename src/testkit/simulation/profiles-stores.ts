/**
 * The kinds of stores that simulated runs meet: what each can do and how exactly it tells. Only data, as weak as the servers
 * that were measured.
 */
import type { MemoryProfile } from '../memory-profile.ts';

type Store = Partial<MemoryProfile>;

const replacing = { file: 'replaces', directory: 'refuses' } as const;
const refusing = { file: 'refuses', directory: 'refuses' } as const;

/** FTP: a rename replaces a file, times can be set, whole seconds, no ids. */
const ftp: Store = {
  renameOnto: replacing,
  modified: 'set',
  modifiedPrecision: 1000,
  ids: false,
  etag: 'none',
};

/** A rename onto a file refuses, with ids: nothing can be overwritten. */
const refuses: Store = { ...ftp, renameOnto: refusing, ids: true };

/** WebDAV: times only read, and not told by an upload; an etag that is kept within one second. */
const webdav: Store = {
  renameOnto: refusing,
  modified: 'read',
  silentWrites: true,
  modifiedPrecision: 1000,
  ids: true,
  etag: 'weak',
  copy: true,
  looksThenRemoves: true,
};

/** Directories' etags as late as may be, files' kept within a second, racing directories replace one another. */
const owncloud: Store = {
  ...{ renameOnto: refusing, racy: true, removeTree: true, ids: true },
  ...{ modified: 'set', modifiedPrecision: 1000 },
  ...{ etag: 'kept', checksums: true, wholeTree: 'late-etags' },
};

export const stores = {
  ftp,
  refuses,
  webdav,
  owncloud,
  sftp: refuses,
  /** An old FTP server that lists minutes only. */
  minutes: { ...ftp, modifiedPrecision: 60_000 },
  /** A mounted stick or share: even seconds, a rename replaces. */
  mount: { ...ftp, modifiedPrecision: 2000, ids: true },
  /** Tells neither times nor ids nor etags: content is all there is. */
  timeless: { ...ftp, modified: 'none', renameOnto: refusing },
  /** Everything that helps. */
  strong: { ...refuses, modifiedPrecision: 1, etag: 'strong', batch: true },
} satisfies Record<string, Store>;
