/**
 * What this client has under way on the store, remembered before it is made: so a crash leaves nothing that its next sync
 * would not find without listing anything. Large files among it are gone on with; everything else is swept.
 */
import type { Context } from './context.ts';
import { layout, OWN } from './layout.ts';
import type { Plan } from './plan-steps.ts';
import { readMaster } from './pull.ts';

const CLOCK = 'clock-';
const MASTER = 'master/';

/** A name for the file by which the store's clock is read. */
export function clockName(ctx: Context): string {
  return `${CLOCK}${ctx.random.hex(16)}`;
}

/** A master is written in place; torn, it would be read by every client in every round. */
export function masterKey(name: string): string {
  return `${MASTER}${name}`;
}

/** ORDER: committed before anything is made: a name below `staging/`, a folder that is being made, or a master's key. */
export function beginStaging(ctx: Context, name: string): void {
  ctx.state.staged.set(name, true);
  ctx.state.commit();
}

/** Removes a transaction's directory, unless large files in it are still to be placed. */
export async function dropStaged(ctx: Context, name: string): Promise<void> {
  if (partsIn(ctx, name).length > 0) {
    return;
  }
  if (name.startsWith(MASTER)) {
    await dropTornMaster(ctx, name.slice(MASTER.length));
  } else if (name.startsWith(CLOCK)) {
    await ctx.store.remove(layout.staged(name));
  } else {
    await ctx.store.removeTree(name.startsWith(OWN) ? name : layout.staged(name));
  }
  ctx.state.staged.delete(name);
}

/** Never a whole one: others may have given up their segments for it. */
async function dropTornMaster(ctx: Context, name: string): Promise<void> {
  if ((await readMaster(ctx, name)) === undefined) {
    await ctx.store.remove(layout.master(name));
  }
}

/** All that earlier transactions left, once the running one has taken over what it can use. */
export async function dropOthers(ctx: Context, current: string): Promise<void> {
  for (const name of [...ctx.state.staged.keys()]) {
    if (name !== current) {
      await dropStaged(ctx, name);
    }
  }
}

/** Nothing of this transaction is gone on with. */
export function forgetParts(ctx: Context, name: string): void {
  for (const path of partsIn(ctx, name)) {
    ctx.state.parts.delete(path);
  }
}

/** After a transaction whose directory is swept. */
export function forgetStaged(ctx: Context, name: string): void {
  forgetParts(ctx, name);
  ctx.state.staged.delete(name);
}

/** At the end of a sync: what no step of the plan wants any more goes, on the store and here. */
export async function sweepLeftovers(ctx: Context, plan: Plan): Promise<void> {
  const { state } = ctx;
  const uploads = new Set(plan.uploads.map(({ path }) => path));
  for (const path of [...state.parts.keys()]) {
    if (!uploads.has(path)) {
      state.parts.delete(path);
    }
  }
  await dropOthers(ctx, state.transaction?.tx ?? '');
  state.commit();
  const wanted = [...plan.downloads, ...plan.besides].flatMap(({ version: { entry } }) =>
    entry.kind === 'file' ? [entry.digest] : [],
  );
  await ctx.local.dropKept(new Set(wanted));
}

function partsIn(ctx: Context, name: string): string[] {
  const inside = `${layout.staged(name)}/`;
  return [...ctx.state.parts.entries()].flatMap(([path, part]) =>
    part.name.startsWith(inside) ? [path] : [],
  );
}
