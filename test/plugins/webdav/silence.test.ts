/**
 * Servers that say nothing, hang up, are not there or are something else; and how many connections are kept.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import {
  calm,
  content,
  ended,
  failure,
  file,
  multistatus,
  openAt,
  scripted,
  sourceOf,
  startScript,
  textOf,
} from './support.ts';

describe('webdav: servers that say nothing', () => {
  afterEach(ended);

  it('hold nobody up who has stopped waiting', async () => {
    const { transport } = await scripted(({ path }) => (path === '/dav/' ? undefined : 'hang'));
    for (const operation of ['list', 'look', 'makeDirectory', 'removeDirectory'] as const) {
      const control = new AbortController();
      const attempt = failure(transport[operation]('d', control.signal));
      await sleep(30);
      control.abort();
      expect(await attempt).to.include({ kind: 'cancelled', operation });
    }
    const control = new AbortController();
    const attempts = [
      failure(transport.read('f', 0, control.signal)),
      failure(transport.write('f', sourceOf('hello'), control.signal)),
      failure(transport.rename('f', 'g', control.signal)),
    ];
    await sleep(30);
    control.abort();
    for (const error of await Promise.all(attempts)) expect(error.kind).to.equal('cancelled');
  });

  it('are left when the store is closed', async () => {
    const { transport } = await scripted(({ path }) => (path === '/dav/' ? undefined : 'hang'));
    const attempts = [
      failure(transport.look('f', calm())),
      failure(transport.read('f', 0, calm())),
      failure(transport.write('f', sourceOf('hello'), calm())),
    ];
    await sleep(30);
    await transport.close();
    for (const error of await Promise.all(attempts)) expect(error.kind).to.equal('unreachable');
  });

  it('and hang up: what was sent may have happened, unless it only reads', async () => {
    const { transport } = await scripted(({ path }) => (path === '/dav/' ? undefined : 'drop'));
    const outcome = async (attempt: Promise<unknown>): Promise<string> => {
      const { kind, outcome: known } = await failure(attempt);
      return `${kind} ${known}`;
    };
    expect(await outcome(transport.write('f', sourceOf('x'), calm()))).to.equal(
      'unreachable unknown',
    );
    expect(await outcome(transport.rename('f', 'g', calm()))).to.equal('unreachable unknown');
    expect(await outcome(transport.makeDirectory('d', calm()))).to.equal('unreachable unknown');
    expect(await outcome(transport.look('f', calm()))).to.equal('unreachable not-done');
  });

  it('a reading request on a connection that was let go is asked once more', async () => {
    let drops = 1;
    const { transport, script } = await scripted(({ path, method }) => {
      if (path === '/dav/') return undefined;
      if ((drops -= 1) >= 0) return 'drop';
      return method === 'GET' ? content('hello') : multistatus([file('/dav/f')]);
    });
    expect(await transport.look('f', calm())).to.deep.include({ kind: 'file' });
    drops = 1;
    expect(await textOf((await transport.read('f', 0, calm())).stream)).to.equal('hello');
    expect(script.seen.map(({ method }) => method)).to.deep.equal([
      'PROPFIND',
      'PROPFIND',
      'PROPFIND',
      'GET',
      'GET',
    ]);
  });

  it('nobody there: nothing was done', async () => {
    const script = await startScript(() => undefined);
    await ended();
    expect(await failure(openAt(script.url))).to.include({
      kind: 'unreachable',
      outcome: 'not-done',
    });
  });

  it('something else there', async () => {
    for (const status of [200, 405, 501]) {
      const script = await startScript(() => ({ status, body: '<html>welcome</html>' }));
      const error = await failure(openAt(script.url));
      expect(error).to.include({ kind: 'unsupported' });
    }
    const script = await startScript(() => multistatus([file('/dav/')]));
    expect((await failure(openAt(script.url))).kind).to.equal('precondition');
  });

  it('connections are kept, and no more than were asked for', async () => {
    const script = await startScript(({ path }) =>
      path === '/dav/' ? undefined : multistatus([file(path)]),
    );
    const transport = await openAt(script.url, { token: 't', connections: 2 });
    for (let round = 0; round < 5; round += 1) {
      await Promise.all(['a', 'b'].map((name) => transport.look(name, calm())));
    }
    expect(script.connections()).to.be.at.most(2);
  });
});
