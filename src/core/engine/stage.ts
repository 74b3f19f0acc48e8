/**
 * Staging: content goes under a name of its own, in nobody's way and under nobody's lock. A crash here leaves a directory in
 * `staging/` that its maker sweeps.
 */
import type { FileEntry } from '../model/entry.ts';
import { DIRECTORY_KEY, keyOf, storedTimeOf } from '../model/entry.ts';
import { collides } from '../model/stamp.ts';
import type { Source, Stamp } from '../ports/transport.ts';
import { announceUploads, SLOW_STAGING } from './announce.ts';
import type { Context } from './context.ts';
import { problem } from './context.ts';
import type { Draft } from './drafts.ts';
import { fileMembers } from './drafts.ts';
import type { LocalView } from './scan.ts';
import { OtherContent, send } from './send.ts';
import { endsRound, isKind } from './store-io.ts';
import type { Item, Member } from './transaction.ts';

const SECOND = 1000;
const TRIES_FOR_A_TIME = 4;

/** Name of the staged content of a member: `new/<index>`, and below it for members of a tree. */
export function stagedName(base: string, item: { index: number; path: string }, path: string) {
  return `${base}/new/${String(item.index)}${path.slice(item.path.length)}`;
}

/** Items whose content is staged whole; what could not be staged is left out, with a problem. */
export async function stage(
  ctx: Context,
  base: string,
  { drafts, local }: { drafts: readonly Draft[]; local: LocalView },
): Promise<Item[]> {
  const indexed = drafts.map((draft, i) => ({ draft, index: i + 1 }));
  for (const { draft, index } of indexed) {
    if (draft.action === 'tree') {
      for (const member of draft.members.filter((m) => m.entry?.kind === 'directory')) {
        await ctx.store.makeDirectory(stagedName(base, { index, path: draft.path }, member.path));
      }
    }
  }
  const stamps = new Map<string, Stamp>();
  const files = indexed.flatMap(({ draft, index }) =>
    draft.action === 'put' || draft.action === 'tree'
      ? fileMembers(draft).map((member) => ({ draft, index, member }))
      : [],
  );
  let done = 0;
  let isFull = false;
  const since = ctx.clock.monotonic();
  await ctx.store.each(files, async ({ draft, index, member }) => {
    if (isFull) {
      return;
    }
    const name = stagedName(base, { index, path: draft.path }, member.path);
    const stamp = await stageFile(ctx, { name, path: member.path, entry: member.entry, local });
    ctx.emit({ type: 'progress', unit: 'files', done: ++done, total: files.length });
    if (!ctx.counts.announced && ctx.clock.monotonic() - since > SLOW_STAGING) {
      await announceUploads(
        ctx,
        files.map((file) => file.member.path),
      );
    }
    if (stamp === 'full') {
      isFull = true;
    } else if (stamp !== undefined) {
      stamps.set(member.path, stamp);
    }
  });
  return indexed.flatMap(({ draft, index }) => toItem(draft, index, stamps));
}

interface FileJob {
  readonly name: string;
  readonly path: string;
  readonly entry: FileEntry;
  readonly local: LocalView;
}

async function stageFile(ctx: Context, job: FileJob): Promise<Stamp | 'full' | undefined> {
  const { path } = job;
  try {
    return await writeFresh(ctx, job);
  } catch (error) {
    if (endsRound(error) || ctx.signal.aborted) {
      throw error;
    }
    const why = error instanceof Error ? error.message : String(error);
    await ctx.store.remove(job.name); // on a full store its torn part takes the room that the rest needs
    ctx.state.parts.delete(path);
    if (isKind(error, 'no-space')) {
      problem(ctx, {
        path,
        kind: 'no-space',
        message: `the store is full: ${why.replace(/\.$/, '')}. Uploads stop; free space there and sync again`,
      });
      return 'full';
    }
    const changed = error instanceof OtherContent || (await isOther(ctx, job));
    if (changed) {
      ctx.state.index.delete(path);
    }
    problem(
      ctx,
      changed
        ? { path, kind: 'busy', message: 'changed while it was uploaded; the next round takes it' }
        : { path, kind: 'denied', message: `cannot be uploaded: ${why}` },
    );
    return undefined;
  }
}

