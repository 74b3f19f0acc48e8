/** Why the last sync of this folder did not begin, for whoever asks later. */
import { LocalError } from '../ports/local-tree.ts';
import type { Halted } from './join.ts';
import type { FolderState } from './state.ts';

/** Undefined: it did begin. */
export function rememberHalt(state: FolderState, halted: Halted | undefined): void {
  if (halted !== undefined) {
    state.meta.set('halt', halted);
  } else {
    state.meta.delete('halt');
  }
  state.commit();
}

export function lastHalt(state: FolderState): { halt?: Halted } {
  const halt = state.meta.get('halt') as Halted | undefined;
  return halt === undefined ? {} : { halt };
}

/** A missing local folder is found by whatever touches it first. */
export function haltOfError(error: unknown): Halted | undefined {
  return error instanceof LocalError && error.kind === 'missing-root'
    ? { reason: 'local-root-missing', message: error.message }
    : undefined;
}
