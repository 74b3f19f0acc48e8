/**
 * What waits for a person: many deletions at once, held on each computer until they are accepted or undone; and strict
 * rounds, in which all wait for each other.
 */
import { cpSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { accept } from '../../src/cli/accept.ts';
import { needs } from '../support/skips.ts';
import type { Client } from './client.ts';
import { isOwn } from './client.ts';
import { checkEqual, openStage, settle } from './stage.ts';
import type { Stage } from './stage.ts';
import { PLACE, whyNot } from './stores.ts';
import { seen } from './trouble.ts';

const FILES = Array.from({ length: 60 }, (_, number) => `file ${String(number)}`);
const DELETED = FILES.slice(0, 40);

describe('many deletions on a computer', function () {
  this.timeout(60_000);
  let stage: Stage;
  beforeEach(async () => {
    stage = await openStage('mount');
    const [laptop] = stage.clients;
    for (const name of FILES) writeFileSync(join(laptop.folder, name), `content of ${name}`);
    await settle(stage, 'in turn');
    for (const name of DELETED) rmSync(join(laptop.folder, name));
  });
  afterEach(async () => {
    await stage.close();
  });

  const isHeld = async (client: Client, where: string): Promise<void> => {
    const { code, text } = await seen(client);
    expect(code, text).to.equal(4);
    expect(text)
      .to.contain(`held: 40 paths would be deleted on ${where}, by changes of "laptop":`)
      .and.contain('let it happen with: ownsync accept delete-')
      .and.contain('waiting for your decision');
  };
  const accepts = async (client: Client): Promise<void> => {
    const { code, out } = await client.command((program) => accept(program, { ids: [] }));
    expect([code, out]).to.deep.equal([
      0,
      'documents: 40 paths released\nThey go on at the next `ownsync sync`.',
    ]);
    expect((await seen(client)).code).to.equal(0);
  };

  it('are held, the rest goes on; accepted, they happen, on each computer by itself', async () => {
    const [laptop, desk, tower] = stage.clients;
    writeFileSync(join(laptop.folder, 'new'), 'new');
    await isHeld(laptop, 'the store');
    expect((await seen(desk)).text).to.contain('downloaded: new');
    for (const name of DELETED) expect(existsSync(join(stage.place, name))).to.equal(true);
    await accepts(laptop);
    for (const name of DELETED) expect(existsSync(join(stage.place, name))).to.equal(false);
    await isHeld(desk, 'this computer');
    for (const name of DELETED) expect(existsSync(join(desk.folder, name))).to.equal(true);
    await accepts(desk);
    await isHeld(tower, 'this computer');
    await accepts(tower);
    expect(checkEqual(stage).size).to.equal(FILES.length - DELETED.length + 1);
  });

  it('are over when the files are put back', async () => {
    const [laptop] = stage.clients;
    await isHeld(laptop, 'the store');
    for (const name of DELETED) writeFileSync(join(laptop.folder, name), `content of ${name}`);
    await settle(stage, 'in turn');
    expect(checkEqual(stage).size).to.equal(FILES.length);
  });
});

describe('many deletions on the store, by another program', function () {
  this.timeout(60_000);
  let stage: Stage;
  beforeEach(async () => {
    stage = await openStage('mount');
    const [laptop] = stage.clients;
    for (const name of FILES) writeFileSync(join(laptop.folder, name), `content of ${name}`);
    await settle(stage, 'in turn');
    for (const name of DELETED) rmSync(join(stage.place, name));
    for (const client of stage.clients) {
      const { code, text } = await seen(client);
      expect(code, text).to.equal(4);
      expect(text)
        .to.contain('40 paths would be deleted on this computer')
        .and.contain('by changes of "another program on the store"');
    }
  });
  afterEach(async () => {
    await stage.close();
  });

  it('are over when the files are put back', async () => {
    const [laptop] = stage.clients;
    // As from a backup, with their times.
    for (const name of DELETED) {
      cpSync(join(laptop.folder, name), join(stage.place, name), { preserveTimestamps: true });
    }
    await settle(stage, 'in turn');
    expect(checkEqual(stage).size).to.equal(FILES.length);
  });

  it('happen when they are accepted', async () => {
    for (const client of stage.clients) {
      await client.command((program) => accept(program, { ids: [] }));
      const { code, text } = await seen(client);
      expect(code, text).to.equal(0);
    }
    expect(checkEqual(stage).size).to.equal(FILES.length - DELETED.length);
  });
});

/** When a client of this sync asked something of the store about such paths. */
function times(
  { operations }: Client,
  name: string,
  concerns: (path: string) => boolean,
): readonly number[] {
  return operations
    .filter((one) => one.name === name && concerns(one.path.slice(PLACE.length + 1)))
    .map(({ at }) => at);
}

async function uploaded({ place }: Stage, { name }: Client): Promise<void> {
  while (!existsSync(join(place, `${name} 4`))) {
    await pause(20);
  }
}

for (const name of ['mount', 'proftpd'] as const) {
  describe(`strict rounds on ${name}`, function () {
    this.timeout(120_000);

    before(async function () {
      const why = await whyNot(name);
      needs(this, name, why === undefined, why ?? '');
    });

    it('three computers that sync at once bring everything to all; nobody downloads before all have uploaded', async () => {
      const stage = await openStage(name);
      try {
        for (const client of stage.clients) {
          client.configure({ store: stage.store.settings(), rounds: 'strict' });
        }
        await settle(stage, 'in turn'); // from now on all are live
        for (const client of stage.clients) {
          for (const number of [1, 2, 3, 4]) {
            writeFileSync(join(client.folder, `${client.name} ${String(number)}`), client.name);
          }
        }
        const syncs: Promise<unknown>[] = [];
        for (const client of stage.clients) {
          syncs.push(client.sync());
          await uploaded(stage, client);
          await pause(1000); // time enough for a download that does not wait
        }
        await Promise.all(syncs);
        const uploads = stage.clients.flatMap((client) =>
          times(client, 'rename', (path) => path.includes('/new/')),
        );
        const downloads = stage.clients.flatMap((client) =>
          times(client, 'read', (path) => !isOwn(path)),
        );
        expect([uploads.length, downloads.length > 0]).to.deep.equal([12, true]);
        expect(Math.min(...downloads)).to.be.greaterThan(Math.max(...uploads));
        await settle(stage, 'at once');
        expect(checkEqual(stage).size).to.equal(12);
      } finally {
        await stage.close();
      }
    });
  });
}
