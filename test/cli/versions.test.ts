/** `ownsync versions` over a scripted engine: what is shown, and what is asked. */
import { expect } from 'chai';
import { versions } from '../../src/cli/versions.ts';
import { sayWhen } from '../../src/cli/when.ts';
import type { PastVersion, PathHistory } from '../../src/core/ports/history.ts';
import { TransportError } from '../../src/core/ports/transport.ts';
import { bench } from './helpers.ts';
import type { Bench } from './helpers.ts';

const AT = Date.UTC(2026, 4, 3, 12);
const one: PastVersion = {
  number: 1,
  path: 'old.txt',
  by: 'phone',
  what: 'first',
  kind: 'file',
  size: 12,
  isCurrent: false,
  kept: 'gone',
};
const HISTORY: PathHistory = {
  path: 'a.txt',
  versions: [
    one,
    {
      number: 2,
      path: 'a.txt',
      at: AT,
      by: 'laptop',
      what: 'moved here',
      other: 'old.txt',
      kind: 'file',
      size: 12,
      isCurrent: true,
      kept: 'current',
    },
    { path: 'a.txt', at: AT + 1000, by: 'desk', what: 'deleted', isCurrent: false },
  ],
  below: [],
};

describe('ownsync versions', () => {
  let at: Bench;
  beforeEach(() => (at = bench()));
  afterEach(() => at.clean());

  const run = (path: string | undefined, { json = false, folder = 'docs' } = {}) =>
    at.run((program) => versions(program, { path, folder, json, cwd: at.root }), { json });

  it('shows the newest first, with what became of it and where it is', async () => {
    at.folders['docs'] = { versions: () => Promise.resolve(HISTORY) };
    expect(await run('a.txt')).to.equal(0);
    expect(at.out).to.deep.equal([
      'docs:a.txt',
      '  version  on the store since   by      size  what',
      `  -        ${sayWhen(AT + 1000)}  desk          deleted`,
      `  2        ${sayWhen(AT)}  laptop  12 B  moved here from old.txt (current)`,
      '  1        before the records   phone   12 B  new (as old.txt; its content is not kept on the store any more)',
    ]);
  });

  it('asks the store and nothing else: no lock, no state, nothing written', async () => {
    const asked: unknown[] = [];
    at.folders['docs'] = {
      versions: ({ path }) => {
        asked.push(path);
        return Promise.resolve(HISTORY);
      },
    };
    at.parts = { lock: () => 'taken' };
    expect(await run('x/./a.txt')).to.equal(0);
    expect(asked).to.deep.equal(['x/a.txt']);
    expect(at.calls).to.deep.equal(['open disk', 'close disk']);
  });

  it('tells what was in a directory', async () => {
    const last: PastVersion = {
      path: 'd/a',
      at: AT,
      by: 'desk',
      what: 'deleted',
      isCurrent: false,
    };
    const below = [{ path: 'd/a', exists: false, versions: 3, last }];
    at.folders['docs'] = { versions: () => Promise.resolve({ path: 'd', versions: [], below }) };
    expect(await run('d')).to.equal(0);
    expect(at.out).to.deep.equal([
      'in docs:d, what is gone or was something else before:',
      '  path  versions  last                 by    what',
      `  d/a   3         ${sayWhen(AT)}  desk  deleted`,
    ]);
    at.folders['docs'] = { versions: () => Promise.resolve({ path: '', versions: [], below: [] }) };
    expect(await run(undefined)).to.equal(0);
    expect(at.out.at(-1)).to.equal('in docs nothing was changed or deleted, as far as is known');
  });

  it('says when nothing is known', async () => {
    at.folders['docs'] = {
      versions: ({ path }) => Promise.resolve({ path, versions: [], below: [] }),
    };
    expect(await run('nix')).to.equal(2);
    expect(at.err).to.deep.equal([
      'nothing is known of docs:nix: no computer has synced it, or it is too long ago',
    ]);
  });

  it('with --json is one object', async () => {
    at.folders['docs'] = { versions: () => Promise.resolve(HISTORY) };
    expect(await run('a.txt', { json: true })).to.equal(0);
    expect(JSON.parse(at.out.join(''))).to.deep.equal({
      type: 'versions',
      exit: 0,
      folder: 'docs',
      ...HISTORY,
    });
  });

  it('says what failed', async () => {
    const facts = { kind: 'unreachable', operation: 'list' } as const;
    at.folders['docs'] = { versions: () => Promise.reject(new TransportError('no route', facts)) };
    expect(await run('a.txt')).to.equal(1);
    expect(at.err[0]).to.contain('docs: store "disk"').and.contain('no route');
  });
});
