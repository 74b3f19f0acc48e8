/**
 * What a sync costs on ownCloud, in requests: the real engine over the real plugin, on the scripted server. Counted from when
 * the store is open; opening it asks four questions once (who is there without a password, with it, which product, which ids).
 */
import { expect } from 'chai';
import type { SyncReport } from '../../../src/core/ports/folder.ts';
import { Bench, computer, type Computer } from './owncloud-support.ts';

const files = 200;
const folders = 4;

const pathOf = (file: number): string =>
  `folder ${String(file % folders)}/file ${String(file)}.txt`;

describe('requests on ownCloud for 200 small files in 4 new folders', function () {
  this.timeout(60_000);
  let bench: Bench;
  let a: Computer;
  let b: Computer;

  before(async () => {
    bench = await Bench.start();
    [a, b] = [computer(bench, 'a'), computer(bench, 'b')];
    await a.sync();
    await b.sync();
  });

  after(() => bench.end());

  /** One run of the program, which must end in agreement; `told` lists the requests. */
  async function sync(who: Computer): Promise<{ report: SyncReport; count: number; told: string }> {
    const report = await who.sync();
    expect(report.inSync).to.equal(true);
    const { requests } = bench.server;
    const told = requests.map(({ method, path }) => `${method} ${path}`).join('\n');
    return { report, count: requests.length, told };
  }

  it('at most 240 to upload them', async () => {
    for (let file = 0; file < files; file++) {
      a.user.write(pathOf(file), `content of ${String(file)}\n`.repeat(20));
    }
    const { report, count, told } = await sync(a);
    expect(report.done.uploaded).to.equal(files);
    expect(count, told).to.be.at.most(240);
  });

  it('at most 2 when nothing has changed: 2 the first time, then 1', async () => {
    const first = await sync(a);
    expect(first.count, first.told).to.be.at.most(2);
    for (let time = 0; time < 2; time++) {
      const { count, told } = await sync(a);
      expect(count, told).to.equal(1);
    }
  });

  it('at most 220 for a second computer to download them', async () => {
    const { report, count, told } = await sync(b);
    expect(report.done.downloaded).to.equal(files);
    expect(count, told).to.be.at.most(220);
  });

  it('opening the store asks four questions', async () => {
    bench.server.forget();
    await bench.open();
    const methods = bench.server.requests.map(({ method }) => method);
    expect(methods).to.deep.equal(['PROPFIND', 'PROPFIND', 'GET', 'PROPFIND']);
  });
});
