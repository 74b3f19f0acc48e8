/**
 * Who asks: a password goes out only when it was asked for, by Digest where that is offered, and is tried once; no body
 * goes out twice.
 */
import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { Authority, parseChallenges } from '../../../plugins/webdav/auth.ts';
import webdav from '../../../plugins/webdav/index.ts';
import {
  basic,
  calm,
  ended,
  failure,
  openAt,
  password,
  scripted,
  sourceOf,
  startScript,
  user,
  type Reply,
  type Seen,
} from './support.ts';

const asksBasic: Reply = {
  status: 401,
  headers: { 'WWW-Authenticate': 'Basic realm="own files"' },
};

const digest = (nonce: string, more = ''): string =>
  `Digest realm="own files", nonce="${nonce}", algorithm=MD5, qop="auth"${more}`;

function asks(...challenges: readonly string[]): Reply {
  return { status: 401, headers: { 'WWW-Authenticate': challenges } };
}

/** What the right answer to a Digest challenge is, computed from RFC 7616 once more. */
function isRight({ method, path, headers }: Pick<Seen, 'method' | 'path' | 'headers'>): boolean {
  const said = headers.authorization ?? '';
  const part = (name: string): string =>
    new RegExp(`\\b${name}=(?:"([^"]*)"|([^,\\s]+))`).exec(said)?.slice(1).find(Boolean) ?? '';
  const hash = (text: string): string => createHash('md5').update(text).digest('hex');
  const secret = hash(`${user}:own files:${password}`);
  const rest = `${part('nonce')}:${part('nc')}:${part('cnonce')}:auth:${hash(`${method}:${path}`)}`;
  return part('uri') === path && part('response') === hash(`${secret}:${rest}`);
}

describe('webdav: who asks', () => {
  afterEach(ended);

  it('Basic is sent only after it was asked for, and then at once', async () => {
    const { transport, script } = await scripted(({ headers, method }) =>
      headers.authorization === undefined
        ? asksBasic
        : method === 'MKCOL'
          ? { status: 201 }
          : undefined,
    );
    await transport.makeDirectory('d', calm());
    const sent = script.seen.map(({ headers }) => headers.authorization);
    expect(sent).to.deep.equal([undefined, basic, basic]);
  });

  it('a wrong password is tried once, told as auth, and not shown', async () => {
    const script = await startScript(() => asksBasic);
    const error = await failure(openAt(script.url));
    expect(error).to.include({ kind: 'auth', operation: 'open' });
    expect(script.seen).to.have.length(2);
    expect(JSON.stringify(error) + error.message + (error.stack ?? '')).not.to.include(password);
  });

  it('a wrong password by Digest is tried once too', async () => {
    let nonces = 0;
    const script = await startScript(() => asks(digest(`n${String((nonces += 1))}`)));
    expect(await failure(openAt(script.url))).to.include({ kind: 'auth' });
    expect(script.seen).to.have.length(2);
  });

  it('Digest is taken where it is offered beside Basic, and SHA-256 before MD5', async () => {
    const sha = 'Digest realm="own files", nonce="s", algorithm=SHA-256, qop="auth"';
    const { script } = await scripted(({ headers }) =>
      headers.authorization === undefined ? asks('Basic realm="x"', digest('m'), sha) : undefined,
    );
    const said = script.seen[1]?.headers.authorization ?? '';
    expect(said).to.match(/^Digest .*algorithm=SHA-256/);
    expect(said).not.to.include(Buffer.from(password).toString('base64'));
  });

  it('each answer to Digest is right for its method and address, with a count of its own', async () => {
    const { transport, script } = await scripted((seen) =>
      isRight(seen) ? (seen.method === 'MKCOL' ? { status: 201 } : undefined) : asks(digest('n1')),
    );
    const names = ['a', 'ü b', 'c'];
    await Promise.all(names.map((name) => transport.makeDirectory(name, calm())));
    expect(script.seen).to.have.length(5);
    const counts = script.seen.flatMap(({ headers }) =>
      [...(headers.authorization ?? '').matchAll(/nc=(\w+)/g)].map(([, count]) => count),
    );
    expect(new Set(counts).size).to.equal(4);
  });

  it('a nonce that ran out is replaced without sending the body a second time', async () => {
    let nonce = 'n1';
    const valid = (seen: Pick<Seen, 'method' | 'path' | 'headers'>): boolean =>
      isRight(seen) && (seen.headers.authorization ?? '').includes(`nonce="${nonce}"`);
    const { transport, script } = await scripted(
      (seen) =>
        valid(seen) ? (seen.method === 'PUT' ? { status: 201 } : undefined) : asks(digest(nonce)),
      { beforeBody: (seen) => (valid(seen) ? undefined : asks(digest(nonce, ', stale=true'))) },
    );
    nonce = 'n2';
    const source = sourceOf('x'.repeat(2_000_000));
    await transport.write('f', source, calm());
    const puts = script.seen.filter(({ method }) => method === 'PUT');
    expect(puts.map(({ body }) => body.length)).to.deep.equal(['not asked for'.length, 2_000_000]);
    expect(source.opened()).to.equal(1);
  });

  it('a server that lets anybody look, but not write, is asked before a body is sent', async () => {
    const { transport, script } = await scripted(
      ({ method }) => (method === 'PUT' ? { status: 201 } : undefined),
      { beforeBody: ({ headers }) => (headers.authorization === basic ? undefined : asksBasic) },
    );
    const source = sourceOf('small');
    await transport.write('f', source, calm());
    await transport.write('g', sourceOf('small'), calm());
    expect(source.opened()).to.equal(1);
    const puts = script.seen.filter(({ method }) => method === 'PUT');
    expect(puts.map(({ body }) => body)).to.deep.equal(['not asked for', 'small', 'small']);
    // What is settled needs no asking: the second upload was one round trip.
    expect(puts[2]?.headers.expect).to.equal(undefined);
  });

  it('a token goes along from the beginning', async () => {
    const script = await startScript(() => undefined);
    await openAt(script.url, { token: 'tok-77' });
    expect(script.seen.map(({ headers }) => headers.authorization)).to.deep.equal([
      'Bearer tok-77',
    ]);
  });

  it('a refused token is auth, tried once, and not shown', async () => {
    const script = await startScript(() => ({ status: 401, body: 'no tok-77 here' }));
    const error = await failure(openAt(script.url, { token: 'tok-77' }));
    expect(error.kind).to.equal('auth');
    expect(error.serverSaid).to.equal('401 no *** here');
    expect(script.seen).to.have.length(1);
  });

  it('nothing is sent in the clear to another computer unless that is said', async () => {
    const open = (more: object): Promise<unknown> =>
      webdav.open(
        webdav.options.parse({ url: 'http://store.invalid/dav', user, password, ...more }),
        {
          ...{ signal: AbortSignal.timeout(5000), baseDirectory: '/', log: () => undefined },
        },
      );
    const error = await failure(open({}));
    expect(error.kind).to.equal('denied');
    expect(error.message).to.include('clearText: true');
    expect((await failure(open({ clearText: true }))).kind).to.equal('unreachable');
  });

  it('the options belong together', () => {
    const url = 'https://example.org/';
    const good = [{ url }, { url, user, password }, { url, token: 't' }];
    for (const options of good) expect(webdav.options.safeParse(options).success).to.equal(true);
    const bad = [
      ...[
        { url, user },
        { url, password },
        { url, user, password, token: 't' },
      ],
      ...[
        { url: 'ftp://example.org/' },
        { url: 'https://a:b@example.org/' },
        { url: 'nowhere' },
        {},
      ],
      { url, fingerprint: 'ab:cd' },
    ];
    for (const options of bad) {
      expect(webdav.options.safeParse(options).success, JSON.stringify(options)).to.equal(false);
    }
  });
});

