/** What the plugin does on ownCloud beyond WebDAV, and what it must not do there. */
import { expect } from 'chai';
import type { Transport } from '../../../src/plugin-api.ts';
import { Bench, failure, sha1, signal, sourceOf, textSource } from './owncloud-support.ts';

const modified = Date.UTC(2020, 8, 13, 12, 26, 40);

describe('webdav on ownCloud', () => {
  let bench: Bench;
  let store: Transport;

  beforeEach(async () => {
    bench = await Bench.start();
    store = await bench.open();
    bench.server.forget();
  });

  afterEach(() => bench.end());

  it('is recognised by address, status.php and ids', () => {
    expect(bench.logged.join()).to.include('ownCloud 11.0.0');
    expect(store.capabilities).to.include({ wholeTree: 'etags', modified: 'set', ids: true });
    expect(store.capabilities).to.include({ etag: 'weak', unicode: 'nfc', nameBytes: 227 });
    expect(store.capabilities.renameOnto.directory).to.equal('unknown');
  });

  it('is not what another product, another address, or no status.php say', async () => {
    const status = (text: string) => ({ instead: { status: 200, text } });
    for (const text of [
      '{"productname":"Infinite Scale","versionstring":"7.0.0"}',
      '<html>a page for everything</html>',
      '{"productname":"ownCloud"}',
    ]) {
      bench.server.setScript(({ path }) => (path === '/status.php' ? status(text) : undefined));
      const other = await bench.open();
      expect(other.capabilities, text).not.to.have.property('wholeTree');
      expect(other.capabilities.modified).to.equal('read');
    }
  });

  it('sends time and checksum along, and needs no question to know what is stored', async () => {
    let sent: Record<string, unknown> = {};
    bench.server.setScript(({ headers }) => {
      sent = headers;
      return undefined;
    });
    const stamp = await store.write('file', textSource('text', modified + 789), signal);
    expect(sent['oc-checksum']).to.equal(`SHA1:${sha1('text')}`);
    expect(sent['x-oc-mtime']).to.equal(String(modified / 1000));
    expect(bench.server.requests).to.have.length(1);
    const seen = await store.look('file', signal);
    expect(seen).to.deep.equal({ kind: 'file', stamp });
    expect(stamp).to.include({ size: 4, modified, checksum: `SHA1:${sha1('text')}` });
  });

  it('asks what time was kept when the answer does not say that ours was', async () => {
    bench.server.setScript(({ method }) =>
      method === 'PUT' ? { answer: { status: 201, headers: { etag: '"x"' } } } : undefined,
    );
    const stamp = await store.write('file', textSource('text', modified), signal);
    expect(stamp).to.deep.include({ size: 4, modified });
    expect(stamp.etag).not.to.equal('x');
    expect(bench.asked('PROPFIND')).to.have.length(1);
  });

  it('content that is not what was announced is refused by the server, and corrupt', async () => {
    await store.write('file', textSource('old'), signal);
    const turned = sourceOf(Buffer.from('new'), {
      contents: [Buffer.from('new'), Buffer.from('not')],
    });
    expect(await failure(store.write('file', turned, signal))).to.include({ kind: 'corrupt' });
    expect(Buffer.from(bench.server.files.read('file') ?? []).toString()).to.equal('old');
  });

  it('tells ids that stay through a rename, checksums, and ETags of folders', async () => {
    await store.makeDirectory('folder', signal);
    const { id } = await store.write('folder/file', textSource('text'), signal);
    await store.rename('folder/file', 'folder/renamed', signal);
    const { entries, etag } = await store.list('folder', signal);
    expect(entries[0]?.stamp).to.include({ id, checksum: `SHA1:${sha1('text')}` });
    const [folder] = (await store.list('', signal)).entries;
    expect(folder?.stamp.etag).to.equal(etag).and.to.equal(bench.server.files.etag('folder'));
  });

  it('trusts no ETag of a folder on mounted storage', async () => {
    const property = (name: string, value: string) => `<d:${name}>${value}</d:${name}>`;
    const response = (href: string, permissions: string) =>
      `<d:response><d:href>/remote.php/dav/files/test/${href}</d:href><d:propstat><d:prop>` +
      `${property('resourcetype', '<d:collection/>')}${property('getetag', '&quot;e1&quot;')}` +
      `<o:permissions xmlns:o="http://owncloud.org/ns">${permissions}</o:permissions>` +
      '</d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>';
    const text = `<d:multistatus xmlns:d="DAV:">${response('', 'RDNVCK')}${response('own/', 'RDNVCK')}${response('mounted/', 'RDNVCKM')}</d:multistatus>`;
    bench.server.setScript(() => ({ instead: { status: 207, text } }));
    const { entries } = await store.list('', signal);
    expect(entries.map(({ name, stamp }) => [name, stamp.etag])).to.deep.equal([
      ['own', 'e1'],
      ['mounted', undefined],
    ]);
  });

  it('sets a time by number, and notices a server that does not', async () => {
    await store.write('file', textSource('text'), signal);
    await store.setModified?.('file', modified, signal);
    const seen = await store.look('file', signal);
    expect(seen === 'absent' ? undefined : seen.stamp).to.include({ modified });
    bench.server.setScript(() => ({
      instead: {
        status: 207,
        text:
          '<d:multistatus xmlns:d="DAV:"><d:response><d:href>/file</d:href><d:propstat><d:prop><d:lastmodified/>' +
          '</d:prop><d:status>HTTP/1.1 403 Forbidden</d:status></d:propstat></d:response></d:multistatus>',
      },
    }));
    const refused = failure(Promise.resolve(store.setModified?.('file', modified, signal)));
    expect(await refused).to.include({ kind: 'unsupported' });
  });

  it('names that it cannot keep are refused before anything is sent', async () => {
    const names = [
      ...['.htaccess', '.HTaccess', 'a.part', 'a.filepart', 'back\\slash', '*', 'bell\u0007'],
      ...['cafe\u0301', 'n'.repeat(228), 'folder.part/file', 'é'.repeat(114)],
    ];
    for (const name of names) {
      expect(store.refuses?.(name), name).to.be.a('string');
      const kind = { kind: 'invalid-name' };
      expect(await failure(store.write(name, textSource('x'), signal)), name).to.include(kind);
      expect(await failure(store.makeDirectory(name, signal)), name).to.include(kind);
      expect(await failure(store.rename('file', name, signal)), name).to.include(kind);
    }
    for (const name of ['.ownsync', 'caf\u00e9', 'n'.repeat(227), 'CON', 'trailing. ', 'apart']) {
      expect(store.refuses?.(name), name).to.equal(undefined);
    }
    expect(bench.server.requests).to.deep.equal([]);
  });

  it('keeps its session: the password is hashed once', async () => {
    const again = await bench.open();
    bench.server.forget();
    for (let at = 0; at < 10; at++) {
      await again.write(`file ${String(at)}`, textSource('x'), signal);
      await again.list('', signal);
    }
    expect(bench.server.passwordChecks).to.equal(0);
  });

  it('a lock is busy: a file that is read, and a folder in which one is, which is not moved', async () => {
    await store.makeDirectory('folder', signal);
    await store.write('folder/file', textSource('content'), signal);
    bench.server.setScript(({ method }) => (method === 'GET' ? { holdAfter: 2 } : undefined));
    const { stream } = await store.read('folder/file', 0, signal);
    const busy = { kind: 'busy', outcome: 'not-done' };
    expect(await failure(store.write('folder/file', textSource('x'), signal))).to.include(busy);
    expect(await failure(store.rename('folder', 'moved', signal))).to.include(busy);
    bench.server.release();
    const read: Uint8Array[] = [];
    for await (const chunk of stream) read.push(chunk);
    expect(Buffer.concat(read).toString()).to.equal('content');
    await store.rename('folder', 'moved', signal);
  });

  it('maintenance is busy, a full account is no-space', async () => {
    bench.server.maintenance = true;
    expect(await failure(store.list('', signal))).to.include({ kind: 'busy' });
    const small = await Bench.start({ quota: 3 });
    const full = await small.open();
    expect(await full.space?.(signal)).to.equal(3);
    expect(await failure(full.write('file', textSource('text'), signal))).to.include({
      kind: 'no-space',
    });
    await small.end();
  });

  it('removes a directory of ours with one request', async () => {
    await store.makeDirectory('tree', signal);
    await store.write('tree/file', textSource('x'), signal);
    bench.server.forget();
    await store.removeTree?.('tree', signal);
    expect(bench.server.requests).to.have.length(1);
    expect(await store.look('tree', signal)).to.equal('absent');
    expect(await failure(Promise.resolve(store.removeTree?.('', signal)))).to.include({
      kind: 'denied',
    });
  });
});
