/**
 * What a sync costs on ownCloud, in requests: the real engine over the real plugin, on the scripted server. Counted from when
 * the store is open; opening it asks four questions once (who is there without a password, with it, which product, which ids).
 */
import { expect } from 'chai';
import webdav from '../../../plugins/webdav/index.ts';
import { openFolder } from '../../../src/core/engine/folder.ts';
import type { FolderSettings, SyncReport } from '../../../src/core/ports/folder.ts';
import type { Transport } from '../../../src/core/ports/transport.ts';
import { systemClock, systemCodec, systemRandom } from '../../../src/host/world.ts';
import { createFakeDisk, type FakeDisk } from '../../../src/testkit/fake-disk.ts';
import { createMemoryState, type MemoryState } from '../../../src/testkit/memory-state.ts';
import { startOwncloudServer, type OwncloudServer } from '../../../src/testkit/index.ts';

const files = 200;
const folders = 4;

interface Computer {
  readonly name: string;
  readonly disk: FakeDisk;
  readonly state: MemoryState;
}

const computer = (name: string): Computer => ({
  ...{ name, disk: createFakeDisk(), state: createMemoryState() },
});

const pathOf = (file: number): string =>
  `folder ${String(file % folders)}/file ${String(file)}.txt`;

describe('requests on ownCloud for 200 small files in 4 new folders', function () {
  this.timeout(60_000);
  let server: OwncloudServer;
  const [a, b] = [computer('a'), computer('b')];

  before(async () => {
    server = await startOwncloudServer();
    await sync(a);
    await sync(b);
    expect((await sync(b)).report.inSync).to.equal(true);
  });

  after(() => server.stop());

  async function open(): Promise<Transport> {
    const { url, user, password } = server;
    const { signal } = new AbortController();
    const options = webdav.options.parse({ url, user, password });
    return webdav.open(options, { signal, baseDirectory: '/', log: () => undefined });
  }

  /** One run of the program; the requests after the store was opened, by method. */
  async function sync(who: Computer): Promise<{ report: SyncReport; count: number; told: string }> {
    const transport = await open();
    server.forget();
    const folder = openFolder({
      settings: { ...settings, client: who.name, machine: `machine-${who.name}` },
      ...{
        transport,
        state: who.state.connect(() => 'commit'),
        local: who.disk.connect(() => undefined),
      },
      ...{ clock: systemClock, codec: systemCodec, random: systemRandom },
      ...{ log: () => undefined, onEvent: () => undefined },
    });
    const report = await folder.sync({ signal: new AbortController().signal });
    await transport.close();
    const { requests } = server;
    const methods = [...new Set(requests.map(({ method }) => method))].map((method) => {
      return `${method} ${String(requests.filter((request) => request.method === method).length)}`;
    });
    const told = `${String(requests.length)}: ${methods.join(', ')}\n${requests.map((r) => `${r.method} ${r.path}`).join('\n')}`;
    return { report, count: requests.length, told };
  }

  it('at most 240 to upload them', async () => {
    for (let file = 0; file < files; file++) {
      a.disk.user.write(pathOf(file), `content of ${String(file)}\n`.repeat(20));
    }
    const { report, count, told } = await sync(a);
    expect(report.done.uploaded).to.equal(files);
    expect(report.inSync).to.equal(true);
    expect(count, told).to.be.at.most(240);
  });

  it('at most 2 when nothing has changed, the first time too', async () => {
    const counts: number[] = [];
    for (let time = 0; time < 3; time++) {
      const { report, count, told } = await sync(a);
      expect(report.inSync).to.equal(true);
      expect(count, told).to.be.at.most(2);
      counts.push(count);
    }
    expect(counts.slice(1), 'later runs').to.deep.equal([1, 1]);
  });

  it('at most 220 for a second computer to download them', async () => {
    const { report, count, told } = await sync(b);
    expect(report.done.downloaded).to.equal(files);
    expect(report.inSync).to.equal(true);
    expect(count, told).to.be.at.most(220);
  });
});

const day = 24 * 60 * 60 * 1000;

const settings: Omit<FolderSettings, 'client' | 'machine'> = {
  ...{ name: 'documents', ignored: () => () => false },
  ...{ settle: 0, retention: 30 * day, liveFor: day, strictWait: 0, webRoot: false },
  rounds: 'relaxed',
  deletedOnStore: 'follow',
};
