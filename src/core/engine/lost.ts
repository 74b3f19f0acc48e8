/**
 * Which versions nobody has any more: lost when the store was set back, when another program deleted them, with a computer.
 * Absence is proven here too: a version is given up only when every computer that could hold it has looked at the store as it
 * is since then, and brought what it had; a new epoch asks them to. One that has not shown up for `silent` since then, by the
 * store's own clock, is not waited for any longer.
 */
import type { Entry, Key } from '../model/entry.ts';
import { keyOf } from '../model/entry.ts';
import type { Dot } from '../model/version.ts';
import type { Context } from './context.ts';
import { problem } from './context.ts';
import { layout } from './layout.ts';
import { storeNow } from './lease.ts';
import type { LocalView } from './scan.ts';

/** A listing of `epochs/` or of `clients/` may be older than the store: what is found missing once is looked for again. */
const ROUNDS_OF_PATIENCE = 5;

/** What a client says in its file once it has looked; the same for all that see the same set of epochs. */
export function epochMark(ctx: Context): string {
  return ctx.digestOf((ctx.state.meta.get('epochs') as string | undefined) ?? '').slice(0, 16);
}

export async function findLost(ctx: Context, local: LocalView): Promise<(dot: Dot) => boolean> {
  const absent = absentVersions(ctx, local);
  const missing = [...absent.keys()].filter((dot) => isMissing(ctx, dot));
  const asked = new Set(missing.filter((dot) => wasAskedFor(ctx, dot)));
  await askFor(
    ctx,
    missing.filter((dot) => !asked.has(dot)),
  );
  const isGivenUp = asked.size > 0 && (await everybodyLooked(ctx));
  const isLost = (dot: Dot) => isGivenUp && asked.has(dot);
  for (const [dot, { path, entry }] of absent) {
    const isExpected = entry.kind !== 'link'; // links are never on the store
    // What else is the matter with the path may be why this computer has not brought it.
    if (!isLost(dot) && isExpected && !ctx.problems.has(path)) {
      tellNotOnStore(ctx, path);
    }
  }
  return isLost;
}

/** A problem that others may mend. */
export function tellNotOnStore(ctx: Context, path: string): void {
  problem(ctx, {
    path,
    kind: 'not-on-store',
    message: 'a version of it is not on the store now; the computer that has it brings it again',
  });
}

/**
 * Not found, and perhaps nobody can bring it any more: from now on it is waited for. Who made a version and has it no more must
 * not drop it: another computer may, and brings it again.
 */
export function waitForHolders({ state }: Context, path: string, key: Key): void {
  for (const { dot, entry } of state.master.recorded(path)) {
    if (keyOf(entry) === key && !state.waits.has(dot)) {
      state.waits.set(dot, state.round);
    }
  }
}

/** It was missing already when the newest epoch was seen: whoever has looked since then has looked for it. */
function wasAskedFor({ state }: Context, dot: Dot): boolean {
  return (
    (state.waits.get(dot) ?? Infinity) <=
    ((state.meta.get('epochRound') as number | undefined) ?? -1)
  );
}

/** Asks for what is missing for long. CRASH: an epoch that nobody knows the reason of only makes everybody look. */
async function askFor(ctx: Context, dots: readonly Dot[]): Promise<void> {
  const { state, limits } = ctx;
  const isLong = (dot: Dot) =>
    state.round - (state.waits.get(dot) ?? state.round) > limits.askAfter;
  if (!ctx.dryRun && dots.some(isLong)) {
    ctx.log('warn', 'files are missing on the store: everybody is asked to look', {});
    await ctx.store.writeText(`${layout.epochs}/${ctx.random.hex(16)}`, 'missing');
  }
}

interface Absent {
  readonly path: string;
  readonly entry: Entry;
}

/** Versions waited for that are neither here nor on the store. What is ignored here is not looked for. */
function absentVersions(ctx: Context, local: LocalView): Map<Dot, Absent> {
  const { state } = ctx;
  const absent = new Map<Dot, Absent>();
  if (state.waits.size === 0) {
    return absent;
  }
  const isIgnored = (path: string, { kind }: Entry) => local.ignored(path, kind === 'directory');
  for (const path of state.master.paths()) {
    const entry = local.entries.get(path);
    const here = entry === undefined ? undefined : keyOf(entry);
    const sighted = state.sightings.get(path)?.key;
    for (const version of state.master.recorded(path)) {
      const key = keyOf(version.entry);
      if (key === sighted) {
        state.waits.delete(version.dot);
      } else if (key !== here && state.waits.has(version.dot) && !isIgnored(path, version.entry)) {
        absent.set(version.dot, { path, entry: version.entry });
      }
    }
  }
  return absent;
}

/** Found absent for some rounds. */
function isMissing({ state }: Context, dot: Dot): boolean {
  return state.round - (state.waits.get(dot) ?? state.round) > ROUNDS_OF_PATIENCE;
}

async function everybodyLooked(ctx: Context): Promise<boolean> {
  const { state } = ctx;
  const files = [...state.clients.entries()].map(([, file]) => file);
  const { client, former } = state.identity;
  const mark = epochMark(ctx);
  const accounted = new Set([client, ...Object.keys(former)]);
  for (const file of files.filter(({ looked }) => looked === mark)) {
    accounted.add(file.client);
    file.former?.forEach((id) => accounted.add(id));
  }
  const known = [...state.seen.keys(), ...files.map((file) => file.client)];
  return known.every((id) => accounted.has(id)) || (await isLongAgo(ctx));
}

async function isLongAgo(ctx: Context): Promise<boolean> {
  const { entries } = await ctx.store.listOwn(layout.epochs);
  if (entries.length === 0) {
    return false;
  }
  const last = Math.max(...entries.map(({ stamp }) => stamp.modified ?? Infinity));
  const now = await storeNow(ctx);
  return now !== undefined && now - last > ctx.limits.silent;
}
