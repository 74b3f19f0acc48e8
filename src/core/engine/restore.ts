/**
 * Bringing back what was: one file, a directory, or the whole folder, to its place or to another one. Everything that is
 * needed comes from the store; this computer's memory is only told what was done.
 */
import type { Choice, Content } from '../decide/go-back.ts';
import { choose, goBack } from '../decide/go-back.ts';
import { ancestorOf } from '../decide/reconcile.ts';
import type { Entry } from '../model/entry.ts';
import { keyOf } from '../model/entry.ts';
import { isBelow, join } from '../model/path.ts';
import type { Version } from '../model/version.ts';
import type { BackReport, RestoreOptions } from '../ports/history.ts';
import type { LocalStat } from '../ports/local-tree.ts';
import type { Context } from './context.ts';
import { Contents } from './history-contents.ts';
import type { StoreHistory } from './history-read.ts';
import { readHistory } from './history-read.ts';
import { tellStory } from './history-versions.ts';
import { join as meet } from './join.ts';
import { carryOut, foretell } from './restore-steps.ts';
import { readEntries, scanLocal } from './scan.ts';
import { contentOf, Deeds } from './undo-deeds.ts';

export async function restore(ctx: Context, options: RestoreOptions): Promise<BackReport> {
  const { path, to } = options;
  if (to?.target === undefined) {
    const halt = await meet({ ...ctx, dryRun: true });
    if (halt !== undefined) {
      return halt === 'nothing there'
        ? { done: [], left: [], refused: { why: 'unknown path' } }
        : { done: [], left: [], halt };
    }
  }
  const history = await readHistory(ctx);
  const here = to === undefined && path !== '' ? await lookAt(ctx, [path]) : NOTHING;
  const entry = here.entries.get(path);
  const choice = choose(history.past, options, entry && keyOf(entry));
  if ('why' in choice) {
    return { done: [], left: [], refused: choice };
  }
  const report = await bringBack(ctx, { history, choice, here, options });
  const { chosen } = choice;
  const version = tellStory(history.past.happenings(path)).find(
    ({ dot }) => dot === chosen?.version?.dot,
  );
  return version === undefined ? report : { ...report, version: version.told };
}

interface Here {
  readonly entries: ReadonlyMap<string, Entry>;
  readonly stats: ReadonlyMap<string, LocalStat>;
}

const NOTHING: Here = { entries: new Map(), stats: new Map() };

interface Job {
  readonly history: StoreHistory;
  readonly choice: Choice;
  readonly here: Here;
  readonly options: RestoreOptions;
}

async function bringBack(ctx: Context, job: Job): Promise<BackReport> {
  const { history, options } = job;
  const { to } = options;
  const choice = to === undefined ? job.choice : elsewhere(job.choice, options.path, to.path);
  const here = to === undefined && choice.isWhole ? await scanBelow(ctx, options.path) : job.here;
  const { steps, left } = goBack(choice, {
    here: here.entries,
    isRecorded: (path, key) => history.past.holds(path, key),
  });
  if (options.dryRun === true) {
    return { done: foretell(steps, here.entries), left };
  }
  if (to === undefined) {
    const paths = steps.map((step) => step.path);
    holdRecorded(ctx, paths, { entries: here.entries, current: history.current });
  }
  const isOutside = to?.target !== undefined;
  const carried = await carryOut(ctx, steps, {
    contents: new Contents(ctx, history),
    target: to?.target ?? ctx.local,
    stats: here.stats,
    held: (path) => heldAt(here.entries.get(path)),
    deeds: isOutside ? undefined : new Deeds(ctx.state, 'restore', ctx.clock.now()),
    deed: 'restored',
  });
  return { done: carried.done, left: [...left, ...carried.left] };
}

export function heldAt(entry: Entry | undefined): Content | undefined {
  return entry && contentOf(ancestorOf(entry, []));
}

/** Under another name; nothing there has to go. */
function elsewhere({ wanted, chosen }: Choice, path: string, to: string): Choice {
  const moved = [...wanted].map(([name, content]): [string, typeof content] => {
    const below = path === '' ? name : name.slice(path.length + 1);
    return [below === '' ? to : join(to, below), content];
  });
  // What is meant as a whole has its own directory there, or begins where the target does.
  const named = moved.filter(([name]) => name !== '');
  return { wanted: new Map(named), isWhole: false, ...(chosen === undefined ? {} : { chosen }) };
}

/**
 * What is at these paths now, and how it looked. CRASH: a scan, even one that sees nothing, first brings back what an interrupted
 * run had set aside; done later, that would undo what is done now.
 */
export async function lookAt(ctx: Context, paths: readonly string[]): Promise<Here> {
  await ctx.local.scan(() => true, ctx.signal);
  const stats = new Map<string, LocalStat>();
  for (const path of paths) {
    const stat = await ctx.local.stat(path);
    if (stat !== undefined) {
      stats.set(path, stat);
    }
  }
  return { stats, entries: await readEntries(ctx, stats, new Set()) };
}

async function scanBelow(ctx: Context, directory: string): Promise<Here> {
  const { entries, stats } = await scanLocal(ctx);
  const isMeant = ([path]: readonly [string, unknown]) =>
    path === directory || isBelow(path, directory);
  return {
    entries: new Map([...entries].filter(isMeant)),
    stats: new Map([...stats].filter(isMeant)),
  };
}

/**
 * On a computer that has lost its memory: what is here and current is noted as held, as a first sync would do. Else what is
 * brought back would be a stranger to it, and end up beside it. CRASH: it is true, whatever happens next.
 */
function holdRecorded(
  ctx: Context,
  paths: readonly string[],
  {
    entries,
    current,
  }: {
    entries: ReadonlyMap<string, Entry>;
    current: ReadonlyMap<string, readonly Version[]>;
  },
): void {
  const { state } = ctx;
  for (const path of paths) {
    const entry = entries.get(path);
    const same = (current.get(path) ?? []).filter(
      (version) => entry !== undefined && keyOf(version.entry) === keyOf(entry),
    );
    if (entry !== undefined && same.length > 0 && !state.ancestors.has(path)) {
      const dots = same.map(({ dot }) => dot);
      state.ancestors.set(path, ancestorOf(entry, dots));
    }
  }
  state.commit();
}
