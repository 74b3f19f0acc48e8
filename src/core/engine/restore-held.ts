/**
 * The answer "no, put it back" to what is held. It touches neither disk nor store: it changes what this client believes to
 * have held, in one commit, so that the next round makes ordinary versions of it and all clients come together.
 * A crash before the commit leaves the question as it was, one after it the answer.
 */
import { winner } from '../decide/winner.ts';
import { keyOf, NO_CONTENT } from '../model/entry.ts';
import { answer } from './guarding.ts';
import type { FolderState, HeldPath } from './state.ts';

/** Returns how many paths. */
export function restoreHeld(state: FolderState, meant: (held: HeldPath) => boolean): number {
  return answer(state, meant, (path, held) => restore(state, path, held));
}

function restore(state: FolderState, path: string, held: HeldPath): void {
  switch (held.action) {
    case 'delete-on-store':
      // As if it had never been here: what the store holds is brought.
      state.ancestors.delete(path);
      return;
    case 'replace-on-store': {
      bringBack(state, path, held);
      return;
    }
    case 'delete-here': {
      keepDeleted(state, path, held);
      return;
    }
    case 'replace-here': {
      keepReplaced(state, path, held);
      return;
    }
    case 'come-back':
    case 'send-back':
      state.accepted.set(path, { ...held, action: 'send-back' });
  }
}

/** What is here counts as held, and as no version's: the store's takes its place, and it goes to the trash. */
function bringBack(state: FolderState, path: string, { key, origin }: HeldPath): void {
  const first = winner(state.master.versions(path));
  if (first === undefined) {
    return;
  }
  state.ancestors.set(path, { key, dots: [] });
  state.accepted.set(path, { action: 'replace-here', origin, key: keyOf(first.entry) });
}

function keepDeleted(state: FolderState, path: string, { key }: HeldPath): void {
  if (state.master.recorded(path).some(({ entry }) => keyOf(entry) === key)) {
    state.unsee(path); // only the store's file is gone: it is repaired from here
  } else {
    state.ancestors.delete(path); // nothing is recorded any more: what is here is new, and is uploaded
  }
}

/** What is here counts as an edit of what replaced it, and of nothing else that is recorded there. */
function keepReplaced(state: FolderState, path: string, { key, origin }: HeldPath): void {
  const ancestor = state.ancestors.get(path);
  const versions = state.master.recorded(path).filter(({ entry }) => keyOf(entry) === key);
  if (ancestor === undefined || versions.length === 0) {
    return;
  }
  const dots = [...new Set([...ancestor.dots, ...versions.map(({ dot }) => dot)])];
  state.ancestors.set(path, { key: NO_CONTENT, dots });
  state.accepted.set(path, { action: 'replace-on-store', origin, key: ancestor.key });
}
