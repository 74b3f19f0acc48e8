/**
 * One directory's content, read synchronously: run in the scan's worker thread, where waiting for the disk holds up nobody.
 * It follows no link, opens no file, and never throws for what it finds.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { LocalStat } from '../core/ports/local-tree.ts';
import { errno } from './disk-errors.ts';
import { look } from './disk-stat.ts';

export interface Directory {
  /** Absolute. */
  readonly place: string;
  /** Device and inode as seen from above: it must still be this directory when it has been read. */
  readonly id: string;
}

export interface Trouble {
  readonly kind: 'special' | 'unreadable' | 'name';
  /** What it is, or why it cannot be read. */
  readonly what: string;
}

/** Name and what is there, in the order of names. */
export type Listed = readonly [string, LocalStat | Trouble];

/** `gone`: no such directory any more. A text: why it cannot be read. */
export type Listing =
  { readonly entries: readonly Listed[] } | 'gone' | { readonly failed: string };

export function listDirectory({ place, id }: Directory): Listing {
  try {
    const names = readdirSync(place).sort();
    const broken = names.some(looksBroken) ? rawNames(place) : undefined;
    const entries = names.flatMap((name) => listOne(place, name, broken));
    const now = look(place);
    if (now === undefined) return 'gone';
    // Somebody put another directory or a link in its place: what was read is not what this path holds.
    if (now.kind !== 'directory' || now.id !== id)
      return { failed: 'it was replaced while it was read' };
    return { entries };
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errno(error))) return 'gone';
    return { failed: reasonOf(error) };
  }
}

function listOne(place: string, name: string, broken: ReadonlySet<string> | undefined): Listed[] {
  if (broken?.has(name)) return [[name, { kind: 'name', what: 'its name is not valid UTF-8' }]];
  try {
    const found = look(join(place, name));
    if (found === undefined) return []; // Deleted since the directory was read.
    if (found.kind === 'link' && looksBroken(found.target)) {
      return [[name, { kind: 'name', what: 'its link target is not valid UTF-8' }]];
    }
    return [[name, found]];
  } catch (error) {
    return [[name, { kind: 'unreadable', what: reasonOf(error) }]];
  }
}

/** Node shows bytes that are no UTF-8 as U+FFFD; on Windows half a surrogate pair can be in a name. */
function looksBroken(name: string): boolean {
  return /[\uFFFD\p{Surrogate}]/u.test(name);
}

/** Of the names that look broken, those that truly are: U+FFFD may also be in a name by right. */
function rawNames(place: string): Set<string> {
  const broken = new Set<string>();
  for (const bytes of readdirSync(place, { encoding: 'buffer' })) {
    const name = bytes.toString('utf8');
    if (looksBroken(name) && !Buffer.from(name, 'utf8').equals(bytes)) broken.add(name);
  }
  return broken;
}

function reasonOf(error: unknown): string {
  const code = errno(error);
  if (code === 'EACCES' || code === 'EPERM') return `permission is refused (${code})`;
  return `the disk reports an error (${code === '' ? String(error) : code})`;
}
