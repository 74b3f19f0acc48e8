/**
 * The time that a file has on the store: one that tells its content from every other that its path ever had, as far as the
 * store lets anybody choose, and as the store tells it. Writes nothing.
 */
import type { FileEntry } from '../model/entry.ts';
import { DIRECTORY_KEY, keyOf, storedTimeOf } from '../model/entry.ts';
import { join, parentOf } from '../model/path.ts';
import { collides } from '../model/stamp.ts';
import type { Stamp } from '../ports/transport.ts';
import type { Context } from './context.ts';
import { endsRound } from './store-io.ts';

const SECOND = 1000;
/** Of fewer files in one directory each is asked for by itself. */
const WORTH_LISTING = 3;

/** The entry's own time, or the next second that no other content of this path ever showed. Milliseconds. */
export function freshTime(ctx: Context, path: string, entry: FileEntry): number {
  let modified = entry.mtime * SECOND;
  while (shownBefore(ctx, path, entry, { size: entry.size, modified })) {
    modified += SECOND;
  }
  return modified;
}

/** Another content of this path had this size and time, or is recorded with it. */
export function shownBefore(ctx: Context, path: string, entry: FileEntry, stamp: Stamp): boolean {
  if (stamp.size === undefined || stamp.modified === undefined) {
    return false;
  }
  const { state } = ctx;
  const sighting = state.sightings.get(path);
  const sighted =
    sighting === undefined || sighting.key === DIRECTORY_KEY || sighting.key === entry.digest
      ? []
      : [sighting.stamp];
  const recorded = state.master
    .recorded(path)
    .map((v) => v.entry)
    .filter((other) => other.kind === 'file' && keyOf(other) !== entry.digest)
    .map((other) => ({
      size: (other as FileEntry).size,
      modified: storedTimeOf(other as FileEntry),
    }));
  const past = (state.past.get(path) ?? []).filter(({ key }) => key !== entry.digest);
  return [...sighted, ...recorded, ...past].some(
    // One without a time is told from none, whatever time is chosen.
    (earlier) => earlier.modified !== undefined && collides(earlier, stamp),
  );
}

export function withStored(entry: FileEntry, stamp: Stamp): FileEntry {
  const { stored: _, ...plain } = entry;
  const shown = stamp.modified;
  return shown === undefined || shown === entry.mtime * SECOND
    ? plain
    : { ...plain, stored: shown };
}

/** Just written by this client, nobody else knows its name. */
export interface Written {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
}

/**
 * What the store tells of files that were just written: one listing for all in a directory, a look for what it does not tell
 * as it should be. An error is that file's; one that ends the round is thrown. Missing: it is not there.
 */
export async function tellTimes(
  ctx: Context,
  written: readonly Written[],
): Promise<Map<string, Stamp | Error>> {
  const told = new Map<string, Stamp | Error>();
  const sizes = new Map(written.map(({ name, size }) => [name, size]));
  await ctx.store.each(crowdedDirectories(written), async (directory) => {
    const listing = await unlessRefused(ctx.store.list(directory));
    for (const { name: last, stamp } of listing instanceof Error ? [] : listing.entries) {
      const name = join(directory, last);
      if (stamp.size !== undefined && stamp.size === sizes.get(name)) {
        told.set(name, stamp);
      }
    }
  });
  const silent = written.filter(({ name }) => !told.has(name));
  await ctx.store.each(silent, async ({ name }) => {
    const found = await unlessRefused(ctx.store.look(name));
    if (found !== 'absent') {
      told.set(name, found instanceof Error ? found : found.stamp);
    }
  });
  return told;
}

function crowdedDirectories(written: readonly Written[]): string[] {
  const counts = new Map<string, number>();
  for (const { name } of written) {
    counts.set(parentOf(name), (counts.get(parentOf(name)) ?? 0) + 1);
  }
  return [...counts].flatMap(([name, count]) => (count < WORTH_LISTING ? [] : [name]));
}

async function unlessRefused<T>(asked: Promise<T>): Promise<T | Error> {
  try {
    return await asked;
  } catch (error) {
    if (endsRound(error) || !(error instanceof Error)) {
      throw error;
    }
    return error;
  }
}
