/**
 * Trouble on this computer: a folder that is not there, another one in its place, a full disk, two agents at once. Nothing
 * is deleted anywhere, and the next sync goes on when the cause is gone.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import { Client } from './client.ts';
import { checkEqual, openStage } from './stage.ts';
import type { Stage } from './stage.ts';
import { endTrouble, mountDisk, needsMount, remount, seen } from './trouble.ts';

describe('trouble on this computer', function () {
  this.timeout(60_000);
  let stage: Stage;
  beforeEach(async () => {
    stage = await openStage('mount');
  });
  afterEach(async () => {
    endTrouble();
    await stage.close();
  });

  async function comesTogether(): Promise<void> {
    for (const client of [...stage.clients, ...stage.clients]) {
      const { code, text } = await seen(client);
      expect(code, text).to.equal(0);
    }
    checkEqual(stage);
  }

  it('the folder is not there: exit code 4, and nothing is deleted anywhere', async () => {
    const [laptop, desk] = stage.clients;
    writeFileSync(join(laptop.folder, 'mine.txt'), 'mine');
    await comesTogether();
    const away = `${laptop.folder} away`;
    renameSync(laptop.folder, away);
    const { code, text } = await seen(laptop);
    expect(code, text).to.equal(4);
    expect(text)
      .to.contain('the local folder is not there: ')
      .and.contain('what to do: Plug in or mount its disk, or correct "local"')
      .and.contain('Nothing is deleted anywhere because of it.');
    expect((await seen(desk)).text).to.equal('in sync');
    renameSync(away, laptop.folder);
    await comesTogether();
    expect(existsSync(join(desk.folder, 'mine.txt'))).to.equal(true);
  });

  it('another folder is in its place: exit code 4, and nothing is deleted anywhere', async () => {
    const [laptop, desk] = stage.clients;
    writeFileSync(join(laptop.folder, 'mine.txt'), 'mine');
    await comesTogether();
    const away = `${laptop.folder} away`;
    renameSync(laptop.folder, away);
    mkdirSync(laptop.folder);
    const { code, text } = await seen(laptop);
    expect(code, text).to.equal(4);
    expect(text)
      .to.contain('stopped: The local folder is not the one that was synced before')
      .and.contain('Nothing was deleted anywhere.')
      .and.contain('more about it: docs/errors.md, local-root-unmarked')
      .and.contain('not synced');
    expect((await seen(desk)).text).to.equal('in sync');
    rmSync(laptop.folder, { recursive: true });
    renameSync(away, laptop.folder);
    await comesTogether();
    expect(existsSync(join(desk.folder, 'mine.txt'))).to.equal(true);
  });

  it('its disk is full: uploads go on, downloads when there is room', async function () {
    needsMount(this);
    const [laptop, desk] = stage.clients;
    mountDisk(desk.folder, '2m');
    for (const number of [1, 2, 3, 4, 5]) {
      writeFileSync(join(laptop.folder, `large ${String(number)}`), randomBytes(600_000));
    }
    expect((await seen(laptop)).code).to.equal(0);
    writeFileSync(join(desk.folder, 'small.txt'), 'small');
    const { code, text } = await seen(desk);
    expect(code, text).to.equal(3);
    expect(text)
      .to.contain('uploaded: small.txt')
      .and.match(
        / {4}large \d: this computer's disk is full: .* Downloads stop; free space and sync again \(no-space\)/,
      )
      .and.contain('done, but for the paths above');
    expect(readdirSync(stage.place).filter((name) => name.startsWith('large'))).to.have.length(5);
    remount(desk.folder, 'size=20m');
    await comesTogether();
  });

  it('the second of two agents on one folder is refused: exit code 1', async () => {
    const [laptop] = stage.clients;
    const silent = createServer();
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const connected = once(silent, 'connection') as Promise<[Socket]>;
    const store = [
      'plugin: ftp',
      'host: 127.0.0.1',
      `port: ${String(port)}`,
      'user: u',
      'password: p',
    ];
    // Another configuration with a state of its own, for the same folder: only the folder itself can tell.
    const other = new Client(stage.root, 'other', { store, folder: laptop.folder });
    const waiting = other.process(['sync']);
    const [socket] = await connected;
    writeFileSync(join(laptop.folder, 'mine.txt'), 'mine');
    const { code, text } = await seen(laptop);
    expect(code, text).to.equal(1);
    expect(text)
      .to.contain('another ownsync')
      .and.contain('what to do: Wait until it is done, then run this again.');
    expect(existsSync(stage.place)).to.equal(false);
    socket.destroy();
    silent.close();
    expect((await waiting).code).to.equal(1);
    await comesTogether();
  });
});
