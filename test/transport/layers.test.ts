/** Each layer over a tiny fake: what it adds, and that it adds nothing else. */
import { expect } from 'chai';
import { TransportError } from '../../src/core/ports/transport.ts';
import type { Content, Transport } from '../../src/core/ports/transport.ts';
import { withDeadline } from '../../src/transport/layers/deadline.ts';
import { withDryRun } from '../../src/transport/layers/dry-run.ts';
import { withLimit } from '../../src/transport/layers/limit.ts';
import { ensureRoot, withRoot } from '../../src/transport/layers/root.ts';
import { withTrace } from '../../src/transport/layers/trace.ts';
import { withOwnErrors } from '../../src/transport/layers/own-errors.ts';
import { withRetry } from '../../src/transport/layers/retry.ts';
import {
  calm,
  CAPABILITIES,
  chunks,
  content,
  fail,
  failure,
  fakeTransport,
  gather,
  pause,
  source,
} from './fake.ts';

const LAYERS: Readonly<Record<string, (inner: Transport) => Transport>> = {
  deadline: (inner) => withDeadline(inner),
  retry: (inner) => withRetry(inner),
  limit: (inner) => withLimit(inner),
  trace: (inner) => withTrace(inner, () => undefined),
  root: (inner) => withRoot(inner, 'sync/docs'),
  dryRun: (inner) => withDryRun(inner),
  ownErrors: (inner) => withOwnErrors(inner),
};

describe('transport layers', () => {
  for (const [name, layer] of Object.entries(LAYERS)) {
    it(`${name}: optional operations are there exactly when the inner transport has them`, async () => {
      const optional = [
        ...(['resume', 'setModified', 'refuses', 'removeTree'] as const),
        ...(['copy', 'batch', 'space'] as const),
      ];
      const bare = layer(fakeTransport().transport);
      for (const operation of optional) expect(bare, operation).not.to.have.property(operation);
      const inner = fakeTransport({
        resume: () => Promise.resolve({ size: 1 }),
        setModified: () => Promise.resolve(),
        refuses: () => undefined,
        removeTree: () => Promise.resolve(),
        copy: () => Promise.resolve(),
        batch: () => Promise.resolve([]),
        space: () => Promise.resolve(7),
      });
      const full = layer(inner.transport);
      for (const operation of optional) expect(full, operation).to.have.property(operation);
      expect(await full.space?.(calm())).to.equal(7);
      expect(full.capabilities).to.equal(inner.transport.capabilities);
      await full.close();
      expect(inner.calls).to.deep.equal(['space', 'close']);
    });
  }

  it('all together hand a file up and down unchanged', async () => {
    const { transport, calls } = fakeTransport({ read: () => Promise.resolve(content('hello')) });
    const stacked = withRoot(
      withRetry(withLimit(withDeadline(withTrace(transport, () => undefined)))),
      'a',
    );
    expect(await stacked.write('x', source('hello'), calm())).to.deep.equal({ size: 5 });
    expect(await gather((await stacked.read('x', 0, calm())).stream)).to.equal('hello');
    await stacked.rename('x', 'y', calm());
    expect(calls).to.deep.equal(['write a/x', 'read a/x 0', 'rename a/x a/y']);
  });
});