async function isOther(ctx: Context, { path, local }: FileJob): Promise<boolean> {
  return JSON.stringify(await ctx.local.stat(path)) !== JSON.stringify(local.stats.get(path));
}

/**
 * Writes under a time that no other content of this path ever showed: agents that see only size and time must notice the
 * replacement. Where the store sets its own time, waiting for the next second does it.
 */
async function writeFresh(ctx: Context, { name, path, entry, local }: FileJob): Promise<Stamp> {
  const stat = local.stats.get(path);
  if (stat === undefined) {
    throw new Error('the file is gone');
  }
  const upload = { path, name, source: ctx.local.source(path, stat), digest: entry.digest };
  if (ctx.store.capabilities.modified === 'set') {
    const source = timed(upload.source, freshTime(ctx, path, entry));
    return exact(ctx, name, await send(ctx, { ...upload, source }));
  }
  for (let tries = 1; ; tries++) {
    const stamp = await exact(ctx, name, await send(ctx, upload));
    if (!shownBefore(ctx, path, entry, stamp) || tries === TRIES_FOR_A_TIME) {
      return stamp;
    }
    await ctx.store.remove(name);
    await ctx.clock.sleep(SECOND, ctx.signal);
  }
}

function timed(source: Source, modified: number): Source {
  return { size: source.size, modified, open: (from) => source.open(from) };
}

/** The entry's own time, or the next second that no other content of this path ever showed. Milliseconds. */
export function freshTime(ctx: Context, path: string, entry: FileEntry): number {
  let modified = entry.mtime * SECOND;
  while (shownBefore(ctx, path, entry, { size: entry.size, modified })) {
    modified += SECOND;
  }
  return modified;
}

function shownBefore(ctx: Context, path: string, entry: FileEntry, stamp: Stamp): boolean {
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
  const past = state.past.get(path) ?? [];
  return [...sighted, ...recorded, ...past].some((earlier) => collides(earlier, stamp));
}

/** What the write told, completed by a look where it told no time. */
async function exact(ctx: Context, name: string, stamp: Stamp): Promise<Stamp> {
  if (stamp.modified !== undefined || ctx.store.capabilities.modified === 'none') {
    return stamp;
  }
  const found = await ctx.store.look(name);
  return found === 'absent' ? stamp : found.stamp;
}

function toItem(draft: Draft, index: number, stamps: ReadonlyMap<string, Stamp>): Item[] {
  const stagesFiles = draft.action === 'put' || draft.action === 'tree';
  const members = draft.members.flatMap((member): Member[] => {
    if (!stagesFiles || member.entry?.kind !== 'file') {
      return [member];
    }
    const stamp = stamps.get(member.path);
    return stamp === undefined
      ? []
      : [{ ...member, entry: withStored(member.entry, stamp), stamp }];
  });
  const missing = draft.members.length - members.length;
  if ((draft.action === 'put' && missing > 0) || members.length === 0) {
    return [];
  }
  const { action, path, from, expected } = draft;
  return [
    {
      index,
      action,
      path,
      members: withFrom(draft, members),
      ...(from === undefined ? {} : { from }),
      ...(expected === undefined ? {} : { expected }),
    },
  ];
}

/** The deletion half of a move comes first. */
function withFrom(draft: Draft, members: Member[]): Member[] {
  return draft.from === undefined || draft.action === 'move-tree'
    ? members
    : [{ path: draft.from, entry: null, over: draft.fromOver ?? [] }, ...members];
}

export function withStored(entry: FileEntry, stamp: Stamp): FileEntry {
  const { stored: _, ...plain } = entry;
  const shown = stamp.modified;
  return shown === undefined || shown === entry.mtime * SECOND
    ? plain
    : { ...plain, stored: shown };
}
