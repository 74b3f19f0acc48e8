/**
 * The whole engine in a simulated world: several computers, people, other programs, crashes and faults, each run decided by
 * one seed. No run may lose, tear, diverge or stay restless.
 */
import { expect } from 'chai';
import { openFolder } from '../../src/core/engine/folder.ts';
import { explain, simulate, type ProfileName } from '../../src/testkit/simulation/index.ts';

/** Runs in the normal test run, all profiles together. `scripts/simulate.ts` runs any number. */
const runs = 2000;

/** How the runs are shared out. */
const shares: Partial<Record<ProfileName, number>> = {
  plain: 0.1,
  programs: 0.05,
  folders: 0.15,
  ftp: 0.15,
  sftp: 0.05,
  webdav: 0.1,
  owncloud: 0.05,
  lost: 0.1,
  stale: 0.05,
  sleepy: 0.05,
  many: 0.05,
  strict: 0.05,
  clones: 0.025,
  travel: 0.025,
};

const firstSeed = 1_000;

describe('simulation', function () {
  this.timeout(300_000);
  for (const [profile, share] of Object.entries(shares)) {
    const count = Math.round(runs * share);
    it(`${profile}: ${String(count)} runs end in agreement`, async () => {
      for (let seed = firstSeed; seed < firstSeed + count; seed += 1) {
        const result = await simulate(seed, profile, { openFolder });
        expect(result.failures, explain(result)).to.deep.equal([]);
      }
    });
  }
});
