/**
 * Symbolic links on the store: told as what they are, and never followed, on servers that would follow them.
 */
import { mkdir, readFile, readdir, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Transport } from '../../../src/plugin-api.ts';
import type { SshServer } from '../../servers/index.ts';
import { giveToOwner } from '../../servers/harness.ts';
import { ended, failure, loginTo, open, serverNames, signal, source, start } from './support.ts';

for (const name of serverNames) {
  describe(`sftp: links on ${name}`, () => {
    let server: SshServer;
    let transport: Transport;

    before(async function () {
      server = await start(this, name, { lives: true });
      const { root } = server;
      for (const directory of ['real', 'real/full', 'empty']) {
        await mkdir(join(root, directory));
        await giveToOwner(join(root, directory));
      }
      for (const file of ['real/full/inner', 'file']) {
        await writeFile(join(root, file), 'kept');
        await giveToOwner(join(root, file));
      }
      const links = { toDirectory: 'real', toEmpty: 'empty', toFile: 'file', toNothing: 'nothing' };
      for (const [link, target] of Object.entries(links)) await symlink(target, join(root, link));
      await symlink('circle', join(root, 'circle'));
    });
    after(() => server.stop());
    beforeEach(async () => {
      transport = await open(loginTo(server));
    });
    afterEach(ended);

    const links = ['circle', 'toDirectory', 'toEmpty', 'toFile', 'toNothing'];

    async function untouched(): Promise<void> {
      expect((await readdir(server.root)).sort()).to.deep.equal(
        [...links, 'empty', 'file', 'real'].sort(),
      );
      expect(await readFile(join(server.root, 'file'), 'utf8')).to.equal('kept');
      expect(await readdir(join(server.root, 'real'))).to.deep.equal(['full']);
      expect(await readdir(join(server.root, 'real', 'full'))).to.deep.equal(['inner']);
    }

    it('are links to a look and in a listing', async () => {
      const { entries, complete } = await transport.list('', signal);
      expect(complete).to.equal(true);
      for (const link of links) {
        expect(entries.find((entry) => entry.name === link)?.kind, link).to.equal('link');
        expect(await transport.look(link, signal), link).to.have.property('kind', 'link');
      }
    });

    it('are refused in the place of a file or a directory, and nothing behind them changes', async () => {
      const attempts: Record<string, () => Promise<unknown>> = {
        list: () => transport.list('toDirectory', signal),
        'list in a circle': () => transport.list('circle', signal),
        read: () => transport.read('toFile', 0, signal),
        write: () => transport.write('toFile', source('x'), signal),
        'write to nothing': () => transport.write('toNothing', source('x'), signal),
        resume: async () => transport.resume?.('toFile', source('kept and more'), 4, signal),
        rename: () => transport.rename('toEmpty', 'renamed', signal),
        'rename onto one': () => transport.rename('file', 'toFile', signal),
        'rename a directory onto one': () => transport.rename('real', 'toEmpty', signal),
        removeDirectory: () => transport.removeDirectory('toEmpty', signal),
        makeDirectory: () => transport.makeDirectory('toNothing', signal),
        setModified: async () => transport.setModified?.('toFile', 1000, signal),
      };
      const time = (await stat(join(server.root, 'file'))).mtimeMs;
      for (const [what, attempt] of Object.entries(attempts)) {
        const { kind, operation } = await failure(attempt());
        expect(['denied', 'precondition', 'exists'], what).to.include(kind);
        expect(operation).to.equal(what.split(' ', 1)[0]);
        await untouched();
      }
      expect((await stat(join(server.root, 'file'))).mtimeMs).to.equal(time);
    });

    it('are refused on the way to something, and nothing behind them changes', async () => {
      const attempts: Record<string, () => Promise<unknown>> = {
        list: () => transport.list('toDirectory/full', signal),
        look: () => transport.look('toDirectory/full', signal),
        read: () => transport.read('toDirectory/full/inner', 0, signal),
        write: () => transport.write('toDirectory/new', source('x'), signal),
        rename: () => transport.rename('toDirectory/full', 'renamed', signal),
        'rename into': () => transport.rename('file', 'toDirectory/new', signal),
        remove: () => transport.remove('toDirectory/full/inner', signal),
        removeDirectory: () => transport.removeDirectory('toDirectory/full', signal),
        makeDirectory: () => transport.makeDirectory('toDirectory/new', signal),
        setModified: async () => transport.setModified?.('toDirectory/full/inner', 1000, signal),
      };
      for (const [what, attempt] of Object.entries(attempts)) {
        const error = await failure(attempt());
        expect(error.kind, what).to.equal('denied');
        expect(error.message, what).to.contain('toDirectory is a symbolic link');
        await untouched();
      }
      const results = await transport.batch?.(
        [
          { operation: 'look', path: 'toDirectory/full' },
          { operation: 'makeDirectory', path: 'toDirectory/new' },
          { operation: 'remove', path: 'toDirectory/full/inner' },
        ],
        signal,
      );
      expect(results?.map((result) => !result.ok && result.error.kind)).to.deep.equal([
        ...['denied', 'denied', 'denied'],
      ]);
      await untouched();
    });

    it('are removed as what they are', async () => {
      const extra = join(server.root, 'extra');
      await symlink('real', extra);
      await transport.remove('extra', signal);
      await untouched();
    });
  });
}
