/**
 * What each refusal of a server becomes, operation by operation, and what is known of the outcome. Texts are recorded from
 * Apache 2.4, lighttpd 1.4 and sabre/dav.
 */
import { expect } from 'chai';
import type { Transport, TransportErrorKind } from '../../../src/plugin-api.ts';
import { waitOf } from '../../../plugins/webdav/statuses.ts';
import {
  calm,
  directory,
  ended,
  failure,
  file,
  multistatus,
  scripted,
  sourceOf,
  type Reply,
} from './support.ts';

const acts: Readonly<Record<string, (transport: Transport) => Promise<unknown>>> = {
  list: (transport) => transport.list('d', calm()),
  look: (transport) => transport.look('f', calm()),
  read: (transport) => transport.read('f', 0, calm()),
  write: (transport) => transport.write('f', sourceOf('hello'), calm()),
  rename: (transport) => transport.rename('f', 'g', calm()),
  remove: (transport) => transport.remove('f', calm()),
  removeDirectory: (transport) => transport.removeDirectory('d', calm()),
  makeDirectory: (transport) => transport.makeDirectory('d', calm()),
};

/** The request that carries each operation out; what is asked around it succeeds. */
const methods: Readonly<Record<string, string>> = {
  ...{ list: 'PROPFIND', look: 'PROPFIND', read: 'GET', write: 'PUT', rename: 'MOVE' },
  ...{ remove: 'DELETE', removeDirectory: 'DELETE', makeDirectory: 'MKCOL' },
};

type Row = readonly [
  operation: string,
  status: number,
  body: string,
  kind: TransportErrorKind,
  outcome: 'not-done' | 'unknown',
];

const html = (title: string): string =>
  `<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">\n<html><head>\n<title>${title}</title>\n</head><body>\n<h1>${title}</h1>\n<p>The server said so.</p>\n</body></html>\n`;
const locked =
  '<?xml version="1.0" encoding="utf-8"?><d:error xmlns:d="DAV:" xmlns:s="http://sabredav.org/ns"><s:exception>Sabre\\DAV\\Exception\\Locked</s:exception><s:message>"f" is locked</s:message></d:error>';

const rows: readonly Row[] = [
  ['look', 401, html('401 Unauthorized'), 'auth', 'not-done'],
  ['look', 403, html('403 Forbidden'), 'denied', 'not-done'],
  ['look', 500, html('500 Internal Server Error'), 'unknown', 'not-done'],
  ['look', 502, html('502 Bad Gateway'), 'unreachable', 'not-done'],
  ['list', 404, html('404 Not Found'), 'not-found', 'not-done'],
  ['list', 410, html('410 Gone'), 'not-found', 'not-done'],
  ['list', 429, 'slow down', 'busy', 'not-done'],
  ['list', 405, html('405 Method Not Allowed'), 'unsupported', 'not-done'],
  ['read', 403, html('403 Forbidden'), 'denied', 'not-done'],
  ['read', 404, html('404 Not Found'), 'not-found', 'not-done'],
  ['read', 423, locked, 'busy', 'not-done'],
  ['write', 401, html('401 Unauthorized'), 'auth', 'not-done'],
  ['write', 403, html('403 Forbidden'), 'denied', 'not-done'],
  ['write', 404, html('404 Not Found'), 'not-found', 'not-done'],
  ['write', 405, html('405 Method Not Allowed'), 'exists', 'not-done'],
  ['write', 409, html('409 Conflict'), 'not-found', 'not-done'],
  ['write', 412, html('412 Precondition Failed'), 'precondition', 'not-done'],
  ['write', 413, html('413 Request Entity Too Large'), 'denied', 'not-done'],
  ['write', 414, html('414 Request-URI Too Long'), 'invalid-name', 'not-done'],
  ['write', 423, locked, 'busy', 'not-done'],
  ['write', 500, html('500 Internal Server Error'), 'unknown', 'unknown'],
  ['write', 501, html('501 Not Implemented'), 'unsupported', 'not-done'],
  ['write', 503, 'System in maintenance mode.', 'busy', 'not-done'],
  ['write', 504, html('504 Gateway Timeout'), 'unreachable', 'unknown'],
  ['write', 507, html('507 Insufficient Storage'), 'no-space', 'not-done'],
  ['write', 202, 'later, perhaps', 'unknown', 'unknown'],
  ['rename', 403, html('403 Forbidden'), 'denied', 'not-done'],
  ['rename', 404, html('404 Not Found'), 'not-found', 'not-done'],
  ['rename', 409, html('409 Conflict'), 'not-found', 'not-done'],
  ['rename', 412, html('412 Precondition Failed'), 'exists', 'not-done'],
  ['rename', 423, locked, 'busy', 'not-done'],
  ['rename', 502, html('502 Bad Gateway'), 'unreachable', 'unknown'],
  ['rename', 507, html('507 Insufficient Storage'), 'no-space', 'not-done'],
  ['rename', 207, multistatus([file('/dav/f')]).body ?? '', 'unknown', 'unknown'],
  ['remove', 403, html('403 Forbidden'), 'denied', 'not-done'],
  ['remove', 423, locked, 'busy', 'not-done'],
  [
    'removeDirectory',
    ...([
      207,
      '<D:multistatus xmlns:D="DAV:"><D:response><D:href>/dav/d/</D:href><D:status>HTTP/1.1 403 Forbidden</D:status></D:response></D:multistatus>',
    ] as const),
    ...(['denied', 'unknown'] as const),
  ],
  ['remove', 207, multistatus([file('/dav/f')]).body ?? '', 'unknown', 'unknown'],
  ['removeDirectory', 403, html('403 Forbidden'), 'denied', 'not-done'],
  ['removeDirectory', 423, locked, 'busy', 'not-done'],
  ['makeDirectory', 403, html('403 Forbidden'), 'denied', 'not-done'],
  ['makeDirectory', 409, html('409 Conflict'), 'not-found', 'not-done'],
  ['makeDirectory', 507, html('507 Insufficient Storage'), 'no-space', 'not-done'],
];

