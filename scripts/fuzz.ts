/**
 * Feeds every parser and every guard of the root with hostile input, for as long as one likes.
 *   npm run fuzz -- [--inputs 100000] [--seed 1] [--only PART_OF_A_NAME] [--minutes 10]
 * Inputs and minutes bound all targets together. Prints a table; ends with exit code 1 when something was wrong.
 */
import { parseArgs } from 'node:util';
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
const bounds = {
  inputs: Number(wanted.inputs),
  time: (Number(wanted.minutes) * 60_000) / chosen.length,
  seed: Number(wanted.seed),
};

console.log(`seed ${wanted.seed}\n\n| target | inputs | seconds | findings |`);
console.log('| --- | ---: | ---: | ---: |');
const failures: string[] = [];
for (const target of chosen) {
  const began = performance.now();
  const { inputs, failure } = await target.run(bounds);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const findings = failure === undefined ? '0' : '**1**';
  console.log(`| ${target.name} | ${String(inputs)} | ${seconds} | ${findings} |`);
  if (failure !== undefined) failures.push(`${target.name}: ${shortened(failure)}`);
}
for (const failure of failures) console.log(`\n${failure}`);
if (failures.length > 0) process.exitCode = 1;

/** Whole inputs can be long; the seed makes them again. */
function shortened(text: string): string {
  return text.replaceAll(/[^\n]{3000,}/g, (line) => `${line.slice(0, 3000)} …`);
}
