/**
 * Looking closer than a round does: is every recorded file on the store and here, with its size, and, when asked, with its
 * very content? What is damaged is only noted here; the next round, or another computer, puts it right, and what was found
 * in its place goes to the history or the trash. Nothing is ever healed from content whose digest was not checked.
 */
import { winner } from '../decide/winner.ts';
import type { FileEntry } from '../model/entry.ts';
import { keyOf } from '../model/entry.ts';
import { byPath } from '../model/path.ts';
import { compareStamps } from '../model/stamp.ts';
import type { LocalStat } from '../ports/local-tree.ts';
import { LocalError } from '../ports/local-tree.ts';
import type { Fault, VerifyReport } from '../ports/verify.ts';
import type { Context } from './context.ts';
import { noteDamage } from './damage.ts';
import type { DamagedHere } from './heal-here.ts';
import { healHere } from './heal-here.ts';
import type { LocalView } from './scan.ts';
import { scanLocal } from './scan.ts';
import { endsRound } from './store-io.ts';
import type { StoreTree } from './tree.ts';
import { listTree } from './tree.ts';

export interface VerifyWork {
  /** Read contents, not only sizes and times. */
  readonly content: boolean;
  /** Bytes to read from the store at most; what was read longest ago comes first. */
  readonly budget: number;
}

interface Look {
  readonly local: LocalView;
  readonly tree: StoreTree;
  /** What should be where. */
  readonly wanted: ReadonlyMap<string, FileEntry>;
  readonly faults: Fault[];
}

/** Which of the faults are gone after a sync: those that neither a second look nor the records show any more. */
export function healedSince(
  ctx: Context,
  { before, after }: { readonly before: readonly Fault[]; readonly after: readonly Fault[] },
): Fault[] {
  const left = new Set(after.map(({ path, fault }) => `${fault} ${path}`));
  const isLeft = ({ path, fault, healed }: Fault): boolean => {
    switch (fault) {
      case 'damaged-here':
        return healed !== true;
      case 'damaged-on-store':
        return ctx.state.sightings.get(path)?.key === ctx.state.damaged.get(path)?.found;
      default:
        return left.has(`${fault} ${path}`);
    }
  };
  return before.map((found) => {
    const { path, fault } = found;
    return isLeft(found) ? { path, fault } : { path, fault, healed: true };
  });
}

/** Best right after a sync: what a round is about to bring is no fault. */
export async function verify(ctx: Context, work: VerifyWork): Promise<VerifyReport> {
  ctx.emit({ type: 'phase', phase: 'scan' });
  const local = await scanLocal(ctx);
  ctx.emit({ type: 'phase', phase: 'survey' });
  const tree = await listTree(ctx, local.ignored);
  const look: Look = { local, tree, wanted: wantedFiles(ctx, local), faults: [] };
  compareStore(ctx, look);
  compareLocal(look);
  const rotten = work.content ? await damagedHere(ctx, look) : [];
  const read = work.content ? await readStore(ctx, look, work.budget) : NOTHING_READ;
  await healAll(ctx, look, rotten);
  ctx.state.commit();
  const faults = look.faults.sort((a, b) => byPath(a.path, b.path));
  return { files: look.wanted.size, faults, ...read };
}

const NOTHING_READ = { readFiles: 0, readBytes: 0, unread: 0 };

function wantedFiles(ctx: Context, local: LocalView): Map<string, FileEntry> {
  const wanted = new Map<string, FileEntry>();
  for (const path of ctx.state.master.paths()) {
    const entry = winner(ctx.state.master.recorded(path))?.entry;
    if (entry?.kind === 'file' && !local.ignored(path, false)) {
      wanted.set(path, entry);
    }
  }
  return wanted;
}

function compareStore(ctx: Context, { tree, wanted, faults }: Look): void {
  for (const [path, entry] of wanted) {
    const found = tree.entries.get(path);
    if (found === undefined) {
      if (tree.absent(path)) {
        faults.push({ path, fault: 'missing-on-store' });
      }
    } else if (found.kind !== 'file' || (found.stamp.size ?? entry.size) !== entry.size) {
      faults.push({ path, fault: 'other-on-store' });
    }
  }
  for (const [path, { kind }] of tree.entries) {
    if (kind === 'file' && ctx.state.master.versions(path).length === 0) {
      faults.push({ path, fault: 'unknown-on-store' });
    }
  }
}

