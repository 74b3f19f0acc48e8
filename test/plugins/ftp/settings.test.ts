/**
 * Real servers with settings that are not those of the other tests: nothing overwritten, local time, names from before
 * UTF-8, hidden names. What the scripted server plays is held against them here.
 */
import { mkdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { StoreEntry } from '../../../src/plugin-api.ts';
import type { RunningServer } from '../../servers/index.ts';
import { ended, failure, open, realServers, signal, source, startReal, textOf } from './support.ts';

/** The name "süß" in Latin-1, on the server's disk. */
function oldName({ root }: RunningServer): Buffer {
  return Buffer.concat([Buffer.from(`${root}/`), Buffer.from('süß', 'latin1')]);
}

describe('ftp: settings of real servers', () => {
  afterEach(ended);

  it('proftpd with AllowOverwrite off: renames refuse, writes and torn files go all the same', async function () {
    const extra = ['<Directory />', 'AllowOverwrite off', '</Directory>'];
    const server = await startReal(this, 'proftpd', { extra });
    const { transport } = await open(server);
    await transport.write('a', source('a'), signal);
    await transport.write('b', source('b'), signal);
    const error = await failure(transport.rename('a', 'b', signal));
    expect(error.kind, error.message).to.equal('exists');
    expect(await textOf(transport, 'a')).to.equal('a');
    expect(await textOf(transport, 'b')).to.equal('b');
    await transport.write('b', source('second'), signal);
    expect(await textOf(transport, 'b')).to.equal('second');
    await transport.write('torn', source('half '), signal);
    await transport.resume?.('torn', source('half and half'), 5, signal);
    expect(await textOf(transport, 'torn')).to.equal('half and half');
  });

  for (const name of realServers) {
    it(`${name}: as it comes, a rename replaces a file whole, while it is read`, async function () {
      const server = await startReal(this, name);
      const { transport } = await open(server);
      const contents = ['a', 'b'].map((letter) => letter.repeat(60_000));
      await transport.write('file', source(contents[0] ?? ''), signal);
      let writing = true;
      const replace = async (): Promise<void> => {
        for (let round = 1; round <= 20; round += 1) {
          await transport.write('new', source(contents[round % 2] ?? ''), signal);
          await transport.rename('new', 'file', signal);
        }
      };
      const read = async (): Promise<void> => {
        while (writing) expect(contents).to.include(await textOf(transport, 'file'));
      };
      const stop = (): void => {
        writing = false;
      };
      await Promise.all([replace().finally(stop), read()]);
    });

    it(`${name}: names from before UTF-8 are seen with encoding: latin1, and prove nothing without`, async function () {
      const server = await startReal(this, name);
      await mkdir(join(server.root, 'directory'));
      await writeFile(oldName(server), 'old');
      const plain = await open(server);
      expect((await plain.transport.list('', signal)).complete).to.equal(false);
      expect(plain.logged.join()).to.contain('encoding: latin1');
      const { transport } = await open(server, { encoding: 'latin1' });
      const { entries, complete } = await transport.list('', signal);
      expect(complete).to.equal(true);
      expect(entries.map((entry) => entry.name).sort()).to.deep.equal(['directory', 'süß']);
      expect(await textOf(transport, 'süß')).to.equal('old');
      await transport.write('Öl', source('new'), signal);
      expect(
        await readFile(Buffer.from(`${server.root}/Öl`, 'latin1'), 'utf8'),
        'the bytes on the disk',
      ).to.equal('new');
      await transport.rename('süß', 'Ärger', signal);
      await transport.remove('Öl', signal);
      await failure(transport.read('süß', 0, signal));
      expect(await textOf(transport, 'Ärger')).to.equal('old');
    });
  }

  for (const [zone, TimesGMT] of [
    ['EST5EDT,M3.2.0,M11.1.0', 'off'],
    ['CET-1CEST,M3.5.0,M10.5.0', 'off'],
    ['CET-1CEST,M3.5.0,M10.5.0', 'on'],
  ] as const) {
    it(`proftpd in zone ${zone}, TimesGMT ${TimesGMT}: times stand still, and are what was given`, async function () {
      const server = await startReal(this, 'proftpd', {
        extra: [`SetEnv TZ ${zone}`, `TimesGMT ${TimesGMT}`],
      });
      const { transport } = await open(server);
      for (const time of [Date.UTC(2025, 0, 1, 0, 30, 7), Date.UTC(2025, 6, 1, 12, 34, 56)]) {
        const written = await transport.write('file', source('x', time), signal);
        expect(written.modified).to.equal(time);
        const { stamp } = (await transport.look('file', signal)) as StoreEntry;
        expect(stamp.modified).to.equal(time);
        const { entries } = await transport.list('', signal);
        expect(entries[0]?.stamp.modified, 'listed').to.equal(time);
      }
    });
  }

  it('vsftpd in local time: times stand still, and are what was given', async function () {
    const server = await startReal(this, 'vsftpd', { extra: ['use_localtime=YES'] });
    const { transport } = await open(server);
    const time = Date.UTC(2025, 6, 1, 12, 34, 56);
    expect((await transport.write('file', source('x', time), signal)).modified).to.equal(time);
    await utimes(join(server.root, 'file'), time / 1000 + 60, time / 1000 + 60);
    const { stamp } = (await transport.look('file', signal)) as StoreEntry;
    expect(stamp.modified).to.equal(time + 60_000);
  });
});
