/**
 * Breakages of the rules about commits, lost replies, absence and placing (R1 to R10 of the design). Only data.
 */
import type { Mutation } from './mutation.ts';

export const commits: readonly Mutation[] = [
  {
    name: 'a change that was merged is applied again',
    file: 'decide/merge.ts',
    text: '!seenHas(seen, change.dot) && ',
    becomes: '',
    also: [
      { file: 'decide/merge.ts', text: "return 'known';", becomes: "return 'apply';" },
      {
        file: 'engine/pull.ts',
        text: '&&\n        parsed.k > (state.segments.get(parsed.client) ?? 0)',
        becomes: '',
      },
    ],
    breaks: ['R1'],
    profiles: ['plain', 'lost', 'many'],
  },
  {
    name: 'a gap in the segments is skipped',
    file: 'decide/merge.ts',
    text: 'if (segment.from > mine + 1) {',
    becomes: 'if (false) {',
    breaks: ['R1'],
    profiles: ['stale', 'lost', 'many'],
  },
  {
    name: 'what is placed is recorded before it is placed',
    file: 'engine/place.ts',
    text: "state.transaction = { tx, items, phase: 'placing', history };",
    becomes: "state.transaction = { tx, items, phase: 'recorded', history };",
    breaks: ['R2'],
    profiles: ['plain', 'folders', 'lost'],
  },
  {
    name: 'publish before placing',
    file: 'engine/place.ts',
    text: '      if (await placeOrSettle(ctx, base, item)) {\n        done.push(item);\n      }',
    becomes: '      done.push(item);\n      await placeOrSettle(ctx, base, item);',
    breaks: ['R2', 'promise 5'],
    profiles: ['programs', 'plain'],
  },
  {
    name: 'the lease is given back without settling what was interrupted',
    file: 'engine/recover.ts',
    text: 'for (const item of wasTaken ? transaction.items : []) {',
    becomes: 'for (const item of wasTaken ? [] : transaction.items) {',
    breaks: ['R3'],
    profiles: ['plain', 'folders', 'lost'],
  },
  {
    name: 'what a crash left half replaced is not put back',
    file: 'engine/settle.ts',
    text: '        await putAsideBack(ctx, aside, item);\n      }\n      return isPlaced;',
    becomes: '      }\n      return isPlaced;',
    breaks: ['R3', 'R9'],
    profiles: ['programs', 'plain', 'lost'],
  },
  {
    name: 'intents are not remembered before the first rename',
    file: 'engine/place.ts',
    text: "phase: 'placing', history };\n  state.commit();",
    becomes: "phase: 'placing', history };",
    also: [
      { file: 'engine/pull.ts', text: '  state.commit();\n', becomes: '' },
      {
        file: 'engine/recover.ts',
        text: "holder === 'strange' ? [] : holder.items",
        becomes: '[]',
      },
    ],
    breaks: ['R4'],
    profiles: ['folders', 'sleepy', 'programs'],
  },
  {
    name: 'what a dead holder set aside goes to the history',
    file: 'engine/recover.ts',
    text: "if (intent.action === 'move-tree' || (await goesBack(ctx, aside, path, intent))) {",
    becomes: "if (intent.action === 'move-tree') {",
    breaks: ['R5'],
    profiles: ['sleepy', 'folders'],
  },
  {
    name: 'the look before placing is skipped',
    file: 'engine/aside.ts',
    text: 'const isFree = refusesTaken === true || !(await ctx.store.exists(item.path));',
    becomes: 'const isFree = refusesTaken !== null;',
    breaks: ['R7'],
    profiles: ['ftp', 'weak', 'programs'],
  },
  {
    name: 'what went aside is not looked at',
    file: 'engine/place-item.ts',
    text: "return likeness === 'same' || (likeness === 'unsure' && (await hasKey(ctx, aside, expected.key)));",
    becomes: 'return true;',
    breaks: ['R7', 'promise 1'],
    profiles: ['programs', 'plain'],
  },
  {
    name: 'a stamp that says too little counts as the expected one',
    file: 'engine/place-item.ts',
    text: "(likeness === 'unsure' && (await hasKey(ctx, aside, expected.key)))",
    becomes: "likeness === 'unsure'",
    breaks: ['R7'],
    profiles: ['weak', 'programs'],
  },
  {
    name: 'after theirs came beside, what is here counts as known',
    file: 'engine/transition.ts',
    text: 'state.ancestors.set(path, { key: NO_CONTENT, dots });',
    becomes:
      'state.ancestors.set(path, { key: keyOf(this.#local.entries.get(path) ?? version.entry), dots });',
    breaks: ['R10'],
    profiles: ['plain', 'folders', 'programs'],
  },
  {
    name: 'a deletion removes whatever is there',
    file: 'engine/place-item.ts',
    text: "return (await setAside(ctx, base, item)) !== 'other';",
    becomes: 'return ctx.store.remove(item.path).then(() => true, () => true);',
    breaks: ['R7', 'promise 1'],
    profiles: ['programs', 'plain'],
  },
];