function compareLocal({ local, wanted, faults }: Look): void {
  for (const [path, entry] of wanted) {
    const here = local.entries.get(path);
    if (local.troubled.has(path)) {
      continue;
    }
    if (here === undefined) {
      faults.push({ path, fault: 'missing-here' });
    } else if (keyOf(here) !== entry.digest) {
      faults.push({ path, fault: 'other-here' });
    }
  }
}

/** Reads back what the store is believed to hold. What differs is read twice before it counts as damaged. */
async function readStore(
  ctx: Context,
  look: Look,
  budget: number,
): Promise<Pick<VerifyReport, 'readFiles' | 'readBytes' | 'unread'>> {
  const { state } = ctx;
  const due = [...look.wanted]
    .filter(([path, entry]) => isAsSighted(ctx, look, path, entry))
    .sort(
      ([a], [b]) => (state.verified.get(a) ?? 0) - (state.verified.get(b) ?? 0) || byPath(a, b),
    );
  let [readFiles, readBytes] = [0, 0];
  const chosen: [string, FileEntry][] = [];
  for (const [path, entry] of due) {
    if (readBytes + entry.size > budget) {
      continue;
    }
    readBytes += entry.size;
    chosen.push([path, entry]);
  }
  await ctx.store.each(chosen, async ([path, entry]) => {
    const found = (await digestOnStore(ctx, path)) ?? entry.digest;
    if (found !== entry.digest && (await digestOnStore(ctx, path)) === found) {
      noteDamage(ctx, { path, expected: entry.digest, found });
      look.faults.push({ path, fault: 'damaged-on-store' });
    }
    state.verified.set(path, state.round);
    readFiles++;
    ctx.emit({ type: 'progress', unit: 'files', done: readFiles, total: chosen.length });
  });
  return { readFiles, readBytes, unread: due.length - chosen.length };
}

/** Only what a survey would not look at: its stamp is the one that was sighted. */
function isAsSighted(ctx: Context, { tree }: Look, path: string, entry: FileEntry): boolean {
  const found = tree.entries.get(path);
  const sighting = ctx.state.sightings.get(path);
  return (
    found?.kind === 'file' &&
    sighting?.key === entry.digest &&
    compareStamps(sighting.stamp, found.stamp) !== 'different'
  );
}

/** Undefined: it went away, or may not be read, which a round will notice. */
async function digestOnStore(ctx: Context, path: string): Promise<string | undefined> {
  const hasher = ctx.codec.hasher();
  try {
    const { stream } = await ctx.store.read(path);
    for await (const chunk of stream) {
      hasher.update(chunk);
    }
  } catch (error) {
    if (endsRound(error)) {
      throw error;
    }
    return undefined;
  }
  return hasher.digest();
}

/** Local files whose content changed while size, times and inode did not: no program did that. */
async function damagedHere(ctx: Context, { local, wanted }: Look): Promise<DamagedHere[]> {
  const damaged: DamagedHere[] = [];
  for (const [path, entry] of wanted) {
    const stat = local.stats.get(path);
    const here = local.entries.get(path);
    if (stat?.kind === 'file' && here !== undefined && keyOf(here) === entry.digest) {
      const digest = await digestHere(ctx, path, stat);
      if (digest !== 'changed' && digest !== entry.digest) {
        damaged.push({ path, entry, stat });
      }
    }
  }
  return damaged;
}

/** What cannot be read is a problem of the round, and no damage. */
async function digestHere(ctx: Context, path: string, stat: LocalStat): Promise<string> {
  try {
    return await ctx.local.digest(path, stat);
  } catch (error) {
    if (ctx.signal.aborted || !(error instanceof LocalError)) {
      throw error;
    }
    return 'changed';
  }
}

/** Where the store is damaged too, there is nothing to heal from: the record still says what was right. */
async function healAll(ctx: Context, look: Look, rotten: readonly DamagedHere[]): Promise<void> {
  for (const damaged of rotten) {
    const { path } = damaged;
    const isHealed = !ctx.state.damaged.has(path) && (await healHere(ctx, damaged));
    look.faults.push({ path, fault: 'damaged-here', ...(isHealed ? { healed: true } : {}) });
  }
}
