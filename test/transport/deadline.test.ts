/**
 * The time limit around every operation: what ends, what is told, and what goes on as long as it moves.
 */
import { expect } from 'chai';
import { withDeadline } from '../../src/transport/layers/deadline.ts';
import { calm, chunks, fail, failure, fakeTransport, gather, pause, source } from './fake.ts';

describe('withDeadline', () => {
  const deadlines = { operation: 40, batchEntry: 10, idle: 40, grace: 10 };
  const never = () => new Promise<never>(() => undefined);

  it('ends an operation that gets no answer, even if the plugin does not listen', async () => {
    const limited = withDeadline(
      fakeTransport({ list: never, rename: never }).transport,
      deadlines,
    );
    expect(await failure(limited.list('', calm()))).to.include({
      kind: 'unreachable',
      outcome: 'not-done',
    });
    expect(await failure(limited.rename('a', 'b', calm()))).to.include({
      kind: 'unreachable',
      outcome: 'unknown',
    });
  });

  it('tells the plugin by its signal, and says unreachable whatever the plugin makes of it', async () => {
    const { transport } = fakeTransport({
      list: (_path, signal) =>
        new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(fail('cancelled'))),
        ),
    });
    expect(await failure(withDeadline(transport, deadlines).list('', calm()))).to.include({
      kind: 'unreachable',
    });
  });

  it('lets many operations share one signal without a warning', async () => {
    const warnings: Error[] = [];
    const note = (warning: Error): void => void warnings.push(warning);
    process.on('warning', note);
    const { transport } = fakeTransport({ list: () => pause(5) as Promise<never> });
    const limited = withDeadline(transport, deadlines);
    const signal = calm();
    await Promise.all(Array.from({ length: 16 }, () => limited.list('', signal)));
    await pause(5);
    process.off('warning', note);
    expect(warnings.map(({ name }) => name)).to.deep.equal([]);
  });

  it('passes an abort on as what it is', async () => {
    const controller = new AbortController();
    const { transport } = fakeTransport({
      list: (_path, signal) =>
        new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(fail('cancelled'))),
        ),
    });
    const listing = failure(withDeadline(transport, deadlines).list('', controller.signal));
    controller.abort();
    expect(await listing).to.include({ kind: 'cancelled' });
  });

  it('lets a long stream be as long as it moves, up and down', async () => {
    const slow = async function* () {
      for (let i = 0; i < 5; i += 1) {
        await pause(20);
        yield Buffer.from('x');
      }
    };
    const { transport } = fakeTransport({
      read: () => Promise.resolve({ stream: slow(), stamp: {} }),
    });
    const limited = withDeadline(transport, deadlines);
    expect(await gather((await limited.read('a', 0, calm())).stream)).to.equal('xxxxx');
    const slowDisk = {
      size: 2,
      open: async function* () {
        await pause(90);
        yield* chunks('xx');
      },
    };
    expect(await limited.write('a', slowDisk, calm())).to.deep.equal({ size: 2 });
  });

  it('leaves no timer behind, even if a plugin closes the source after it gave up', async () => {
    let late: Promise<unknown> = Promise.resolve();
    const { transport } = fakeTransport({
      write: async (_path, content) => {
        const chunk = content.open(0)[Symbol.asyncIterator]();
        await chunk.next();
        late = pause(5).then(() => chunk.return?.());
        throw fail('no-space');
      },
    });
    const timers = () =>
      process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    // By then mocha's own timer runs too.
    await pause(1);
    const before = timers();
    expect(await failure(withDeadline(transport).write('a', source('abc'), calm()))).to.include({
      kind: 'no-space',
    });
    await late;
    expect(timers()).to.be.at.most(before);
  });

  it('ends a stream that stands still', async () => {
    const stuck = async function* () {
      yield Buffer.from('x');
      await never();
    };
    const { transport } = fakeTransport({
      read: () => Promise.resolve({ stream: stuck(), stamp: {} }),
      write: async (_path, content) => {
        for await (const _ of content.open(0)) await never();
        return {};
      },
    });
    const limited = withDeadline(transport, deadlines);
    const { stream } = await limited.read('a', 0, calm());
    expect(await failure(gather(stream))).to.include({ kind: 'unreachable' });
    expect(await failure(limited.write('a', source('abc'), calm()))).to.include({
      outcome: 'unknown',
    });
  });
});
