/**
 * Cases about what a store tells without being read: times, ids and etags, each only as far as it is claimed.
 */
import { expect } from 'chai';
import {
  entryAt,
  inside,
  makeDirectory,
  put,
  refused,
  sourceOf,
  type Bench,
  type CaseContext,
  type ConformanceGroup,
} from './case.ts';

/** Summer and winter, the hour that a clock change repeats, a leap day, long ago and far ahead. */
const times = [
  '2001-09-09T01:46:40Z',
  '2020-02-29T12:34:57Z',
  '2025-10-26T01:30:01Z',
  '2026-01-15T23:59:59Z',
  '2026-07-15T00:00:00Z',
  '1985-05-05T05:05:05Z',
  '2037-12-31T11:11:11Z',
].map((text) => Date.parse(text));

export const stampCases: ConformanceGroup = {
  name: 'stamps',
  cases: [
    {
      name: 'claim: a write keeps the time it was asked for',
      unclaimed: setsTimes,
      run: async (context) => {
        for (const [at, time] of times.entries()) {
          const source = sourceOf('x', { modified: time + 789 });
          const path = inside(context, `file${at}`);
          const written = await context.transport.write(path, source, context.signal);
          const seen = (await entryAt(context, `file${at}`)).stamp;
          near(context, seen.modified, time + 789);
          if (written.modified !== undefined) near(context, written.modified, time + 789);
        }
      },
    },
    {
      name: 'claim: setModified sets the time and keeps the content',
      unclaimed: setsTimes,
      run: async (context) => {
        const { transport, signal } = context;
        await put(context, 'file', 'content');
        for (const time of times) {
          await transport.setModified?.(inside(context, 'file'), time, signal);
          const { stamp } = await entryAt(context, 'file');
          near(context, stamp.modified, time);
          expect(stamp.size).to.equal(7);
        }
        const attempt = transport.setModified?.(inside(context, 'missing'), times[0] ?? 0, signal);
        const refusal = { operation: 'setModified', kinds: ['not-found'] } as const;
        await refused(context, Promise.resolve(attempt), refusal);
      },
    },
    {
      name: 'claim: the time of a file is told and stands still',
      unclaimed: ({ transport }) =>
        transport.capabilities.modified === 'none' ? 'modified is none' : undefined,
      run: async (context) => {
        await put(context, 'file', 'x');
        const before = (await entryAt(context, 'file')).stamp.modified;
        expect(before, 'modified').to.be.a('number');
        await new Promise((resolve) => setTimeout(resolve, 1100));
        expect((await entryAt(context, 'file')).stamp.modified).to.equal(before);
      },
    },
    {
      name: 'claim: an id stays through a rename and differs after a replacement',
      unclaimed: ({ transport }) => (transport.capabilities.ids ? undefined : 'ids is false'),
      run: async (context) => {
        await put(context, 'first', 'x');
        await put(context, 'second', 'x');
        const id = await idAt(context, 'first');
        expect(id).to.be.a('string');
        expect(await idAt(context, 'second')).not.to.equal(id);
        await move(context, 'first', 'renamed');
        expect(await idAt(context, 'renamed')).to.equal(id);
        await replace(context, 'second', 'renamed');
        expect(await idAt(context, 'renamed')).not.to.equal(id);
        await makeDirectory(context, 'directory');
        const directory = await idAt(context, 'directory');
        await move(context, 'directory', 'moved');
        expect(await idAt(context, 'moved'), 'id of a directory').to.equal(directory);
      },
    },
    {
      name: 'claim: an etag is told and stands still',
      unclaimed: ({ transport }) =>
        transport.capabilities.etag === 'none' ? 'etag is none' : undefined,
      run: async (context) => {
        await put(context, 'file', 'x');
        const before = (await entryAt(context, 'file')).stamp.etag;
        expect(before, 'etag').to.be.a('string');
        expect((await entryAt(context, 'file')).stamp.etag).to.equal(before);
      },
    },
    {
      name: 'claim: a strong etag differs after every replacement, however quick and alike',
      unclaimed: ({ transport }) =>
        transport.capabilities.etag === 'strong'
          ? undefined
          : `etag is ${transport.capabilities.etag}`,
      run: async (context) => {
        const seen = new Set<string | undefined>();
        for (let round = 0; round < 10; round++) {
          await put(context, 'staged', `content ${round}`);
          await replace(context, 'staged', 'file');
          seen.add((await entryAt(context, 'file')).stamp.etag);
        }
        expect(seen.size, 'different etags of 10 contents').to.equal(10);
      },
    },
  ],
};

function setsTimes({ transport }: Bench): string | undefined {
  const { modified } = transport.capabilities;
  return modified === 'set' ? undefined : `modified is ${modified}`;
}

/** Stores round down, to the nearest, or up: all are within one step of their precision. */
export function near(context: CaseContext, actual: number | undefined, wanted: number): void {
  const { modifiedPrecision } = context.transport.capabilities;
  const distance = Math.abs((actual ?? Number.NaN) - wanted);
  const told = actual === undefined ? 'no time' : new Date(actual).toISOString();
  const message = `${told} for ${new Date(wanted).toISOString()}`;
  expect(distance < modifiedPrecision || distance === 0, message).to.equal(true);
}

async function idAt(context: CaseContext, name: string): Promise<string | undefined> {
  return (await entryAt(context, name)).stamp.id;
}

async function move(context: CaseContext, from: string, to: string): Promise<void> {
  await context.transport.rename(inside(context, from), inside(context, to), context.signal);
}

/** Puts `from` in the place of `to`, on any kind of store. */
async function replace(context: CaseContext, from: string, to: string): Promise<void> {
  const { transport, signal } = context;
  if (transport.capabilities.renameOnto.file !== 'replaces') {
    await transport.remove(inside(context, to), signal);
  }
  await move(context, from, to);
}
