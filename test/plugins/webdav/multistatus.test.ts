/**
 * Reading listings: what real servers write is understood in every spelling, and whatever is cut, garbled or somewhere else
 * makes a listing incomplete or an error, never a shorter listing that looks whole.
 */
import { expect } from 'chai';
import fc from 'fast-check';
import {
  etagOf,
  hrefNames,
  listingOf,
  timeOf,
  usualStamp,
} from '../../../plugins/webdav/entries.ts';
import { Finding } from '../../../plugins/webdav/failures.ts';
import { parseMultistatus, propfindBody } from '../../../plugins/webdav/multistatus.ts';
import type { Listing } from '../../../src/plugin-api.ts';
import { calm, directory, ended, failure, file, multistatus, scripted } from './support.ts';

/** Recorded from Apache 2.4.71: two namespaces for one, properties that are missing in a propstat of their own. */
const apache = `<?xml version="1.0" encoding="utf-8"?>
<D:multistatus xmlns:D="DAV:" xmlns:ns0="DAV:">
<D:response xmlns:lp1="DAV:" xmlns:lp2="http://apache.org/dav/props/" xmlns:g0="DAV:">
<D:href>/dav/d/</D:href>
<D:propstat><D:prop>
<lp1:resourcetype><D:collection/></lp1:resourcetype>
<lp1:getlastmodified>Sun, 22 Nov 2026 16:26:35 GMT</lp1:getlastmodified>
<lp1:getetag>W/"3000-660dff0f37ab9"</lp1:getetag>
</D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat>
<D:propstat><D:prop><g0:getcontentlength/></D:prop><D:status>HTTP/1.1 404 Not Found</D:status></D:propstat>
</D:response>
<D:response xmlns:lp1="DAV:" xmlns:lp2="http://apache.org/dav/props/">
<D:href>/dav/d/a%20%26%20b.txt</D:href>
<D:propstat><D:prop>
<lp1:resourcetype/><lp1:getcontentlength>5</lp1:getcontentlength>
<lp1:getlastmodified>Sun, 22 Nov 2026 16:06:02 GMT</lp1:getlastmodified>
<lp1:getetag>"5-660dfa7622086"</lp1:getetag>
</D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat>
</D:response>
</D:multistatus>
`;

function read(xml: string, names: readonly string[] = ['dav', 'd']): Listing {
  return listingOf(parseMultistatus(xml), { names, stampOf: usualStamp });
}

function names(listing: Listing): string[] {
  return listing.entries.map(({ kind, name }) => `${kind} ${name}`);
}

const wrap = (...responses: readonly string[]): string => multistatus(responses).body ?? '';
const self = directory('/dav/d/');

