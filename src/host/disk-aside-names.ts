/**
 * Names of files that are aside: one name tells the token, the purpose and the path, so that a crash needs no second record to be
 * recovered from, and setting aside is one rename. Only a path too long for one name gets directories of its own.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { look } from './disk-stat.ts';
import type { Disk } from './disk.ts';

/** Why it goes aside: with `move`, the content gets another name before this one ends. */
export type AsidePurpose = 'replace' | 'move';

/** Bytes in one name; some encrypting file systems take no more than 143. */
const NAME_BYTES = 140;

export interface AsideName {
  readonly token: string;
  readonly purpose: AsidePurpose;
  readonly path: string;
}

export interface FoundAside extends AsideName {
  /** Relative to the directory it was found in. */
  readonly place: string;
  /** False: the crash came before anything arrived in the directories of a long path. */
  readonly complete: boolean;
}

export function asideDirectory(disk: Disk): string {
  return join(disk.own, 'aside');
}

/** `<prefix><token>-<purpose>-0-<path in one name>`, or `<prefix><token>-<purpose>-<parts of the path>/<path>`. */
export function asideName(prefix: string, { token, purpose, path }: AsideName): string {
  const start = `${prefix}${token}-${purpose}`;
  const flat = `${start}-0-${path.replaceAll('%', '%25').replaceAll('/', '%2F')}`;
  if (Buffer.byteLength(flat) <= NAME_BYTES) return flat;
  return `${start}-${path.split('/').length}/${path}`;
}

export function namesIn(directory: string): string[] {
  return look(directory)?.kind === 'directory' ? readdirSync(directory).sort() : [];
}

/** Undefined when `name`, found in `base`, is not `prefix` and the name of an aside. */
export function readAsideName(base: string, name: string, prefix: string): FoundAside | undefined {
  const pattern = /^([0-9a-f]+-[0-9a-f]+)-(replace|move)-(\d+)(?:-(.+))?$/su;
  const parsed = name.startsWith(prefix) ? pattern.exec(name.slice(prefix.length)) : null;
  if (parsed === null) return undefined;
  const [, token = '', word, count, flat] = parsed;
  const purpose = word === 'move' ? 'move' : 'replace';
  if (flat !== undefined) {
    const path = flat.replaceAll('%2F', '/').replaceAll('%25', '%');
    return { token, purpose, path, place: name, complete: true };
  }
  const parts = descend(join(base, name), Number(count));
  const place = [name, ...parts].join('/');
  return { token, purpose, path: parts.join('/'), place, complete: parts.length === Number(count) };
}

/** The one path of at most `depth` parts in a directory. */
function descend(directory: string, depth: number): string[] {
  const parts: string[] = [];
  while (parts.length < depth) {
    const [only] = namesIn(join(directory, ...parts));
    if (only === undefined) break;
    parts.push(only);
  }
  return parts;
}
