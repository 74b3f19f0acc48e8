/**
 * What a mount that is another program does: tried in a directory of its own, which is removed again. A crash leaves
 * `.ownsync-probe-…` with a few small entries, which nobody reads.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rmdir, statfs, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TargetRule } from '../../src/plugin-api.ts';
import { impossibleName } from './content.ts';

export interface Measured {
  /** What a rename of a directory does to another one with content. */
  readonly directoryRule: TargetRule;
  /** A file that is on the server cannot be given a name that no server takes: so one that can be is not there. */
  readonly provesUploads: boolean;
}

const nothing: Measured = { directoryRule: 'unknown', provesUploads: false };

/** Nothing is known where nothing may be written. */
export async function measure(root: string): Promise<Measured> {
  const place = join(root, `.ownsync-probe-${randomBytes(8).toString('hex')}`);
  try {
    await mkdir(place);
  } catch {
    return nothing;
  }
  try {
    const directoryRule = await directoryRuleIn(place);
    return { directoryRule, provesUploads: await provesUploadsIn(place) };
  } catch {
    return nothing;
  } finally {
    await rmdir(place).catch(() => undefined);
  }
}

async function directoryRuleIn(place: string): Promise<TargetRule> {
  const [mine, theirs] = [join(place, 'mine'), join(place, 'theirs')];
  try {
    for (const directory of [mine, theirs]) {
      await mkdir(directory);
      await writeFile(join(directory, 'file'), 'x');
    }
    const done = await isDone(rename(mine, theirs));
    const left = (await readdir(place)).length;
    return done ? 'replaces' : left === 2 ? 'refuses' : 'unknown';
  } finally {
    for (const directory of [mine, theirs]) {
      await unlink(join(directory, 'file')).catch(() => undefined);
      await rmdir(directory).catch(() => undefined);
    }
  }
}

async function provesUploadsIn(place: string): Promise<boolean> {
  const [file, impossible] = [join(place, 'file'), join(place, impossibleName)];
  try {
    await writeFile(file, 'x');
    await statfs(place);
    return !(await isDone(rename(file, impossible)));
  } finally {
    for (const name of [file, impossible]) await unlink(name).catch(() => undefined);
  }
}

async function isDone(doing: Promise<unknown>): Promise<boolean> {
  return doing.then(
    () => true,
    () => false,
  );
}
