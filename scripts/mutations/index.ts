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
  R6: 'what a holder set aside it has replaced, deleted or moved itself, and a file that is wrongly taken for deleted is found by the next survey: without the checks (all four of them broken, 5,000 runs) nothing is lost, but everybody takes the detour',
  R8: 'no clock is asked before a rename: whoever was robbed of the lease finds its names gone',
  R12: 'what a master tells before its segment does is told again by that: with the line broken, 6,000 runs with stores set back lost nothing; at worst what was replaced in between comes back beside',
  R19: 'no counter files: coverage alone tells that the store was set back',
  R28: 'what a move left unrecorded the next survey finds: as a deletion and a file by another program',
  R30: 'a dead transaction is renamed by its own name within the lease, so that no other can be taken by mistake',
  R31: 'undoing and recovering take no lease by the way they are written: neither calls anything that acquires one',
};
