/**
 * `ownsync status` and `ownsync accept` over a scripted engine.
 */
import { expect } from 'chai';
import { accept } from '../../src/cli/accept.ts';
import { status } from '../../src/cli/status.ts';
import { bench, STATUS } from './helpers.ts';
import type { Bench } from './helpers.ts';

const HELD = { id: 'h1', origin: 'desk', action: 'replace-here', paths: ['a', 'b'] } as const;

describe('ownsync status', () => {
  let at: Bench;
  beforeEach(() => (at = bench()));
  afterEach(() => at.clean());

  it('reads the state and nothing else', async () => {
    at.folders['docs'] = {
      status: () => ({
        ...STATUS,
        lastRound: 300_000,
        clients: [{ id: 'x', name: 'desk', lastSeen: 590_000, upToDate: false }],
      }),
    };
    expect(await at.run((program) => status(program, { json: false }))).to.equal(0);
    expect(at.calls.some((call) => /^(open|sync|lock)/.test(call))).to.equal(false);
    expect(at.out.slice(0, 3)).to.deep.equal([
      `docs: ${at.root}/docs <-> disk:/sync/docs`,
      '  3 files, last synced 5 minutes ago',
      '  desk: does not hold everything yet, last seen just now',
    ]);
  });

  it('says when a folder was never synced, and makes no state for it', async () => {
    at.parts = { stateExists: () => false };
    expect(await at.run((program) => status(program, { json: false }))).to.equal(3);
    expect(at.out[1]).to.equal('  never synced from this computer');
    expect(at.calls).to.deep.equal([]);
  });

  it('a first sync that failed is none', async () => {
    at.folders['docs'] = { status: () => ({ ...STATUS, lastRound: undefined }) };
    expect(await at.run((program) => status(program, { json: false }))).to.equal(3);
    expect(at.out[1]).to.equal('  never synced from this computer');
  });

  it('held paths need a decision; with --json it is one object', async () => {
    at.folders['pics'] = { status: () => ({ ...STATUS, held: [HELD] }) };
    expect(await at.run((program) => status(program, { json: true }), { json: true })).to.equal(4);
    const told: unknown = JSON.parse(at.out.join(''));
    expect(told).to.include({ type: 'status', exit: 4 });
    expect(told).to.have.nested.property('folders[1].held[0].id', 'h1');
  });
});

describe('ownsync accept', () => {
  let at: Bench;
  beforeEach(() => (at = bench()));
  afterEach(() => at.clean());

  it('releases all, or only the given ids', async () => {
    const asked: unknown[] = [];
    at.folders['docs'] = { accept: (ids) => asked.push(ids) };
    at.folders['pics'] = { accept: (ids) => (asked.push(ids), 0) };
    expect(await at.run((program) => accept(program, { ids: [] }))).to.equal(0);
    expect(await at.run((program) => accept(program, { ids: ['h1'] }))).to.equal(0);
    expect(asked).to.deep.equal([undefined, undefined, ['h1'], ['h1']]);
    expect(at.out.slice(0, 2)).to.deep.equal([
      'docs: 1 path released',
      'They go on at the next `ownsync sync`.',
    ]);
    expect(at.calls.filter((call) => call === 'unlock')).to.have.length(4);
  });

  it('an id that nothing is held under is a wrong use', async () => {
    expect(await at.run((program) => accept(program, { ids: ['zz'] }))).to.equal(2);
    expect(await at.run((program) => accept(program, { ids: [] }))).to.equal(0);
    expect(at.out).to.deep.equal([
      'Nothing is held under zz; see `ownsync pending`.',
      'Nothing is held.',
    ]);
  });

  it('does not touch the state of a folder that is being synced', async () => {
    at.parts = { lock: () => 'taken' };
    expect(await at.run((program) => accept(program, { ids: [] }))).to.equal(1);
    expect(at.calls).to.deep.equal([]);
  });
});