describe('withRoot', () => {
  it('puts every path below the folder, and takes it off again in errors', async () => {
    const facts = { kind: 'busy', operation: 'look', path: 'sync/docs/x' } as const;
    const told = { serverSaid: '503', retryAfter: 5 };
    const busy = new TransportError('the store said busy', { ...facts, ...told });
    const { transport, calls } = fakeTransport({ look: () => Promise.reject(busy) });
    const rooted = withRoot(transport, 'sync/docs');
    await rooted.list('', calm());
    const error = await failure(rooted.look('x', calm()));
    expect(error).to.include({ path: 'x', kind: 'busy', ...told });
    expect(calls).to.deep.equal(['list sync/docs', 'look sync/docs/x']);
  });

  it('maps both paths of every operation that has two, and the optional ones', async () => {
    const inner = fakeTransport({
      copy: () => Promise.resolve(),
      setModified: () => Promise.resolve(),
      removeTree: () => Promise.resolve(),
      refuses: (path) => `not ${path}`,
      resume: () => Promise.resolve({}),
    });
    const rooted = withRoot(inner.transport, 'r');
    await rooted.rename('a', 'b', calm());
    await rooted.copy?.('a', 'b', calm());
    await rooted.setModified?.('a', 5, calm());
    await rooted.resume?.('a', source('x'), 1, calm());
    await rooted.removeTree?.('a', calm());
    expect(rooted.refuses?.('a')).to.equal('not r/a');
    expect(inner.calls).to.deep.equal([
      'rename r/a r/b',
      'copy r/a r/b',
      'setModified r/a 5',
      'resume r/a 1',
      'removeTree r/a',
      'refuses r/a',
    ]);
  });

  it('maps both sides of each entry of a batch', async () => {
    const seen: unknown[] = [];
    const { transport } = fakeTransport({
      batch: (operations) => {
        seen.push(...operations);
        return Promise.resolve([
          { ok: true, value: undefined },
          { ok: false, error: fail('not-found') },
        ]);
      },
    });
    const rooted = withRoot(transport, 'sync/docs');
    const results = await rooted.batch?.(
      [
        { operation: 'rename', from: 'a', to: 'b' },
        { operation: 'remove', path: 'x' },
      ],
      calm(),
    );
    expect(seen).to.deep.equal([
      { operation: 'rename', from: 'sync/docs/a', to: 'sync/docs/b' },
      { operation: 'remove', path: 'sync/docs/x' },
    ]);
    expect(results?.[1]).to.have.nested.property('error.path', 'x');
  });

  it('ensureRoot makes only what is missing, from the top', async () => {
    const { transport, calls } = fakeTransport({
      look: (path) =>
        Promise.resolve(path === 'a' ? { kind: 'directory' as const, stamp: {} } : 'absent'),
    });
    await ensureRoot(transport, 'a/b/c', calm());
    expect(calls).to.deep.equal([
      'look a/b/c',
      'look a',
      'look a/b',
      'makeDirectory a/b',
      'look a/b/c',
      'makeDirectory a/b/c',
    ]);
  });

  it('ensureRoot refuses a file in the way', async () => {
    const { transport } = fakeTransport({
      look: () => Promise.resolve({ kind: 'file', stamp: {} }),
    });
    expect(await failure(ensureRoot(transport, 'a', calm()))).to.include({
      kind: 'exists',
      path: 'a',
    });
  });
});

describe('withLimit', () => {
  it('never has more under way than the store takes; a read counts until its stream ends', async () => {
    let now = 0;
    let most = 0;
    const { transport } = fakeTransport({
      capabilities: { ...CAPABILITIES, parallel: 2 },
      look: async () => {
        now += 1;
        most = Math.max(most, now);
        await pause(2);
        now -= 1;
        return 'absent';
      },
      read: () => {
        now += 1;
        most = Math.max(most, now);
        const stream = (async function* () {
          await pause(2);
          now -= 1;
          yield* chunks('x');
        })();
        return Promise.resolve({ stream, stamp: {} });
      },
    });
    const limited = withLimit(transport);
    await Promise.all(
      Array.from({ length: 12 }, async (_, index) =>
        index % 2 === 0
          ? limited.look('a', calm())
          : gather((await limited.read('a', 0, calm())).stream),
      ),
    );
    expect(most).to.equal(2);
  });

  it('gives the place back when a read is left, fails or is aborted', async () => {
    const { transport } = fakeTransport({
      capabilities: { ...CAPABILITIES, parallel: 1 },
      read: (path): Promise<Content> =>
        path === 'bad'
          ? Promise.reject(fail('denied'))
          : Promise.resolve({ stream: chunks('a', 'b'), stamp: {} }),
    });
    const limited = withLimit(transport);
    for await (const _ of (await limited.read('left', 0, calm())).stream) break;
    expect(await failure(limited.read('bad', 0, calm()))).to.include({ kind: 'denied' });
    const controller = new AbortController();
    await limited.read('never read', 0, controller.signal);
    controller.abort();
    expect(await limited.look('x', calm())).to.equal('absent');
  });

  it('does not begin what was aborted while it waited', async () => {
    const { transport, calls } = fakeTransport({
      capabilities: { ...CAPABILITIES, parallel: 1 },
      look: async () => {
        await pause(5);
        return 'absent';
      },
    });
    const limited = withLimit(transport);
    const controller = new AbortController();
    const first = limited.look('a', calm());
    const second = failure(limited.look('b', controller.signal));
    controller.abort();
    expect(await second).to.include({ kind: 'cancelled' });
    await first;
    expect(calls).to.deep.equal(['look a']);
  });
});

