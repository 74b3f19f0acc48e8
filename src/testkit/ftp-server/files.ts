/**
 * The served directory: turns FTP paths into disk paths that cannot leave the root, and finds what lies in it. How that is
 * told is in lines.ts. Knows no sockets.
 */
import { lstat, readdir, readlink, realpath } from 'node:fs/promises';
import type { Stats } from 'node:fs';
import { dirname, join, sep } from 'node:path';

/** A path that may not be used; answered with 550. */
export class RefusedPath extends Error {}

/** The absolute FTP path that `path` means in the working directory `cwd`. `..` stops at the root. */
export function absolutePath(cwd: string, path: string): string {
  const parts: string[] = [];
  for (const part of `${path.startsWith('/') ? '' : cwd}/${path}`.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

/** Where an absolute FTP path lies on disk. Refuses what a symlink on the way leads out of the root. */
export async function diskPath(root: string, path: string): Promise<string> {
  if (path.includes('\0')) throw new RefusedPath('Invalid name');
  const full = path === '/' ? root : join(root, path);
  if (path === '/') return full;
  const inside = await realpath(root);
  const parent = await realpath(dirname(full)).catch((error: unknown) => {
    // A missing parent is the command's to report; a loop or a refusal is not.
    if (isMissing(error)) return inside;
    throw error;
  });
  if (parent !== inside && !parent.startsWith(inside + sep))
    throw new RefusedPath('Outside the root');
  return full;
}

/** As {@link diskPath}, and the last part may be no symlink that leads out either. */
export async function diskTarget(root: string, path: string): Promise<string> {
  const full = await diskPath(root, path);
  const inside = await realpath(root);
  const target = await realpath(full).catch((error: unknown) => {
    if (isMissing(error)) return inside;
    throw error;
  });
  if (target !== inside && !target.startsWith(inside + sep))
    throw new RefusedPath('Outside the root');
  return full;
}

export interface FoundEntry {
  readonly name: string;
  readonly stats: Stats;
  /** Of a symlink. */
  readonly target?: string;
}

/** What lies in a directory, sorted by name. What vanishes meanwhile is left out. */
export async function entriesOf(directory: string): Promise<FoundEntry[]> {
  const entries: FoundEntry[] = [];
  for (const name of (await readdir(directory)).sort()) {
    const found = await entryOf(directory, name);
    if (found !== undefined) entries.push(found);
  }
  return entries;
}

async function entryOf(directory: string, name: string): Promise<FoundEntry | undefined> {
  const full = join(directory, name);
  try {
    const stats = await lstat(full);
    return stats.isSymbolicLink() ? { name, stats, target: await readlink(full) } : { name, stats };
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

export function isMissing(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** The operating system's code of an error (`ENOENT`…), or ''. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : '';
}
