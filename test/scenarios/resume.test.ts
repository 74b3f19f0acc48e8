/**
 * Large transfers over a line that is cut, on the real FTP servers through a relay that counts and cuts: what has arrived is
 * not sent again, and what is put in place is whole.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { TransportError } from '../../src/core/ports/transport.ts';
import { startCuttingProxy } from '../support/cutting-proxy.ts';
import type { CuttingProxy } from '../support/cutting-proxy.ts';
import { needs } from '../support/skips.ts';
import type { Client } from './client.ts';
import { openStage } from './stage.ts';
import type { Stage } from './stage.ts';
import { whyNot } from './stores.ts';

const MB = 1_000_000;
const SIZE = 40 * MB;
/** For what lay in the buffers of loopback sockets at each cut, for records and listings; less than one more beginning. */
const SLACK = 13 * MB;

for (const name of ['proftpd', 'vsftpd', 'pure-ftpd'] as const) {
  describe(`large files over a line that is cut, on ${name}`, function () {
    this.timeout(60_000);
    let stage: Stage;
    let proxy: CuttingProxy;
    const ends: (() => Promise<void>)[] = [];
    const content = randomBytes(SIZE);

    before(async function () {
      const why = await whyNot(name);
      needs(this, name, why === undefined, why ?? '');
      stage = await openStage(name);
      ends.push(() => stage.close());
      const { host = '', port = 0 } = stage.store.server ?? {};
      proxy = await startCuttingProxy(host, port);
      ends.push(() => proxy.stop());
      for (const client of stage.clients) {
        client.configure({ store: stage.store.settings({ port: proxy.port }) });
        await client.sync();
      }
    });
    after(async () => {
      for (const end of ends.reverse()) await end();
    });

    const staged = (): string[] => readdirSync(join(stage.place, '.ownsync/staging'));

    it('an upload cut twice goes on in the same sync', async () => {
      const [laptop] = stage.clients;
      writeFileSync(join(laptop.folder, 'large'), content);
      const { up, down } = proxy.moved;
      proxy.cutAfter('up', [14 * MB, 14 * MB]);
      const report = await laptop.sync();
      expect(proxy.cuts).to.equal(2);
      expect(report.inSync).to.equal(true);
      expect(readFileSync(join(stage.place, 'large')).equals(content)).to.equal(true);
      expect(proxy.moved.up - up).to.be.within(SIZE, SIZE + SLACK);
      expect(proxy.moved.down - down).to.be.below(SLACK);
      expect(staged()).to.deep.equal([]);
    });

    it('a download cut twice goes on in the same sync', async () => {
      const [, desk] = stage.clients;
      const { down } = proxy.moved;
      proxy.cutAfter('down', [14 * MB, 14 * MB]);
      const report = await desk.sync();
      expect(proxy.cuts).to.equal(4);
      expect(report.inSync).to.equal(true);
      expect(readFileSync(join(desk.folder, 'large')).equals(content)).to.equal(true);
      expect(proxy.moved.down - down).to.be.within(SIZE, SIZE + SLACK);
    });

    /** A sync that ends for good once so many bytes have passed. */
    const stopped = async (client: Client, direction: 'up' | 'down', bytes: number) => {
      const stop = new AbortController();
      const goal = proxy.moved[direction] + bytes;
      const timer = setInterval(() => {
        if (proxy.moved[direction] >= goal) stop.abort(new Error('stopped'));
      }, 1);
      const outcome = await client.sync(stop.signal).catch((error: unknown) => error);
      clearInterval(timer);
      expect(outcome).to.be.instanceOf(TransportError);
    };

    it('an upload that was stopped goes on in the next sync, what is there is read back once', async () => {
      const [laptop] = stage.clients;
      content.reverse();
      writeFileSync(join(laptop.folder, 'large'), content);
      const { up, down } = proxy.moved;
      await stopped(laptop, 'up', 14 * MB);
      const [one] = staged();
      expect(one).not.to.equal(undefined);
      const report = await laptop.sync();
      expect(report.inSync).to.equal(true);
      expect(readFileSync(join(stage.place, 'large')).equals(content)).to.equal(true);
      expect(proxy.moved.up - up).to.be.within(SIZE, SIZE + SLACK);
      expect(proxy.moved.down - down).to.be.below(SIZE);
      expect(staged()).to.deep.equal([]);
    });

    it('a download that was stopped goes on in the next sync', async () => {
      const [, desk] = stage.clients;
      const { down } = proxy.moved;
      await stopped(desk, 'down', 14 * MB);
      const temporary = join(desk.folder, '.ownsync/tmp');
      expect(readdirSync(temporary).map((part) => part.slice(0, 5))).to.deep.equal(['part-']);
      const report = await desk.sync();
      expect(report.inSync).to.equal(true);
      expect(readFileSync(join(desk.folder, 'large')).equals(content)).to.equal(true);
      expect(proxy.moved.down - down).to.be.within(SIZE, SIZE + SLACK);
      expect(existsSync(temporary) ? readdirSync(temporary) : []).to.deep.equal([]);
    });
  });
}