describe('webdav: listings', () => {
  afterEach(ended);

  it("Apache's", () => {
    const { entries, complete } = read(apache);
    expect(complete).to.equal(true);
    expect(entries).to.deep.equal([
      {
        name: 'a & b.txt',
        kind: 'file',
        stamp: {
          ...{ size: 5, modified: Date.parse('2026-11-22T16:06:02Z'), precision: 1000 },
          etag: '5-660dfa7622086',
        },
      },
    ]);
  });

  it('the missing properties may come first', () => {
    const xml = wrap(
      self,
      '<D:response><D:href>/dav/d/x</D:href><D:propstat><D:prop><D:getetag/></D:prop><D:status>HTTP/1.1 404 Not Found</D:status></D:propstat><D:propstat><D:prop><D:resourcetype/><D:getcontentlength>7</D:getcontentlength></D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>',
    );
    expect(read(xml).entries).to.deep.equal([{ name: 'x', kind: 'file', stamp: { size: 7 } }]);
  });

  const spelled: Readonly<Record<string, string>> = {
    'no prefix at all':
      '<multistatus xmlns="DAV:"><response><href>/dav/d/</href><propstat><prop><resourcetype><collection/></resourcetype></prop><status>HTTP/1.1 200 OK</status></propstat></response><response><href>/dav/d/x</href><propstat><prop><resourcetype/></prop><status>HTTP/1.1 200 OK</status></propstat></response></multistatus>',
    'another prefix, declared late':
      '<q:multistatus xmlns:q="DAV:"><q:response><q:href>/dav/d/</q:href><q:propstat><q:prop><z:resourcetype xmlns:z="DAV:"><z:collection/></z:resourcetype></q:prop></q:propstat></q:response><q:response><q:href>/dav/d/x</q:href><q:propstat><q:prop><resourcetype xmlns="DAV:"/></q:prop></q:propstat></q:response></q:multistatus>',
    'whole addresses, with another host than was asked': wrap(
      directory('https://inner.example:8443/dav/d/'),
      file('http://other/dav/d/x'),
    ),
    'lower-case escapes, needless escapes, and none': wrap(
      directory('/d%61v/%64'),
      file('/dav/d/%78'),
    ),
    'blanks around the address': wrap(self, file('\n  /dav/d/x\n ')),
    CDATA: wrap(self, file('<![CDATA[/dav/d/x]]>')),
  };
  for (const [what, xml] of Object.entries(spelled)) {
    it(`understands ${what}`, () => {
      const listing = read(xml);
      expect(names(listing)).to.deep.equal(['file x']);
      expect(listing.complete).to.equal(true);
    });
  }

  it('entities and escapes of every kind in names', () => {
    const xml = wrap(
      self,
      file('/dav/d/a&amp;b'),
      file('/dav/d/%C3%A9'),
      file('/dav/d/&#233;2'),
      file('/dav/d/&#x41;'),
      file('/dav/d/100%25'),
    );
    expect(names(read(xml))).to.deep.equal([
      'file a&b',
      'file é',
      'file é2',
      'file A',
      'file 100%',
    ]);
  });

  const doubtful: Readonly<Record<string, string>> = {
    'an entry of another directory': wrap(self, file('/dav/e/x')),
    'an entry deeper down': wrap(self, file('/dav/d/x/y')),
    'an entry above': wrap(self, file('/dav/x')),
    'a way out': wrap(self, file('/dav/d/../../etc/passwd')),
    'a dot, escaped': wrap(self, file('/dav/d/%2e%2e')),
    'a slash in a name': wrap(self, file('/dav/d/a%2Fb')),
    'a NUL in a name': wrap(self, file('/dav/d/a%00b')),
    'a name that is no UTF-8': wrap(self, file('/dav/d/%e9')),
    'a broken escape': wrap(self, file('/dav/d/100%')),
    'an address that is relative to nothing': wrap(self, file('x')),
    'the same name twice': wrap(self, file('/dav/d/x'), file('/dav/d/%78', 9)),
    'an entry that is not told what it is': wrap(
      self,
      '<D:response><D:href>/dav/d/x</D:href><D:propstat><D:prop><D:getcontentlength>5</D:getcontentlength></D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>',
    ),
    'an entry whose kind it does not know': wrap(
      self,
      '<D:response><D:href>/dav/d/x</D:href><D:propstat><D:prop><D:resourcetype/></D:prop><D:status>HTTP/1.1 404 Not Found</D:status></D:propstat></D:response>',
    ),
    'an entry that may not be looked at': wrap(
      self,
      '<D:response><D:href>/dav/d/x</D:href><D:status>HTTP/1.1 403 Forbidden</D:status></D:response>',
    ),
    'properties that are not in its namespace': wrap(
      self,
      '<D:response><D:href>/dav/d/x</D:href><D:propstat><D:prop xmlns:o="urn:o"><o:resourcetype/></D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>',
    ),
    'a directory itself that tells nothing': wrap(
      '<D:response><D:href>/dav/d/</D:href><D:propstat><D:status>HTTP/1.1 403 Forbidden</D:status></D:propstat></D:response>',
    ),
    'no directory itself': wrap(file('/dav/d/x')),
    'nothing at all': wrap(),
  };
  for (const [what, xml] of Object.entries(doubtful)) {
    it(`incomplete: ${what}`, () => {
      const listing = read(xml);
      expect(listing.complete).to.equal(false);
      for (const { name } of listing.entries) expect(name).not.to.match(/^\.{0,2}$|[/\0]/);
    });
  }

  it('what went away while the server looked is simply not there', () => {
    const gone =
      '<D:response><D:href>/dav/d/x</D:href><D:status>HTTP/1.1 404 Not Found</D:status></D:response>';
    const listing = read(wrap(self, gone));
    expect(listing).to.deep.include({ entries: [], complete: true });
  });

  const garbled: Readonly<Record<string, string>> = {
    'an error page': '<html><body>hello</body></html>',
    nothing: '',
    words: 'Internal error',
    'another document': '<D:error xmlns:D="DAV:"/>',
    'a multistatus of another namespace': '<D:multistatus xmlns:D="urn:x"/>',
    'two documents': `${wrap(self)}${wrap(self)}`,
    'a document type': `<!DOCTYPE x [<!ENTITY a "b">]>${wrap(self)}`,
    'a resource without an address': wrap('<D:response/>'),
    'a status that is none': wrap(
      '<D:response><D:href>/</D:href><D:status>fine</D:status></D:response>',
    ),
  };
  for (const [what, xml] of Object.entries(garbled)) {
    it(`refuses ${what}`, () => {
      expect(() => parseMultistatus(xml))
        .to.throw(Finding)
        .with.property('kind', 'corrupt');
    });
  }

  it('cut anywhere, it is never a whole listing', () => {
    for (let at = 0; at < apache.trimEnd().length; at += 1) {
      expect(() => parseMultistatus(apache.slice(0, at)), `cut at ${String(at)}`).to.throw(Finding);
    }
  });

  it('with any few characters changed it is an error, incomplete, or names no way out', () => {
    const change = fc.tuple(fc.nat(apache.length - 1), fc.string({ maxLength: 3 }));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        let xml = apache;
        for (const [at, text] of changes) xml = xml.slice(0, at) + text + xml.slice(at + 1);
        try {
          for (const { name } of read(xml).entries) expect(name).not.to.match(/^\.{0,2}$|[/\0]/);
        } catch (error) {
          expect(error).to.be.instanceOf(Finding);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('20,000 entries with escaped names, none missing', function () {
    this.timeout(60_000);
    const all = Array.from({ length: 20_000 }, (_, at) => file(`/dav/d/x&amp;${String(at)}`));
    const { entries, complete } = read(wrap(self, ...all));
    expect(complete).to.equal(true);
    expect(entries).to.have.length(20_000);
    expect(entries[19_999]?.name).to.equal('x&19999');
  });

  it('an answer without end is given up', async () => {
    const endless = `${wrap(self).slice(0, -20)}${'<!-- -->'.repeat(9_000_000)}`;
    const { transport } = await scripted(({ path }) =>
      path === '/dav/d/' ? { status: 207, body: endless } : undefined,
    );
    const error = await failure(transport.list('d', calm()));
    expect(error).to.include({ kind: 'corrupt' });
    expect(error.message).to.include('longer than');
  }).timeout(60_000);

  it('a listing is of what was asked, behind a proxy that has another path too', async () => {
    const { transport } = await scripted(({ path }) =>
      path === '/dav/'
        ? multistatus([directory('http://inner/files/alice/')])
        : multistatus([directory('/files/alice/d/'), file('/files/alice/d/x')]),
    );
    const listing = await transport.list('d', calm());
    expect(names(listing)).to.deep.equal(['file x']);
    expect(listing.complete).to.equal(true);
  });

  it('a file is no directory, and another resource is no answer', async () => {
    const { transport } = await scripted(({ path }) =>
      path === '/dav/f/'
        ? multistatus([file('/dav/f')])
        : path === '/dav/f'
          ? multistatus([file('/dav/g')])
          : undefined,
    );
    expect(await failure(transport.list('f', calm()))).to.include({ kind: 'precondition' });
    expect(await failure(transport.look('f', calm()))).to.include({ kind: 'unknown' });
  });
});

describe('webdav: properties', () => {
  it('etags: strong, weak, without quotes, empty', () => {
    expect(etagOf('"5-66"')).to.equal('5-66');
    expect(etagOf('W/"5-66"')).to.equal('W/5-66');
    expect(etagOf('3997133317')).to.equal('3997133317');
    for (const text of ['', '""', 'W/""', '"a"b"', undefined])
      expect(etagOf(text)).to.equal(undefined);
  });

  it('times only with a zone', () => {
    expect(timeOf('Sun, 22 Nov 2026 16:06:02 GMT')).to.equal(Date.parse('2026-11-22T16:06:02Z'));
    expect(timeOf('2026-11-22T16:06:02Z')).to.equal(Date.parse('2026-11-22T16:06:02Z'));
    for (const text of ['Sun, 22 Nov 2026 16:06:02', 'yesterday', '', 'Z', undefined])
      expect(timeOf(text)).to.equal(undefined);
  });

  it('addresses as names', () => {
    expect(hrefNames('/a/b%20c/')).to.deep.equal(['a', 'b c']);
    expect(hrefNames('https://host')).to.deep.equal([]);
    expect(hrefNames('/a/b?c#d')).to.deep.equal(['a', 'b']);
    expect(hrefNames('/a//b')).to.deep.equal(['a', 'b']);
    for (const href of ['a', '/a/%ff', '/a/./b', '//..'])
      expect(hrefNames(href)).to.equal(undefined);
  });

  it('are asked for by name, in their namespace', () => {
    expect(propfindBody(['{DAV:}getetag', '{http://o/ns}id'])).to.equal(
      '<?xml version="1.0" encoding="utf-8"?><d:propfind xmlns:d="DAV:"><d:prop><p:getetag xmlns:p="DAV:"/><p:id xmlns:p="http://o/ns"/></d:prop></d:propfind>',
    );
  });
});
