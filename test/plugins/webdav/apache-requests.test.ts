/** What a sync costs on Apache, in requests as its own log counts them, from the first of a run of the program to its last. */
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import type { Client } from '../../scenarios/client.ts';
import { openStage } from '../../scenarios/stage.ts';
import type { Stage } from '../../scenarios/stage.ts';
import { whyNot } from '../../scenarios/stores.ts';
import { serverOwner } from '../../servers/index.ts';
import { needs } from '../../support/skips.ts';

const files = 200;
const folders = 4;

describe('requests on Apache for 200 small files in 4 new folders', function () {
  this.timeout(60_000);
  const directory = mkdtempSync(join(tmpdir(), 'ownsync-test-requests-'));
  const log = join(directory, 'access.log');
  let stage: Stage | undefined;
  let a: Client;
  let b: Client;

  before(async function () {
    const why = await whyNot('apache');
    needs(this, 'apache', why === undefined, why ?? '');
    chmodSync(directory, 0o755);
    writeFileSync(log, '');
    if (serverOwner.user !== undefined) chownSync(log, serverOwner.uid, serverOwner.gid);
    stage = await openStage('apache', { extra: [`CustomLog ${log} "%m %U"`] });
    [a, b] = stage.clients;
    await a.sync();
    await b.sync();
  });

  after(async () => {
    await stage?.close();
    rmSync(directory, { recursive: true });
  });

  async function requests(client: Client): Promise<number> {
    const before = await logged();
    expect((await client.sync()).inSync).to.equal(true);
    return (await logged()) - before;
  }

  /** A line is written a moment after its answer. */
  async function logged(): Promise<number> {
    for (let last = -1; ;) {
      const now = readFileSync(log, 'utf8').split('\n').length;
      if (now === last) return now;
      last = now;
      await sleep(150);
    }
  }

  it('at most 270 to upload them: no look for each, a listing tells what they became', async () => {
    for (let file = 0; file < files; file++) {
      const folder = join(a.folder, `folder ${String(file % folders)}`);
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, `file ${String(file)}.txt`), `content of ${String(file)}`);
    }
    expect(await requests(a)).to.be.within(files, 270);
  });

  it('at most 16 when nothing has changed, 4 of them for the folders', async () => {
    expect(await requests(a)).to.be.within(5, 16);
  });

  it('at most 235 for a second computer to download them', async () => {
    expect(await requests(b)).to.be.within(files, 235);
  });
});
