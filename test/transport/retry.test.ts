/** What is repeated, what never is, and how a cut read and a half-done batch go on. */
import { expect } from 'chai';
import { TransportError } from '../../src/core/ports/transport.ts';
import type { BatchOperation, BatchResult } from '../../src/core/ports/transport.ts';
import { pauseAfter, withRetry } from '../../src/transport/layers/retry.ts';
import { calm, chunks, fail, failure, fakeTransport, gather, source } from './fake.ts';

const rule = { retries: 2, first: 1, longest: 2 };

/** Fails with each of the errors in turn, then gives the value. */
function after<T>(errors: readonly Error[], value: T): () => Promise<T> {
  const left = [...errors];
  return () => {
    const error = left.shift();
    return error === undefined ? Promise.resolve(value) : Promise.reject(error);
  };
}

function asking(retryAfter: number): TransportError {
  return new TransportError('the server is busy', { kind: 'busy', operation: 'look', retryAfter });
}

describe('withRetry', () => {
  const rows: readonly {
    readonly it: string;
    readonly operation: 'look' | 'rename' | 'write' | 'makeDirectory' | 'remove';
    readonly error: TransportError;
    readonly calls: number;
  }[] = [
    {
      it: 'a read after anything passing',
      operation: 'look',
      error: fail('unreachable', 'unknown'),
      calls: 2,
    },
    { it: 'a rename that was not done', operation: 'rename', error: fail('busy'), calls: 2 },
    {
      it: 'never a rename that may be done',
      operation: 'rename',
      error: fail('unreachable', 'unknown'),
      calls: 1,
    },
    { it: 'a write that was not done', operation: 'write', error: fail('unreachable'), calls: 2 },
    {
      it: 'never a write that may be done',
      operation: 'write',
      error: fail('unreachable', 'unknown'),
      calls: 1,
    },
    {
      it: 'never a removal that may be done',
      operation: 'remove',
      error: fail('busy', 'unknown'),
      calls: 1,
    },
    {
      it: 'a directory that may be there',
      operation: 'makeDirectory',
      error: fail('busy', 'unknown'),
      calls: 2,
    },
    { it: 'never what is no passing trouble', operation: 'look', error: fail('denied'), calls: 1 },
    { it: 'never an unclear reply', operation: 'look', error: fail('unknown'), calls: 1 },
  ];
  for (const row of rows) {
    it(`repeats ${row.it}`, async () => {
      const { transport, calls } = fakeTransport({
        look: after([row.error], 'absent' as const),
        rename: after([row.error], undefined),
        remove: after([row.error], undefined),
        makeDirectory: after([row.error], undefined),
        write: after([row.error], {}),
      });
      const steady = withRetry(transport, { rule });
      const run = {
        look: () => steady.look('a', calm()),
        rename: () => steady.rename('a', 'b', calm()),
        remove: () => steady.remove('a', calm()),
        makeDirectory: () => steady.makeDirectory('a', calm()),
        write: () => steady.write('a', source('x'), calm()),
      }[row.operation];
      if (row.calls === 1) expect(await failure(run())).to.equal(row.error);
      else await run();
      expect(calls).to.have.length(row.calls);
    });
  }

  it('waits as long as the server asks, not its own shorter time', async () => {
    const pauses: number[] = [];
    const { transport } = fakeTransport({ look: after([asking(30)], 'absent' as const) });
    const steady = withRetry(transport, { rule, onRetry: (_, pause) => pauses.push(pause) });
    const began = performance.now();
    expect(await steady.look('a', calm())).to.equal('absent');
    expect(pauses).to.deep.equal([30]);
    expect(performance.now() - began).to.be.at.least(29);
  });

  it('does not wait for a server that asks for more than a minute', async () => {
    const { transport, calls } = fakeTransport({
      look: after([asking(60_001)], 'absent' as const),
    });
    const error = await failure(withRetry(transport, { rule }).look('a', calm()));
    expect(error.retryAfter).to.equal(60_001);
    expect(calls).to.have.length(1);
  });

  it('waits twice as long each time, up to a limit, and never less than half of it', () => {
    const slow = { retries: 9, first: 1000, longest: 5000 };
    expect([1, 2, 3, 4, 9].map((failures) => pauseAfter(failures, slow, 0.999))).to.deep.equal([
      1000, 1999, 3998, 4998, 4998,
    ]);
    expect([1, 4].map((failures) => pauseAfter(failures, slow, 0))).to.deep.equal([500, 2500]);
  });

  it('gives up with the last error, and tells of each pause', async () => {
    const told: TransportError[] = [];
    const { transport, calls } = fakeTransport({ look: () => Promise.reject(fail('busy')) });
    const steady = withRetry(transport, { rule, onRetry: (error) => told.push(error) });
    expect(await failure(steady.look('a', calm()))).to.include({ kind: 'busy' });
    expect(calls).to.have.length(3);
    expect(told).to.have.length(2);
  });

  it('ends its pause when it is stopped', async () => {
    const controller = new AbortController();
    const { transport } = fakeTransport({ look: () => Promise.reject(fail('busy')) });
    const steady = withRetry(transport, {
      rule: { retries: 3, first: 60_000, longest: 60_000 },
      onRetry: () => setTimeout(() => controller.abort(), 5),
    });
    expect(await failure(steady.look('a', controller.signal))).to.include({ kind: 'cancelled' });
  });

  it('goes on with a cut read where it stopped', async () => {
    const cut = async function* () {
      yield* chunks('hel');
      throw fail('unreachable');
    };
    const { transport, calls } = fakeTransport({
      read: (_path, from) =>
        Promise.resolve({
          stream: from === 2 ? cut() : chunks('lo'),
          stamp: { size: 7, modified: 5 },
        }),
    });
    const { stream } = await withRetry(transport, { rule }).read('a', 2, calm());
    expect(await gather(stream)).to.equal('hello');
    expect(calls).to.deep.equal(['read a 2', 'read a 5']);
  });

  it('does not glue two versions of a file together', async () => {
    const cut = async function* () {
      yield* chunks('hel');
      throw fail('unreachable');
    };
    const { transport } = fakeTransport({
      read: (_path, from) =>
        Promise.resolve({
          stream: from === 0 ? cut() : chunks('lo'),
          stamp: { size: 5, modified: from },
        }),
    });
    const { stream } = await withRetry(transport, { rule }).read('a', 0, calm());
    expect(await failure(gather(stream))).to.include({ kind: 'unreachable' });
  });
});

