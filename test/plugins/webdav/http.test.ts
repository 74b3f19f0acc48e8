/**
 * What HTTP can do to a store: redirects, destinations, cookies, and bodies that are cut or of another length.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { Cookies } from '../../../plugins/webdav/cookies.ts';
import {
  calm,
  content,
  directory,
  ended,
  failure,
  file,
  multistatus,
  openAt,
  scripted,
  sourceOf,
  startScript,
  textOf,
  told,
  type Reply,
  type Seen,
} from './support.ts';

describe('webdav: redirects', () => {
  afterEach(ended);

  it('to another origin are refused before anything went there', async () => {
    const other = await startScript(() => undefined);
    const script = await startScript(() => ({ status: 302, headers: { Location: other.url } }));
    const error = await failure(openAt(script.url, { token: 'tok-77' }));
    expect(error).to.include({ kind: 'denied' });
    expect(error.message).to.include(new URL(other.url).origin);
    expect(other.seen).to.deep.equal([]);
    expect(other.connections()).to.equal(0);
  });

  it('of every operation to another origin are refused likewise', async () => {
    const other = await startScript(() => undefined);
    const away: Reply = { status: 307, headers: { Location: `${other.url}x` } };
    const { transport } = await scripted(({ path }) => (path === '/dav/' ? undefined : away));
    for (const attempt of [
      () => transport.look('f', calm()),
      () => transport.read('f', 0, calm()),
      () => transport.write('f', sourceOf('hello'), calm()),
      () => transport.rename('f', 'g', calm()),
      () => transport.makeDirectory('d', calm()),
    ]) {
      expect((await failure(attempt())).kind).to.equal('denied');
    }
    expect(other.connections()).to.equal(0);
  });

  it('on the same origin are followed when looking and reading', async () => {
    const moved = ({ path }: Seen): Reply | undefined =>
      path.startsWith('/dav/f') ? { status: 301, headers: { Location: '/new/f' } } : undefined;
    const { transport } = await scripted((seen) => {
      if (seen.path !== '/new/f') return moved(seen);
      return seen.method === 'GET' ? content('hello') : multistatus([file('/dav/f')]);
    });
    expect(await transport.look('f', calm())).to.deep.include({ kind: 'file' });
    const { stream } = await transport.read('f', 0, calm());
    expect(await textOf(stream)).to.equal('hello');
  });

  it('of the root are taken over once', async () => {
    const { transport, script } = await scripted(({ path }) =>
      path === '/dav/'
        ? { status: 301, headers: { Location: '/remote.php/dav' } }
        : path.startsWith('/remote.php/dav')
          ? multistatus([directory(path)])
          : undefined,
    );
    await transport.list('d', calm());
    expect(script.seen.at(-1)?.path).to.equal('/remote.php/dav/d/');
  });

  it('never make something else change', async () => {
    const { transport, script } = await scripted(({ method, path }) =>
      path === '/dav/f' && method === 'PROPFIND'
        ? multistatus([file('/dav/f')])
        : path === '/dav/'
          ? undefined
          : { status: 302, headers: { Location: '/login' } },
    );
    const before = script.seen.length;
    for (const attempt of [
      () => transport.remove('f', calm()),
      () => transport.rename('f', 'g', calm()),
      () => transport.makeDirectory('d', calm()),
      () => transport.write('f', sourceOf('hello'), calm()),
    ]) {
      expect((await failure(attempt())).kind).to.equal('unknown');
    }
    const paths = script.seen.slice(before).map(({ path }) => path);
    expect(paths).not.to.include('/login');
  });

  it('from a file to the directory of its name remove nothing', async () => {
    const { transport, script } = await scripted(({ method, path }) =>
      path !== '/dav/d' ? undefined : method === 'PROPFIND' ? multistatus([file('/dav/d')]) : slash,
    );
    const slash: Reply = { status: 301, headers: { Location: '/dav/d/' } };
    expect((await failure(transport.remove('d', calm()))).kind).to.equal('precondition');
    expect((await failure(transport.read('d', 0, calm()))).kind).to.equal('precondition');
    expect(script.seen.filter(({ path }) => path === '/dav/d/')).to.deep.equal([]);
  });

  it('in a circle end', async () => {
    const { transport } = await scripted(({ path }) =>
      path === '/dav/' ? undefined : { status: 302, headers: { Location: `${path}x` } },
    );
    expect((await failure(transport.look('f', calm()))).kind).to.equal('unknown');
    expect((await failure(transport.read('f', 0, calm()))).kind).to.equal('unknown');
  });
});

describe('webdav: destinations', () => {
  afterEach(ended);

  /** Recorded from Apache 2.4.71. */
  const foreign =
    '<html><body><h1>Bad Gateway</h1><p>Destination URI refers to different scheme or port (https://hostname:443) (want: http://hostname:37859)</p></body></html>';

  const answerTo = (wanted: RegExp, refusal: Reply) => {
    return ({ method, headers }: Seen): Reply | undefined => {
      const isWanted = wanted.test(String(headers['destination']));
      return method !== 'MOVE' ? undefined : isWanted ? { status: 201 } : refusal;
    };
  };

  it('are told as Apache wants them, once it takes its own address for another', async () => {
    const refusal = { status: 502, body: foreign };
    const { transport, script } = await scripted(answerTo(/:37859\//, refusal));
    await transport.rename('f', 'ä b', calm());
    await transport.rename('g', 'c', calm());
    const destinations = script.seen.flatMap(({ headers }) => headers['destination'] ?? []);
    expect(destinations).to.deep.equal([
      `${script.url}%C3%A4%20b`,
      'http://127.0.0.1:37859/dav/%C3%A4%20b',
      'http://127.0.0.1:37859/dav/c',
    ]);
    expect(script.seen.at(-1)?.headers['overwrite']).to.equal('F');
  });

  it('are told as paths where whole addresses are refused', async () => {
    const { transport, script } = await scripted(answerTo(/^\//, { status: 400 }));
    await transport.rename('f', 'b', calm());
    await transport.rename('g', 'c', calm());
    const destinations = script.seen.flatMap(({ headers }) => headers['destination'] ?? []);
    expect(destinations).to.deep.equal([`${script.url}b`, '/dav/b', '/dav/c']);
  });

  it('that are refused anyhow are refused, and told whole the next time', async () => {
    const { transport, script } = await scripted(answerTo(/^never$/, { status: 400 }));
    expect((await failure(transport.rename('f', 'b', calm()))).kind).to.equal('unknown');
    expect((await failure(transport.rename('f', 'b', calm()))).kind).to.equal('unknown');
    const destinations = script.seen.flatMap(({ headers }) => headers['destination'] ?? []);
    expect(destinations[2]).to.equal(`${script.url}b`);
  });

  it("a proxy's own 502 is not asked again: it may have been done", async () => {
    const { transport, script } = await scripted(({ method }) =>
      method === 'MOVE' ? { status: 502, body: '<h1>502 Bad Gateway</h1>nginx' } : undefined,
    );
    const error = await failure(transport.rename('f', 'g', calm()));
    expect(error).to.include({ kind: 'unreachable', outcome: 'unknown' });
    expect(script.seen.filter(({ method }) => method === 'MOVE')).to.have.length(1);
  });
});

describe('webdav: cookies', () => {
  afterEach(ended);

  it('are kept and sent with every kind of request', async () => {
    const { transport, script } = await scripted(({ method }, index) =>
      index === 0
        ? {
            ...multistatus([directory('/dav/')]),
            headers: { 'Set-Cookie': ['s=1; HttpOnly', 't=2; Path=/dav/f'] },
          }
        : method === 'PUT'
          ? { status: 201, headers: { 'Set-Cookie': 's=9' } }
          : method === 'GET'
            ? content('hello')
            : undefined,
    );
    await transport.look('other', calm());
    await transport.write('f', sourceOf('hello'), calm());
    await textOf((await transport.read('f', 0, calm())).stream);
    const cookies = script.seen.map(({ headers }) => headers.cookie);
    expect(cookies).to.deep.equal([undefined, 's=1', 's=1; t=2', 's=9; t=2']);
  });

  it('run out, are replaced, are bounded', () => {
    const jar = new Cookies();
    const now = Date.parse('2026-11-22T12:00:00Z');
    jar.take(['a=1', 'b=2; Max-Age=60', 'c=3; Expires=Sun, 22 Nov 2026 11:00:00 GMT'], now);
    expect(jar.headerFor('/')).to.equal('a=1; b=2');
    jar.take(['a=; Max-Age=0', 'b=4', 'broken', '=x', 'd=ü'], now);
    expect(jar.headerFor('/')).to.equal('b=4');
    jar.take(Array.from({ length: 100 }, (_, at) => `n${String(at)}=1`));
    expect(jar.headerFor('/')?.split(';')).to.have.length(50);
    jar.take([`long=${'x'.repeat(5000)}`, 'b=5']);
    expect(jar.headerFor('/')).to.match(/^b=5;/).and.not.include('long');
  });

  it('stay below their path', () => {
    const jar = new Cookies();
    jar.take(['a=1; path=/dav', 'b=2; Path=/dav/']);
    expect(jar.headerFor('/dav/x')).to.equal('a=1; b=2');
    expect(jar.headerFor('/dav')).to.equal('a=1');
    expect(jar.headerFor('/davy')).to.equal(undefined);
  });
});

describe('webdav: bodies', () => {
  afterEach(ended);

  const get = async (reply: Reply, from = 0): Promise<string> => {
    const { transport } = await scripted(({ method }) => (method === 'GET' ? reply : undefined));
    return textOf((await transport.read('f', from, calm())).stream);
  };

  it('cut in the middle are an error, not a short file', async () => {
    const error = await failure(get(content('x'.repeat(200_000), { cutAfter: 70_000 })));
    expect(error).to.include({ kind: 'unreachable', operation: 'read', path: 'f' });
  });

  it('cut in the middle of a chunked one, too', async () => {
    const error = await failure(
      get({ status: 200, headers: told, body: 'x'.repeat(1000), cutAfter: 500 }),
    );
    expect(error).to.include({ kind: 'unreachable' });
  });

  it('without any end that could be told are refused', async () => {
    const headers = { ...told, Connection: 'close', 'Transfer-Encoding': 'identity' };
    expect((await failure(get({ status: 200, headers, body: 'half a fi' }))).kind).to.equal(
      'unsupported',
    );
  });

  it('from an offset: what the server skips, and what it does not', async () => {
    const partial = {
      status: 206,
      headers: { ...told, 'Content-Range': 'bytes 2-4/5' },
      body: 'llo',
    };
    expect(await get(partial, 2)).to.equal('llo');
    expect(await get(content('hello'), 2)).to.equal('llo');
    expect(await get(content('hello'), 5)).to.equal('');
    expect((await failure(get(content('hello'), 6))).kind).to.equal('corrupt');
  });

  it('of another part than was asked for are refused', async () => {
    for (const range of ['bytes 0-4/5', 'bytes 2-3/5', 'bytes 2-4/*', 'lines 2-4/5']) {
      const partial = { status: 206, headers: { ...told, 'Content-Range': range }, body: 'llo' };
      expect((await failure(get(partial, 2))).kind, range).to.equal('corrupt');
    }
    const short = { status: 206, headers: { ...told, 'Content-Range': 'bytes 2-4/5' }, body: 'll' };
    expect((await failure(get(short, 2))).kind).to.equal('corrupt');
    const long = {
      status: 206,
      headers: { ...told, 'Content-Range': 'bytes 2-4/5' },
      body: 'llo!',
    };
    expect((await failure(get(long, 2))).kind).to.equal('corrupt');
  });

  it("a directory's page is not its content", async () => {
    const { transport } = await scripted(({ method, path }) =>
      path !== '/dav/d'
        ? undefined
        : method === 'GET'
          ? { status: 200, headers: { 'Content-Length': '13' }, body: '<h1>Index</h1' }
          : multistatus([directory('/dav/d/')]),
    );
    expect((await failure(transport.read('d', 0, calm()))).kind).to.equal('precondition');
  });

  it('an upload is refused before its body, where the server wants that', async () => {
    const { transport, script } = await scripted(() => undefined, {
      beforeBody: () => ({ status: 507 }),
    });
    const source = sourceOf('x'.repeat(2_000_000));
    const error = await failure(transport.write('f', source, calm()));
    expect(error).to.include({ kind: 'no-space', outcome: 'not-done' });
    expect(source.opened()).to.equal(0);
    expect(script.seen.at(-1)?.body).to.equal('not asked for');
  });

  it('an upload ends where the server answers before it has read it', async () => {
    const { transport } = await scripted(
      ({ method }) => (method === 'PUT' ? { status: 507 } : undefined),
      {
        ignoresBody: true,
      },
    );
    const error = await failure(transport.write('f', sourceOf('x'.repeat(20_000_000)), calm()));
    expect(error).to.include({ kind: 'no-space' });
  });

  it('a server that does not know Expect gets the body without, once', async () => {
    const { transport, script } = await scripted(
      ({ method }) => (method === 'PUT' ? { status: 201 } : undefined),
      { beforeBody: () => ({ status: 417 }) },
    );
    await transport.write('f', sourceOf('x'.repeat(1_100_000)), calm());
    await transport.write('g', sourceOf('x'.repeat(1_100_000)), calm());
    const puts = script.seen.filter(({ method }) => method === 'PUT');
    expect(puts.map(({ headers, body }) => [headers.expect, body.length])).to.deep.equal([
      ['100-continue', 'not asked for'.length],
      [undefined, 1_100_000],
      [undefined, 1_100_000],
    ]);
  });

  it('says its exact length, and breaks off when the source gives another', async () => {
    const { transport, script } = await scripted(({ method }) =>
      method === 'PUT' ? { status: 201 } : undefined,
    );
    expect(await transport.write('f', sourceOf('hello'), calm())).to.deep.equal({ size: 5 });
    expect(script.seen.at(-1)?.headers).to.include({ 'content-length': '5' });
    expect(script.seen.at(-1)?.headers).not.to.have.property('transfer-encoding');
    const before = script.seen.length;
    for (const size of [4, 6]) {
      const attempt = transport.write('f', sourceOf('hello', size), calm());
      expect(await failure(attempt)).to.include({ kind: 'corrupt', outcome: 'unknown' });
    }
    await sleep(50);
    expect(script.seen.slice(before).map(({ body }) => body)).to.deep.equal([]);
  });
});
