/**
 * Bringing a version's content from the store to a staged local file, verified by its digest before anything else may see it.
 */
import type { FileEntry } from '../model/entry.ts';
import { keyOf, storedTimeOf } from '../model/entry.ts';
import { compareStamps, looksAlike } from '../model/stamp.ts';
import type { StagedFile } from '../ports/local-tree.ts';
import type { Stamp } from '../ports/transport.ts';
import type { Context } from './context.ts';
import { problem } from './context.ts';
import { tellNotOnStore, waitForHolders } from './lost.ts';
import { endsRound, isKind } from './store-io.ts';

/** Undefined: the store does not hold it (now); a problem says so where that will not mend itself. */
export async function fetchVersion(
  ctx: Context,
  path: string,
  entry: FileEntry,
): Promise<StagedFile | undefined> {
  const ready = ctx.fetched.get(entry.digest);
  if (ready !== undefined) {
    ctx.fetched.delete(entry.digest);
    return ready;
  }
  if (!(await holds(ctx, path, entry))) {
    tellNotOnStore(ctx, path);
    waitForHolders(ctx, path, entry.digest);
    return undefined;
  }
  if (ctx.problems.get(path)?.kind === 'not-on-store') {
    ctx.problems.delete(path); // it has come since the survey
  }
  try {
    return await readVerified(ctx, path, entry);
  } catch (error) {
    if (isKind(error, 'not-found')) {
      return undefined; // moved or deleted meanwhile
    }
    throw error;
  }
}

/** By the sighting; if that says something else, a look may show that the announced version has arrived since. */
async function holds(ctx: Context, path: string, entry: FileEntry): Promise<boolean> {
  const { state } = ctx;
  if (state.sightings.get(path)?.key === entry.digest) {
    return true;
  }
  const found = await ctx.store.look(path);
  if (found === 'absent' || found.kind !== 'file') {
    return false;
  }
  if (isAnother(ctx, path, found.stamp)) {
    return false;
  }
  if (looksAlike(found.stamp, entry.size, storedTimeOf(entry)) === 'different') {
    return false;
  }
  state.see(path, { key: entry.digest, stamp: found.stamp, unread: true });
  return true;
}

/** It looks as it did when it was read as another version: of two that look alike, the survey reads in every round which it is. */
function isAnother({ state }: Context, path: string, stamp: Stamp): boolean {
  const sighting = state.sightings.get(path);
  return (
    sighting !== undefined &&
    sighting.unread !== true &&
    compareStamps(sighting.stamp, stamp) !== 'different' &&
    state.master.recorded(path).some(({ entry }) => keyOf(entry) === sighting.key)
  );
}

async function readVerified(
  ctx: Context,
  path: string,
  entry: FileEntry,
): Promise<StagedFile | undefined> {
  const { state } = ctx;
  const staged =
    (await readOn(ctx, path, entry)) ?? (await readFrom(ctx, path, { entry, from: 0 }));
  if (staged.digest === entry.digest) {
    const sighting = state.sightings.get(path);
    if (sighting?.unread) {
      const { unread: _, ...read } = sighting;
      state.sightings.set(path, read);
    }
    return staged;
  }
  await ctx.local.discard(staged);
  // It is not what its size and time made it look like: the next survey reads it as another program's edit.
  waitForHolders(ctx, path, entry.digest);
  state.unsee(path);
  problem(ctx, {
    path,
    kind: 'corrupt',
    message: 'the store holds other content than announced; it is read again in the next round',
  });
  return undefined;
}

/** Goes on where a cut left it. Undefined: there is nothing to go on with, or it does not become what it should. */
async function readOn(
  ctx: Context,
  path: string,
  entry: FileEntry,
): Promise<StagedFile | undefined> {
  const from = isLarge(ctx, entry) ? await ctx.local.kept(entry.digest) : 0;
  if (from === 0 || from > entry.size) {
    return undefined;
  }
  try {
    const staged = await readFrom(ctx, path, { entry, from });
    if (staged.digest === entry.digest) {
      return staged;
    }
    await ctx.local.discard(staged);
  } catch (error) {
    if (endsRound(error) || ctx.signal.aborted || isKind(error, 'not-found')) {
      throw error;
    }
  }
  return undefined;
}

/** The store is asked only when the local disk is ready: what is asked for and never read would hold a connection. */
async function readFrom(
  ctx: Context,
  path: string,
  { entry, from }: { entry: FileEntry; from: number },
): Promise<StagedFile> {
  const content = async function* (): AsyncGenerator<Uint8Array> {
    if (from < entry.size || from === 0) {
      yield* (await ctx.store.read(path, from)).stream;
    }
  };
  const wanted = isLarge(ctx, entry) ? { digest: entry.digest, from } : undefined;
  return ctx.local.stage(content(), ctx.signal, wanted);
}

function isLarge(ctx: Context, entry: FileEntry): boolean {
  return entry.size >= ctx.limits.resumable;
}
