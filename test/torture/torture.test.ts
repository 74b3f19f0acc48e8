/**
 * A few real crashes on every store: the built program is killed at steps that chance chooses, and everything is checked after
 * each. `npm run torture` does it for hours.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { storeNames, whyNot } from '../scenarios/stores.ts';
import { projectRoot } from '../support/project.ts';
import { needs } from '../support/skips.ts';
import { Tally } from './tally.ts';
import { torture } from './torture.ts';

const KILLS = 3;

describe('killed at any step, the program', function () {
  this.timeout(120_000);
  const tally = new Tally();

  for (const store of storeNames) {
    it(`leaves nothing torn and comes to rest on ${store}`, async function () {
      const why = await whyNot(store);
      needs(this, store, why === undefined, why ?? '');
      await torture(
        { store, seed: 1, tally, say: () => undefined, steps: new Map() },
        { kills: KILLS, brief: true },
      );
      expect(tally.kills(store)).to.be.at.least(KILLS);
    });
  }

  it('is killed in every operation that the contract knows', () => {
    const contract = readFileSync(join(projectRoot, 'src/core/ports/transport.ts'), 'utf8');
    const [, transport = ''] = /^export interface Transport \{$(.*?)^\}$/ms.exec(contract) ?? [];
    const operations = [...transport.matchAll(/^ {2}([a-zA-Z]+)\??\(/gm)].map(([, name]) => name);
    expect(operations).to.include('list');
    const killer = readFileSync(join(projectRoot, 'test/torture/killer.mjs'), 'utf8');
    // These two ask nothing of the store.
    for (const name of operations.filter((one) => one !== 'close' && one !== 'refuses'))
      expect(killer).to.contain(`'${String(name)}'`);
  });
});
