/**
 * The local side of a round: what is there now, with digests. Stat first; only what changed is hashed; what was modified
 * within two seconds of its hashing is hashed again next time, as git does.
 */
import pMap from 'p-map';
import type { Entry } from '../model/entry.ts';
import { parentOf, parentsOf, pathProblem } from '../model/path.ts';
import type { LocalProblem, LocalStat } from '../ports/local-tree.ts';
import type { Context } from './context.ts';
import { problem } from './context.ts';
import { asRecorded } from './spelling.ts';
import type { Indexed } from './state.ts';

const RACY = 2000;
const HASHED_AT_ONCE = 4;
const IGNORE_FILE = '.ownsyncignore';

export interface LocalView {
  readonly entries: ReadonlyMap<string, Entry>;
  readonly stats: ReadonlyMap<string, LocalStat>;
  /** Paths with trouble: they, and what is below them, are left alone. */
  readonly troubled: ReadonlySet<string>;
  /** Directories with something ignored in them, at any depth. */
  readonly untracked: ReadonlySet<string>;
  /** Directory → number of its direct children that are synced. */
  readonly children: ReadonlyMap<string, number>;
  readonly ignored: (path: string, isDirectory: boolean) => boolean;
}

export async function scanLocal(ctx: Context): Promise<LocalView> {
  const { local, settings, signal } = ctx;
  const ignored = settings.ignored(await ignoreText(ctx));
  const composed = (path: string, isDirectory: boolean) =>
    ignored(path.normalize('NFC'), isDirectory);
  const rules = local.facts.unicode === 'as-given' ? ignored : composed;
  const scan = asRecorded(ctx, await local.scan(rules, signal));
  const troubled = new Set<string>();
  for (const found of scan.problems) {
    troubled.add(found.path);
    problem(ctx, localProblem(found));
  }
  refuseNames(ctx, scan.entries, troubled);
  const entries = await readEntries(ctx, scan.entries, troubled);
  dropVanished(ctx, scan.entries);
  ctx.state.commit();
  return {
    entries,
    stats: scan.entries,
    troubled,
    untracked: new Set([...scan.untracked].flatMap((path) => [path, ...parentsOf(path)])),
    children: countChildren(entries),
    ignored,
  };
}

/** Lines of the folder's own rules; those that cannot be followed are told, since they may come from another computer. */
async function ignoreText(ctx: Context): Promise<string> {
  const text = (await ctx.local.readText(IGNORE_FILE)) ?? '';
  for (const rule of ctx.settings.unusableRules?.(text) ?? []) {
    const shown = rule.length > 60 ? `${rule.slice(0, 60)}…` : rule;
    const message = `has a rule that is too long or has too many wildcards, and is left out: ${shown}`;
    problem(ctx, { path: IGNORE_FILE, kind: 'other', message });
  }
  return text;
}

/** What no other client would take from a record is never recorded. */
function refuseNames(
  ctx: Context,
  stats: ReadonlyMap<string, LocalStat>,
  troubled: Set<string>,
): void {
  for (const path of stats.keys()) {
    const why = pathProblem(path);
    if (why !== undefined) {
      troubled.add(path);
      problem(ctx, { path, kind: 'name', message: `cannot be synced: the name ${why}` });
    }
  }
}

function localProblem(found: LocalProblem) {
  return { path: found.path, kind: found.kind, message: found.message };
}

/** With digests; a file that cannot be read, or changes meanwhile, is troubled and not among them. */
export async function readEntries(
  ctx: Context,
  stats: ReadonlyMap<string, LocalStat>,
  troubled: Set<string>,
): Promise<Map<string, Entry>> {
  const digests = await digestChanged(ctx, stats, troubled);
  const entries = new Map<string, Entry>();
  for (const [path, stat] of stats) {
    const entry = entryOf(stat, digests.get(path), executableOf(ctx, path, stat));
    if (entry !== undefined) {
      entries.set(path, entry);
    }
  }
  return entries;
}

/** A disk that does not keep the bit says nothing about it: the path stays what it was recorded to be. */
function executableOf(ctx: Context, path: string, stat: LocalStat): boolean {
  return ctx.local.facts.keepsExecutable
    ? stat.kind === 'file' && stat.executable
    : (ctx.state.ancestors.get(path)?.executable ?? false);
}