describe('withRetry on a batch', () => {
  const operations: BatchOperation[] = ['a', 'b', 'c'].map((path) => ({
    operation: 'remove',
    path,
  }));
  const ok: BatchResult = { ok: true, value: undefined };
  const no = (error: TransportError): BatchResult => ({ ok: false, error });

  const rows: readonly {
    readonly it: string;
    readonly first: BatchResult[];
    readonly asked: string[];
    readonly oks: boolean[];
  }[] = [
    {
      it: 'the end that was not done',
      first: [ok, no(fail('busy')), no(fail('unreachable'))],
      asked: ['abc', 'bc'],
      oks: [true, true, true],
    },
    {
      it: 'nothing before an entry that was done',
      first: [no(fail('busy')), ok, ok],
      asked: ['abc'],
      oks: [false, true, true],
    },
    {
      it: 'nothing after an entry that may be done',
      first: [ok, no(fail('unreachable', 'unknown')), no(fail('unreachable'))],
      asked: ['abc'],
      oks: [true, false, false],
    },
    {
      it: 'nothing refused for good',
      first: [ok, ok, no(fail('denied'))],
      asked: ['abc'],
      oks: [true, true, false],
    },
  ];
  for (const row of rows) {
    it(`repeats ${row.it}`, async () => {
      const asked: string[] = [];
      const { transport } = fakeTransport({
        batch: (some) => {
          asked.push(some.map((entry) => ('path' in entry ? entry.path : '')).join(''));
          return Promise.resolve(asked.length === 1 ? row.first : some.map(() => ok));
        },
      });
      const results = await withRetry(transport, { rule }).batch?.(operations, calm());
      expect(asked).to.deep.equal(row.asked);
      expect(results?.map((result) => result.ok)).to.deep.equal(row.oks);
    });
  }

  it('returns what it has when the line stays down', async () => {
    const { transport } = fakeTransport({
      batch: (some) =>
        Promise.resolve(
          some.map((_, index) => (some.length === 3 && index === 0 ? ok : no(fail('busy')))),
        ),
    });
    const results = await withRetry(transport, { rule }).batch?.(operations, calm());
    expect(results?.map((result) => result.ok)).to.deep.equal([true, false, false]);
  });
});
