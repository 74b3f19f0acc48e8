/**
 * What the mounted file system can be trusted with: from its type, from one look at the root and, where another program is
 * behind it, from what it did when it was tried. What is not known to hold is not claimed.
 */
import { stat } from 'node:fs/promises';
import type { Capabilities, TargetRule } from '../../src/plugin-api.ts';
import type { Root } from './root.ts';

/** File systems that tell upper and lower case apart by agreement with their server at most. */
const caseBlind = /^(vfat|msdos|exfat|ntfs3?|fuseblk|cifs|smb3?)$/;

/** Their inode numbers are made up anew after each mount, or even meanwhile. */
const fleetingIds = /^(fuse|vfat$|msdos$|exfat$|9p$)/;

/** `directoryRule`: what a rename onto a directory with content did when it was tried; undefined: it was not. */
export async function capabilitiesOf(
  root: Root,
  directoryRule?: TargetRule,
): Promise<Capabilities> {
  const type = root.type ?? '';
  const { kind, setsTimes, nameBytes } = root.nature;
  const linux = process.platform === 'linux';
  return {
    parallel: 4,
    // davfs2 would fetch the torn file first, and send the whole.
    resume: kind !== 'davfs',
    renameOnto: {
      file: kind === 'native' ? 'replaces' : 'unknown',
      directory: ruleOf(root, directoryRule),
    },
    copy: false,
    modified: setsTimes ? 'set' : 'read',
    modifiedPrecision: await precisionOf(root),
    etag: 'none',
    ids: process.platform !== 'win32' && !fleetingIds.test(type),
    caseSensitive: linux && !caseBlind.test(type),
    unicode: process.platform === 'darwin' ? 'nfc' : 'as-given',
    nameBytes: type === 'ecryptfs' ? 143 : nameBytes,
  };
}

/**
 * One refusal shows that a rename does not replace; that of several racers only one wins is the server's to promise. SFTP
 * servers rename by rename(2). A mount that replaces is used with care (rename.ts), and no more is claimed for it.
 */
const networkTypes = /^(nfs4?|cifs|smb3?|smbfs|9p|afs|ceph|glusterfs|lustre)$/;

function ruleOf({ nature, type }: Root, tried: TargetRule | undefined): TargetRule {
  // Their servers decide, and no race was measured on one.
  if (type !== undefined && networkTypes.test(type)) return 'unknown';
  if (nature.kind === 'native') return 'refuses';
  return nature.kind === 'sshfs' && tried === 'refuses' ? 'refuses' : 'unknown';
}

/** Milliseconds when the root's own time shows that the file system keeps them, else whole seconds. FAT keeps even ones. */
async function precisionOf(root: Root): Promise<number> {
  if (root.type === 'vfat' || root.type === 'msdos') return 2000;
  if (root.nature.kind === 'davfs') return 1000;
  const { mtimeNs } = await stat(root.path, { bigint: true });
  return mtimeNs % 1_000_000_000n === 0n ? 1000 : 1;
}
