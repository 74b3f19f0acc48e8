/**
 * Cases about read and write: whole or an error, at every edge; and a failure leaves the transport usable.
 */
import { expect } from 'chai';
import type { Source } from '../../core/ports/transport.ts';
import {
  bytesAt,
  drain,
  entryAt,
  expectBytes,
  inside,
  judge,
  kindAt,
  makeDirectory,
  namesAt,
  patterned,
  put,
  refused,
  sourceOf,
  textAt,
  type CaseContext,
  type ConformanceGroup,
} from './case.ts';

const edge = 64 * 1024;

export const writeCases: ConformanceGroup = {
  name: 'write',
  cases: [
    ...[0, 1, edge - 1, edge, edge + 1].map((size) => ({
      name: `a file of ${size} bytes`,
      run: (context: CaseContext) => roundTrip(context, size),
    })),
    {
      name: 'a file of several megabytes',
      slow: true,
      run: (context) => roundTrip(context, context.largeFile),
    },
    {
      name: 'chunks of odd sizes, empty ones among them',
      run: async (context) => {
        const bytes = patterned(50_000, 7);
        await context.transport.write(inside(context, 'file'), crumbs(bytes), context.signal);
        expectBytes(await bytesAt(context, 'file'), bytes, 'the file');
      },
    },
    {
      name: 'a source shorter than it stated is corrupt',
      run: (context) => wrongSize(context, { true: 1000, stated: 1001 }),
    },
    {
      name: 'a source longer than it stated is corrupt',
      run: (context) => wrongSize(context, { true: 1001, stated: 1000 }),
    },
    {
      name: 'an empty source that stated a size is corrupt',
      run: (context) => wrongSize(context, { true: 0, stated: 1 }),
    },
    {
      name: 'a source that fails fails the write, and the transport goes on',
      run: async (context) => {
        const { transport, signal } = context;
        const failing: Source = {
          size: 300_000,
          async *open() {
            yield patterned(100_000);
            await Promise.resolve();
            throw new Error('the disk under the source is gone');
          },
        };
        const attempt = transport.write(inside(context, 'torn'), failing, signal);
        await refused(context, attempt, { operation: 'write' });
        await put(context, 'next', 'works');
        expect(await textAt(context, 'next')).to.equal('works');
      },
    },
    {
      name: 'into a missing directory is not-found and makes none',
      run: async (context) => {
        const attempt = put(context, 'missing/file', 'x');
        await refused(context, attempt, { operation: 'write', kinds: ['not-found'] });
        expect(await namesAt(context)).to.deep.equal([]);
      },
    },
    {
      name: 'onto a directory is refused and leaves it',
      run: async (context) => {
        await makeDirectory(context, 'directory');
        await put(context, 'directory/file', 'kept');
        await refused(context, put(context, 'directory', 'x'), { operation: 'write' });
        expect(await textAt(context, 'directory/file')).to.equal('kept');
      },
    },
    {
      name: 'the stamp it returns is the one that look tells',
      run: async (context) => {
        const written = await put(context, 'file', 'twelve bytes');
        expect(written.size ?? 12, 'size, where write tells it').to.equal(12);
        const seen = (await entryAt(context, 'file')).stamp;
        expect(seen.size).to.equal(12);
        if (written.id !== undefined && seen.id !== undefined) expect(written.id).to.equal(seen.id);
        if (written.modified !== undefined && written.precision === seen.precision) {
          expect(written.modified, 'modified').to.equal(seen.modified);
        }
      },
    },
  ],
};

export const readCases: ConformanceGroup = {
  name: 'read',
  cases: [
    {
      name: 'from an offset to the end',
      run: async (context) => {
        const bytes = patterned(200_000, 3);
        await put(context, 'file', bytes);
        for (const from of [0, 1, edge, 199_999, 200_000]) {
          const tail = await bytesAt(context, 'file', from);
          expectBytes(tail, bytes.slice(from), `the file from ${from}`);
        }
      },
    },
    {
      name: 'a missing file is not-found',
      run: async (context) => {
        for (const name of ['missing', 'missing/below']) {
          const attempt = bytesAt(context, name);
          await refused(context, attempt, { operation: 'read', kinds: ['not-found'] });
        }
      },
    },
    {
      name: 'a directory is refused, but not as not-found',
      run: async (context) => {
        await makeDirectory(context, 'directory');
        const error = await refused(context, bytesAt(context, 'directory'), { operation: 'read' });
        expect(error.kind).not.to.equal('not-found');
      },
    },
    {
      name: 'its stamp is that of the file',
      run: async (context) => {
        await put(context, 'file', 'x'.repeat(1000));
        const path = inside(context, 'file');
        const content = await context.transport.read(path, 10, context.signal);
        expect((await drain(content)).length).to.equal(990);
        expect(content.stamp.size ?? 1000, 'size of the whole file').to.equal(1000);
      },
    },
    {
      name: 'given up early, again and again, leaves every connection free',
      run: async (context) => {
        const bytes = patterned(context.largeFile, 5);
        await put(context, 'file', bytes);
        const times = context.transport.capabilities.parallel * 2 + 1;
        for (let time = 0; time < times; time++) {
          const path = inside(context, 'file');
          const { stream } = await context.transport.read(path, 0, context.signal);
          for await (const chunk of stream) {
            expect(chunk.length, 'size of a chunk').to.be.greaterThan(0);
            break;
          }
        }
        expectBytes(await bytesAt(context, 'file'), bytes, 'the file afterwards');
      },
    },
  ],
};

