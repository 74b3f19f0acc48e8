/**
 * What kind of file system is behind a mount, and what was measured on those that are other programs. Facts only, each with
 * the one that forced it; what is not known to hold is not here.
 */
import type { Mount } from './mount-table.ts';

export interface Nature {
  readonly kind: 'native' | 'sshfs' | 'davfs' | 'fuse';
  /** Writes are on the server when the file is closed and the next question is answered, or not before who knows when. */
  readonly stores: 'at-once' | 'when-asked-next' | 'unknown';
  /** What others changed shows only after their directory was read anew. */
  readonly remembers: boolean;
  /** Times that are set reach the server. */
  readonly setsTimes: boolean;
  /** Free space that it tells is the server's. */
  readonly tellsSpace: boolean;
  /** Files that are open when they are removed stay for a while, see hidden.ts. */
  readonly hidesRemoved: boolean;
  /** Longest name, in bytes. */
  readonly nameBytes: number;
  /** Names at the root that are on this computer only. */
  readonly ownNames: readonly string[];
}

const plain = {
  ...{ remembers: false, setsTimes: true, tellsSpace: true, hidesRemoved: false },
  ...{ nameBytes: 255, ownNames: [] },
} as const;

export const native: Nature = { ...plain, kind: 'native', stores: 'at-once' };

/** SERVER: sshfs 3.7 on OpenSSH: fsync and close wait for the server, a rename is the server's own. */
const sshfs: Nature = { ...plain, kind: 'sshfs', stores: 'at-once', hidesRemoved: true };

/**
 * SERVER: davfs2 1.6.1: with `delay_upload 0` a closed file is uploaded before the daemon takes its next question, and is
 * gone if the server did not take it; fsync reaches its cache only. It keeps times and modes to itself, makes up free space,
 * names its cached copies after files (248 bytes) and directories (244), and trusts a directory that it has read for a minute.
 */
const davfs: Nature = {
  ...plain,
  ...{ kind: 'davfs', stores: 'when-asked-next', remembers: true, setsTimes: false },
  ...{ tellsSpace: false, nameBytes: 244, ownNames: ['lost+found'] },
};

/** rclone, gvfs and others: they may keep writes for as long as they like, and rename by copying. */
const fuse: Nature = { ...plain, kind: 'fuse', stores: 'unknown', hidesRemoved: true };

export function natureOf(mount: Pick<Mount, 'type' | 'source'> | undefined): Nature {
  if (mount === undefined) return native;
  const { type, source } = mount;
  if (type === 'fuse.sshfs') return sshfs;
  // SERVER: davfs2 up to 1.6 mounts as plain `fuse`, from the address of the share.
  const isDav = /^(fuse\.)?davfs2?$/.test(type) || (type === 'fuse' && /^https?:/.test(source));
  if (isDav) return davfs;
  // A local NTFS disk is fuseblk and is not meant.
  return /^fuse(\.|$)/.test(type) ? fuse : native;
}
