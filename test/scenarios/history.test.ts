/**
 * What was, told and brought back as a person does it, over a real server and a plain directory: one file, the whole folder,
 * the last sync, on a computer that has lost its memory, and by hand.
 */
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { restore } from '../../src/cli/restore.ts';
import type { RestoreArguments } from '../../src/cli/restore.ts';
import { undo } from '../../src/cli/undo.ts';
import { versions } from '../../src/cli/versions.ts';
import { sayWhen } from '../../src/cli/when.ts';
import { differences, readTree } from '../corpus/tree.ts';
import { needs } from '../support/skips.ts';
import type { Client, Shown } from './client.ts';
import { openStage } from './stage.ts';
import type { Stage } from './stage.ts';
import { whyNot } from './stores.ts';
import type { StoreName } from './stores.ts';

const PLAIN = { folder: undefined, json: false } as const;

const see = (client: Client, path: string): Promise<Shown> =>
  client.command((program) => versions(program, { ...PLAIN, path, cwd: client.folder }));

function bringBack(client: Client, args: Partial<RestoreArguments>): Promise<Shown> {
  const usual = { path: undefined, all: false, at: undefined, version: undefined, to: undefined };
  const rest = { ...PLAIN, dryRun: false, cwd: client.folder };
  return client.command((program) => restore(program, { ...usual, ...rest, ...args }));
}

const takeBack = (client: Client): Promise<Shown> =>
  client.command((program) =>
    undo(program, { folders: [], only: undefined, dryRun: false, json: false }),
  );

function write(client: Client, path: string, text: string): void {
  mkdirSync(join(client.folder, path, '..'), { recursive: true });
  writeFileSync(join(client.folder, path), text);
}

const read = (client: Client, path: string): string =>
  readFileSync(join(client.folder, path), 'utf8');

/** Stores tell their times in whole seconds. */
const aSecond = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1100));

/** A time between what was and what comes. */
async function now(): Promise<string> {
  await aSecond();
  const time = sayWhen(Date.now());
  await aSecond();
  return time;
}

/** What one of two has goes to both. */
async function exchange({ clients: [laptop, desk] }: Stage): Promise<void> {
  for (const client of [laptop, desk, laptop]) await client.sync();
}

async function begin(stage: Stage): Promise<string> {
  const [laptop] = stage.clients;
  write(laptop, 'report.txt', 'first words');
  write(laptop, 'photos/sea.jpg', 'sea');
  write(laptop, 'photos/2025/hill.jpg', 'hill');
  await exchange(stage);
  return await now();
}

for (const name of ['mount', 'proftpd', 'apache'] as const satisfies readonly StoreName[]) {
  describe(`what was, on ${name}`, function () {
    this.timeout(120_000);
    let stage: Stage;
    let laptop: Client;
    let desk: Client;
    before(async function () {
      const why = await whyNot(name);
      needs(this, name, why === undefined, why ?? '');
    });
    beforeEach(async () => {
      stage = await openStage(name);
      [laptop, desk] = stage.clients;
    });
    afterEach(async () => {
      await stage.close();
    });

    it('is told, and a file is brought back for all', async () => {
      await begin(stage);
      write(desk, 'report.txt', 'second, longer words');
      await exchange(stage);
      rmSync(join(laptop.folder, 'report.txt'));
      await exchange(stage);
      const { out } = await see(desk, 'report.txt');
      expect(out).to.match(/^documents:report.txt$/m);
      expect(out).to.match(/^ {2}- .* laptop +deleted$/m);
      expect(out).to.match(/^ {2}2 .* desk +20 B +changed$/m);
      expect(out).to.match(/^ {2}1 .* laptop +11 B +new$/m);
      const back = await bringBack(desk, { path: 'report.txt', version: 1 });
      expect([back.code, back.err]).to.deep.equal([0, '']);
      await exchange(stage);
      expect(read(laptop, 'report.txt')).to.equal('first words');
      await bringBack(laptop, { path: 'report.txt', version: 2 });
      await exchange(stage);
      expect(readFileSync(join(stage.place, 'report.txt'), 'utf8')).to.equal(
        'second, longer words',
      );
      expect(read(laptop, 'report.txt')).to.equal('second, longer words');
    });

    it('comes back as a whole, on a computer that has lost its memory', async () => {
      const then = await begin(stage);
      const was = readTree(desk.folder);
      write(desk, 'report.txt', 'other words');
      write(desk, 'new/deep/file', 'new');
      rmSync(join(desk.folder, 'photos/sea.jpg'));
      renameSync(join(desk.folder, 'photos/2025'), join(desk.folder, 'photos/last year'));
      await exchange(stage);
      rmSync(join(laptop.config, '../state'), { recursive: true });

      const elsewhere = join(laptop.folder, '../elsewhere');
      const copy = await bringBack(laptop, { all: true, at: then, to: elsewhere });
      expect([copy.code, copy.err]).to.deep.equal([0, '']);
      expect(differences(was, readTree(elsewhere))).to.deep.equal([]);

      const { code, out, err } = await bringBack(laptop, { all: true, at: then });
      expect([code, err], out).to.deep.equal([0, '']);
      expect(differences(was, readTree(laptop.folder))).to.deep.equal([]);
      await exchange(stage);
      for (const { folder } of [laptop, desk])
        expect(differences(was, readTree(folder))).to.deep.equal([]);
    });

    it('comes back when the last sync is taken back', async () => {
      await begin(stage);
      const was = readTree(desk.folder);
      write(laptop, 'report.txt', 'other words');
      write(laptop, 'new', 'new');
      rmSync(join(laptop.folder, 'photos/sea.jpg'));
      await laptop.sync();
      await desk.sync();
      const after = readTree(desk.folder);
      for (const expected of [was, after, was]) {
        const { code, err } = await takeBack(desk);
        expect([code, err]).to.deep.equal([0, '']);
        expect(differences(expected, readTree(desk.folder))).to.deep.equal([]);
      }
      await exchange(stage);
      for (const { folder } of [laptop, desk])
        expect(differences(was, readTree(folder))).to.deep.equal([]);
    });

    it('can be brought back by hand', async () => {
      await begin(stage);
      rmSync(join(laptop.folder, 'photos/sea.jpg'));
      await laptop.sync();
      const history = join(stage.place, '.ownsync/history');
      const [day = ''] = readdirSync(history);
      const folders = readdirSync(join(history, day)).map((folder) => join(history, day, folder));
      const folder = folders.find((place) => existsSync(join(place, 'index.jsonl'))) ?? '';
      const line = readFileSync(join(folder, 'index.jsonl'), 'utf8').trim();
      const told = JSON.parse(line) as { index: number };
      expect(told).to.include({ path: 'photos/sea.jpg', why: 'deleted', by: 'laptop', size: 3 });
      expect(readFileSync(join(folder, String(told.index)), 'utf8')).to.equal('sea');
      cpSync(join(folder, String(told.index)), join(desk.folder, 'by hand.jpg'));
      utimesSync(join(desk.folder, 'by hand.jpg'), 1_700_000_000, 1_700_000_000);
      await exchange(stage);
      expect(read(laptop, 'by hand.jpg')).to.equal('sea');
    });
  });
}
