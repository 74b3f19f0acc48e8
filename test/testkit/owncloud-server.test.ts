/**
 * The scripted ownCloud answers as a real one was recorded to. Asked by plain HTTP, since a client under test would hide what
 * it does. Its traps have a file of their own.
 */
import { createHash } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { expect } from 'chai';
import { Asking, etagIn, properties, timed } from './owncloud-asking.ts';

let dav: Asking;

describe('the scripted ownCloud', () => {
  beforeEach(async () => {
    dav = await Asking.start();
  });
  afterEach(() => dav.server.stop());

  it('says who it is, and lets nobody in without a password', async () => {
    const status = await (await fetch(`${dav.server.origin}/status.php`)).json();
    expect(status).to.include({ productname: 'ownCloud', maintenance: false, installed: true });
    const refused = await fetch(dav.server.url, { method: 'PROPFIND' });
    expect(refused.status).to.equal(401);
    expect(refused.headers.get('www-authenticate')).to.match(/^Basic /);
  });

  it('tells of a file its ETag, id and three checksums, in the answer to the PUT too', async () => {
    const made = await dav.put('a%20b.txt', 'text', timed(1_600_000_000.9));
    expect(made.status).to.equal(201);
    expect(made.headers.get('x-oc-mtime')).to.equal('accepted');
    const text = await dav.look('a%20b.txt');
    expect(made.headers.get('etag')).to.equal(`"${etagIn(text) ?? ''}"`);
    expect(text).to.include(`<oc:id>${made.headers.get('oc-fileid') ?? ''}</oc:id>`);
    expect(text).to.include('<d:getlastmodified>Sun, 13 Sep 2020 12:26:40 GMT<');
    const sha = createHash('sha1').update('text').digest('hex');
    expect(text).to.match(new RegExp(`<oc:checksum>SHA1:${sha} MD5:\\w{32} ADLER32:\\w{8}<`));
    expect((await dav.put('a%20b.txt', 'other')).status).to.equal(204);
  });

  it('tells only the usual properties unless asked by name', async () => {
    await dav.put('file', 'x');
    const { text } = await dav.ask('PROPFIND', 'file', { headers: { depth: '0' } });
    expect(text).to.include('getetag').and.not.to.include('oc:id').and.not.to.include('404');
    expect((await dav.ask('PROPFIND', '', { headers: { depth: 'infinity' } })).status).to.equal(
      412,
    );
    const { text: odd } = await dav.ask('PROPFIND', 'file', {
      body: '<propfind xmlns="DAV:"><prop><displayname/></prop></propfind>',
    });
    expect(odd).to.include('404 Not Found').and.to.include('displayname');
  });

  it('writes hrefs with small letters in escapes, and folders with a slash', async () => {
    await dav.ask('MKCOL', 'd%C3%A9%3A');
    expect(await dav.look('', '1')).to.include(
      '<d:href>/remote.php/dav/files/test/d%c3%a9:/</d:href>',
    );
  });

  it('raises the ETag of every folder above a change, and gives them all the same', async () => {
    for (const path of ['a', 'a/b', 'a/b/c', 'z']) await dav.ask('MKCOL', path);
    const root = () => dav.server.files.etag('');
    const seen = new Set([root()]);
    const changes: (() => Promise<unknown>)[] = [
      () => dav.put('a/b/c/file', 'one'),
      () => dav.put('a/b/c/file', 'one'),
      () => dav.ask('MKCOL', 'a/b/c/d'),
      () => dav.move('a/b/c/file', 'a/b/c/d/file'),
      () => dav.ask('DELETE', 'a/b/c/d/file'),
    ];
    const aside = dav.server.files.etag('z');
    for (const [at, change] of changes.entries()) {
      await change();
      expect(seen.has(root()), `change ${String(at)}`).to.equal(false);
      expect(dav.server.files.etag('a/b')).to.equal(root());
      seen.add(root());
    }
    expect(dav.server.files.etag('z')).to.equal(aside);
    const moved = dav.server.files.etag('a/b');
    await dav.move('a/b', 'z/b');
    expect(dav.server.files.etag('z/b')).to.equal(moved);
    expect(seen.has(dav.server.files.etag('a'))).to.equal(false);
    expect(dav.server.files.etag('z')).to.equal(root());
  });

  it('keeps the old content when a checksum is wrong, and knows SHA1 and MD5 alone', async () => {
    await dav.put('file', 'old');
    const sum = (name: string) => `${name}:${createHash('md5').update('new').digest('hex')}`;
    for (const wrong of [`SHA1:${'0'.repeat(40)}`, sum('md5'), `ADLER32:00000000`]) {
      expect((await dav.put('file', 'new', { 'oc-checksum': wrong })).status).to.equal(400);
    }
    expect(Buffer.from(dav.server.files.read('file') ?? []).toString()).to.equal('old');
    expect((await dav.put('file', 'new', { 'oc-checksum': sum('MD5') })).status).to.equal(204);
  });

  it('takes any X-OC-MTime, and makes 0 of what is no number', async () => {
    for (const value of ['abc', '0x12', '']) {
      expect(
        (await dav.put('file', value, { 'x-oc-mtime': value })).headers.get('x-oc-mtime'),
      ).to.equal('accepted');
    }
    expect(await dav.look('file')).not.to.include('<d:getlastmodified>');
  });

  it('sets a time by a number; a date makes it 0, and the checksum is gone', async () => {
    await dav.put('file', 'x');
    const patch = (value: string, name = 'lastmodified') =>
      dav.ask('PROPPATCH', 'file', {
        body: `<d:propertyupdate xmlns:d="DAV:"><d:set><d:prop><d:${name}>${value}</d:${name}></d:prop></d:set></d:propertyupdate>`,
      });
    expect((await patch('1600000000')).text).to.include('200 OK');
    expect(await dav.look('file'))
      .to.include('Sun, 13 Sep 2020')
      .and.not.to.include('SHA1');
    expect((await patch('Sun, 13 Sep 2020 12:26:40 GMT')).text).to.include('200 OK');
    expect(await dav.look('file')).not.to.include('<d:getlastmodified>');
    expect((await patch('1', 'getlastmodified')).text).to.include('403 Forbidden');
  });

  it('refuses as recorded: parents, folders, ranges, preconditions', async () => {
    await dav.ask('MKCOL', 'folder');
    await dav.put('file', 'x');
    const status = async (...asked: Parameters<Asking['ask']>) => (await dav.ask(...asked)).status;
    expect(await status('PUT', 'missing/file', { body: 'x' })).to.equal(409);
    expect(await status('PUT', 'folder', { body: 'x' })).to.equal(409);
    expect(
      await status('PUT', 'file', { body: 'x', headers: { 'content-range': 'bytes 0-0/1' } }),
    ).to.equal(400);
    expect(await status('MKCOL', 'folder')).to.equal(405);
    expect(await status('MKCOL', 'missing/folder')).to.equal(409);
    expect(await status('DELETE', 'missing')).to.equal(404);
    const none = { headers: { 'if-none-match': '*' }, body: 'x' };
    expect(await status('PUT', 'file', none)).to.equal(412);
    expect(await status('PUT', 'other', none)).to.equal(201);
    expect(await status('PUT', 'file', { body: 'y', headers: { 'if-match': '"wrong"' } })).to.equal(
      412,
    );
    expect((await dav.move('file', 'other', { overwrite: 'F' })).status).to.equal(412);
    expect((await dav.move('missing', 'new')).status).to.equal(404);
    expect((await dav.move('file', 'missing/file')).status).to.equal(409);
    expect((await dav.move('file', 'file')).status).to.equal(403);
    expect((await dav.move('folder', 'folder/inside')).status).to.equal(409);
    const guard = (etag: string) => ({ if: `<${dav.server.url}other> (["${etag}"])` });
    expect((await dav.move('file', 'other', guard('wrong'))).status).to.equal(412);
    expect(
      (await dav.move('file', 'other', guard(dav.server.files.etag('other') ?? ''))).status,
    ).to.equal(204);
  });

  it('reads parts of files, and tells the checksum twice in a HEAD', async () => {
    await dav.put('file', '0123456789');
    const part = (range: string) => dav.ask('GET', 'file', { headers: { range } });
    expect(await part('bytes=2-4')).to.include({ status: 206, text: '234' });
    expect(await part('bytes=7-')).to.include({ status: 206, text: '789' });
    expect(await part('bytes=-2')).to.include({ status: 206, text: '89' });
    expect((await part('bytes=10-')).status).to.equal(416);
    expect((await dav.ask('GET', 'file')).headers.get('oc-checksum')).to.match(/^SHA1:\w{40}$/);
    expect((await dav.ask('HEAD', 'file')).headers.get('oc-checksum')).to.match(
      /^(SHA1:\w{40}), \1$/,
    );
  });

  it('joins chunks by number, and leaves them when that fails', async () => {
    const chunks = (path: string) => `${dav.server.origin}/remote.php/dav/uploads/test/one/${path}`;
    expect((await dav.ask('MKCOL', chunks(''))).status).to.equal(201);
    expect((await dav.ask('MKCOL', chunks(''))).status).to.equal(405);
    for (let chunk = 11; chunk >= 0; chunk--) {
      const body = String.fromCharCode(97 + chunk);
      expect((await dav.ask('PUT', chunks(String(chunk)), { body })).status).to.equal(201);
    }
    expect((await dav.ask('PROPFIND', chunks(''), { body: properties })).text).to.include(
      '/one/11<',
    );
    const join = (headers: Record<string, string>) =>
      dav.ask('MOVE', chunks('.file'), {
        headers: { destination: `${dav.server.url}big`, ...headers },
      });
    expect((await join({ 'oc-total-length': '13' })).text).to.include('do not sum up');
    expect((await join({ 'oc-checksum': `SHA1:${'0'.repeat(40)}` })).status).to.equal(400);
    expect((await join({ 'if-match': '*' })).status).to.equal(412);
    const joined = await join({ 'oc-total-length': '12', 'x-oc-mtime': '1600000000' });
    expect(joined.status).to.equal(201);
    expect(joined.headers.get('etag')).to.equal(`"${dav.server.files.etag('big') ?? ''}"`);
    expect((await dav.ask('GET', 'big')).text).to.equal('abcdefghijkl');
    expect((await join({})).status).to.equal(404);
  });

  it('stores nothing of a body that is cut off', async () => {
    await new Promise<void>((resolve) => {
      const authorization = `Basic ${Buffer.from('test:test').toString('base64')}`;
      const cut = httpRequest(new URL('cut', dav.server.url), {
        ...{ method: 'PUT', headers: { authorization, 'content-length': '1000' } },
      });
      cut.on('error', () => {
        resolve();
      });
      cut.write('half', () => setTimeout(() => cut.destroy(), 20));
    });
    expect((await dav.ask('GET', 'cut')).status).to.equal(404);
  });

  it('keeps what is deleted and replaced', async () => {
    await dav.put('file', 'one');
    await dav.put('file', 'two');
    await dav.put('new', 'three');
    await dav.move('new', 'file');
    await dav.ask('DELETE', 'file');
    expect(dav.server.versions).to.equal(1);
    expect(dav.server.trash).to.deep.equal(['file', 'file']);
  });

  it('is full at its quota, and can be in maintenance', async () => {
    await dav.server.stop();
    dav = await Asking.start({ quota: 10 });
    expect((await dav.put('file', '0123456')).status).to.equal(201);
    expect((await dav.put('more', '0123456')).status).to.equal(507);
    dav.server.maintenance = true;
    expect((await dav.put('file', 'x')).status).to.equal(503);
    expect(await (await fetch(`${dav.server.origin}/status.php`)).json()).to.include({
      maintenance: true,
    });
  });

  it('fails as the script says: before the deed, after it, in place of it, long after it', async () => {
    const lost = async () => {
      const outcome = await dav.put('file', 'x').catch(() => 'lost');
      expect(outcome).to.equal('lost');
    };
    dav.server.setScript(() => ({ hangUp: 'before' }));
    await lost();
    expect(dav.server.files.names('')).to.deep.equal([]);
    dav.server.setScript(() => ({ hangUp: 'after' }));
    await lost();
    expect(dav.server.files.names('')).to.deep.equal(['file']);
    dav.server.setScript(() => ({ instead: { status: 418 } }));
    expect((await dav.ask('DELETE', 'file')).status).to.equal(418);
    dav.server.setScript(() => ({ answer: { status: 504 }, late: 30 }));
    expect((await dav.ask('DELETE', 'file')).status).to.equal(504);
    expect(dav.server.files.names('')).to.deep.equal(['file']);
    await new Promise((resolve) => setTimeout(resolve, 80));
    expect(dav.server.files.names('')).to.deep.equal([]);
  });
});
