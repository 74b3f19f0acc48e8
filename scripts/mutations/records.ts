/**
 * Breakages of the rules about compaction, clones and stores set back (R11 to R22 of the design). Only data.
 */
import type { Mutation } from './mutation.ts';

export const records: readonly Mutation[] = [
  {
    name: 'a master takes away what it has not seen',
    file: 'decide/merge.ts',
    text: ' || !seenHas(snapshot.seen, v.dot)',
    becomes: '',
    breaks: ['R11'],
    profiles: ['crowd', 'many', 'plain'],
  },
  {
    name: 'own segments go whatever the masters have seen',
    file: 'engine/compact.ts',
    text: 'proven.some((seen) => (seen[own] ?? 0) >= end[1])',
    becomes: 'true',
    also: [
      { file: 'engine/pull.ts', text: "    return 'short';\n", becomes: "    return 'ok';\n" },
    ],
    breaks: ['R13'],
    profiles: ['crowd', 'many', 'plain'],
  },
  {
    name: 'a master goes for one that covers less',
    file: 'engine/compact.ts',
    text: 'if (proven.some((greater) => covers(greater, seen) && !covers(seen, greater))) {',
    becomes: 'if (true) {',
    breaks: ['R13'],
    profiles: ['crowd', 'many', 'plain'],
  },
  {
    name: 'a copied state keeps its id',
    file: 'engine/identity.ts',
    text: '} else if (state.identity.machine !== settings.machine) {',
    becomes: '} else if (false) {',
    also: [
      {
        file: 'engine/pull.ts',
        text: 'return parsed?.client === client && parsed.k > k;',
        becomes: 'return false;',
      },
      {
        file: 'engine/pull.ts',
        text: 'return known > (ctx.state.seen.get(identity.client) ?? 0);',
        becomes: 'return false;',
      },
      {
        file: 'engine/publish.ts',
        text: '  if (!(await ctx.store.exists(name))) {\n    return true;\n  }\n  const text',
        becomes: '  if (ctx.limits.rounds > 0) {\n    return true;\n  }\n  const text',
      },
    ],
    breaks: ['R14'],
    profiles: ['clones'],
  },
  {
    name: 'a transaction is named by a counter alone',
    file: 'engine/place.ts',
    text: '-${ctx.random.hex(12)}`;',
    becomes: '-000000000000`;',
    breaks: ['R15'],
    profiles: ['clones', 'sleepy', 'travel'],
  },
  {
    name: 'everybody drops a version that nobody seems to hold',
    file: 'decide/reconcile.ts',
    text: 'facts.isOwn(v.dot) &&',
    becomes: '',
    breaks: ['R16'],
    profiles: ['plain', 'many', 'folders'],
  },
  {
    name: 'a store that was set back is not noticed',
    file: 'engine/pull.ts',
    text: "    return 'short';\n",
    becomes: "    return 'ok';\n",
    breaks: ['R17', 'promise 10'],
    profiles: ['travel'],
  },
  {
    name: 'a new epoch is not looked for before an absence is believed',
    file: 'engine/absence.ts',
    text: 'if (await isNewEpoch(ctx)) {',
    becomes: 'if (false) {',
    breaks: ['promise 10'],
    profiles: ['travel'],
  },
  {
    name: 'sightings outlive a new epoch',
    file: 'engine/epochs.ts',
    text: '  state.sightings.clear();\n',
    becomes: '',
    breaks: ['R18'],
    profiles: ['travel'],
  },
  {
    name: 'a file that no survey listed is missed as if it had been there',
    file: 'engine/absence.ts',
    text: 'sighting.listed === undefined || ',
    becomes: '',
    also: [{ file: 'engine/absence.ts', text: " || (await pull(ctx)) === 'short'", becomes: '' }],
    breaks: ['R20'],
    profiles: ['setback', 'travel', 'stale'],
  },
  {
    name: 'old content comes back over what replaced it',
    file: 'engine/foreign.ts',
    text: "const back = isOld || past.some((earlier) => compareStamps(earlier, stamp) === 'same');",
    becomes: 'const back = false;',
    also: [
      {
        file: 'engine/foreign.ts',
        text: "if (state.meta.has('travelled') && versions.length > 0 && isOld) {",
        becomes: 'if (false) {',
      },
    ],
    breaks: ['R21'],
    profiles: ['setback', 'travel', 'programs'],
  },
  {
    name: 'after the store was set back versions are given up at once',
    file: 'engine/lost.ts',
    text: 'asked.size > 0 && (await everybodyLooked(ctx))',
    becomes: 'asked.size > 0',
    breaks: ['R22'],
    profiles: ['travel', 'disasters'],
  },
];
