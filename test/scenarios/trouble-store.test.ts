/**
 * Trouble on the store while it is used: what is not allowed, no room, a share that is not mounted. The rest goes on,
 * nothing is lost, and the next sync goes on when the cause is gone.
 */
import { randomBytes } from 'node:crypto';
import { chownSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { needs } from '../support/skips.ts';
import { serverOwner } from '../servers/index.ts';
import type { Client } from './client.ts';
import { checkEqual, openStage } from './stage.ts';
import type { Stage } from './stage.ts';
import { storeNames, whyNot } from './stores.ts';
import {
  allowWriting,
  endTrouble,
  forbidWriting,
  freshDirectory,
  mountDisk,
  mountShare,
  needsMount,
  remount,
  seen,
  unmount,
} from './trouble.ts';

/** Everybody syncs until all have what all did. */
async function comesTogether(stage: Stage): Promise<void> {
  for (const client of [...stage.clients, ...stage.clients]) {
    const { code, text } = await seen(client);
    expect(code, text).to.equal(0);
  }
  checkEqual(stage, () => 1);
}

const saysFull =
  / {4}large \d: the store is full: .*\. Uploads stop; free space there and sync again \(no-space\)/;
/** SERVER: its answer to an upload of more than some kilobytes is a bare 500. */
const saysNothing = / {4}large \d: .*the server answers 500/;

for (const name of storeNames) {
  describe(`trouble on ${name}`, function () {
    this.timeout(60_000);
    let stage: Stage | undefined;

    before(async function () {
      const why = await whyNot(name);
      needs(this, name, why === undefined, why ?? '');
    });
    afterEach(async () => {
      allowWriting();
      await stage?.close();
      stage = undefined;
      endTrouble();
    });

    // The servers run as another user.
    const superuser = name === 'mount' && process.geteuid?.() === 0;

    it('a folder that may not be written: these paths are problems, the rest goes on', async () => {
      stage = await openStage(name);
      const [laptop, desk] = stage.clients;
      mkdirSync(join(laptop.folder, 'sub'));
      writeFileSync(join(laptop.folder, 'sub', 'old.txt'), 'old');
      expect((await seen(laptop)).code).to.equal(0);
      expect((await seen(desk)).code).to.equal(0);
      forbidWriting(join(stage.place, 'sub'), { superuser });
      writeFileSync(join(laptop.folder, 'sub', 'new.txt'), 'new');
      writeFileSync(join(laptop.folder, 'free.txt'), 'free');
      rmSync(join(desk.folder, 'sub', 'old.txt'));
      const first = await seen(laptop);
      expect(first.code, first.text).to.equal(3);
      expect(first.text)
        .to.contain('uploaded: free.txt')
        .and.contain('1 path with a problem:')
        .and.match(
          / {4}sub\/new\.txt: cannot be placed on the store: .*(denied|failed|not permitted).*\(denied\)/i,
        )
        .and.contain('done, but for the paths above');
      const second = await seen(desk);
      expect(second.code, second.text).to.equal(3);
      expect(second.text).to.match(/ {4}sub\/old\.txt: cannot be placed on the store: /);
      allowWriting();
      await comesTogether(stage);
      expect(readdirSync(join(stage.place, 'sub'))).to.deep.equal(['new.txt']);
    });

    it('a place that may not be written at all: exit code 1, nothing is lost', async () => {
      stage = await openStage(name);
      const [laptop] = stage.clients;
      writeFileSync(join(laptop.folder, 'mine.txt'), 'mine');
      forbidWriting(stage.store.disk, { superuser });
      const { code, text } = await seen(laptop);
      expect(code, text).to.equal(1);
      expect(text)
        .to.contain('store "place": the store does not allow it: ')
        .and.contain('what to do: Give the account the right to read and write there');
      allowWriting();
      await comesTogether(stage);
    });

    it('a full disk: what fits goes on, and all of it when there is room', async function () {
      needsMount(this);
      const disk = join(freshDirectory(), 'store');
      mountDisk(disk, '2m');
      chownSync(disk, serverOwner.uid, serverOwner.gid);
      stage = await openStage(name, { root: disk });
      const [laptop, desk] = stage.clients;
      writeFileSync(join(laptop.folder, 'first.txt'), 'first');
      expect((await seen(laptop)).code).to.equal(0);
      writeFileSync(join(desk.folder, 'second.txt'), 'second');
      expect((await seen(desk)).code).to.equal(0);
      for (const number of [1, 2, 3, 4, 5]) {
        writeFileSync(join(laptop.folder, `large ${String(number)}`), randomBytes(600_000));
      }
      const { code, text } = await seen(laptop);
      expect(code, text).to.equal(3);
      expect(text)
        .to.contain('downloaded: second.txt')
        .and.match(name === 'lighttpd' ? saysNothing : saysFull)
        .and.contain('done, but for the paths above');
      expect((await seen(laptop)).code).to.equal(3);
      remount(disk, 'size=20m');
      await comesTogether(stage);
    });
  });
}

describe('a share that has to be mounted', function () {
  this.timeout(60_000);
  let stage: Stage | undefined;
  afterEach(async () => {
    await stage?.close();
    stage = undefined;
    endTrouble();
  });

  it('is not taken for an empty one while it is not: exit code 1, then all goes on', async function () {
    needsMount(this);
    stage = await openStage('mount');
    const [share, content] = [join(freshDirectory(), 'share'), stage.store.disk];
    mkdirSync(share);
    const settings = ['plugin: mount', `path: ${JSON.stringify(share)}`, 'requireMount: true'];
    for (const client of stage.clients) client.configure({ store: settings });
    const [laptop, desk] = stage.clients;
    writeFileSync(join(laptop.folder, 'mine.txt'), 'mine');
    const refused = async (client: Client): Promise<void> => {
      const { code, text } = await seen(client);
      expect(code, text).to.equal(1);
      expect(text)
        .to.contain('nothing is mounted at ')
        .and.contain(
          'mount it, or set requireMount to false if this directory itself is the store',
        );
      expect(readdirSync(share)).to.deep.equal([]);
    };
    await refused(laptop);
    mountShare(share, content);
    await comesTogether(stage);
    unmount(share);
    await refused(desk);
    expect(readdirSync(desk.folder)).to.include('mine.txt');
    writeFileSync(join(desk.folder, 'meanwhile.txt'), 'meanwhile');
    mountShare(share, content);
    await comesTogether(stage);
  });
});
