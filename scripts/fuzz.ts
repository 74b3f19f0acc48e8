/**
 * Feeds every parser and every guard of the root with hostile input, for as long as one likes.
 *   npm run fuzz -- [--inputs 20000] [--seed 1] [--only PART_OF_A_NAME] [--minutes 60]
 * Inputs are for each target (a part of them for what needs a disk, a server or many rounds), minutes for all together. Prints a
 * table; ends with exit code 1 when something was wrong.
 */
import { parseArgs } from 'node:util';
import type { Target } from '../test/fuzz/target.ts';
import { targets } from '../test/fuzz/targets.ts';

const { values: wanted } = parseArgs({
  options: {
    inputs: { type: 'string', default: '20000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    only: { type: 'string', default: '' },
    minutes: { type: 'string', default: '60' },
  },
});

const chosen = targets.filter(({ name }) => name.includes(wanted.only));
if (chosen.length === 0)
  throw new Error(`--only is part of: ${targets.map((t) => t.name).join(', ')}`);
const [inputs, seed] = [Number(wanted.inputs), Number(wanted.seed)];
const sum = chosen.reduce((all, target) => all + weightOf(target), 0);
const slice = (Number(wanted.minutes) * 60_000) / sum;

console.log(`seed ${wanted.seed}\n\n| target | inputs | seconds | findings |`);
console.log('| --- | ---: | ---: | ---: |');
const failures: string[] = [];
for (const target of chosen) {
  const began = performance.now();
  const { inputs: count, failure } = await target.run({
    ...{ inputs, seed, time: slice * weightOf(target) },
  });
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const findings = failure === undefined ? '0' : '**1**';
  console.log(`| ${target.name} | ${String(count)} | ${seconds} | ${findings} |`);
  if (failure !== undefined) failures.push(`${target.name}: ${shortened(failure)}`);
}
for (const failure of failures) console.log(`\n${failure}`);
if (failures.length > 0) process.exitCode = 1;

/** What needs a disk, a server or many rounds gets more of the time. */
function weightOf({ share }: Target): number {
  return share < 1 ? 4 : 1;
}

/** Whole inputs can be long; the seed makes them again. */
function shortened(text: string): string {
  return text.replaceAll(/[^\n]{3000,}/g, (line) => `${line.slice(0, 3000)} …`);
}
