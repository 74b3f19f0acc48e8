/**
 * `ownsync sync` over a scripted engine: order of work, what is printed, exit codes, and that everything is given back.
 */
import { expect } from 'chai';
import { sync } from '../../src/cli/sync.ts';
import type { SyncArguments } from '../../src/cli/sync.ts';
import { LocalError } from '../../src/core/ports/local-tree.ts';
import type { FolderParts } from '../../src/core/ports/folder.ts';
import { TransportError } from '../../src/core/ports/transport.ts';
import { bench, DONE, REPORT } from './helpers.ts';
import type { Bench } from './helpers.ts';

const ALL: SyncArguments = { folders: [], dryRun: false, wait: undefined, json: false };

describe('ownsync sync', () => {
  let at: Bench;
  beforeEach(() => (at = bench()));
  afterEach(() => at.clean());
  const go = (args: Partial<SyncArguments> = {}, json = false) =>
    at.run((program) => sync(program, { ...ALL, json, ...args }), { json });

  it('locks, opens and syncs one folder after the other over one connection, and gives all back', async () => {
    expect(await go()).to.equal(0);
    expect(at.calls).to.deep.equal([
      ...[
        'lock docs',
        'state state/folders/docs/state.db',
        'open disk',
        'mkdir sync',
        'mkdir sync/docs',
        'sync docs',
      ],
      ...[
        'lock pics',
        'state state/folders/pics/state.db',
        'mkdir sync',
        'mkdir sync/pics',
        'sync pics',
      ],
      ...['state closed', 'unlock', 'state closed', 'unlock', 'close disk'],
    ]);
    expect(at.out).to.deep.equal(['docs: in sync', 'pics: in sync']);
  });

  it('syncs only the named folders, and names the others when a name is wrong', async () => {
    expect(await go({ folders: ['pics'] })).to.equal(0);
    expect(at.calls).to.include('sync pics').and.not.include('sync docs');
    expect(await go({ folders: ['dcos'] })).to.equal(2);
    expect(at.err).to.deep.equal(['ownsync: no folder is called "dcos"; did you mean "docs"?']);
  });

  it('tells the engine what the configuration says', async () => {
    let parts: FolderParts | undefined;
    at.folders['docs'] = { begin: (given) => (parts = given) };
    await go({ folders: ['docs'] });
    expect(parts?.settings).to.include({
      client: 'laptop',
      machine: 'machine',
      settle: 10_000,
      rounds: 'relaxed',
    });
    const ignored = parts?.settings.ignored('!keep.tmp\nbuild/\n');
    expect(
      ['a/x.tmp', 'keep.tmp', 'build', 'x.TMP'].map((path) => ignored?.(path, path === 'build')),
    ).to.deep.equal([true, false, true, false]);
    expect(ignored?.('build', false)).to.equal(false);
  });

  it('a dry run makes no directory on the store and hands the engine a store that refuses to change', async () => {
    let refused: unknown;
    at.folders['docs'] = {
      begin: ({ transport }) => {
        refused = transport
          .remove('x', new AbortController().signal)
          .catch((error: unknown) => error);
      },
      sync: () =>
        Promise.resolve({ ...REPORT, inSync: false, plan: [{ deed: 'uploaded', path: 'a' }] }),
    };
    expect(await go({ folders: ['docs'], dryRun: true })).to.equal(0);
    expect(at.calls.filter((call) => call.startsWith('mkdir'))).to.deep.equal([]);
    expect(await refused).to.include({ kind: 'unsupported' });
    expect(at.out).to.deep.equal([
      'docs: would be uploaded: a',
      'docs: dry run: 1 thing to do; nothing was changed',
    ]);
  });

  it('waits at once for one folder, and for several only after all have synced', async () => {
    await go({ folders: ['docs'], wait: 9 });
    expect(at.calls.filter((call) => call.startsWith('sync'))).to.deep.equal([
      'sync docs wait 9000',
    ]);
    at.calls.length = 0;
    at.folders['docs'] = {
      sync: () => Promise.resolve({ ...REPORT, done: { ...DONE, uploaded: 1 } }),
    };
    await go({ wait: 9 });
    expect(at.calls.filter((call) => call.startsWith('sync'))).to.deep.equal([
      'sync docs',
      'sync pics',
      'sync docs wait 8000',
      'sync pics wait 7000',
    ]);
    expect(at.out).to.include('docs: in sync: 2 uploaded');
  });

  it('goes on with the other folders when one fails; the worse code wins', async () => {
    at.folders['docs'] = {
      sync: () =>
        Promise.reject(
          new TransportError('the login with s3cret was refused', {
            kind: 'auth',
            operation: 'open',
            serverSaid: '530 s3cret? Login incorrect.',
          }),
        ),
    };
    at.folders['pics'] = {
      sync: () =>
        Promise.resolve({
          ...REPORT,
          problems: [{ path: 'p', kind: 'special', message: 'a pipe' }],
        }),
    };
    expect(await go()).to.equal(1);
    expect(at.err).to.deep.equal([
      'docs: store "disk": the store refused the login: the login with *** was refused',
      '  the store said: 530 ***? Login incorrect.',
      "  what to do: Check this store's user, its password or key, and the certificate or server key that it is known by.",
    ]);
    expect(at.out).to.deep.equal([
      'pics: 1 path with a problem:',
      'pics:     p: a pipe (special)',
      'pics: done, but for the paths above',
    ]);
    expect(at.calls.filter((call) => call === 'unlock')).to.have.length(2);
  });

  it('a store that cannot be opened is asked once, and nothing stays locked', async () => {
    let opened = 0;
    at.parts = {
      openStore: () => {
        opened += 1;
        return Promise.reject(
          new TransportError('no such host', { kind: 'unreachable', operation: 'open' }),
        );
      },
    };
    expect(await go()).to.equal(1);
    expect(opened).to.equal(1);
    expect(at.calls.filter((call) => call === 'unlock')).to.have.length(2);
    expect(at.calls.filter((call) => call === 'state closed')).to.have.length(2);
  });

  it('says when another agent works on the folder', async () => {
    at.parts = { lock: () => 'taken' };
    expect(await go({ folders: ['docs'] })).to.equal(1);
    expect(at.err[0]).to.match(/^docs: another ownsync works on .*docs$/);
  });

  it('a missing local folder needs a decision', async () => {
    at.parts = {
      lock: () => {
        throw new LocalError('There is no folder /x.', { kind: 'missing-root' });
      },
    };
    expect(await go({ folders: ['docs'] })).to.equal(4);
    expect(at.err[0]).to.equal('docs: the local folder is not there: There is no folder /x.');
  });

  it('tells conflicts, held paths and who is missing', async () => {
    at.folders['docs'] = {
      sync: () =>
        Promise.resolve({
          ...REPORT,
          conflicts: ['a (conflict).txt'],
          held: [
            {
              id: 'h1',
              origin: 'desk',
              action: 'delete-here',
              paths: Array.from({ length: 22 }, (_, i) => `f${i}`),
            },
          ],
          missingClients: ['desk'],
        }),
    };
    expect(await go({ folders: ['docs'] })).to.equal(4);
    const text = at.out.join('\n');
    expect(text).to.contain(
      '1 conflict: both versions are kept, one under:\ndocs:     a (conflict).txt',
    );
    expect(text).to.contain(
      'held: 22 paths would be deleted on this computer, by changes of "desk":\ndocs:     f0',
    );
    expect(text)
      .to.contain('… and 2 more')
      .and.contain('ownsync accept h1')
      .and.contain('docs:     desk');
    expect(at.out.at(-1)).to.equal('docs: waiting for your decision');
  });

  it('with --json every line is an object, the last one the report', async () => {
    at.folders['docs'] = {
      begin: ({ onEvent }) => {
        onEvent({ type: 'phase', phase: 'scan' });
        onEvent({ type: 'done', deed: 'moved-here', path: 'b', from: 'a' });
      },
    };
    at.folders['pics'] = { sync: () => Promise.reject(new Error('boom s3cret')) };
    expect(await go({}, true)).to.equal(1);
    const lines = at.out.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.slice(0, 2)).to.deep.equal([
      { type: 'phase', folder: 'docs', phase: 'scan' },
      { type: 'done', folder: 'docs', deed: 'moved-here', path: 'b', from: 'a' },
    ]);
    expect(lines).to.have.length(3);
    expect(lines[2]).to.include({ type: 'report', exit: 1 });
    expect(lines[2]).to.have.nested.property('folders[0].inSync', true);
    expect(lines[2]).to.have.nested.property('folders[1].error.message', 'unexpected: boom ***');
    expect(at.err).to.deep.equal([]);
  });

  it('with --json a wrong configuration is a report too', async () => {
    at.configText = 'stores: {}\n';
    const code = await go({}, true);
    expect(code).to.equal(2);
    expect(JSON.parse(at.out[0] ?? '')).to.include({ type: 'report', exit: 2 });
  });

  it('looks at the options of plugins before anything is opened', async () => {
    at.configText =
      'stores:\n  a: { plugin: mount, path: ./s, requireMuont: true }\n  b: { plugin: nix }\nfolders: []\n';
    expect(await go()).to.equal(2);
    expect(at.err[0]).to.match(
      /config\.yaml:2:34: stores\.a\.requireMuont: unknown key .*did you mean "requireMount"\?/s,
    );
    expect(at.err[0]).to.match(
      /config\.yaml:3:16: stores\.b\.plugin: no plugin is called "nix"; built-in: ftp, mount/,
    );
    expect(at.calls).to.deep.equal([]);
  });
});