describe('webdav: challenges', () => {
  it('several in one header, quotes and commas in their values', () => {
    const parsed = parseChallenges(
      'Digest realm="a, \\"b\\"", nonce=abc , qop="auth, auth-int", Basic realm="c", Negotiate',
    );
    expect(parsed.map(({ scheme }) => scheme)).to.deep.equal(['digest', 'basic', 'negotiate']);
    expect(parsed[0]?.parameters.get('realm')).to.equal('a, "b"');
    expect(parsed[0]?.parameters.get('nonce')).to.equal('abc');
  });

  it('the example of RFC 7616, as far as it is fixed', () => {
    const authority = new Authority({
      kind: 'password',
      user: 'Mufasa',
      password: 'Circle of Life',
    });
    authority.learn(
      'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=MD5, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"',
      undefined,
    );
    const said = authority.headerFor('GET', new URL('http://www.example.org/dir/index.html')) ?? '';
    const cnonce = /cnonce="([^"]*)"/.exec(said)?.[1] ?? '';
    const hash = (text: string): string => createHash('md5').update(text).digest('hex');
    // Both hashes stand in the RFC's text.
    const [first, second] = [
      '3d78807defe7de2157e2b0b6573a855f',
      '39aff3a2bab6126f332b942af96d3366',
    ];
    expect(hash('Mufasa:http-auth@example.org:Circle of Life')).to.equal(first);
    expect(hash('GET:/dir/index.html')).to.equal(second);
    const middle = `7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v:00000001:${cnonce}:auth`;
    expect(said).to.include(`response="${hash(`${first}:${middle}:${second}`)}"`);
    expect(said).to.include('opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"');
  });

  it('what it cannot do is left to others', () => {
    const authority = new Authority({ kind: 'password', user, password });
    expect(authority.learn('Negotiate, NTLM', undefined)).to.equal(false);
    expect(authority.learn('Digest realm="a", nonce="b", qop="auth-int"', undefined)).to.equal(
      false,
    );
    expect(authority.learn('Digest realm="a", nonce="b", algorithm=SHA-512', undefined)).to.equal(
      false,
    );
    expect(authority.learn(undefined, undefined)).to.equal(false);
    expect(authority.headerFor('GET', new URL('http://a/'))).to.equal(undefined);
  });

  it('a name beyond ASCII travels in its own form', () => {
    const authority = new Authority({ kind: 'password', user: 'jürgen', password });
    authority.learn('Digest realm="a", nonce="b", qop="auth"', undefined);
    const said = authority.headerFor('GET', new URL('http://a/')) ?? '';
    expect(said).to.include("username*=UTF-8''j%C3%BCrgen");
    const plain = new Authority({ kind: 'password', user: 'jürgen', password: 'ß' });
    plain.learn('Basic realm="a"', undefined);
    const header = plain.headerFor('GET', new URL('http://a/'))?.slice('Basic '.length) ?? '';
    expect(Buffer.from(header, 'base64').toString()).to.equal('jürgen:ß');
  });
});
