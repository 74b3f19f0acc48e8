/** `ownsync verify` over a scripted engine: what it says, and how it ends. */
import { expect } from 'chai';
import { verify } from '../../src/cli/verify.ts';
import type { VerifyArguments } from '../../src/cli/verify.ts';
import type { VerifyOptions, VerifyReport } from '../../src/core/ports/verify.ts';
import { bench, VERIFIED } from './helpers.ts';
import type { Bench } from './helpers.ts';

const ARGS: VerifyArguments = { folders: ['docs'], content: false, budget: undefined, json: false };

describe('ownsync verify', () => {
  let at: Bench;
  let asked: VerifyOptions | undefined;
  beforeEach(() => (at = bench()));
  afterEach(() => at.clean());

  function run(report: VerifyReport, args: Partial<VerifyArguments> = {}): Promise<number> {
    at.folders['docs'] = {
      verify: (options) => {
        asked = options;
        return Promise.resolve(report);
      },
    };
    return at.run((program) => verify(program, { ...ARGS, ...args }));
  }

  it('nothing wrong', async () => {
    expect(await run(VERIFIED)).to.equal(0);
    expect(at.out).to.deep.equal([
      'docs: 3 files compared, by name, size and time',
      'docs: all is as recorded',
    ]);
    expect(asked).to.deep.include({ content: false }).and.not.have.property('budget');
  });

  it('what was put right is told, and is no failure', async () => {
    const faults = [{ path: 'a', fault: 'damaged-on-store', healed: true }] as const;
    const read = { readFiles: 2, readBytes: 1500, unread: 1 };
    expect(await run({ ...VERIFIED, ...read, faults }, { content: true, budget: 2000 })).to.equal(
      0,
    );
    expect(at.out.join('\n'))
      .to.contain('2 read back from the store (1.5 kB); 1 file left for the next time')
      .and.contain('1 fault put right:')
      .and.contain('a: its content on the store is damaged');
    expect(asked).to.deep.include({ content: true, budget: 2000 });
  });

  it('what is left ends with 3, a halt with 4', async () => {
    expect(await run({ ...VERIFIED, faults: [{ path: 'a', fault: 'missing-here' }] })).to.equal(3);
    expect(at.out.join('\n')).to.contain('1 fault left:').and.contain('a: not on this computer');
    const halt = { reason: 'store-emptied', message: 'nothing is there' } as const;
    expect(await run({ ...VERIFIED, halt })).to.equal(4);
    expect(at.out.join('\n')).to.contain('docs: stopped: nothing is there');
  });

  it('tells one JSON object', async () => {
    await run({ ...VERIFIED, faults: [{ path: 'a', fault: 'missing-here' }] }, { json: true });
    expect(JSON.parse(at.out.join(''))).to.deep.include({ type: 'verify', exit: 3 });
  });
});
