/**
 * `ownsync pending` over a scripted engine: every question with its numbers, its paths and its answers.
 */
import { expect } from 'chai';
import { pending } from '../../src/cli/pending.ts';
import type { Held } from '../../src/core/ports/folder.ts';
import { bench, STATUS } from './helpers.ts';
import type { Bench } from './helpers.ts';

const PATHS = Array.from({ length: 30 }, (_, i) => `f${String(i)}`);
const HELD: Held = {
  id: 'delete-here:0123456789ab',
  origin: 'desk',
  action: 'delete-here',
  paths: PATHS,
};
const BACK: Held = {
  id: 'come-back:an-older-copy-of-the-store',
  origin: 'an older copy of the store',
  action: 'come-back',
  paths: ['a', 'b'],
  setBackTo: Date.UTC(2026, 4, 3, 12),
};

describe('ownsync pending', () => {
  let at: Bench;
  beforeEach(() => (at = bench()));
  afterEach(() => at.clean());
  const run = (json = false, folders: string[] = []) =>
    at.run((program) => pending(program, { folders, json }), { json });

  it('says when nothing waits, and asks no store', async () => {
    expect(await run()).to.equal(0);
    expect(at.out).to.deep.equal(['Nothing waits for you.']);
    expect(at.calls.some((call) => /^(open|sync|lock)/.test(call))).to.equal(false);
  });

  it('shows each question with its numbers, some of its paths, and its answers', async () => {
    at.folders['docs'] = { status: () => ({ ...STATUS, files: 60, held: [HELD, BACK] }) };
    expect(await run()).to.equal(4);
    expect(at.out.map((line) => line.replace(/^docs: /, ''))).to.deep.equal([
      '30 paths would be deleted on this computer, by changes of "desk" (the folder has 60 files):',
      ...PATHS.slice(0, 20).map((path) => `    ${path}`),
      '    … and 10 more',
      '    let it happen with: ownsync accept delete-here:0123456789ab',
      '    put it back with: ownsync restore-held delete-here:0123456789ab',
      '    or do nothing: it waits, and everything else goes on',
      '2 paths came back on the store: it seems to have been restored to about 3 May 2026 (the folder has 60 files):',
      ...['    a', '    b'],
      '    let it happen with: ownsync accept come-back:an-older-copy-of-the-store',
      '    put it back with: ownsync restore-held come-back:an-older-copy-of-the-store',
      '    or do nothing: it waits, and everything else goes on',
    ]);
  });

  it('shows why a folder is not synced', async () => {
    const halt = { reason: 'store-emptied', message: 'The store is empty.' } as const;
    at.folders['pics'] = { status: () => ({ ...STATUS, halt }) };
    expect(await run()).to.equal(4);
    expect(at.out).to.deep.equal(['pics: not synced: The store is empty.']);
    expect(await run(false, ['docs'])).to.equal(0);
  });

  it('with --json tells everything', async () => {
    at.folders['docs'] = { status: () => ({ ...STATUS, files: 60, held: [HELD] }) };
    expect(await run(true)).to.equal(4);
    expect(JSON.parse(at.out.join(''))).to.deep.equal({
      type: 'pending',
      exit: 4,
      folders: [
        { folder: 'docs', files: 60, questions: [{ count: 30, ...HELD }] },
        { folder: 'pics', files: 3, questions: [] },
      ],
    });
  });

  it('a state that cannot be read is an error, the others are shown', async () => {
    at.folders['docs'] = {
      status: () => {
        throw new Error('torn');
      },
    };
    at.folders['pics'] = { status: () => ({ ...STATUS, held: [BACK] }) };
    expect(await run()).to.equal(1);
    expect(at.out.join('\n')).to.contain('docs: unexpected: torn').and.contain('pics: 2 paths');
  });
});