describe('withOwnErrors', () => {
  /** As another copy of ownsync would make it. */
  const foreign = Object.assign(new Error('gone'), {
    name: 'TransportError',
    kind: 'not-found',
    outcome: 'not-done',
    serverSaid: '550',
    retryAfter: 5,
  });

  it("takes over another copy's error with all it says", async () => {
    const { transport } = fakeTransport({
      look: () => Promise.reject(foreign),
      batch: () => Promise.resolve([{ ok: false, error: foreign as unknown as TransportError }]),
    });
    const own = withOwnErrors(transport);
    const told = { kind: 'not-found', outcome: 'not-done', serverSaid: '550', retryAfter: 5 };
    const error = await failure(own.look('a', calm()));
    expect(error).to.include({ ...told, message: 'gone', path: 'a' });
    const results = await own.batch?.([{ operation: 'look', path: 'a' }], calm());
    expect(results?.[0]?.ok === false && results[0].error instanceof TransportError).to.equal(true);
  });

  it('what is no TransportError is unclear, and perhaps done', async () => {
    const raw = () => Promise.reject(new TypeError('x is undefined'));
    const broken = async function* () {
      yield* chunks('a');
      throw new TypeError('half');
    };
    const { transport } = fakeTransport({
      look: raw,
      rename: raw,
      read: () => Promise.resolve({ stream: broken(), stamp: {} }),
    });
    const own = withOwnErrors(transport);
    expect(await failure(own.look('a', calm()))).to.include({
      kind: 'unknown',
      outcome: 'not-done',
    });
    expect(await failure(own.rename('a', 'b', calm()))).to.include({
      kind: 'unknown',
      outcome: 'unknown',
    });
    expect(await failure(gather((await own.read('a', 0, calm())).stream))).to.include({
      kind: 'unknown',
    });
  });
});

describe('withTrace and withDryRun', () => {
  it('trace: one line each, with path and outcome', async () => {
    const lines: unknown[] = [];
    const traced = withTrace(
      fakeTransport({ rename: () => Promise.reject(fail('busy')) }).transport,
      (level, message, facts) => lines.push([level, message, facts]),
      () => 0,
    );
    await traced.look('a', calm());
    await failure(traced.rename('a', 'b', calm()));
    expect(lines).to.deep.equal([
      ['debug', 'store look', { path: 'a', outcome: 'done', milliseconds: 0 }],
      ['debug', 'store rename', { path: 'a', outcome: 'busy', milliseconds: 0 }],
    ]);
  });

  it('dry run: a folder whose place is not made yet looks empty, and only that', async () => {
    const { transport } = fakeTransport({ list: () => Promise.reject(fail('not-found')) });
    const dry = withDryRun(transport);
    expect(await dry.list('', calm())).to.deep.equal({ entries: [], complete: true });
    expect(await failure(dry.list('a', calm()))).to.include({ kind: 'not-found' });
  });

  it('dry run: reads pass, nothing else does', async () => {
    const { transport, calls } = fakeTransport({ batch: () => Promise.resolve([]) });
    const dry = withDryRun(transport);
    await dry.list('', calm());
    await dry.batch?.([{ operation: 'look', path: 'a' }], calm());
    for (const change of [
      () => dry.write('a', source('x'), calm()),
      () => dry.rename('a', 'b', calm()),
      () => dry.remove('a', calm()),
      () => dry.removeDirectory('a', calm()),
      () => dry.makeDirectory('a', calm()),
      async () => dry.batch?.([{ operation: 'remove', path: 'a' }], calm()),
    ]) {
      expect(await failure(change())).to.include({ kind: 'unsupported' });
    }
    expect(calls).to.deep.equal(['list ', 'batch']);
  });
});
