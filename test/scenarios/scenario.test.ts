/**
 * The large scenario on each of the real FTP servers and on a plain directory. `npm run scenario` plays it with any number
 * of files.
 */
import { needs } from '../support/skips.ts';
import type { Scenario } from './play.ts';
import { scenarioSteps } from './scenario.ts';
import { openStage } from './stage.ts';
import { storeNames, whyNot } from './stores.ts';

const isCI = process.env['CI'] === 'true';
/** The servers of other kinds are met by all transports alike: fewer files there. */
const filesOn = (name: string): number =>
  isCI && ['proftpd', 'vsftpd', 'pure-ftpd', 'mount'].includes(name) ? 1200 : 300;

for (const name of storeNames) {
  const files = filesOn(name);
  describe(`three computers on ${name}, ${String(files)} files`, function () {
    this.timeout(180_000);
    let scenario: Scenario | undefined;
    let failed = false;

    before(async function () {
      const why = await whyNot(name);
      needs(this, name, why === undefined, why ?? '');
      const stage = await openStage(name);
      const share = files > 1000 ? 0.02 : 0.03;
      scenario = {
        stage,
        files,
        seed: 1,
        share,
        edits: new Map(),
        replacing: new Map(),
        say: () => undefined,
      };
    });
    after(async () => {
      await scenario?.stage.close();
    });

    for (const step of scenarioSteps) {
      it(step.name, async () => {
        if (failed || scenario === undefined) throw new Error('an earlier step failed');
        failed = true;
        await step.run(scenario);
        failed = false;
      });
    }
  });
}
