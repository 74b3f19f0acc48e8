/** The guard's memory: what was done in the last hour, what is held, what a person accepted. */
import type { GuardedDeed } from '../decide/guard.ts';
import { guard } from '../decide/guard.ts';
import { DIRECTORY_KEY } from '../model/entry.ts';
import type { Held } from '../ports/folder.ts';
import type { Context } from './context.ts';
import type { FolderState, HeldPath } from './state.ts';

/** Holds what is too much; returns the held paths. Those let through count for the window from now on. */
export function guardDeeds(ctx: Context, deeds: readonly GuardedDeed[]): Set<string> {
  const { state, limits } = ctx;
  if (deeds.length === 0) {
    return new Set();
  }
  forgetOld(ctx);
  const recent = new Map([...state.window.entries()].map(([path, { origin }]) => [path, origin]));
  const isAccepted = (deed: GuardedDeed) => {
    const accepted = state.accepted.get(deed.path);
    return accepted?.action === deed.action && accepted.key === deed.key;
  };
  const held = guard({ deeds, recent, isAccepted, total: countFiles(state), limits });
  const paths = new Set(held.map((deed) => deed.path));
  for (const deed of held) {
    state.held.set(deed.path, { action: deed.action, origin: deed.origin, key: deed.key });
  }
  for (const deed of deeds) {
    if (!paths.has(deed.path)) {
      state.held.delete(deed.path);
      if (!isAccepted(deed)) {
        state.window.set(deed.path, { at: ctx.clock.now(), origin: deed.origin });
      }
    }
  }
  return paths;
}

/** What is held no longer applies once nothing of the kind is wanted at the path any more. */
export function forgetHeldExcept(state: FolderState, wanted: ReadonlySet<string>): void {
  for (const path of [...state.held.keys()]) {
    if (!wanted.has(path)) {
      state.held.delete(path);
    }
  }
  for (const path of [...state.accepted.keys()]) {
    if (!wanted.has(path)) {
      state.accepted.delete(path);
    }
  }
}

/** Held paths as questions: one per origin and action. */
export function heldQuestions(state: FolderState, nameOf: (client: string) => string): Held[] {
  const groups = new Map<string, { held: HeldPath; paths: string[] }>();
  for (const [path, held] of state.held.entries()) {
    const id = idOf(held);
    const group = groups.get(id) ?? { held, paths: [] };
    group.paths.push(path);
    groups.set(id, group);
  }
  return [...groups].map(([id, { held, paths }]) => ({
    id,
    origin: nameOf(held.origin),
    action: held.action as Held['action'],
    paths: paths.sort(),
  }));
}

/** Lets held paths go on. Returns how many. */
export function acceptHeld(state: FolderState, ids: readonly string[] | undefined): number {
  let released = 0;
  for (const [path, held] of [...state.held.entries()]) {
    if (ids === undefined || ids.includes(idOf(held))) {
      state.accepted.set(path, held);
      state.held.delete(path);
      released++;
    }
  }
  state.commit();
  return released;
}

/** Short and stable, to be typed by a person. */
function idOf(held: HeldPath): string {
  return `${held.action}:${held.origin.replace(/\s+/g, '-')}`;
}

function forgetOld(ctx: Context): void {
  const now = ctx.clock.now();
  for (const [path, { at }] of [...ctx.state.window.entries()]) {
    if (now - at > ctx.limits.guardWindow || at > now) {
      ctx.state.window.delete(path);
    }
  }
}

function countFiles(state: FolderState): number {
  let held = 0;
  for (const [, ancestor] of state.ancestors.entries()) {
    held += ancestor.key === DIRECTORY_KEY ? 0 : 1;
  }
  let known = 0;
  for (const path of state.master.paths()) {
    known += state.master.recorded(path).some((v) => v.entry.kind !== 'directory') ? 1 : 0;
  }
  return Math.max(held, known);
}
