/** `ownsync restore` over a scripted engine: arguments, what is shown, exit codes. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { restore } from '../../src/cli/restore.ts';
import type { RestoreArguments } from '../../src/cli/restore.ts';
import { sayWhen } from '../../src/cli/when.ts';
import type { BackReport, RestoreOptions } from '../../src/core/ports/history.ts';
import { bench } from './helpers.ts';
import type { Bench } from './helpers.ts';

const NOTHING: BackReport = { done: [], left: [] };

describe('ownsync restore', () => {
  let at: Bench;
  let asked: Omit<RestoreOptions, 'signal'>[];
  beforeEach(() => {
    at = bench();
    asked = [];
    mkdirSync(join(at.root, 'docs/dir'), { recursive: true });
  });
  afterEach(() => at.clean());

  const answering = (report: BackReport): void => {
    at.folders['docs'] = {
      restore: ({ signal: _, ...options }) => {
        asked.push(options);
        return Promise.resolve(report);
      },
    };
  };
  const run = async (args: Partial<RestoreArguments>) =>
    await at.run(
      (program) =>
        restore(program, {
          path: undefined,
          folder: undefined,
          cwd: join(at.root, 'docs'),
          json: false,
          all: false,
          at: undefined,
          version: undefined,
          to: undefined,
          dryRun: false,
          ...args,
        }),
      { json: args.json === true },
    );

  it('hands on what is meant', async () => {
    answering(NOTHING);
    await run({ path: 'a' });
    await run({ path: 'dir/b', version: 3, dryRun: true });
    await run({ all: true, folder: 'docs', at: '1min' });
    await run({ path: 'a', to: 'copy' });
    await run({ path: 'a', to: 'dir' });
    expect(asked).to.deep.equal([
      { path: 'a', dryRun: false },
      { path: 'dir/b', dryRun: true, version: 3 },
      { path: '', dryRun: false, at: 540_000 },
      { path: 'a', dryRun: false, to: { path: 'copy' } },
      { path: 'a', dryRun: false, to: { path: 'dir/a' } },
    ]);
    expect(at.out).to.include('docs:a is like that already');
  });

  it('outside needs neither lock nor state, and goes where cp would put it', async () => {
    at.folders['docs'] = {
      restore: async ({ to, signal }) => {
        const target = to?.target;
        if (to === undefined || target === undefined) throw new Error('no target');
        const content = (async function* () {
          await Promise.resolve();
          yield new TextEncoder().encode('text');
        })();
        const staged = await target.stage(content, signal);
        await target.place(staged, to.path, undefined, { mtime: 1, executable: false });
        return { done: [{ did: 'put back', path: to.path }], left: [] };
      },
    };
    at.parts = { lock: () => 'taken' };
    mkdirSync(join(at.root, 'there'));
    expect(await run({ path: 'dir/a', to: '../there' })).to.equal(0);
    expect(await run({ path: 'dir/a', to: join(at.root, 'made/b') })).to.equal(0);
    for (const place of ['there/a', 'made/b']) {
      expect(readFileSync(join(at.root, place), 'utf8')).to.equal('text');
      expect(at.out).to.include(`  put back: ${join(at.root, place)}`);
    }
    expect(existsSync(join(at.root, 'there/.ownsync'))).to.equal(false);
    expect(at.calls.filter((call) => !/ disk$/.test(call))).to.deep.equal([]);
  });

  it('shows what was done, what was left and why, and where the trash is', async () => {
    answering({
      done: [
        { did: 'replaced', path: 'a' },
        { did: 'moved back', path: 'b', from: 'c' },
      ],
      left: [{ path: 'd', why: 'failed', message: 'disk on fire' }],
      version: { number: 2, path: 'a', at: 5000, by: 'phone', what: 'changed', isCurrent: false },
    });
    expect(await run({ path: 'a' })).to.equal(3);
    expect(at.out).to.deep.equal([
      `docs:a, version 2 of ${sayWhen(5000)}, by phone:`,
      '  put back over what was there: a',
      '  moved back: c -> b',
      '  left as it is: d: could not be done: disk on fire',
      `What was there is in the trash: ${at.root}/docs/.ownsync/trash`,
      'It spreads at the next `ownsync sync`; `ownsync undo` takes it back.',
    ]);
    expect(at.calls).to.include('lock docs').and.include('unlock');
  });

  it('a dry run says so', async () => {
    answering({ done: [{ did: 'removed', path: 'a' }], left: [] });
    expect(await run({ all: true, at: '1min', folder: 'docs', dryRun: true })).to.equal(0);
    expect(at.out).to.deep.equal([
      `docs, as on ${sayWhen(540_000)}:`,
      '  would be removed: a',
      'dry run: nothing was changed',
    ]);
  });

  const refusals: readonly (readonly [BackReport, string])[] = [
    [{ ...NOTHING, refused: { why: 'unknown path' } }, 'nothing is known of docs:a'],
    [{ ...NOTHING, refused: { why: 'no such version', versions: 1 } }, '1 version is known'],
    [{ ...NOTHING, refused: { why: 'nothing older' } }, 'nothing older than what is there'],
    [
      { ...NOTHING, refused: { why: 'not there then', from: 60_000 } },
      `it came on ${sayWhen(60_000)}`,
    ],
    [
      { ...NOTHING, refused: { why: 'time needed', before: 59_999 } },
      `ownsync restore docs:a --at '${sayWhen(59_000)}'`,
    ],
  ];
  for (const [report, text] of refusals) {
    it(`says what to ask instead: ${report.refused?.why ?? ''}`, async () => {
      answering(report);
      expect(await run({ path: 'a', ...(text.includes('came') ? { at: '1min' } : {}) })).to.equal(
        2,
      );
      expect(at.err.join('\n')).to.contain(text);
    });
  }

  it('a halt needs a decision', async () => {
    const halt = { reason: 'local-root-unmarked', message: 'not the folder' };
    answering({ ...NOTHING, halt });
    expect(await run({ path: 'a' })).to.equal(4);
    expect(at.err[0]).to.equal('stopped: not the folder');
  });

  it('with --json is one object', async () => {
    answering({ done: [{ did: 'put back', path: 'a' }], left: [] });
    expect(await run({ path: 'a', json: true })).to.equal(0);
    expect(JSON.parse(at.out.join(''))).to.deep.equal({
      type: 'restore',
      exit: 0,
      folder: 'docs',
      path: 'a',
      done: [{ did: 'put back', path: 'a' }],
      left: [],
    });
  });

  const wrong: readonly (readonly [string, Partial<RestoreArguments>, string])[] = [
    ['no path', {}, 'say which file or directory'],
    ['the whole folder without --all', { path: '.' }, 'that is the whole folder'],
    ['--all without a time', { all: true, folder: 'docs' }, '--all needs a time'],
    ['--all with a path', { all: true, path: 'a', at: '1h' }, 'leave out a'],
    ['two ways to say which', { path: 'a', at: '1h', version: 1 }, 'give one of them'],
    ['no time', { path: 'a', at: 'soon' }, '--at expects a time'],
    ['--all of which of two', { all: true, at: '1h' }, 'docs, pics'],
  ];
  for (const [what, args, text] of wrong) {
    it(`refuses ${what}`, async () => {
      answering(NOTHING);
      expect(await run(args)).to.equal(2);
      expect(at.err.join('\n')).to.contain(text);
      expect(asked).to.deep.equal([]);
    });
  }
});
