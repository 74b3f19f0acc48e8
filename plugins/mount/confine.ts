/**
 * From a path on the store to a path on the disk, never outside the root and never through a symbolic link.
 *
 * RACE: a directory of the path may be replaced by a link between the check here and the operation that follows, by
 * someone who may write to the store. Worst outcome: one operation happens where that link points, with this user's
 * rights. Node offers no operation relative to an open directory that would close the gap. The last part of a path is
 * not concerned: it is opened without following, or renamed and removed as what it is.
 */
import { lstat, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { refusal, type Attempt } from './errors.ts';
import type { Root } from './root.ts';

/**
 * The place of `path` on the disk. Its parent is checked to be a directory reached without links.
 * Fails with `not-found` when the parent is missing, `denied` when a link is in the way.
 */
export async function locate(root: Root, path: string, attempt: Attempt): Promise<string> {
  const parts = path === '' ? [] : path.split('/');
  for (const part of parts) checkPart(part, root, attempt);
  const place = join(root.path, ...parts);
  if (parts.length < 2) return place;
  const parent = join(root.path, ...parts.slice(0, -1));
  const real = await realpath(parent).catch(() => undefined);
  if (real !== parent || !(await lstat(parent)).isDirectory()) {
    await checkParents(root, parts, attempt);
  }
  return place;
}

/** One by one; also right on disks that give back a name in other letters than asked for. */
async function checkParents(root: Root, parts: readonly string[], attempt: Attempt): Promise<void> {
  let place = root.path;
  for (const part of parts.slice(0, -1)) {
    place = join(place, part);
    const found = await lstat(place);
    if (found.isSymbolicLink()) throw refusal('denied', attempt, `${part} is a symbolic link`);
    if (!found.isDirectory()) throw refusal('not-found', attempt, `${part} is not a directory`);
  }
}

/** Paths come validated; what would leave the root or mean something else on this system is refused all the same. */
function checkPart(part: string, root: Root, attempt: Attempt): void {
  const outside = part === '' || part === '.' || part === '..' || part.includes('\0');
  const foreign = sep === '\\' && /[\\:*?"<>|]|[. ]$/.test(part);
  if (outside || foreign) {
    throw refusal('invalid-name', attempt, `not a name here: ${JSON.stringify(part)}`);
  }
  // Other programs behind a mount answer a longer one with any error.
  const { nameBytes } = root.nature;
  if (Buffer.byteLength(part) > nameBytes) {
    throw refusal('invalid-name', attempt, `a name may have ${nameBytes} bytes at most`);
  }
}
