/**
 * Plays the large scenario on real servers and says how long each step took.
 *   npm run scenario -- [--server proftpd|vsftpd|pure-ftpd|openssh|apache|lighttpd|mount|all] [--files 20000] [--seed 1] [--share 0.02]
 * Ends with exit code 1 when a step failed, or a server is not there.
 */
import { parseArgs } from 'node:util';
import { scenarioSteps } from '../test/scenarios/scenario.ts';
import { openStage } from '../test/scenarios/stage.ts';
import { storeNames, whyNot } from '../test/scenarios/stores.ts';
import type { StoreName } from '../test/scenarios/stores.ts';

const { values: wanted } = parseArgs({
  options: {
    server: { type: 'string', default: 'all' },
    files: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    share: { type: 'string', default: '0.02' },
  },
});

const chosen = storeNames.filter((name) => ['all', name].includes(wanted.server));
if (chosen.length === 0) throw new Error(`--server is one of all, ${storeNames.join(', ')}`);
for (const name of chosen) if (!(await play(name))) process.exitCode = 1;

async function play(name: StoreName): Promise<boolean> {
  const missing = await whyNot(name);
  if (missing !== undefined) {
    console.log(`${name}: ${missing}`);
    return false;
  }
  console.log(`${name}, ${wanted.files} files, seed ${wanted.seed}`);
  const stage = await openStage(name);
  const stop = (): void => {
    void stage.close().finally(() => process.exit(130));
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
  const scenario = {
    stage,
    files: Number(wanted.files),
    seed: Number(wanted.seed),
    share: Number(wanted.share),
    edits: new Map<string, number>(),
    replacing: new Map<string, number>(),
    say: (line: string) => console.log(`          ${line}`),
  };
  try {
    for (const step of scenarioSteps) {
      const began = performance.now();
      await step.run(scenario);
      console.log(`${((performance.now() - began) / 1000).toFixed(1).padStart(7)} s ${step.name}`);
    }
    return true;
  } catch (error) {
    console.log(`   failed: ${error instanceof Error ? (error.stack ?? '') : String(error)}`);
    return false;
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
    await stage.close();
  }
}
