/**
 * What the mounted file system can be trusted with, from its type and one look at the root; nothing is written to find
 * out. What is not known to hold is not claimed.
 */
import { stat } from 'node:fs/promises';
import type { Capabilities } from '../../src/plugin-api.ts';
import type { Root } from './root.ts';

/** File systems that tell upper and lower case apart by agreement with their server at most. */
const caseBlind = /^(vfat|msdos|exfat|ntfs3?|fuseblk|cifs|smb3?)$/;

/** Their inode numbers are made up anew after each mount, or even meanwhile. */
const fleetingIds = /^(fuse|vfat$|msdos$|exfat$|9p$)/;

/**
 * SERVER: sshfs, rclone, davfs2 and gvfs come as fuse or fuse.NAME, keep writes back, and may rename by copying. A local
 * NTFS disk is fuseblk and is not meant.
 */
const writeBack = /^fuse(\.|$)/;

export async function capabilitiesOf(root: Root): Promise<Capabilities> {
  const type = root.type ?? '';
  const linux = process.platform === 'linux';
  const rule = writeBack.test(type) ? 'unknown' : undefined;
  return {
    parallel: 4,
    resume: true,
    renameOnto: { file: rule ?? 'replaces', directory: rule ?? 'refuses' },
    copy: false,
    modified: 'set',
    modifiedPrecision: await precisionOf(root),
    etag: 'none',
    ids: process.platform !== 'win32' && !fleetingIds.test(type),
    caseSensitive: linux && !caseBlind.test(type),
    unicode: process.platform === 'darwin' ? 'nfc' : 'as-given',
    nameBytes: type === 'ecryptfs' ? 143 : 255,
  };
}

/** Milliseconds when the root's own time shows that the file system keeps them, else whole seconds. FAT keeps even ones. */
async function precisionOf(root: Root): Promise<number> {
  if (root.type === 'vfat' || root.type === 'msdos') return 2000;
  const { mtimeNs } = await stat(root.path, { bigint: true });
  return mtimeNs % 1_000_000_000n === 0n ? 1000 : 1;
}
