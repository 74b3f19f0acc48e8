/**
 * Another program's edit: read, and recorded as a change of this client that replaces what was sighted there before.
 */
import type { FileEntry } from '../model/entry.ts';
import { DIRECTORY_KEY, keyOf } from '../model/entry.ts';
import { byPath } from '../model/path.ts';
import { compareStamps } from '../model/stamp.ts';
import type { Version } from '../model/version.ts';
import type { Stamp } from '../ports/transport.ts';
import type { ForeignFile } from './came-back.ts';
import { asHeld, holdComeBacks, isSentBack } from './came-back.ts';
import type { FilesByLook } from './contents.ts';
import { filesByLook } from './contents.ts';
import type { Context } from './context.ts';
import { problem } from './context.ts';
import { waitForHolders } from './lost.ts';
import type { LocalView } from './scan.ts';
import { endsRound } from './store-io.ts';

interface Find {
  readonly path: string;
  readonly stamp: Stamp;
  readonly local: LocalView;
}

/** Undefined: it could not be read as it was listed; a later round tries again. */
export async function readForeign(ctx: Context, find: Find): Promise<ForeignFile | undefined> {
  const { path, stamp } = find;
  const held = asHeld(ctx, path, stamp);
  if (held !== undefined) {
    return held;
  }
  try {
    const content = await digestOnStore(ctx, find);
    const after = await ctx.store.look(path);
    if (after === 'absent' || compareStamps(stamp, after.stamp) === 'different') {
      return undefined; // it changed while it was read
    }
    return { path, stamp, ...content };
  } catch (error) {
    if (endsRound(error)) {
      throw error;
    }
    const why = error instanceof Error ? error.message : String(error);
    problem(ctx, { path, kind: 'denied', message: `cannot be read from the store: ${why}` });
    return undefined;
  }
}

/** Reads it once; kept for the download if this computer does not hold the same already. */
async function digestOnStore(
  ctx: Context,
  { path, local }: Find,
): Promise<{ digest: string; size: number }> {
  const { stream } = await ctx.store.read(path);
  const staged = await ctx.local.stage(stream, ctx.signal);
  const here = local.entries.get(path);
  const isHere = here?.kind === 'file' && here.digest === staged.digest;
  if (isHere || ctx.fetched.has(staged.digest)) {
    await ctx.local.discard(staged);
  } else {
    ctx.fetched.set(staged.digest, staged);
  }
  return { digest: staged.digest, size: staged.size };
}

/** Records what was found, but for what waits for a person. Returns the paths that do. */
export function takeForeign(ctx: Context, found: readonly ForeignFile[]): Set<string> {
  const held = holdComeBacks(ctx, found);
  const recorded = filesByLook(ctx.state, new Set(found.map(({ digest }) => digest)));
  for (const file of [...found].sort((a, b) => byPath(a.path, b.path))) {
    if (!held.has(file.path)) {
      take(ctx, file, recorded);
    }
  }
  return held;
}

function take(ctx: Context, file: ForeignFile, recorded: FilesByLook): void {
  const { path, stamp, digest, size } = file;
  const { state, settings } = ctx;
  const was = state.sightings.get(path);
  const versions = state.master.recorded(path);
  const isOld = state.old.get(path)?.includes(digest) === true;
  const past = state.past.get(path) ?? [];
  state.see(path, { key: digest, stamp, listed: true });
  if (versions.some((v) => keyOf(v.entry) === digest) || isSentBack(ctx, file)) {
    return;
  }
  if (state.meta.has('travelled') && versions.length > 0 && isOld) {
    return; // older than what replaced it: the current version will be put back
  }
  // An old version put back goes beside what replaced it, not over it.
  const back = isOld || past.some((earlier) => compareStamps(earlier, stamp) === 'same');
  const over = was === undefined || back ? [] : versions.filter((v) => keyOf(v.entry) === was.key);
  if (back && was !== undefined && was.key !== DIRECTORY_KEY) {
    waitForHolders(ctx, path, was.key); // what was there is not replaced: some computer may have it
  }
  const moved = recorded(digest, stamp);
  const entry = foreignEntry(ctx, { stamp, digest, size, over, moved });
  const change = { path, replaces: over.map((v) => v.dot), entry, found: true } as const;
  state.record(change, settings.client);
}

interface Taken extends Omit<ForeignFile, 'path'> {
  readonly over: readonly Version[];
  /** The same file, as the time tells that came along with it: it keeps its own time and its executable bit. */
  readonly moved: FileEntry | undefined;
}

function foreignEntry(ctx: Context, { stamp, digest, size, over, moved }: Taken): FileEntry {
  const modified = stamp.modified ?? ctx.clock.now();
  const mtime = moved?.mtime ?? Math.floor(modified / 1000);
  return {
    kind: 'file',
    digest,
    size,
    mtime,
    executable:
      moved?.executable ?? over.some((v) => v.entry.kind === 'file' && v.entry.executable),
    ...(modified === mtime * 1000 ? {} : { stored: modified }),
  };
}
