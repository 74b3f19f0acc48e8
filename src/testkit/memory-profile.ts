/**
 * The kinds of server that the memory transport can play: what it claims, and how it tells about its entries.
 * Only data and plain functions; behaviour that changes the tree belongs to the store.
 */
import type { Capabilities, Stamp } from '../core/ports/transport.ts';
import type { StoreNode } from './memory-nodes.ts';

/** What kind of server this is. Each value is both claimed and behaved. */
export interface MemoryProfile {
  readonly parallel: number;
  readonly renameOnto: {
    readonly file: 'replaces' | 'refuses';
    readonly directory: 'replaces' | 'refuses';
  };
  readonly modified: 'none' | 'read' | 'set';
  /** Milliseconds: 1, 1000 or 60000. */
  readonly modifiedPrecision: number;
  readonly ids: boolean;
  /** `weak`: kept over writes within one second, as ownCloud does. `strong`: differs after every change. */
  readonly etag: 'none' | 'weak' | 'strong';
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
  modifiedPrecision: 1000,
  ids: true,
  etag: 'none',
  resume: true,
  copy: false,
  batch: false,
  nameBytes: 255,
};

export function capabilitiesOf(profile: MemoryProfile): Capabilities {
  const { parallel, resume, renameOnto, copy, modified, modifiedPrecision, etag, ids, nameBytes } =
    profile;
  const claimed = { parallel, resume, renameOnto, copy, modified, modifiedPrecision, etag, ids };
  return { ...claimed, nameBytes, caseSensitive: true, unicode: 'as-given' };
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
  return stamp;
}
