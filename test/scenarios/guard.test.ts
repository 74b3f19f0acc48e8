/**
 * The guard and the halts on real stores, through the commands as a person types them: drop by drop, all at once, a folder
 * that is only moved, a store that is emptied, restored or another one, and both answers.
 */
import {
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { accept } from '../../src/cli/accept.ts';
import { pending } from '../../src/cli/pending.ts';
import { rejoin } from '../../src/cli/rejoin.ts';
import { restoreHeld } from '../../src/cli/restore-held.ts';
import { serverOwner } from '../servers/index.ts';
import { needs } from '../support/skips.ts';
import type { Client, Shown } from './client.ts';
import { checkEqual, openStage, settle } from './stage.ts';
import type { Stage } from './stage.ts';
import { whyNot } from './stores.ts';
import { seen } from './trouble.ts';

const names = (count: number): string[] =>
  Array.from({ length: count }, (_, number) => `file ${String(number)}`);

/** Content that comes back to its path gets another time there, so that its stamp is no earlier one. */
const aSecond = (): number => 1;

const commands = {
  accept: (client: Client, ...ids: string[]) =>
    client.command((program) => accept(program, { ids })),
  restoreHeld: (client: Client, ...ids: string[]) =>
    client.command((program) => restoreHeld(program, { ids })),
  rejoin: (client: Client) =>
    client.command((program) => rejoin(program, { folders: ['documents'] })),
  pending: (client: Client) =>
    client.command((program) => pending(program, { folders: [], json: false })),
};

for (const store of ['mount', 'proftpd'] as const) {
  describe(`the guard on ${store}`, function () {
    this.timeout(180_000);
    let stage: Stage;
    let laptop: Client;
    let desk: Client;

    before(async function () {
      const why = await whyNot(store);
      needs(this, store, why === undefined, why ?? '');
    });
    beforeEach(async () => {
      stage = await openStage(store);
      [laptop, desk] = stage.clients;
    });
    afterEach(async () => {
      await stage.close();
    });

    async function fill(paths: readonly string[]): Promise<void> {
      for (const path of paths) write(laptop, path, `content of ${path}`);
      await settle(stage, 'in turn');
    }

    function write({ folder }: Client, path: string, text: string): void {
      mkdirSync(join(folder, path, '..'), { recursive: true });
      writeFileSync(join(folder, path), text);
    }

    /** What was put on the server's disk becomes its own. */
    function giveTreeToServer(): void {
      if (stage.store.server === undefined || serverOwner.user === undefined) return;
      const { uid, gid } = serverOwner;
      for (const path of readdirSync(stage.place, { recursive: true, encoding: 'utf8' })) {
        chownSync(join(stage.place, path), uid, gid);
      }
      chownSync(stage.place, uid, gid);
    }

    async function goesOn(client: Client): Promise<void> {
      const { code, text } = await seen(client);
      expect(code, text).to.equal(0);
    }

    async function waits(client: Client, ...texts: string[]): Promise<void> {
      const { code, text } = await seen(client);
      expect(code, text).to.equal(4);
      for (const one of texts) expect(text).to.contain(one);
      const asked = await commands.pending(client);
      expect(asked.code, asked.out).to.equal(4);
      for (const one of texts) expect(asked.out).to.contain(one);
    }

    const says = ({ code, out, err }: Shown, text: string): void => {
      expect(code, err).to.equal(0);
      expect(out).to.contain(text);
    };

    it('holds what goes drop by drop, and puts it back', async () => {
      const paths = names(100);
      await fill(paths);
      for (let gone = 0; gone < 24; gone += 8) {
        for (const path of paths.slice(gone, gone + 8)) rmSync(join(laptop.folder, path));
        await goesOn(laptop);
      }
      for (const path of paths.slice(24, 27)) rmSync(join(laptop.folder, path));
      write(laptop, 'new', 'new');
      await waits(laptop, '3 paths would be deleted on the store, by changes of "laptop"');
      await goesOn(desk);
      expect(existsSync(join(desk.folder, 'file 24'))).to.equal(true);
      expect(existsSync(join(desk.folder, 'new'))).to.equal(true);
      says(await commands.restoreHeld(laptop), 'documents: 3 paths to be put back');
      await settle(stage, 'in turn');
      expect(checkEqual(stage, aSecond).size).to.equal(100 - 24 + 1);
    });

    const many = store === 'mount' ? 500 : 60;
    it(`does not hold a folder of ${String(many)} that is moved, on a computer or on the store`, async () => {
      await fill(names(many).map((name) => `old/${name}`));
      renameSync(join(laptop.folder, 'old'), join(laptop.folder, 'new'));
      await settle(stage, 'in turn');
      renameSync(join(stage.place, 'new'), join(stage.place, 'newest'));
      await settle(stage, 'in turn');
      const tree = checkEqual(stage, aSecond);
      expect([tree.size, tree.has('newest/file 7')]).to.deep.equal([many + 1, true]);
    });

    it('holds a folder of 10 that is emptied, and both answers are heard', async () => {
      await fill(names(10));
      for (const path of names(10)) rmSync(join(laptop.folder, path));
      await waits(laptop, '10 paths would be deleted on the store');
      says(await commands.accept(laptop, 'laptop'), '10 paths released');
      await goesOn(laptop);
      await waits(desk, '10 paths would be deleted on this computer, by changes of "laptop"');
      says(await commands.restoreHeld(desk, 'laptop'), '10 paths to be put back');
      await settle(stage, 'in turn');
      expect(checkEqual(stage, aSecond).size).to.equal(10);
    });

    it('holds what replaces a large folder; put back, it is as it was', async () => {
      await fill(names(40));
      for (const path of names(40)) write(laptop, path, `locked ${path}`);
      await waits(laptop, '40 paths would be replaced on the store');
      expect(readFileSync(join(stage.place, 'file 7'), 'utf8')).to.equal('content of file 7');
      await commands.restoreHeld(laptop);
      await settle(stage, 'in turn');
      checkEqual(stage, aSecond);
      expect(readFileSync(join(laptop.folder, 'file 7'), 'utf8')).to.equal('content of file 7');
    });

    it('a store that was emptied is filled again only when a person says so', async () => {
      await fill(names(10));
      rmSync(stage.place, { recursive: true });
      for (const client of [laptop, desk]) {
        await waits(client, 'The store does not hold this folder any more');
      }
      says(await commands.rejoin(desk), 'what is here is uploaded at the next');
      await settle(stage, 'in turn');
      expect(checkEqual(stage, aSecond).size).to.equal(10);
      expect((await commands.pending(laptop)).out).to.equal('Nothing waits for you.');
    });

    it('a store that was restored from a backup is one question', async () => {
      await fill(names(60));
      const backup = join(stage.root, 'backup');
      cpSync(stage.place, backup, { recursive: true, preserveTimestamps: true });
      for (const path of names(40)) rmSync(join(laptop.folder, path));
      await waits(laptop, '40 paths would be deleted on the store');
      await commands.accept(laptop);
      await goesOn(laptop);
      for (const client of stage.clients.slice(1)) {
        await waits(client, '40 paths would be deleted on this computer');
        await commands.accept(client);
      }
      await settle(stage, 'in turn');
      rmSync(stage.place, { recursive: true });
      cpSync(backup, stage.place, { recursive: true, preserveTimestamps: true });
      giveTreeToServer();
      for (const client of [laptop, desk]) await waits(client, '40 paths came back on the store');
      says(await commands.restoreHeld(desk), '40 paths to be put back');
      await goesOn(desk);
      await settle(stage, 'in turn');
      expect(checkEqual(stage, aSecond).size).to.equal(20);
    });

    it('another folder on the store, and another directory here, are united by rejoin', async () => {
      await fill(names(10));
      const away = `${laptop.folder} away`;
      renameSync(laptop.folder, away);
      mkdirSync(laptop.folder);
      write(laptop, 'file 3', 'content of file 3');
      write(laptop, 'only here', 'only here');
      await waits(laptop, 'The local folder is not the one that was synced before');
      says(await commands.rejoin(laptop), 'what is in the local folder is united');
      await settle(stage, 'in turn');
      expect(checkEqual(stage, aSecond).size).to.equal(11);
      rmSync(stage.place, { recursive: true });
      says(await commands.rejoin(laptop), 'what is here is uploaded');
      const format = join(stage.place, '.ownsync', 'format.json');
      const told = JSON.parse(readFileSync(format, 'utf8')) as object;
      writeFileSync(format, JSON.stringify({ ...told, folder: '0'.repeat(32) }));
      for (const client of stage.clients) {
        await waits(client, 'The store holds another folder than before');
        says(await commands.rejoin(client), 'united with the folder that is on the store now');
      }
      await settle(stage, 'in turn');
      expect(checkEqual(stage, aSecond).size).to.equal(11);
    });
  });
}
