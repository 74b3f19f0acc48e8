/**
 * The rounds of `rounds: strict`: who finds changes opens one on the store, everybody who takes part says when it has written
 * its own, and nobody downloads before all live clients have, or `strictWait` is over. Names alone carry this: `.round-<id>`
 * and `.wrote-<id>-<client>` below `locks/`. It orders the work; nothing of safety may ever rest on it.
 */
import { liveOthers } from './clients.ts';
import type { Context } from './context.ts';
import { layout } from './layout.ts';

const ID_DIGITS = 16;
const OPEN = /^\.round-([0-9a-f]{16})$/;
const WROTE = /^\.wrote-([0-9a-f]{16})-([0-9a-z]{4,40})$/;
const FIRST_PAUSE = 2000;
const LONGEST_PAUSE = 15_000;

const openName = (id: string) => `.round-${id}`;
const wroteName = (id: string, client: string) => `.wrote-${id}-${client}`;

/** Open rounds, and who has written its own in each. */
type Marks = ReadonlyMap<string, ReadonlySet<string>>;

/** For whoever is about to upload. A round that is open already is everybody's. */
export async function openRound(ctx: Context): Promise<void> {
  if ((await readMarks(ctx)).size === 0) {
    await ctx.store.writeText(layout.lock(openName(ctx.random.hex(ID_DIGITS))), '');
  }
}

/**
 * Says in every open round that this client has written its own, and closes those that everybody has written in. With
 * `patiently`, waits for the others in the rounds that are open now; nobody waits in a circle, since who looks last has
 * marked all that the others wait for. True: it waited, so the plan is older than the store.
 */
export async function writtenByAll(ctx: Context, patiently: boolean): Promise<boolean> {
  const { strictWait } = ctx.settings;
  const begun = ctx.clock.monotonic();
  let marks = await sayWritten(ctx);
  if (marks.size === 0) {
    return false;
  }
  const awaited = [...marks.keys()];
  const live = await liveOthers(ctx);
  for (let pause = FIRST_PAUSE; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
    for (const [id, writers] of marks) {
      if (live.every(({ client }) => writers.has(client))) {
        await closeRound(ctx, id, writers);
      }
    }
    const late = live.filter(({ client }) =>
      awaited.some((id) => marks.get(id)?.has(client) === false),
    );
    const waited = ctx.clock.monotonic() - begun;
    if (!patiently || strictWait === 0 || late.length === 0) {
      return pause > FIRST_PAUSE;
    }
    if (waited >= strictWait) {
      await closeAll(ctx, marks, awaited);
      return true;
    }
    const milliseconds = Math.min(pause, strictWait - waited);
    const names = late.map(({ name }) => name).join(', ');
    ctx.emit({ type: 'waiting', reason: `until ${names} has uploaded as well`, milliseconds });
    await ctx.clock.sleep(milliseconds, ctx.signal);
    marks = await readMarks(ctx);
  }
}

/** The dead are not waited for again. */
async function closeAll(ctx: Context, marks: Marks, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    const writers = marks.get(id);
    if (writers !== undefined) {
      await closeRound(ctx, id, writers);
    }
  }
}

/** ORDER: the round first. A crash in between leaves marks of no round, which whoever looks next sweeps. */
async function closeRound(ctx: Context, id: string, writers: ReadonlySet<string>): Promise<void> {
  await ctx.store.remove(layout.lock(openName(id)));
  await ctx.store.each([...writers], (client) =>
    ctx.store.remove(layout.lock(wroteName(id, client))),
  );
}

async function sayWritten(ctx: Context): Promise<Marks> {
  const { client } = ctx.state.identity;
  const marks = await readMarks(ctx);
  for (const [id, writers] of marks) {
    if (!writers.has(client)) {
      await ctx.store.writeText(layout.lock(wroteName(id, client)), '');
      writers.add(client);
    }
  }
  return marks;
}

/** Sweeps marks of rounds that are closed. */
async function readMarks(ctx: Context): Promise<Map<string, Set<string>>> {
  const { entries } = await ctx.store.listOwn(layout.locks);
  const marks = new Map<string, Set<string>>();
  for (const { name } of entries) {
    const id = OPEN.exec(name)?.[1];
    if (id !== undefined) {
      marks.set(id, new Set());
    }
  }
  const left: string[] = [];
  for (const { name } of entries) {
    const [, id = '', client = ''] = WROTE.exec(name) ?? [];
    if (id !== '' && marks.get(id)?.add(client) === undefined) {
      left.push(name);
    }
  }
  await ctx.store.each(left, (name) => ctx.store.remove(layout.lock(name)));
  return marks;
}
