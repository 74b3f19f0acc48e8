/** What real servers make of conditions, as the doctor tells it. */
import { expect } from 'chai';
import { findServer, startApache, startLighttpd } from '../../servers/index.ts';
import { needs } from '../../support/skips.ts';
import { ended, later, openAt, startScript } from './support.ts';

const upload = 'an upload only if nothing is there';
const download = 'a download only if it changed';

describe('what webdav tells of its server', () => {
  const { signal } = new AbortController();
  afterEach(ended);

  const products = [
    ['apache', startApache],
    ['lighttpd', startLighttpd],
  ] as const;
  for (const [name, start] of products) {
    it(`${name} keeps both conditions, and nothing of the trial stays`, async function () {
      const found = await findServer(name);
      needs(this, name, found.available, found.available ? '' : found.reason);
      const server = await start({});
      later(() => server.stop());
      const { user, password } = server;
      const transport = await openAt(server.url, { user, password });
      await transport.makeDirectory('trial', signal);
      const facts = (await transport.about?.(signal, 'trial'))?.facts ?? [];
      const told = new Map(facts.map((fact) => [fact.name, fact.value]));
      expect(told.get(upload)).to.equal('kept');
      expect(told.get(download)).to.equal('kept');
      expect((await transport.list('trial', signal)).entries).to.deep.equal([]);
    });
  }

  it('a server that ignores conditions is told so; without a directory nothing is tried', async () => {
    const script = await startScript(({ method }) => {
      if (method === 'PUT') return { status: 201 };
      if (method === 'GET') return { status: 200, headers: { ETag: '"1"' }, body: 'x' };
      return method === 'DELETE' ? { status: 204 } : undefined;
    });
    const transport = await openAt(script.url);
    const before = script.seen.length;
    const plain = (await transport.about?.(signal))?.facts ?? [];
    expect(plain.map(({ name }) => name))
      .to.include('dialect')
      .and.not.include(upload);
    expect(script.seen.length).to.equal(before);
    const facts = (await transport.about?.(signal, 'trial'))?.facts ?? [];
    const told = new Map(facts.map((fact) => [fact.name, fact.value]));
    expect([told.get(upload), told.get(download)]).to.deep.equal(['ignored', 'ignored']);
  });
});
