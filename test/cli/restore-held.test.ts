/**
 * `ownsync restore-held` over a scripted engine; what it shares with `accept` is tested there.
 */
import { expect } from 'chai';
import { accept } from '../../src/cli/accept.ts';
import { restoreHeld } from '../../src/cli/restore-held.ts';
import { bench } from './helpers.ts';
import type { Bench } from './helpers.ts';

describe('ownsync restore-held', () => {
  let at: Bench;
  beforeEach(() => (at = bench()));
  afterEach(() => at.clean());

  it('gives the other answer, under the lock of each folder', async () => {
    const asked: unknown[] = [];
    at.folders['docs'] = { restoreHeld: (ids) => (asked.push(ids), 40) };
    at.folders['pics'] = { restoreHeld: (ids) => (asked.push(ids), 0) };
    expect(await at.run((program) => restoreHeld(program, { ids: [] }))).to.equal(0);
    expect(await at.run((program) => restoreHeld(program, { ids: ['desk'] }))).to.equal(0);
    expect(asked).to.deep.equal([undefined, undefined, ['desk'], ['desk']]);
    expect(at.out.slice(0, 2)).to.deep.equal([
      'docs: 40 paths to be put back',
      'They are put back at the next `ownsync sync`.',
    ]);
    expect(at.calls.filter((call) => call === 'unlock')).to.have.length(4);
    expect(at.calls.some((call) => call.startsWith('open'))).to.equal(false);
  });

  it('may be meant for one folder only', async () => {
    const asked: string[] = [];
    for (const name of ['docs', 'pics']) {
      at.folders[name] = {
        restoreHeld: () => asked.push(`put back in ${name}`),
        accept: () => asked.push(`accept in ${name}`),
      };
    }
    await at.run((program) => restoreHeld(program, { ids: [], folders: ['pics'] }));
    await at.run((program) => accept(program, { ids: [], folders: ['docs'] }));
    expect(asked).to.deep.equal(['put back in pics', 'accept in docs']);
    const code = await at.run((program) => accept(program, { ids: [], folders: ['none'] }));
    expect(code).to.equal(2);
  });

  it('an id that nothing is held under is a wrong use', async () => {
    expect(await at.run((program) => restoreHeld(program, { ids: ['zz'] }))).to.equal(2);
    expect(at.out).to.deep.equal(['Nothing is held under zz; see `ownsync pending`.']);
  });
});
