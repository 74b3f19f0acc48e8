/**
 * All mutations, and the rules of the design that have none. Only data.
 */
import { commits } from './commits.ts';
import type { Mutation } from './mutation.ts';
import { promises } from './promises.ts';
import { records } from './records.ts';
import { trees } from './trees.ts';

export { mutated, type Mutation } from './mutation.ts';

export const mutations: readonly Mutation[] = [...commits, ...records, ...trees, ...promises];

/** Rules of the design that this engine has no code for, and why. */
export const notNeeded: Readonly<Record<string, string>> = {
  R8: 'no clock is asked before a rename: whoever was robbed of the lease finds its names gone',
  R19: 'no counter files: coverage alone tells that the store was set back',
  R28: 'what a move left unrecorded the next survey finds: as a deletion and a file by another program',
  R31: 'undoing and recovering take no lease by the way they are written: neither calls anything that acquires one',
};
