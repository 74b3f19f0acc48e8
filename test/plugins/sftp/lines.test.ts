/** Lines that break: what is told, what is left behind, and that the next operation goes on over a new connection. */
import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import type { Transport } from '../../../src/plugin-api.ts';
import type { SshServer } from '../../servers/index.ts';
import { startRelay, type Relay } from './relay.ts';
import {
  ended,
  failure,
  loginTo,
  open,
  serverNames,
  signal,
  source,
  start,
  textOf,
} from './support.ts';

/** More than fits into what the systems between hold back. */
const large = Buffer.alloc(20_000_000, 'what is written here is long, ');

for (const name of serverNames) {
  describe(`sftp: broken lines to ${name}`, () => {
    let server: SshServer;
    let relay: Relay;
    let transport: Transport;

    before(async function () {
      server = await start(this, name, { lives: true });
    });
    after(() => server.stop());
    beforeEach(async () => {
      relay = await startRelay(server.port);
      transport = await open(throughRelay());
    });
    afterEach(ended);

    function throughRelay(more: Record<string, unknown> = {}): Record<string, unknown> {
      const { knownHosts: _, ...login } = loginTo(server);
      return { ...login, port: relay.port, hostKey: server.keys.fingerprints.ed25519, ...more };
    }

    const onDisk = (path: string): string => join(server.root, path);

    it('in the middle of a write: unreachable, perhaps done; what is there can be gone on with', async () => {
      relay.cutAfter(3_000_000);
      const error = await failure(transport.write('large', source(large), signal));
      expect(error).to.include({ kind: 'unreachable', operation: 'write', outcome: 'unknown' });
      const found = await transport.look('large', signal);
      if (found === 'absent') expect.fail('nothing is there');
      const { size = 0 } = found.stamp;
      expect(size).to.be.greaterThan(0).and.lessThan(large.length);
      await transport.resume?.('large', source(large), size, signal);
      expect((await readFile(onDisk('large'))).equals(large)).to.equal(true);
      expect(relay.connections).to.equal(2);
    });

    it('in the middle of a read: the iteration fails, and never ends short', async () => {
      await transport.write('read', source(large), signal);
      const { stream } = await transport.read('read', 0, signal);
      let size = 0;
      const reading = async (): Promise<void> => {
        for await (const chunk of stream) {
          size += chunk.length;
          if (size > 1_000_000) relay.cut();
        }
      };
      const error = await failure(reading());
      expect(error).to.include({ kind: 'unreachable', operation: 'read', outcome: 'not-done' });
      expect(await textOf(transport, 'read')).to.equal(large.toString());
    });

    it('after a change was sent and before it was answered: perhaps done, and it was', async () => {
      await transport.write('file', source('content'), signal);
      relay.holdAnswers(true);
      const made = failure(transport.makeDirectory('made', signal));
      const removed = failure(transport.remove('file', signal));
      while (!existsSync(onDisk('made')) || existsSync(onDisk('file'))) await sleep(5);
      relay.cut();
      relay.holdAnswers(false);
      const told = { kind: 'unreachable', outcome: 'unknown' };
      expect(await made).to.include({ ...told, operation: 'makeDirectory' });
      expect(await removed).to.include({ ...told, operation: 'remove' });
      await transport.makeDirectory('made', signal);
      await transport.remove('file', signal);
    });

    it('while it asks: unreachable, and certainly nothing was done', async () => {
      relay.holdAnswers(true);
      const attempts = {
        look: failure(transport.look('x', signal)),
        list: failure(transport.list('', signal)),
        rename: failure(transport.rename('x', 'y', signal)),
      };
      await sleep(50);
      relay.cut();
      relay.holdAnswers(false);
      for (const [operation, attempt] of Object.entries(attempts)) {
        expect(await attempt).to.include({ kind: 'unreachable', operation, outcome: 'not-done' });
      }
      expect((await transport.list('', signal)).complete).to.equal(true);
    });

    it('in a batch: each result says whether it may have happened', async () => {
      relay.holdAnswers(true);
      const running = transport.batch?.(
        [
          { operation: 'makeDirectory', path: 'made1' },
          { operation: 'makeDirectory', path: 'made2' },
          { operation: 'look', path: 'made1' },
        ],
        signal,
      );
      while (!existsSync(onDisk('made2'))) await sleep(5);
      relay.cut();
      relay.holdAnswers(false);
      const told = (await running)?.map((result) => (result.ok ? 'done' : result.error.outcome));
      expect(told?.slice(0, 2)).to.deep.equal(['unknown', 'unknown']);
      const looked = await transport.batch?.([{ operation: 'look', path: 'made2' }], signal);
      expect(looked?.[0]).to.have.nested.property('value.kind', 'directory');
    });

    it('between two operations: nobody notices', async () => {
      await transport.write('first', source('before'), signal);
      relay.cut();
      await sleep(50);
      expect(await textOf(transport, 'first')).to.equal('before');
      await server.restart();
      await sleep(50);
      await transport.write('second', source('after'), signal);
      expect((await stat(onDisk('second'))).size).to.equal(5);
    });

    it('a server that falls silent is unreachable after its time', async () => {
      const silent = await open(throughRelay({ timeout: 1 }));
      await silent.list('', signal);
      relay.holdAnswers(true);
      const error = await failure(silent.list('', signal));
      expect(error).to.include({ kind: 'unreachable', outcome: 'not-done' });
      expect(error.message).to.match(/the server fell silent/);
      relay.holdAnswers(false);
      await silent.list('', signal);
    });
  });
}

describe('sftp: another server at the same place', () => {
  afterEach(ended);

  it('is not believed when the line is made anew', async function () {
    const first = await start(this, 'openssh', { hostKeys: ['ed25519'] });
    const relay = await startRelay(first.port);
    const { knownHosts: _, ...login } = loginTo(first);
    const hostKey = first.keys.fingerprints.ed25519;
    const transport = await open({ ...login, port: relay.port, hostKey });
    await transport.list('', signal);
    const second = await start(this, 'openssh', { hostKeys: ['rsa'], keys: first.keys });
    relay.target = second.port;
    relay.cut();
    await sleep(50);
    const error = await failure(transport.list('', signal));
    expect(error).to.include({ kind: 'denied', operation: 'list' });
    expect(error.message).to.contain('another key (ssh-rsa ');
    relay.target = first.port;
    await transport.list('', signal);
  });
});
