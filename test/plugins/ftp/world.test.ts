/**
 * The plugin on servers that are not like the three real ones, each oddity alone: lists in the manner of Windows and of old
 * Unix, hidden and capped listings, other letters, other clocks, addresses of another network, nothing replaced.
 */
import { writeFileSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { StoreEntry, Transport } from '../../../src/plugin-api.ts';
import { ftpPersonalities, type FtpServer } from '../../../src/testkit/index.ts';
import { ended, failure, open, scripted, signal, source, textOf } from './support.ts';

const summer = Date.UTC(2025, 6, 1, 12, 34, 56);
const winter = Date.UTC(2025, 0, 1, 0, 30, 7);

async function namesAt(transport: Transport, path = ''): Promise<string[]> {
  const { entries, complete } = await transport.list(path, signal);
  expect(complete, 'complete').to.equal(true);
  return entries.map(({ name }) => name).sort();
}

async function timeAt(transport: Transport, path: string): Promise<number | undefined> {
  const found = (await transport.look(path, signal)) as StoreEntry;
  return found.stamp.modified;
}

function putMany(server: FtpServer, count: number): Promise<unknown> {
  const names = Array.from({ length: count }, (_, at) => `file ${String(100 + at)}`);
  return Promise.all(names.map((name) => writeFile(join(server.root, name), 'x')));
}

describe('ftp: lists without MLSD', () => {
  afterEach(ended);

  for (const listStyle of ['unix', 'unix-no-group', 'dos'] as const) {
    it(`${listStyle}: names, kinds and sizes`, async () => {
      const server = await scripted({ quirks: { mlsd: false, listStyle } });
      const { transport } = await open(server);
      await mkdir(join(server.root, 'directory 2 of 3'));
      await writeFile(join(server.root, '12 34 file'), 'four');
      await writeFile(join(server.root, '.hidden'), 'x');
      const { entries, complete } = await transport.list('', signal);
      const told = entries.map(({ name, kind, stamp }) => `${kind} ${name} ${stamp.size ?? ''}`);
      expect(told.sort()).to.deep.equal([
        'directory directory 2 of 3 ',
        'file .hidden 1',
        'file 12 34 file 4',
      ]);
      expect(complete).to.equal(true);
    });
  }

  for (const minusA of ['missing-name', 'empty-pattern'] as const) {
    it(`"-a" as ${minusA}: asked once, then without, in directories with and without content`, async () => {
      const server = await scripted({ quirks: { ...ftpPersonalities.iis, minusA } });
      const { transport } = await open(server);
      expect(await namesAt(transport), 'an empty root').to.deep.equal([]);
      await transport.makeDirectory('empty', signal);
      await transport.write('.dotted', source('x'), signal);
      expect(await namesAt(transport)).to.deep.equal(['.dotted', 'empty']);
      const before = server.commands.get('LIST') ?? 0;
      expect(await namesAt(transport, 'empty')).to.deep.equal([]);
      expect(await namesAt(transport)).to.deep.equal(['.dotted', 'empty']);
      expect((server.commands.get('LIST') ?? 0) - before, 'commands for two listings').to.equal(2);
    });
  }

  it('what appears between two listings is no proof that "-a" is not understood', async () => {
    const server = await scripted({ quirks: { mlsd: false } });
    const { transport } = await open(server);
    server.setScript(({ verb, count }) => {
      if (verb !== 'LIST' || count !== 2) return undefined;
      for (const name of ['.hidden', 'shown']) writeFileSync(join(server.root, name), 'x');
      return undefined;
    });
    expect(await namesAt(transport)).to.deep.equal(['.hidden', 'shown']);
    expect(await namesAt(transport)).to.deep.equal(['.hidden', 'shown']);
    expect(server.commands.get('LIST')).to.equal(4);
  });

  it('on Windows a dotted name that is missing is absent, also where nothing is listed', async () => {
    const { transport } = await open(await scripted({ quirks: ftpPersonalities.iis }));
    expect(await transport.look('.ownsync/format.json', signal)).to.equal('absent');
    expect(await transport.look('.ownsync', signal)).to.equal('absent');
  });

  it('without FEAT, times are told all the same', async () => {
    const server = await scripted({ quirks: ftpPersonalities['old-unix'] });
    const { transport } = await open(server);
    expect(transport.capabilities).to.include({ modified: 'read', resume: false, ids: false });
    await writeFile(join(server.root, 'file'), 'x');
    await utimes(join(server.root, 'file'), summer / 1000, summer / 1000);
    expect(await timeAt(transport, 'file')).to.equal(summer);
  });
});

describe('ftp: hidden names', () => {
  afterEach(ended);

  it('are asked for with LIST -a where MLSD hides them', async () => {
    const server = await scripted({ quirks: ftpPersonalities['hidden-dots'] });
    const { transport, logged } = await open(server);
    await transport.makeDirectory('.ownsync', signal);
    await transport.write('.ownsync/format.json', source('x'), signal);
    await writeFile(join(server.root, 'shown'), 'x');
    expect(await namesAt(transport)).to.deep.equal(['.ownsync', 'shown']);
    expect(logged.join()).to.contain('MLSD hides names that begin with a dot');
    expect(await namesAt(transport)).to.deep.equal(['.ownsync', 'shown']);
    expect(server.commands.get('MLSD'), 'not asked again').to.equal(2);
  });

  it('are found out by a file below, made by another program', async () => {
    const server = await scripted({ quirks: ftpPersonalities['hidden-dots'] });
    await mkdir(join(server.root, '.ownsync'));
    await writeFile(join(server.root, '.ownsync', 'format.json'), 'x');
    const { transport } = await open(server);
    expect(await transport.look('.ownsync/format.json', signal)).to.have.property('kind', 'file');
    expect(await namesAt(transport)).to.deep.equal(['.ownsync']);
  });

  for (const mlsd of [true, false]) {
    it(`shown by nothing: refused with the way on (MLSD: ${String(mlsd)})`, async () => {
      const server = await scripted({
        quirks: { mlsd, dotFiles: mlsd ? 'only-with-a' : 'never' },
        script: ({ verb, argument }) =>
          verb === 'LIST' && argument.startsWith('-') ? { shortenTo: 0 } : undefined,
      });
      const { transport } = await open(server);
      await transport.makeDirectory('.ownsync', signal);
      await writeFile(join(server.root, 'shown'), 'x');
      const error = await failure(transport.list('', signal));
      expect(error.kind).to.equal('unsupported');
      expect(error.message).to.match(/hides \.ownsync .*force_dot_files=YES.*ListOptions/);
      await transport.removeDirectory('.ownsync', signal);
      expect(await namesAt(transport), 'nothing is hidden any more').to.deep.equal(['shown']);
    });
  }
});

describe('ftp: listings that stop without a word', () => {
  afterEach(ended);

  for (const mlsd of [true, false]) {
    it(`are not complete where a file is known by name (MLSD: ${String(mlsd)})`, async () => {
      const server = await scripted({ quirks: { mlsd, listLimit: 20, silentLimit: true } });
      const { transport } = await open(server);
      await putMany(server, 20);
      expect((await transport.list('', signal)).complete).to.equal(true);
      await transport.write('z', source('the last one'), signal);
      const { entries, complete } = await transport.list('', signal);
      expect(complete).to.equal(false);
      expect(entries).to.have.length(20);
      await transport.remove('z', signal);
      expect((await transport.list('', signal)).complete, 'after its removal').to.equal(true);
    });
  }

  it('a renamed file and a made directory are known by name as well, and a moved one no more', async () => {
    const server = await scripted({ quirks: { listLimit: 20, silentLimit: true } });
    const { transport } = await open(server);
    await putMany(server, 19);
    await transport.write('a', source('x'), signal);
    await transport.rename('a', 'z', signal);
    await putMany(server, 20);
    expect((await transport.list('', signal)).complete).to.equal(false);
    await transport.makeDirectory('directory', signal);
    await transport.rename('z', 'directory/z', signal);
    expect(await namesAt(transport, 'directory')).to.deep.equal(['z']);
    const looks = server.commands.get('MLST');
    expect(await transport.list('', signal)).to.have.property('complete', true);
    expect(server.commands.get('MLST'), 'what is known to be gone is not looked for').to.equal(
      looks,
    );
    await transport.batch?.([{ operation: 'rename', from: 'directory/z', to: 'zz' }], signal);
    expect((await transport.list('', signal)).complete).to.equal(false);
  });

  it('a file that somebody removed, or put back meanwhile, does not make a listing incomplete', async () => {
    const server = await scripted();
    const { transport } = await open(server);
    await transport.write('gone', source('x'), signal);
    await transport.write('replaced', source('x'), signal);
    await rm(join(server.root, 'gone'));
    await rm(join(server.root, 'replaced'));
    server.setScript(({ verb, count }) => {
      if (verb === 'MLST' && count === 3) void writeFile(join(server.root, 'replaced'), 'y');
      return verb === 'MLST' && count === 3 ? { delay: 50 } : undefined;
    });
    expect((await transport.list('', signal)).complete).to.equal(true);
  });
});

describe('ftp: other letters', () => {
  afterEach(ended);
  const name = 'Äpfel süß, 5 “€”';

  it('Latin-1: what is written is read, listed, renamed and removed under its name', async () => {
    const server = await scripted({ quirks: ftpPersonalities.latin1 });
    const { transport } = await open(server, { encoding: 'latin1' });
    await writeFile(join(server.root, 'Größe'), 'theirs');
    await transport.makeDirectory('Öl', signal);
    await transport.write('Öl/süß', source('mine'), signal);
    expect(await readdir(join(server.root, 'Öl'))).to.deep.equal(['süß']);
    await transport.rename('Öl/süß', 'Ärger', signal);
    await transport.removeDirectory('Öl', signal);
    expect(await namesAt(transport)).to.deep.equal(['Größe', 'Ärger']);
    expect(await textOf(transport, 'Größe')).to.equal('theirs');
    expect(await textOf(transport, 'Ärger')).to.equal('mine');
    await transport.write(name, source('x'), signal);
    expect(await namesAt(transport)).to.deep.equal(['Größe', name, 'Ärger']);
  });

  it('Latin-1: a letter that it has not is refused, and sent to nobody', async () => {
    const server = await scripted({ quirks: ftpPersonalities.latin1 });
    const { transport } = await open(server, { encoding: 'latin1' });
    await transport.write('plain', source('x'), signal);
    const before = [...server.commands.values()].reduce((sum, count) => sum + count, 0);
    for (const other of ['Ελληνικά', 'cafe\u0301', '日本/file']) {
      for (const attempt of [
        () => transport.write(other, source('x'), signal),
        () => transport.makeDirectory(other, signal),
        () => transport.rename('plain', other, signal),
        () => transport.look(other, signal),
      ]) {
        expect((await failure(attempt())).kind, other).to.equal('invalid-name');
      }
    }
    expect([...server.commands.values()].reduce((sum, count) => sum + count, 0)).to.equal(before);
    expect(await readdir(server.root)).to.deep.equal(['plain']);
  });

  it('without UTF-8 in FEAT, UTF-8 is what is sent, and nothing is asked for', async () => {
    const server = await scripted({ quirks: ftpPersonalities.latin1 });
    const { transport } = await open(server);
    await transport.write('süß', source('x'), signal);
    expect(await namesAt(transport)).to.deep.equal(['süß']);
    expect(server.commands.get('OPTS') ?? 0).to.equal(0);
  });

  it('a server that offers UTF-8 is told whether it is wanted', async () => {
    for (const [encoding, wanted] of [
      ['utf8', 'UTF8 ON'],
      ['latin1', 'UTF8 OFF'],
    ] as const) {
      const told: string[] = [];
      const server = await scripted({
        script: ({ verb, argument }) => {
          if (verb === 'OPTS') told.push(argument);
          return undefined;
        },
      });
      await open(server, { encoding });
      expect(told).to.include(wanted);
    }
  });

  it('names that are not UTF-8 leave their listing incomplete, and the log names the setting', async () => {
    const server = await scripted({ quirks: ftpPersonalities.latin1 });
    await writeFile(join(server.root, 'süß'), 'x');
    const { transport, logged } = await open(server);
    expect((await transport.list('', signal)).complete).to.equal(false);
    expect((await failure(transport.look('other', signal))).kind, 'not absent').to.equal('unknown');
    expect(logged).to.have.length(1);
    expect(logged[0]).to.contain('encoding: latin1');
  });

  it('a password keeps its letters in any encoding', async () => {
    for (const [encoding, password] of [
      ['utf8', 'pass süß €'],
      ['latin1', 'pass süß'],
    ] as const) {
      const charset = encoding;
      const server = await scripted({ password, quirks: { charset } });
      const { transport } = await open(server, { encoding });
      expect(await namesAt(transport)).to.deep.equal([]);
    }
  });
});

describe('ftp: other networks', () => {
  afterEach(ended);

  it('the private address of a PASV reply is not connected to', async () => {
    const server = await scripted({ quirks: ftpPersonalities.nat });
    const { transport } = await open(server);
    await transport.write('a', source('through the NAT'), signal);
    expect(await textOf(transport, 'a')).to.equal('through the NAT');
    expect(server.commands.get('PASV')).to.be.at.least(2);
  });
});

describe('ftp: nothing is replaced', () => {
  afterEach(ended);
  const quirks = ftpPersonalities['no-rename-over'];

  it('a rename onto a file or a directory is refused as "exists", and both stay', async () => {
    const { transport } = await open(await scripted({ quirks }));
    expect(transport.capabilities.renameOnto).to.deep.equal({
      file: 'unknown',
      directory: 'refuses',
    });
    await transport.write('a', source('a'), signal);
    await transport.write('b', source('b'), signal);
    await transport.makeDirectory('d', signal);
    expect((await failure(transport.rename('a', 'b', signal))).kind).to.equal('exists');
    expect((await failure(transport.rename('a', 'd', signal))).kind).to.equal('exists');
    expect(await textOf(transport, 'a')).to.equal('a');
    expect(await textOf(transport, 'b')).to.equal('b');
  });

  it('a file is written once more, and a torn one gone on with, all the same', async () => {
    const server = await scripted({ quirks });
    const { transport } = await open(server);
    await transport.write('a', source('first'), signal);
    await transport.write('a', source('second'), signal);
    expect(await textOf(transport, 'a')).to.equal('second');
    await writeFile(join(server.root, 'torn'), 'half ');
    await transport.resume?.('torn', source('half and half'), 5, signal);
    expect(await readFile(join(server.root, 'torn'), 'utf8')).to.equal('half and half');
  });

  it('where neither may be removed, nothing is lost and it is told', async () => {
    const server = await scripted({
      quirks,
      script: ({ verb }) => (verb === 'DELE' ? { instead: '550 Permission denied' } : undefined),
    });
    const { transport } = await open(server);
    await transport.write('a', source('first'), signal);
    const error = await failure(transport.write('a', source('second'), signal));
    expect(error.kind).to.equal('denied');
    expect(await textOf(transport, 'a')).to.equal('first');
  });
});

describe('ftp: other clocks', () => {
  afterEach(ended);

  it('times that are taken in another zone than told are given so that they are right', async () => {
    const server = await scripted({ quirks: ftpPersonalities['wrong-clock'] });
    const { transport, logged } = await open(server);
    for (const [name, time] of [
      ['summer', summer],
      ['winter', winter],
      ['summer again', summer + 1000],
    ] as const) {
      const written = await transport.write(name, source('x', time), signal);
      expect(written.modified, name).to.equal(time);
      expect(await timeAt(transport, name), name).to.equal(time);
    }
    await transport.setModified?.('summer', winter, signal);
    expect(await timeAt(transport, 'summer')).to.equal(winter);
    const batch = [winter, summer].map((modified, at) => {
      const path = at === 0 ? 'summer' : 'winter';
      return { operation: 'setModified', path, modified } as const;
    });
    await transport.batch?.(batch, signal);
    expect(await timeAt(transport, 'summer')).to.equal(winter);
    expect(await timeAt(transport, 'winter')).to.equal(summer);
    expect(logged.join()).to.contain('takes times').and.not.contain('another time');
  });

  it('a server that keeps no time it is given is found out once, and told truly', async () => {
    const server = await scripted({
      script: ({ verb }) => (verb === 'MFMT' ? { instead: '213 Modify=ok' } : undefined),
    });
    const { transport, logged } = await open(server);
    const told = await transport.write('a', source('x', summer), signal);
    const { mtimeMs } = await stat(join(server.root, 'a'));
    expect(told.modified).to.equal(Math.floor(mtimeMs / 1000) * 1000);
    await transport.write('b', source('x', summer), signal);
    expect(logged).to.have.length(1);
  });

  it('zones of LIST, and years it does not tell, make no difference', async () => {
    const zones = [() => 0, () => 14 * 60, () => -12 * 60];
    for (const listZone of zones) {
      const server = await scripted({ quirks: { mlsd: false, times: { listZone } } });
      await writeFile(join(server.root, 'file'), 'x');
      await utimes(join(server.root, 'file'), winter / 1000, winter / 1000);
      const { transport } = await open(server);
      const { entries } = await transport.list('', signal);
      expect(entries[0]?.stamp).to.deep.equal({ size: 1 });
      expect(await timeAt(transport, 'file')).to.equal(winter);
    }
  });
});
