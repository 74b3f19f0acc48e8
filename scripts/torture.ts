/**
 * Kills `ownsync sync` with SIGKILL at chosen steps, on real servers and a directory, and checks everything after each kill.
 *   npm run torture -- [--store proftpd,vsftpd,…|all] [--kills 300] [--seed 1] [--kinds setModified,…] [--quiet]
 * Prints what was hit how often as a table for docs/reliability.md. Ends with exit code 1 when something was wrong, or a server
 * is not there.
 */
import { parseArgs } from 'node:util';
import { storeNames, whyNot } from '../test/scenarios/stores.ts';
import { Tally } from '../test/torture/tally.ts';
import { torture } from '../test/torture/torture.ts';

const { values: wanted } = parseArgs({
  options: {
    store: { type: 'string', default: 'all' },
    kills: { type: 'string', default: '300' },
    seed: { type: 'string', default: '1' },
    kinds: { type: 'string' },
    quiet: { type: 'boolean', default: false },
  },
});

const names = wanted.store.split(',');
const chosen = storeNames.filter((name) => names.includes('all') || names.includes(name));
if (chosen.length === 0) throw new Error(`--store is of all, ${storeNames.join(', ')}`);
const kills = Math.ceil(Number(wanted.kills) / chosen.length);
const only = wanted.kinds?.split(',');
const tally = new Tally();
const began = performance.now();
const say = (line: string): void => {
  const seconds = ((performance.now() - began) / 1000).toFixed(1).padStart(7);
  if (!wanted.quiet) console.log(`${seconds} s ${line}`);
};
for (const store of chosen) {
  const missing = await whyNot(store);
  try {
    if (missing !== undefined) throw new Error(`${store}: ${missing}`);
    const run = { store, seed: Number(wanted.seed), tally, say, only, steps: new Map() };
    await torture(run, { kills });
  } catch (error) {
    console.log(error);
    process.exitCode = 1;
  }
}
console.log(`\n${tally.table()}`);
