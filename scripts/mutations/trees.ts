/**
 * Breakages of the rules about directories, moves, the guard and leases (R23 to R31 of the design). Only data.
 */
import type { Mutation } from './mutation.ts';

export const trees: readonly Mutation[] = [
  {
    name: 'a directory is removed with what came into it',
    file: 'engine/remove-directory.ts',
    text: 'await ctx.store.removeDirectory(path);',
    becomes: 'await ctx.store.removeTree(path);',
    breaks: ['R23'],
    profiles: ['folders', 'ftp', 'sftp'],
  },
  {
    name: 'a file does not step aside for what is new below it',
    file: 'decide/reconcile.ts',
    text: 'if (isFile(local) && facts.unseenBelow && keyOf(local) !== ancestor?.key) {',
    becomes: 'if (false) {',
    breaks: ['R24'],
    profiles: ['clashes', 'folders'],
  },
  {
    name: 'what is new in a directory does not bring it back',
    file: 'decide/reconcile.ts',
    text: 'keyOf(local) === ancestor?.key && !facts.hasNews;',
    becomes: 'keyOf(local) === ancestor?.key;',
    breaks: ['R25', 'R26'],
    profiles: ['clashes', 'folders'],
  },
  {
    name: 'a conflict copy makes no parents',
    file: 'engine/aside.ts',
    text: 'for (const parent of parentsOf(to).reverse()) {',
    becomes: 'for (const parent of [] as string[]) {',
    also: [
      { file: 'engine/aside.ts', text: '[path, copy, flattened(copy)]', becomes: '[path, copy]' },
    ],
    breaks: ['R27'],
    profiles: ['clashes', 'folders', 'ftp'],
  },
  {
    name: 'a held deletion is recorded',
    file: 'engine/absence.ts',
    text: 'return paths.filter((path) => !held.has(path));',
    becomes: 'return [...paths];',
    also: [
      {
        file: 'engine/plan-guard.ts',
        text: 'deletesHere: free(plan.deletesHere),',
        becomes: 'deletesHere: plan.deletesHere,',
      },
    ],
    breaks: ['R29', 'promise 7'],
    profiles: ['folders', 'many', 'ftp'],
  },
  {
    name: 'what is held is done all the same',
    file: 'engine/plan-guard.ts',
    text: 'steps.filter((s) => !waits(s.path));',
    becomes: 'steps;',
    breaks: ['R29', 'promise 7'],
    profiles: ['folders', 'many', 'travel'],
  },
];
