/**
 * Staging: content goes under a name of its own, in nobody's way and under nobody's lock. A crash here leaves a directory in
 * `staging/` that its maker sweeps.
 */
import type { FileEntry } from '../model/entry.ts';
import type { Stamp } from '../ports/transport.ts';
import { announceUploads, SLOW_STAGING } from './announce.ts';
import type { Context } from './context.ts';
import { problem } from './context.ts';
import type { Draft } from './drafts.ts';
import { fileMembers } from './drafts.ts';
import type { LocalView } from './scan.ts';
import { OtherContent, send } from './send.ts';
import { endsRound, isKind } from './store-io.ts';
import { freshTime, shownBefore, tellTimes, withStored } from './stored-times.ts';
import type { Item, Member } from './transaction.ts';

const SECOND = 1000;
const TRIES_FOR_A_TIME = 4;

/** Name of the staged content of a member: `new/<index>`, and below it for members of a tree. */
export function stagedName(base: string, item: { index: number; path: string }, path: string) {
  return `${base}/new/${String(item.index)}${path.slice(item.path.length)}`;
}

export interface Staged {
  /** Those whose content is staged whole; what could not be staged is left out, with a problem. */
  readonly items: readonly Item[];
  /** The file that was whole last: where it is as it was then, so is all the rest. Undefined: there is none. */
  readonly last: StagedFile | undefined;
}

export interface StagedFile {
  /** Below the transaction's own directory. */
  readonly name: string;
  readonly size: number;
}

export async function stage(
  ctx: Context,
  base: string,
  { drafts, local }: { drafts: readonly Draft[]; local: LocalView },
): Promise<Staged> {
  const indexed = drafts.map((draft, i) => ({ draft, index: i + 1 }));
  for (const { draft, index } of indexed) {
    if (draft.action === 'tree') {
      for (const member of draft.members.filter((m) => m.entry?.kind === 'directory')) {
        await ctx.store.makeDirectory(stagedName(base, { index, path: draft.path }, member.path));
      }
    }
  }
  const files = indexed.flatMap(({ draft, index }): FileJob[] =>
    draft.action === 'put' || draft.action === 'tree'
      ? fileMembers(draft).map(({ path, entry }) => {
          return { name: stagedName(base, { index, path: draft.path }, path), path, entry, local };
        })
      : [],
  );
  const stamps = await stageFiles(ctx, files);
  const items = indexed.flatMap(({ draft, index }) => toItem(draft, index, stamps));
  return { items, last: lastWhole(base, files, stamps) };
}

/** Stamps are in the order in which their files were whole. */
function lastWhole(
  base: string,
  files: readonly FileJob[],
  stamps: ReadonlyMap<string, Stamp>,
): StagedFile | undefined {
  const last = [...stamps.keys()].at(-1);
  const file = files.find(({ path }) => path === last);
  return file && { name: file.name.slice(base.length + 1), size: file.entry.size };
}

interface FileJob {
  readonly name: string;
  readonly path: string;
  readonly entry: FileEntry;
  readonly local: LocalView;
}

/**
 * Each under a time that no other content of its path ever showed: agents that see only size and time must notice the
 * replacement. Where the store sets its own time, writing it again a second later does it.
 */
async function stageFiles(ctx: Context, files: readonly FileJob[]): Promise<Map<string, Stamp>> {
  const stamps = new Map<string, Stamp>();
  let open = files;
  for (let tries = 1; open.length > 0; tries++) {
    await sendAll(ctx, open, stamps);
    await completeStamps(ctx, open, stamps);
    if (ctx.store.capabilities.modified === 'set' || tries === TRIES_FOR_A_TIME) {
      break;
    }
    open = open.filter(({ path, entry }) => shownBefore(ctx, path, entry, stamps.get(path) ?? {}));
    await ctx.store.each(open, ({ name }) => ctx.store.remove(name));
    open.forEach(({ path }) => stamps.delete(path));
    if (open.length > 0) {
      await ctx.clock.sleep(SECOND, ctx.signal);
    }
  }
  return stamps;
}

async function sendAll(
  ctx: Context,
  files: readonly FileJob[],
  stamps: Map<string, Stamp>,
): Promise<void> {
  let done = 0;
  let isFull = false;
  const since = ctx.clock.monotonic();
  await ctx.store.each(files, async (job) => {
    if (isFull) {
      return;
    }
    const stamp = await sendFile(ctx, job);
    ctx.emit({ type: 'progress', unit: 'files', done: ++done, total: files.length });
    if (!ctx.counts.announced && ctx.clock.monotonic() - since > SLOW_STAGING) {
      await announceUploads(
        ctx,
        files.map(({ path }) => path),
      );
    }
    if (stamp === 'full') {
      isFull = true;
    } else if (stamp !== undefined) {
      stamps.set(job.path, stamp);
    }
  });
}

async function sendFile(ctx: Context, job: FileJob): Promise<Stamp | 'full' | undefined> {
  const { path, name, entry, local } = job;
  try {
    const stat = local.stats.get(path);
    if (stat === undefined) {
      throw new Error('the file is gone');
    }
    const source = ctx.local.source(path, stat);
    const modified = freshTime(ctx, path, entry);
    const timed = { size: source.size, modified, open: (from: number) => source.open(from) };
    const isSet = ctx.store.capabilities.modified === 'set';
    return await send(ctx, { path, name, source: isSet ? timed : source, digest: entry.digest });
  } catch (error) {
    return await leaveOut(ctx, job, error);
  }
}

/** What the writes told, completed where they told no time. */
async function completeStamps(
  ctx: Context,
  files: readonly FileJob[],
  stamps: Map<string, Stamp>,
): Promise<void> {
  const open = files.filter(({ path }) => {
    const stamp = stamps.get(path);
    return stamp !== undefined && stamp.modified === undefined;
  });
  if (ctx.store.capabilities.modified === 'none') {
    return;
  }
  const told = await tellTimes(
    ctx,
    open.map(({ name, entry }) => ({ name, size: entry.size })),
  );
  for (const job of open) {
    const found = told.get(job.name);
    if (found instanceof Error) {
      stamps.delete(job.path);
      await leaveOut(ctx, job, found);
    } else if (found !== undefined) {
      stamps.set(job.path, found);
    }
  }
}

/** `full`: nothing more is sent. Throws what ends the round. */
async function leaveOut(ctx: Context, job: FileJob, error: unknown): Promise<'full' | undefined> {
  const { path } = job;
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

async function isOther(ctx: Context, { path, local }: FileJob): Promise<boolean> {
  return JSON.stringify(await ctx.local.stat(path)) !== JSON.stringify(local.stats.get(path));
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
