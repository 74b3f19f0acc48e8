/**
 * Real servers whose DELETE takes a directory with all that is in it: what another program puts into one while it is removed
 * is kept, even at the last moment.
 */
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { around } from '../../../src/transport/layers/around.ts';
import { Client } from '../../scenarios/client.ts';
import { openStage } from '../../scenarios/stage.ts';
import type { Stage } from '../../scenarios/stage.ts';
import { giveToServer, PLACE, whyNot } from '../../scenarios/stores.ts';
import { needs } from '../../support/skips.ts';

for (const name of ['apache', 'lighttpd'] as const) {
  describe(`a directory that is removed on ${name}`, function () {
    this.timeout(60_000);
    let stage: Stage | undefined;

    async function opened(context: Mocha.Context): Promise<Stage> {
      const why = await whyNot(name);
      needs(context, name, why === undefined, why ?? '');
      stage = await openStage(name);
      return stage;
    }

    afterEach(async () => {
      await stage?.close();
      stage = undefined;
    });

    it('keeps what came into it after it was seen to be empty', async function () {
      const { root, store, place } = await opened(this);
      let strays = 0;
      const late = new Client(root, 'late', {
        store: store.settings(),
        layer: (inner) =>
          around(inner, {
            call: (operation, signal, run) => {
              const isLast = operation.name === 'rename' && operation.path === `${PLACE}/gone`;
              if (isLast && existsSync(join(place, 'gone'))) {
                strays += 1;
                const stray = join(place, 'gone', 'stray');
                writeFileSync(stray, 'kept');
                giveToServer(store, stray);
              }
              return run(signal);
            },
          }),
      });
      make(late, 'gone/file');
      await late.sync();
      rmSync(join(late.folder, 'gone'), { recursive: true });
      await late.sync();
      expect(strays).to.equal(1);
      await late.sync();
      expect(readdirSync(join(place, 'gone'))).to.deep.equal(['stray']);
      expect(readdirSync(join(late.folder, 'gone'))).to.deep.equal(['stray']);
    });
  });
}

function make({ folder }: Client, path: string): void {
  mkdirSync(join(folder, path, '..'), { recursive: true });
  writeFileSync(join(folder, path), path);
}
