/**
 * Renaming, on mounts that do it as the system does, and on those that would put a directory over another one with all
 * that is in it.
 */
import { lstat, mkdir, readdir, rename, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, refusal, type Attempt } from './errors.ts';

export interface Rename {
  readonly from: string;
  readonly to: string;
  readonly attempt: Attempt;
}

/** As rename(2). A refusal whose code tells no reason is explained by looking; that changes nothing. */
export async function renamePlain({ from, to, attempt }: Rename): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    // SERVER: sshfs says EPERM for every refusal of its server, davfs2 EIO.
    if (['EPERM', 'EIO'].includes(codeOf(error))) await explain({ from, to, attempt });
    throw error;
  }
}

async function explain({ from, to, attempt }: Rename): Promise<void> {
  const isThere = (place: string): Promise<boolean> =>
    lstat(place).then(
      () => true,
      () => false,
    );
  if (!(await isThere(from))) throw refusal('not-found', attempt, 'there is nothing to rename');
  if (!(await isThere(to))) return;
  const names = await readdir(to).catch(() => []);
  throw names.length > 0
    ? refusal('not-empty', attempt, 'a directory with content is there')
    : refusal('exists', attempt, 'something else is there');
}

/**
 * A directory, on a mount whose rename replaces another one with its content (davfs2: MOVE with `Overwrite: T`). The name is
 * claimed first by making it, which one server decides for all; whoever finds it made is refused.
 *
 * CRASH: after the claim, an empty directory is at the new name, and all is at the old one. With one entry inside, as a
 * placing lease has: after its rename, an empty directory is left at the old name.
 * RACE: with several entries the whole directory is moved over the claim; what another kind of client put in its place in
 * that moment (a rename onto an empty directory) is replaced. One entry is moved into the claim instead, beside whatever
 * came there.
 */
export async function renameDirectorySafely({ from, to, attempt }: Rename): Promise<void> {
  const names = await readdir(from);
  await claim(to, attempt);
  try {
    const [only] = names;
    if (names.length === 1 && only !== undefined) {
      await rename(join(from, only), join(to, only));
      await rmdir(from).catch(() => undefined);
    } else {
      await rename(from, to);
    }
  } catch (error) {
    // Only while it is empty.
    await rmdir(to).catch(() => undefined);
    throw error;
  }
}

async function claim(to: string, attempt: Attempt): Promise<void> {
  try {
    await mkdir(to);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    const names = await readdir(to).catch(() => []);
    const kind = names.length > 0 ? 'not-empty' : 'exists';
    throw refusal(kind, attempt, 'something is there already');
  }
}