export const abortCases: ConformanceGroup = {
  name: 'abort',
  cases: [
    {
      name: 'a signal that is aborted already does nothing',
      run: async (context) => {
        const { transport } = context;
        await put(context, 'file', 'kept');
        const stopped = AbortSignal.abort(new Error('stopped by the test'));
        const file = inside(context, 'file');
        const attempts: Record<string, () => Promise<unknown>> = {
          list: () => transport.list(context.directory, stopped),
          look: () => transport.look(file, stopped),
          read: async () => drain(await transport.read(file, 0, stopped)),
          write: () => transport.write(inside(context, 'new'), sourceOf('x'), stopped),
          rename: () => transport.rename(file, inside(context, 'renamed'), stopped),
          remove: () => transport.remove(file, stopped),
          makeDirectory: () => transport.makeDirectory(inside(context, 'made'), stopped),
        };
        for (const [operation, attempt] of Object.entries(attempts)) {
          await refused(context, attempt(), { operation, kinds: ['cancelled'] });
        }
        expect(await namesAt(context)).to.deep.equal(['file']);
      },
    },
    {
      name: 'in the middle of a write, and the transport works on',
      run: async (context) => {
        const control = new AbortController();
        const path = inside(context, 'torn');
        const source = endless(context.largeFile, control);
        const attempt = context.transport.write(path, source, control.signal);
        await refused(context, attempt, { operation: 'write', kinds: ['cancelled'] });
        await worksOn(context);
      },
    },
    {
      name: 'while the source makes the write wait',
      run: async (context) => {
        const control = new AbortController();
        const waiting: Source = {
          size: 1000,
          async *open() {
            yield patterned(500);
            setTimeout(() => {
              control.abort(new Error('stopped by the test'));
            }, 50);
            await new Promise(() => undefined);
          },
        };
        const path = inside(context, 'torn');
        const attempt = context.transport.write(path, waiting, control.signal);
        await refused(context, attempt, { operation: 'write', kinds: ['cancelled'] });
        await worksOn(context);
      },
    },
    {
      name: 'in the middle of a read is an error, never a short end',
      run: async (context) => {
        await put(context, 'file', patterned(context.largeFile, 9));
        const control = new AbortController();
        const path = inside(context, 'file');
        const { stream } = await context.transport.read(path, 0, control.signal);
        const consume = async (): Promise<number> => {
          let size = 0;
          for await (const chunk of stream) {
            size += chunk.length;
            control.abort(new Error('stopped by the test'));
          }
          return size;
        };
        const outcome = await consume().catch((error: unknown) => ({ error }));
        // What had arrived before the abort may still be handed over; then the whole file is no fault.
        if (typeof outcome === 'number') expect(outcome).to.equal(context.largeFile);
        else judge(context, outcome.error, { operation: 'read', kinds: ['cancelled'] });
        await worksOn(context);
      },
    },
  ],
};

async function roundTrip(context: CaseContext, size: number): Promise<void> {
  const bytes = patterned(size, size);
  await put(context, 'file', bytes);
  expect((await entryAt(context, 'file')).stamp.size).to.equal(size);
  expectBytes(await bytesAt(context, 'file'), bytes, 'the file');
  const stored = await context.outside?.read(inside(context, 'file'));
  if (stored !== undefined) expectBytes(stored, bytes, 'the file on the store');
}

async function wrongSize(
  context: CaseContext,
  size: { true: number; stated: number },
): Promise<void> {
  const source = sourceOf(patterned(size.true), { size: size.stated, chunk: 300 });
  const attempt = context.transport.write(inside(context, 'torn'), source, context.signal);
  await refused(context, attempt, { operation: 'write', kinds: ['corrupt'] });
  await worksOn(context);
}

/** The same transport carries out a write, a read, a listing and a look. */
async function worksOn(context: CaseContext): Promise<void> {
  await put(context, 'afterwards', 'works');
  expect(await textAt(context, 'afterwards')).to.equal('works');
  expect(await namesAt(context)).to.include('afterwards');
  expect(await kindAt(context, 'afterwards')).to.equal('file');
}

function crumbs(bytes: Uint8Array): Source {
  const sizes = [1, 0, 2, 4095, 0, 1, 8192, 3];
  return {
    size: bytes.length,
    async *open(from) {
      for (let at = from, turn = 0; at < bytes.length; turn++) {
        await Promise.resolve();
        const size = sizes[turn % sizes.length] ?? 1;
        yield bytes.slice(at, at + size);
        at += size;
      }
    },
  };
}

/** Aborts after the first chunk and goes on as if nothing had happened. */
function endless(size: number, control: AbortController): Source {
  return {
    size,
    async *open() {
      for (let left = size; left > 0; left -= edge) {
        yield patterned(Math.min(edge, left));
        await new Promise((resolve) => setTimeout(resolve, 5));
        control.abort(new Error('stopped by the test'));
      }
    },
  };
}
