/** Reading ownsync's own small files while others write them in place. */
import { expect } from 'chai';
import { StoreIo } from '../../../src/core/engine/store-io.ts';
import { TransportError } from '../../../src/core/ports/transport.ts';
import type { Content, TransportErrorKind } from '../../../src/core/ports/transport.ts';
import { systemCodec } from '../../../src/host/world.ts';
import { fakeTransport } from '../../transport/fake.ts';

function reading(read: () => Promise<Content>): StoreIo {
  const { transport } = fakeTransport({ read });
  return new StoreIo(transport, systemCodec, new AbortController().signal);
}

const failing = (kind: TransportErrorKind) => (): Promise<Content> =>
  Promise.reject(new TransportError(`read x: ${kind}`, { kind, operation: 'read', path: 'x' }));

const holding = (text: string) => async (): Promise<Content> => ({
  stamp: {},
  stream: (async function* () {
    await Promise.resolve();
    yield new TextEncoder().encode(text);
  })(),
});

async function kindOf(doing: Promise<unknown>): Promise<string> {
  return await doing.then(
    () => 'done',
    (error: unknown) => (error instanceof TransportError ? error.kind : 'another error'),
  );
}

describe('reading files of our own', () => {
  it('one that its writer is at counts as not there', async () => {
    const torn = reading(failing('corrupt'));
    expect(await torn.readTextIfWhole('x', 100)).to.equal(undefined);
    expect(await torn.readCompressed('x', 100)).to.equal(undefined);
  });

  it('one that is whole is read, a missing one is not there', async () => {
    expect(await reading(holding('text')).readTextIfWhole('x', 100)).to.equal('text');
    expect(await reading(failing('not-found')).readTextIfWhole('x', 100)).to.equal(undefined);
    expect(await reading(holding('no gzip')).readCompressed('x', 100)).to.equal(undefined);
  });

  it('one that is endless, and every other trouble, is an error', async () => {
    expect(await kindOf(reading(holding('x'.repeat(101))).readTextIfWhole('x', 100))).to.equal(
      'corrupt',
    );
    for (const kind of ['denied', 'unreachable', 'unknown'] as const) {
      expect(await kindOf(reading(failing(kind)).readTextIfWhole('x', 100))).to.equal(kind);
    }
  });

  it('what must be whole is an error when it is torn', async () => {
    expect(await kindOf(reading(failing('corrupt')).readTextIfThere('x', 100))).to.equal('corrupt');
  });
});
