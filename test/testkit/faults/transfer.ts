/** Faults of read, write and abort; see fault.ts. */
import { TransportError } from '../../../src/core/ports/transport.ts';
import { flip, instead, stored, type Fault } from './fault.ts';

const sizes = [1, 65_535, 65_536, 65_537].map((size) => `write: a file of ${size} bytes`);
const deaf = (): AbortSignal => new AbortController().signal;

export const transferFaults: readonly Fault[] = [
  {
    name: 'a bit is flipped on the way',
    fails: [
      ...sizes,
      'write: a file of several megabytes',
      'read: from an offset to the end',
      'connections: as many operations at once as `parallel` says',
      'connections: as many reads at once as `parallel` says, taken in turns',
      'read: given up early, again and again, leaves every connection free',
      'optional operations: claim: resume goes on with a torn file',
      'other programs: a write leaves exactly one file under exactly this name',
      'races: claim: while a file is replaced again and again, a reader sees the old or the new one whole',
    ],
    bend: (good) => stored(good, (bytes) => flip(bytes, 0)),
  },
  {
    name: 'an empty file is not written',
    fails: ['write: a file of 0 bytes'],
    bend: (good) => ({
      write: (path, source, signal) =>
        source.size === 0 ? Promise.resolve({ size: 0 }) : good.write(path, source, signal),
    }),
  },
  {
    name: 'an empty chunk is taken for the end',
    fails: ['write: chunks of odd sizes, empty ones among them'],
    bend: (good) => ({
      write: (path, source, signal) =>
        good.write(
          path,
          {
            ...source,
            async *open(from) {
              for await (const chunk of source.open(from)) {
                if (chunk.length === 0) return;
                yield chunk;
              }
            },
          },
          signal,
        ),
    }),
  },
  {
    name: 'the size of the source is not checked',
    fails: [
      'write: a source shorter than it stated is corrupt',
      'write: a source longer than it stated is corrupt',
      'write: an empty source that stated a size is corrupt',
    ],
    bend: (good) => ({
      write: (path, source, signal) =>
        instead(good.write(path, source, signal), ['corrupt'], () => ({})),
    }),
  },
  {
    name: 'an error of the source leaves as it came',
    fails: ['write: a source that fails fails the write, and the transport goes on'],
    bend: (good) => ({
      write: (path, source, signal) =>
        good.write(path, source, signal).catch((error: unknown) => {
          throw error instanceof TransportError && error.kind === 'corrupt' ? error.cause : error;
        }),
    }),
  },
  {
    name: 'a write makes its parents',
    fails: ['write: into a missing directory is not-found and makes none'],
    bend: (good) => ({
      write: async (path, source, signal) => {
        await good.makeDirectory(path.slice(0, path.lastIndexOf('/')), signal);
        return good.write(path, source, signal);
      },
    }),
  },
  {
    name: 'a write onto a directory is silent',
    fails: ['write: onto a directory is refused and leaves it'],
    bend: (good) => ({
      write: (path, source, signal) =>
        instead(good.write(path, source, signal), ['precondition'], () => ({})),
    }),
  },
  {
    name: 'a write returns the stamp of something else',
    fails: ['write: the stamp it returns is the one that look tells'],
    bend: (good) => ({
      write: async (path, source, signal) => ({
        ...(await good.write(path, source, signal)),
        size: 1,
      }),
    }),
  },
  {
    name: 'reads begin at the beginning',
    fails: ['read: from an offset to the end', 'read: its stamp is that of the file'],
    bend: (good) => ({ read: (path, _from, signal) => good.read(path, 0, signal) }),
  },
  {
    name: 'a missing file is an unclear error',
    fails: ['read: a missing file is not-found'],
    bend: (good) => ({
      read: (path, from, signal) =>
        instead(good.read(path, from, signal), ['not-found'], () => {
          throw new TransportError('550', { kind: 'unknown', operation: 'read', path });
        }),
    }),
  },
  {
    name: 'a directory reads as not-found',
    fails: ['read: a directory is refused, but not as not-found'],
    bend: (good) => ({
      read: (path, from, signal) =>
        instead(good.read(path, from, signal), ['precondition'], () => {
          throw new TransportError('550', { kind: 'not-found', operation: 'read', path });
        }),
    }),
  },
  {
    name: 'later chunks lose their first byte',
    fails: ['write: a file of several megabytes', 'write: a file of 65537 bytes'],
    bend: (good) => ({
      read: async (path, from, signal) => {
        const content = await good.read(path, from, signal);
        return { ...content, stream: cut(content.stream) };
      },
    }),
  },
  {
    name: 'an abort ends a read as if it were the end',
    fails: ['abort: in the middle of a read is an error, never a short end'],
    bend: (good) => ({
      read: async (path, from, signal) => {
        const content = await good.read(path, from, signal);
        return { ...content, stream: unsaid(content.stream) };
      },
    }),
  },
  {
    name: 'signals are not heard',
    fails: [
      'abort: a signal that is aborted already does nothing',
      'abort: in the middle of a write, and the transport works on',
    ],
    bend: (good) => ({
      rename: (from, to) => good.rename(from, to, deaf()),
      write: (path, source) => good.write(path, source, deaf()),
    }),
  },
  {
    name: 'an abort while the source waits is told as something else',
    fails: ['abort: while the source makes the write wait'],
    bend: (good) => ({
      write: (path, source, signal) =>
        instead(good.write(path, source, signal), ['cancelled'], () => {
          throw new TransportError('timeout', { kind: 'unreachable', operation: 'write', path });
        }),
    }),
  },
];

async function* cut(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let first = true;
  for await (const chunk of stream) {
    yield first ? chunk : chunk.subarray(1);
    first = false;
  }
}

async function* unsaid(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* stream;
  } catch {
    // The short end that the suite must notice.
  }
}