/** A store in which `f` is a file and `d` an empty directory; `g` is absent. */
function store(path: string, method: string): Reply | undefined {
  if (method !== 'PROPFIND') return undefined;
  if (path === '/dav/f') return multistatus([file('/dav/f')]);
  if (path === '/dav/d/') return multistatus([directory('/dav/d/')]);
  return undefined;
}

describe('webdav: what statuses mean', () => {
  afterEach(ended);

  for (const [operation, status, body, kind, outcome] of rows) {
    it(`${operation}, ${status}: ${kind}, ${outcome}`, async () => {
      const { transport } = await scripted(({ method, path }) =>
        method === methods[operation] && path !== '/dav/'
          ? { status, body }
          : store(operation === 'makeDirectory' ? '' : path, method),
      );
      const error = await failure(acts[operation]?.(transport) ?? Promise.resolve());
      expect(error).to.include({ kind, outcome, operation });
      if (kind !== 'not-found') expect(error.serverSaid).to.include(String(status));
      expect(error.serverSaid ?? '').not.to.match(/<|DOCTYPE/);
    });
  }

  it('absent is what 404 says to a look, and a missing file is gone already', async () => {
    const { transport } = await scripted(() => undefined);
    expect(await transport.look('f', calm())).to.equal('absent');
    await transport.remove('f', calm());
    await transport.removeDirectory('f', calm());
  });

  it('a directory is removed only as one, and only when it was seen to be empty', async () => {
    const { transport, script } = await scripted(({ method, path }) =>
      method !== 'PROPFIND' || path === '/dav/'
        ? undefined
        : multistatus([directory('/dav/d/'), ...(path === '/dav/d/' ? [file('/dav/d/x')] : [])]),
    );
    expect(await failure(transport.remove('d', calm()))).to.include({ kind: 'precondition' });
    expect(await failure(transport.removeDirectory('d', calm()))).to.include({ kind: 'not-empty' });
    expect(script.seen.map(({ method }) => method)).not.to.include('DELETE');
  });

  it('a listing that is not whole proves no directory empty', async () => {
    const { transport, script } = await scripted(({ path }) =>
      path === '/dav/d/' ? multistatus([directory('/dav/d/'), file('/elsewhere')]) : undefined,
    );
    expect(await failure(transport.removeDirectory('d', calm()))).to.include({ kind: 'unknown' });
    expect(script.seen.map(({ method }) => method)).not.to.include('DELETE');
  });

  it('a move that failed for no reason is looked into', async () => {
    const held = new Set(['/dav/f', '/dav/full']);
    const { transport } = await scripted(({ method, path }) =>
      method === 'MOVE' ? { status: 500 } : held.has(path) ? multistatus([file(path)]) : undefined,
    );
    const kindOf = async (from: string, to: string): Promise<string> => {
      const { kind, outcome } = await failure(transport.rename(from, to, calm()));
      return `${kind} ${outcome}`;
    };
    expect(await kindOf('f', 'g')).to.equal('denied not-done');
    expect(await kindOf('f', 'missing/g')).to.equal('not-found not-done');
    expect(await kindOf('f', 'full')).to.equal('unknown unknown');
    expect(await kindOf('gone', 'g')).to.equal('unknown unknown');
  });

  it('a root that is gone is no absence', async () => {
    let gone = false;
    const { transport } = await scripted(() => (gone ? { status: 404 } : undefined));
    gone = true;
    expect(await failure(transport.look('', calm()))).to.include({ kind: 'not-found' });
    expect(await failure(transport.list('', calm()))).to.include({ kind: 'not-found' });
  });

  it('tells how long the server wants to be left alone', async () => {
    const headers = { 'Retry-After': '7' };
    const { transport } = await scripted(({ method }) =>
      method === 'MKCOL' ? { status: 503, headers } : undefined,
    );
    const error = await failure(transport.makeDirectory('d', calm()));
    expect(error).to.include({ kind: 'busy', retryAfter: 7000 });
    expect(error.message).to.include('wait 7 s');
  });

  it('understands a wait in seconds, as a date, and nonsense', () => {
    const now = Date.parse('Sun, 22 Nov 2026 12:00:00 GMT');
    const wait = (text: string): number | undefined =>
      waitOf(new Map([['retry-after', text]]), now);
    expect(wait('120')).to.equal(120_000);
    expect(wait('Sun, 22 Nov 2026 12:00:30 GMT')).to.equal(30_000);
    expect(wait('Sun, 22 Nov 2026 11:00:00 GMT')).to.equal(0);
    expect(wait('soon')).to.equal(undefined);
    expect(waitOf(new Map(), now)).to.equal(undefined);
  });

  it('the words of an error page and of a WebDAV error reach the person, nothing else of it', async () => {
    const { transport } = await scripted(({ method }) =>
      method === 'PUT'
        ? { status: 423, body: locked }
        : method === 'MKCOL'
          ? { status: 403, body: html('Forbidden') }
          : undefined,
    );
    const write = await failure(transport.write('f', sourceOf('hello'), calm()));
    expect(write.serverSaid).to.equal('423 "f" is locked');
    const make = await failure(transport.makeDirectory('d', calm()));
    expect(make.serverSaid).to.equal('403 Forbidden The server said so.');
  });
});
