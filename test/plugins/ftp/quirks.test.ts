/**
 * The plugin on servers that misbehave, played by the scripted server: each fault is one that real servers, or the lines
 * to them, have shown.
 */
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { ended, failure, open, scripted, signal, source, textOf } from './support.ts';

describe('ftp: odd servers', () => {
  afterEach(ended);

  it('replies in pieces of three bytes, from the greeting on', async () => {
    const server = await scripted({ script: () => ({ pieces: 3 }) });
    const { transport } = await open(server);
    await transport.write('a', source('content'), signal);
    expect(await textOf(transport, 'a')).to.equal('content');
    expect((await transport.list('', signal)).entries.map(({ name }) => name)).to.deep.equal(['a']);
  });

  it('falls back to PASV where EPSV is refused, and stays with it', async () => {
    const server = await scripted({ quirks: { epsv: false } });
    const { transport } = await open(server);
    for (const name of ['a', 'b', 'c']) await transport.write(name, source('x'), signal);
    expect(server.commands.get('EPSV')).to.equal(1);
    expect(server.commands.get('PASV')).to.equal(3);
  });

  it('falls back to PASV where the port of EPSV cannot be reached', async () => {
    const server = await scripted({
      script: ({ verb }) =>
        verb === 'EPSV' ? { answer: '229 Extended Passive Mode (|||1|)' } : undefined,
    });
    const { transport } = await open(server);
    await transport.write('a', source('x'), signal);
    expect(server.commands.get('PASV')).to.equal(1);
  });

  it('sets times by MFMT, by MDTM as vsftpd wants it, and by SITE UTIME', async () => {
    const modified = Date.UTC(2020, 1, 29, 12, 34, 56);
    for (const setTime of ['mfmt', 'mdtm', 'utime'] as const) {
      const server = await scripted({
        quirks: { setTime, reasons: false },
        script: ({ verb, argument }) => {
          if (setTime === 'mdtm' && verb === 'MDTM' && argument.length > 270) {
            return { instead: '550 Could not set file modification time.' };
          }
          return verb === 'SITE' && argument === 'HELP'
            ? { instead: '214-\r\n UTIME\r\n214 End' }
            : undefined;
        },
      });
      const { transport } = await open(server);
      expect(transport.capabilities.modified, setTime).to.equal('set');
      const stamp = await transport.write('a b', source('x', modified), signal);
      expect(stamp.modified, setTime).to.equal(modified);
    }
  });

  it('claims no times it cannot set, and none at all without MDTM', async () => {
    const reading = await open(await scripted({ quirks: { setTime: 'none' } }));
    expect(reading.transport.capabilities.modified).to.equal('read');
    expect(reading.transport.setModified).to.equal(undefined);
    const blind = await open(
      await scripted({ quirks: { setTime: 'none', mlsd: false, unknown: ['MDTM'] } }),
    );
    expect(blind.transport.capabilities.modified).to.equal('none');
  });

  it('says so when a server keeps another time than it was given', async () => {
    const server = await scripted({
      script: ({ verb }) => (verb === 'MFMT' ? { instead: '213 Modify=ok' } : undefined),
    });
    const { transport, logged } = await open(server);
    await transport.write('a', source('x', Date.UTC(2001, 1, 1)), signal);
    await transport.write('b', source('x', Date.UTC(2001, 1, 1)), signal);
    expect(logged).to.have.length(1);
    expect(logged[0]).to.contain('another time');
  });

  it('a listing that says it was truncated is not complete, nor one at a round limit', async () => {
    const server = await scripted({ quirks: { listLimit: 5 } });
    const { transport } = await open(server);
    for (let at = 0; at < 6; at++) await writeFile(join(server.root, `f${String(at)}`), '');
    const listing = await transport.list('', signal);
    expect(listing.complete).to.equal(false);
    expect(listing.entries).to.have.length(5);
  });

  it('what is missing in a cut listing is not absent', async () => {
    for (const mlsd of [true, false]) {
      const server = await scripted({
        quirks: { mlsd, reasons: false, listLimit: 2 },
      });
      const { transport } = await open(server);
      for (const name of ['a', 'b', 'c']) await writeFile(join(server.root, name), '');
      expect((await failure(transport.look('d', signal))).kind, `MLSD ${String(mlsd)}`).to.equal(
        'unknown',
      );
      expect((await failure(transport.remove('d', signal))).kind).to.equal('unknown');
    }
  });

  it('a hidden name is not absent because a listing hides it', async () => {
    const server = await scripted({
      quirks: { mlsd: false, reasons: false, dotFiles: 'never' },
      script: ({ verb, argument }) =>
        ['SIZE', 'CWD'].includes(verb) && argument.endsWith('.hidden')
          ? { instead: '550 Failed.' }
          : undefined,
    });
    const { transport } = await open(server);
    await writeFile(join(server.root, '.hidden'), '');
    expect((await failure(transport.look('.hidden', signal))).kind).to.equal('unknown');
    expect(await transport.look('.other', signal)).to.equal('absent');
    expect(await transport.look('other', signal)).to.equal('absent');
  });

  it('an empty LIST of a directory that is gone is not-found, not empty', async () => {
    const server = await scripted({
      quirks: { mlsd: false, reasons: false },
      script: ({ verb }) => (verb === 'LIST' ? { instead: '226 Directory send OK.' } : undefined),
    });
    const { transport } = await open(server);
    expect((await failure(transport.list('gone', signal))).kind).to.not.equal('unsupported');
  });

  it('a line of a listing that makes no sense leaves it incomplete', async () => {
    const server = await scripted({ quirks: { mlsd: false } });
    const { transport } = await open(server);
    await writeFile(join(server.root, 'good'), '');
    expect((await transport.list('', signal)).complete).to.equal(true);
    server.setScript(({ verb }) => (verb === 'LIST' ? { shortenTo: 30 } : undefined));
    expect(await transport.list('', signal)).to.have.property('complete', false);
  });

  it('a server that stores another name is found out, and nothing of it stays', async () => {
    const server = await scripted({
      quirks: {
        changeName: (name) => name.replace(/^\s|\s$/g, '_').replace(/\t/g, '_'),
      },
    });
    const { transport } = await open(server);
    await transport.write('_lead', source('somebody else'), signal);
    await transport.write('plain', source('mine'), signal);
    for (const name of [' lead', 'trail ', 'a\tb']) {
      const attempts = {
        write: () => transport.write(name, source('x'), signal),
        rename: () => transport.rename('plain', name, signal),
        makeDirectory: () => transport.makeDirectory(name, signal),
      };
      for (const [operation, attempt] of Object.entries(attempts)) {
        expect((await failure(attempt())).kind, `${operation} ${name}`).to.equal('invalid-name');
      }
    }
    expect((await readdir(server.root)).sort()).to.deep.equal(['_lead', 'plain']);
    expect(await textOf(transport, '_lead')).to.equal('somebody else');
  });

  it('a file stored under another name of any kind is no success', async () => {
    const server = await scripted({ quirks: { changeName: (name) => name.toLowerCase() } });
    const { transport } = await open(server);
    expect((await failure(transport.write('Upper', source('x'), signal))).kind).to.equal(
      'invalid-name',
    );
  });

  it('MKD that "succeeds" on an existing directory keeps its content', async () => {
    const server = await scripted({ quirks: { makeExisting: 'succeeds' } });
    const { transport } = await open(server);
    await transport.makeDirectory('d', signal);
    await transport.write('d/f', source('kept'), signal);
    await transport.makeDirectory('d', signal);
    expect(await textOf(transport, 'd/f')).to.equal('kept');
  });

  it('a link is told by MLSD, by LIST and by MLST', async () => {
    for (const mlsd of [true, false]) {
      const server = await scripted({ quirks: { mlsd } });
      await mkdir(join(server.root, 'd'));
      await symlink('d', join(server.root, 'link'));
      const { transport } = await open(server);
      const { entries } = await transport.list('', signal);
      expect(entries.map(({ name, kind }) => `${kind} ${name}`)).to.deep.equal([
        'directory d',
        'link link',
      ]);
      if (!mlsd) continue;
      const found = await transport.look('link', signal);
      expect(found === 'absent' ? found : found.kind).to.equal('link');
    }
  });
});