function entryOf(
  stat: LocalStat,
  digest: string | undefined,
  executable: boolean,
): Entry | undefined {
  switch (stat.kind) {
    case 'directory':
      return { kind: 'directory' };
    case 'link':
      return { kind: 'link', target: stat.target, mtime: Math.floor(stat.mtime / 1000) };
    case 'file':
      return digest === undefined
        ? undefined
        : {
            kind: 'file',
            digest,
            size: stat.size,
            mtime: Math.floor(stat.mtime / 1000),
            executable,
          };
  }
}

/** Digest per file; a file that changes while it is read is troubled and waits for the next round. */
async function digestChanged(
  ctx: Context,
  stats: ReadonlyMap<string, LocalStat>,
  troubled: Set<string>,
): Promise<Map<string, string>> {
  const digests = new Map<string, string>();
  const changed: { path: string; stat: Extract<LocalStat, { kind: 'file' }> }[] = [];
  for (const [path, stat] of stats) {
    if (stat.kind !== 'file') {
      continue;
    }
    const known = ctx.state.index.get(path);
    if (known !== undefined && known.racy === undefined && isSame(known, stat)) {
      digests.set(path, known.digest);
    } else {
      changed.push({ path, stat });
    }
  }
  let done = 0;
  const hashOne = async ({ path, stat }: (typeof changed)[number]) => {
    const at = ctx.clock.now();
    const digest = await digestOf(ctx, path, stat, troubled);
    ctx.emit({ type: 'progress', unit: 'files', done: ++done, total: changed.length });
    if (digest !== undefined) {
      digests.set(path, digest);
      remember(ctx, path, { ...fingerprint(stat), digest, ...racy(stat.mtime, at) });
    }
  };
  await pMap(changed, hashOne, { concurrency: HASHED_AT_ONCE });
  return digests;
}

async function digestOf(
  ctx: Context,
  path: string,
  stat: LocalStat,
  troubled: Set<string>,
): Promise<string | undefined> {
  try {
    const digest = await ctx.local.digest(path, stat);
    if (digest !== 'changed') {
      return digest;
    }
    troubled.add(path);
    problem(ctx, {
      path,
      kind: 'busy',
      message: 'changes while it is read; the next round takes it',
    });
  } catch (error) {
    if (ctx.signal.aborted) {
      throw error;
    }
    troubled.add(path);
    const why = error instanceof Error ? error.message : String(error);
    problem(ctx, { path, kind: 'unreadable', message: `cannot be read: ${why}` });
  }
  return undefined;
}

function racy(mtime: number, hashedAt: number): { racy?: true } {
  return Math.abs(hashedAt - mtime) < RACY ? { racy: true } : {};
}

function fingerprint(stat: Extract<LocalStat, { kind: 'file' }>): Omit<Indexed, 'digest' | 'racy'> {
  return { size: stat.size, mtime: stat.mtime, ctime: stat.ctime, id: stat.id };
}

function isSame(known: Indexed, stat: Extract<LocalStat, { kind: 'file' }>): boolean {
  return (
    known.size === stat.size &&
    known.mtime === stat.mtime &&
    known.ctime === stat.ctime &&
    known.id === stat.id
  );
}

function remember(ctx: Context, path: string, indexed: Indexed): void {
  const known = ctx.state.index.get(path);
  if (JSON.stringify(known) !== JSON.stringify(indexed)) {
    ctx.state.index.set(path, indexed);
  }
}

function dropVanished(ctx: Context, stats: ReadonlyMap<string, LocalStat>): void {
  for (const path of [...ctx.state.index.keys()]) {
    if (stats.get(path)?.kind !== 'file') {
      ctx.state.index.delete(path);
    }
  }
}

function countChildren(entries: ReadonlyMap<string, Entry>): Map<string, number> {
  const children = new Map<string, number>();
  for (const path of entries.keys()) {
    const parent = parentOf(path);
    children.set(parent, (children.get(parent) ?? 0) + 1);
  }
  return children;
}
