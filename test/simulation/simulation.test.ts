/**
 * The whole engine in a simulated world: several computers, people, other programs, crashes and faults, each run decided by
 * one seed. No run may lose, tear, diverge or stay restless. The runs go on in processes of their own, without the cost of
 * measuring coverage; `npm run simulate` does any number.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { profiles } from '../../src/testkit/simulation/index.ts';
import { projectRoot } from '../support/project.ts';

/** In the normal test run, all profiles together. */
const runs = 5000;
const firstSeed = 1000;

describe('simulation', function () {
  this.timeout(600_000);

  it(`${String(runs)} runs over all profiles end in agreement`, async () => {
    const count = Math.ceil(runs / Object.keys(profiles).length);
    const { NODE_V8_COVERAGE: _, ...env } = process.env;
    const command = ['--import=tsx', 'scripts/simulate.ts', '--profile', 'all', '--workers', '2'];
    const amount = ['--runs', String(count), '--seed', String(firstSeed), '--show', '3'];
    const { stdout } = await promisify(execFile)(process.execPath, [...command, ...amount], {
      cwd: projectRoot,
      env,
    }).catch((error: unknown) => error as { stdout: string });
    expect(stdout).to.match(/^\d+ runs in .*, 0 bad$/m);
    expect(Number(/^(\d+) runs in /m.exec(stdout)?.[1])).to.be.at.least(runs);
  });
});
