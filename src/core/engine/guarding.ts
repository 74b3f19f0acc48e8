/** The guard's memory: what was done in the last hour, what is held, and what a person answered. */
import type { GuardedDeed } from '../decide/guard.ts';
import { guard } from '../decide/guard.ts';
import type { Key } from '../model/entry.ts';
import { DIRECTORY_KEY } from '../model/entry.ts';
import type { Held } from '../ports/folder.ts';
import type { Context } from './context.ts';
import type { FolderState, HeldPath } from './state.ts';
import type { Table } from './table.ts';

/** Holds what is too much; returns the held paths. Those let through count for the window from now on. */
export function guardDeeds(ctx: Context, deeds: readonly GuardedDeed[]): Set<string> {
  const { state, limits } = ctx;
  if (deeds.length === 0) {
    return new Set();
  }
  forgetOld(ctx);
  const isIn = (table: Table<HeldPath>) => (deed: GuardedDeed) => {
    const known = table.get(deed.path);
    return known?.action === deed.action && known.key === deed.key;
  };
  const [isAccepted, isAsked] = [isIn(state.accepted), isIn(state.held)];
  const recent = new Map(state.window.entries());
  const held = guard({ deeds, recent, isAccepted, isAsked, total: countFiles(state), limits });
  const paths = new Set(held.map((deed) => deed.path));
  for (const { path, action, origin, key } of held) {
    state.held.set(path, { action, origin, key });
  }
  for (const deed of deeds) {
    if (!paths.has(deed.path)) {
      state.held.delete(deed.path);
      if (!isAccepted(deed)) {
        const { action, origin } = deed;
        state.window.set(deed.path, { at: ctx.clock.now(), action, origin });
      }
    }
  }
  return paths;
}

/** What is held or answered no longer applies once nothing of the kind is wanted at the path any more. */
export function forgetHeldExcept(state: FolderState, wanted: (path: string) => boolean): void {
  for (const table of [state.held, state.accepted]) {
    for (const path of [...table.keys()]) {
      if (!wanted(path)) {
        table.delete(path);
      }
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
  const setBackTo = state.meta.get('setBackTo') as number | undefined;
  return [...groups].map(([id, { held, paths }]) => ({
    id,
    origin: nameOf(held.origin),
    action: held.action as Held['action'],
    paths: paths.sort(),
    ...(held.action === 'come-back' && setBackTo !== undefined ? { setBackTo } : {}),
  }));
}

/**
 * Which held paths an answer is about. No words: all. A word is a question's id, or whose changes they are: the readable
 * name of a computer, or its id.
 */
export function isMeant(
  words: readonly string[] | undefined,
  nameOf: (client: string) => string,
): (held: HeldPath) => boolean {
  const meant = words && new Set(words.map((word) => word.toLowerCase()));
  return (held) =>
    meant === undefined ||
    [idOf(held), held.origin, nameOf(held.origin)].some((word) => meant.has(word.toLowerCase()));
}

/** Lets held paths go on. Returns how many. */
export function acceptHeld(state: FolderState, meant: (held: HeldPath) => boolean): number {
  return answer(state, meant, (path, held) => state.accepted.set(path, held));
}

interface OwnDeed {
  /** What the path held, and holds now. */
  readonly before: Key | undefined;
  readonly after: Key | undefined;
}

/** What a person has this computer do by name is no question here; other computers ask for themselves. */
export function acceptOwn(state: FolderState, path: string, { before, after }: OwnDeed): void {
  const [action, key] =
    after === undefined
      ? (['delete-on-store', before] as const)
      : (['replace-on-store', after] as const);
  if (key !== undefined) {
    state.accepted.set(path, { action, origin: 'a person here', key });
  }
}

/** Each held path that is meant gets its answer and is held no more, all of them in one commit. Returns how many. */
export function answer(
  state: FolderState,
  meant: (held: HeldPath) => boolean,
  give: (path: string, held: HeldPath) => void,
): number {
  const paths = [...state.held.entries()].filter(([, held]) => meant(held));
  for (const [path, held] of paths) {
    state.held.delete(path);
    give(path, held);
  }
  state.commit();
  return paths.length;
}

/** Short and stable, to be typed by a person. */
function idOf(held: HeldPath): string {
  return `${held.action}:${held.origin.replace(/\s+/g, '-')}`;
}

/** A clock that was set back must not make it forget: what seems to come from the future counts from now. */
function forgetOld({ state, limits, clock }: Context): void {
  const now = clock.now();
  for (const [path, deed] of [...state.window.entries()]) {
    if (deed.at > now) {
      state.window.set(path, { ...deed, at: now });
    } else if (now - deed.at > limits.guardWindow) {
      state.window.delete(path);
    }
  }
}

/** With those that went within the window: a folder that is emptied drop by drop is not a smaller one each time. */
function countFiles(state: FolderState): number {
  const files = new Set(state.window.keys());
  for (const [path, ancestor] of state.ancestors.entries()) {
    if (ancestor.key !== DIRECTORY_KEY) {
      files.add(path);
    }
  }
  for (const path of state.master.paths()) {
    if (state.master.recorded(path).some((v) => v.entry.kind !== 'directory')) {
      files.add(path);
    }
  }
  return files.size;
}
