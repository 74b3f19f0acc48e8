/** Listing the store's plain tree. Absence is only ever told from a complete listing of the directory above. */
import { isReserved, join, parentOf, parentsOf, pathProblem } from '../model/path.ts';
import type { StoreEntry } from '../ports/transport.ts';
import type { Context } from './context.ts';
import { problem } from './context.ts';
import { endsRound } from './store-io.ts';

export interface StoreTree {
  readonly entries: ReadonlyMap<string, StoreEntry>;
  /** The listings prove that nothing is at this path. */
  absent(path: string): boolean;
  /** Listed, complete, and nothing in it. */
  isEmpty(directory: string): boolean;
  /** Something that is ignored is in it, at any depth: it stays, whatever becomes of the rest. */
  holdsIgnored(directory: string): boolean;
}

type Ignored = (path: string, isDirectory: boolean) => boolean;

export async function listTree(ctx: Context, ignored: Ignored): Promise<StoreTree> {
  const entries = new Map<string, StoreEntry>();
  const complete = new Map<string, number>();
  const untracked = new Set<string>();
  let level: string[] = [''];
  while (level.length > 0) {
    const below: string[] = [];
    await ctx.store.each(level, async (directory) => {
      below.push(...(await listOne(ctx, { directory, ignored, entries, complete, untracked })));
    });
    level = below.sort();
  }
  const absent = (path: string): boolean => {
    const parent = parentOf(path);
    if (complete.has(parent)) {
      return !entries.has(path);
    }
    return parent !== '' && !entries.has(parent) && absent(parent);
  };
  return {
    entries,
    absent,
    isEmpty: (directory) => complete.get(directory) === 0,
    holdsIgnored: (directory) => untracked.has(directory),
  };
}

interface ListJob {
  readonly directory: string;
  readonly ignored: Ignored;
  readonly entries: Map<string, StoreEntry>;
  readonly complete: Map<string, number>;
  readonly untracked: Set<string>;
}

/** Returns the subdirectories to list next. */
async function listOne(ctx: Context, job: ListJob): Promise<string[]> {
  const { directory, ignored, entries, complete, untracked } = job;
  const listing = await listOrTrouble(ctx, directory);
  if (listing === undefined) {
    return [];
  }
  if (listing.complete) {
    complete.set(directory, listing.entries.length);
  } else {
    problem(ctx, {
      path: directory,
      kind: 'other',
      message:
        'the store does not list all that is in this directory (too many entries, or a name it cannot show); ' +
        'nothing in it is taken as deleted',
    });
  }
  const below: string[] = [];
  for (const { name, kind, stamp } of listing.entries) {
    const path = join(directory, name);
    if (isReserved(path)) {
      continue;
    }
    if (ignored(path, kind === 'directory')) {
      parentsOf(path).forEach((parent) => untracked.add(parent));
      continue;
    }
    const trouble = pathProblem(path);
    if (trouble !== undefined) {
      problem(ctx, { path, kind: 'name', message: `the name on the store ${trouble}` });
      continue;
    }
    entries.set(path, { kind, stamp });
    if (kind === 'directory') {
      below.push(path);
    }
  }
  return below;
}

/** Undefined: one directory cannot be listed, which says nothing about what is in it. */
async function listOrTrouble(ctx: Context, directory: string) {
  try {
    return await ctx.glance.list(directory);
  } catch (error) {
    if (directory === '' || endsRound(error)) {
      throw error;
    }
    const why = error instanceof Error ? error.message : String(error);
    problem(ctx, { path: directory, kind: 'denied', message: `cannot be listed: ${why}` });
    return undefined;
  }
}
