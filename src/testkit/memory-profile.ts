/**
 * The kinds of server that the memory transport can play: what it claims, and how it tells about its entries.
 * Only data and plain functions; behaviour that changes the tree belongs to the store.
 */
import type { Capabilities, Stamp } from '../core/ports/transport.ts';
import { contentOf, type DirectoryNode, type StoreNode } from './memory-nodes.ts';

/** What kind of server this is. Each value is both claimed and behaved. */
export interface MemoryProfile {
  readonly parallel: number;
  readonly renameOnto: {
    readonly file: 'replaces' | 'refuses';
    readonly directory: 'replaces' | 'refuses';
  };
  readonly modified: 'none' | 'read' | 'set';
  /** A write tells no time; whoever wants to know has to ask. */
  readonly silentWrites: boolean;
  /** A listing tells no times, as vsftpd's. */
  readonly silentListings: boolean;
  /** Milliseconds: 1, 1000 or 60000. */
  readonly modifiedPrecision: number;
  readonly ids: boolean;
  /**
   * `strong`: differs after every change. `weak`: kept over writes within one second. `kept`: the same, but looks strong, and goes
   * by the time that clients may set, as ownCloud's does.
   */
  readonly etag: 'none' | 'weak' | 'kept' | 'strong';
  /** Directories' etags rise with what is below: at once, or as late as the contract allows. */
  readonly wholeTree: 'none' | 'etags' | 'late-etags';
  /** Files' stamps have a checksum until their time is set. */
  readonly checksums: boolean;
  /** A rename tests its target a moment before the deed: of racing directories, the later one replaces the earlier one. */
  readonly racy: boolean;
  readonly removeTree: boolean;
  /** A directory that was empty a moment ago is removed with all that is in it by now. */
  readonly looksThenRemoves: boolean;
  readonly resume: boolean;
  readonly copy: boolean;
  readonly batch: boolean;
  /** Longest name in bytes of UTF-8. */
  readonly nameBytes: number;
}

export const defaultProfile: MemoryProfile = {
  parallel: 4,
  renameOnto: { file: 'replaces', directory: 'refuses' },
  modified: 'set',
  silentWrites: false,
  silentListings: false,
  modifiedPrecision: 1000,
  ids: true,
  etag: 'none',
  wholeTree: 'none',
  checksums: false,
  racy: false,
  removeTree: false,
  looksThenRemoves: false,
  resume: true,
  copy: false,
  batch: false,
  nameBytes: 255,
};

export function capabilitiesOf(profile: MemoryProfile): Capabilities {
  const { parallel, resume, copy, modified, modifiedPrecision, ids, nameBytes } = profile;
  const claimed = { parallel, resume, copy, modified, modifiedPrecision, ids, nameBytes };
  return {
    ...claimed,
    renameOnto: profile.racy ? { file: 'unknown', directory: 'unknown' } : profile.renameOnto,
    refusesTaken: profile.racy,
    looksThenRemoves: profile.looksThenRemoves,
    etag: profile.etag === 'kept' ? 'weak' : profile.etag,
    wholeTree: profile.wholeTree === 'none' ? 'none' : 'etags',
    caseSensitive: true,
    unicode: 'as-given',
  };
}

export function stampOf(node: StoreNode, profile: MemoryProfile): Stamp {
  const precision = profile.modifiedPrecision;
  const stamp: { -readonly [Key in keyof Stamp]: Stamp[Key] } = {};
  if (node.kind === 'file') stamp.size = node.size;
  if (profile.modified !== 'none') {
    stamp.modified = Math.floor(node.modified / precision) * precision;
    stamp.precision = precision;
  }
  if (profile.ids) stamp.id = String(node.id);
  if (node.kind === 'file' && profile.etag === 'strong') stamp.etag = String(node.version);
  if (node.kind === 'file' && profile.etag === 'weak') {
    stamp.etag = `W/${node.id}-${Math.floor(node.changed / 1000)}`;
  }
  if (node.kind === 'file' && profile.etag === 'kept') {
    stamp.etag = `${node.id}-${Math.floor(node.modified / 1000)}`;
  }
  if (node.kind === 'file' && profile.checksums && node.unsummed !== true) {
    stamp.checksum = `SUM:${sumOf(contentOf(node))}`;
  }
  if (node.kind === 'directory') Object.assign(stamp, etagOf(node, profile));
  return stamp;
}

export function etagOf(node: DirectoryNode, { wholeTree }: MemoryProfile): { etag?: string } {
  return wholeTree === 'none' ? {} : { etag: String(node.etag) };
}

function sumOf(bytes: Uint8Array): string {
  return bytes
    .reduce((sum, byte) => Math.imul(sum ^ byte, 0x01000193) >>> 0, 0x811c9dc5)
    .toString(16);
}
