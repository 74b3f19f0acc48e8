/**
 * What the disk tells about an entry, in the contract's words. Nothing here follows a link.
 */
import type { BigIntStats } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ListedEntry, Listing, Stamp, StoreKind } from '../../src/plugin-api.ts';
import { codeOf } from './errors.ts';
import { namesIn } from './hidden.ts';
import type { Root } from './root.ts';

/** What stamps of this store look like. */
export interface StampRules {
  readonly root: Root;
  readonly precision: number;
  readonly ids: boolean;
  /** A file that is on the server cannot be given a name that no server takes. */
  readonly provesUploads: boolean;
}

export function stampOf(found: BigIntStats, rules: StampRules): Stamp {
  const { precision } = rules;
  const modified = Number(found.mtimeNs / 1_000_000n);
  // The root's device number may change with every mount, and must not make every file look replaced.
  const inode = String(found.ino);
  const id = found.dev === rules.root.device ? inode : `${String(found.dev)}:${inode}`;
  return {
    ...(found.isFile() ? { size: Number(found.size) } : {}),
    modified: Math.floor(modified / precision) * precision,
    precision,
    ...(rules.ids ? { id } : {}),
  };
}

export function kindOf(found: BigIntStats): StoreKind {
  if (found.isFile()) return 'file';
  if (found.isDirectory()) return 'directory';
  return found.isSymbolicLink() ? 'link' : 'other';
}

/** How many entries are looked at together: enough for the thread pool, little enough for the memory. */
const together = 32;

export async function listDirectory(
  place: string,
  rules: StampRules,
  signal: AbortSignal,
): Promise<Listing> {
  const { path, nature } = rules.root;
  const all = await namesIn(place, nature);
  const names = place === path ? all.filter((name) => !nature.ownNames.includes(name)) : all;
  const entries: ListedEntry[] = [];
  let complete = true;
  for (let at = 0; at < names.length; at += together) {
    signal.throwIfAborted();
    const some = names.slice(at, at + together);
    for (const entry of await Promise.all(some.map((name) => lookAt(place, name, rules)))) {
      if (entry === 'unreadable') complete = false;
      else if (entry !== 'gone') entries.push(entry);
    }
  }
  return { entries, complete };
}

/**
 * `gone`: removed since its name was read. `unreadable`: its name is not UTF-8, so that it can be seen but not
 * addressed; what cannot be told must not look like nothing.
 */
async function lookAt(
  place: string,
  name: string,
  rules: StampRules,
): Promise<ListedEntry | 'gone' | 'unreadable'> {
  try {
    const found = await lstat(join(place, name), { bigint: true });
    return { name, kind: kindOf(found), stamp: stampOf(found, rules) };
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    return name.includes('\uFFFD') ? 'unreadable' : 'gone';
  }
}

/**
 * SERVER: davfs2 tells for up to a minute what it last read of a directory, unless the directory itself is read: then it asks
 * the server, at most once a second.
 */
export async function refresh(directory: string, { root }: StampRules): Promise<void> {
  if (root.nature.remembers) await readdir(directory).catch(() => undefined);
}
