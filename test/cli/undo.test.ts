/** `ownsync undo` over a scripted engine. */
import { expect } from 'chai';
import { undo } from '../../src/cli/undo.ts';
import { sayWhen } from '../../src/cli/when.ts';
import { bench } from './helpers.ts';
import type { Bench } from './helpers.ts';

const ARGS = { folders: [], only: undefined, dryRun: false, json: false };

describe('ownsync undo', () => {
  let at: Bench;
  beforeEach(() => (at = bench()));
  afterEach(() => at.clean());

  it('takes back in each folder, and says what it was', async () => {
    at.folders['docs'] = {
      undo: () =>
        Promise.resolve({
          done: [{ did: 'put back', path: 'a' }],
          left: [
            { path: 'b', why: 'new here' },
            { path: 'c', why: 'new here' },
          ],
          undone: { what: 'sync', at: 5000 },
        }),
    };
    at.folders['pics'] = {
      undo: () => Promise.resolve({ done: [], left: [], refused: { why: 'nothing to undo' } }),
    };
    expect(await at.run((program) => undo(program, ARGS))).to.equal(0);
    expect(at.out).to.deep.equal([
      `docs, as before the sync of ${sayWhen(5000)}:`,
      '  put back: a',
      '  2 paths that came from here stay as they are',
      'It spreads at the next `ownsync sync`; `ownsync undo` takes it back.',
    ]);
    expect(at.err).to.deep.equal([
      'pics: nothing to undo: no sync on this computer has done anything that it remembers',
    ]);
  });

  it('hands on what is meant', async () => {
    const asked: unknown[] = [];
    at.folders['pics'] = {
      undo: ({ signal: _, ...options }) => {
        asked.push(options);
        return Promise.resolve({ done: [], left: [], undone: { what: 'undo', at: 0 } });
      },
    };
    const args = { folders: ['pics'], only: 'sent', dryRun: true, json: false } as const;
    expect(await at.run((program) => undo(program, args))).to.equal(0);
    expect(asked).to.deep.equal([{ dryRun: true, only: 'sent' }]);
    expect(at.out).to.deep.equal(['pics: nothing to take back']);
    expect(at.calls).to.include('lock pics').and.not.include('lock docs');
  });

  it('with something left ends with 3, with a halt with 4, with trouble with 1', async () => {
    const report = { done: [], left: [{ path: 'a', why: 'changed since' }] } as const;
    at.folders['docs'] = { undo: () => Promise.resolve(report) };
    at.folders['pics'] = { undo: () => Promise.resolve({ done: [], left: [] }) };
    expect(await at.run((program) => undo(program, ARGS))).to.equal(3);
    expect(at.out).to.include('  left as it is: a: was changed since');
    const halt = { reason: 'local-root-missing', message: 'gone' };
    at.folders['pics'] = { undo: () => Promise.resolve({ done: [], left: [], halt }) };
    expect(await at.run((program) => undo(program, ARGS))).to.equal(4);
    at.folders['docs'] = { undo: () => Promise.reject(new Error('broken')) };
    expect(await at.run((program) => undo(program, ARGS))).to.equal(1);
    expect(at.err.join('\n')).to.contain('docs: unexpected: broken');
  });
});
