/**
 * Cases about connections, other programs on the store, and the end: what one writes the other sees, and nothing
 * is left behind.
 */
import { expect } from 'chai';
import {
  bytesAt,
  bytesOf,
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
  textAt,
  type Bench,
  type ConformanceGroup,
} from './case.ts';

export const sessionCases: ConformanceGroup = {
  name: 'connections',
  cases: [
    {
      name: 'two connections see what the other did, at once',
      run: async (context) => {
        const other = { ...context, transport: await context.connect() };
        expect(await kindAt(other, 'first')).to.equal('absent');
        await put(context, 'first', 'by the first');
        expect(await kindAt(other, 'first')).to.equal('file');
        expect(await textAt(other, 'first')).to.equal('by the first');
        await other.transport.rename(
          inside(other, 'first'),
          inside(other, 'renamed'),
          other.signal,
        );
        expect(await namesAt(context)).to.deep.equal(['renamed']);
        expect(await kindAt(context, 'first')).to.equal('absent');
        await makeDirectory(other, 'directory');
        expect(await kindAt(context, 'directory')).to.equal('directory');
        expect(await kindAt(other, 'renamed')).to.equal('file');
        await context.transport.remove(inside(context, 'renamed'), context.signal);
        expect(await kindAt(other, 'renamed')).to.equal('absent');
      },
    },
    {
      name: 'as many operations at once as `parallel` says',
      run: async (context) => {
        const { parallel } = context.transport.capabilities;
        const jobs = Array.from({ length: parallel }, async (_, job) => {
          const name = `directory${job}`;
          const bytes = patterned(150_000 + job, job + 1);
          await makeDirectory(context, name);
          await put(context, `${name}/file`, bytes);
          expectBytes(await bytesAt(context, `${name}/file`), bytes, name);
          expect(await namesAt(context, name)).to.deep.equal(['file']);
          await context.transport.rename(
            inside(context, name),
            inside(context, `moved${job}`),
            context.signal,
          );
          expect(await kindAt(context, `moved${job}/file`)).to.equal('file');
        });
        await Promise.all(jobs);
        expect((await namesAt(context)).length).to.equal(parallel);
      },
    },
    {
      name: 'as many reads at once as `parallel` says, taken in turns',
      run: async (context) => {
        const { transport, signal } = context;
        const bytes = patterned(1_000_000, 21);
        await put(context, 'file', bytes);
        const open = Array.from({ length: transport.capabilities.parallel }, () =>
          transport.read(inside(context, 'file'), 0, signal),
        );
        const readers = (await Promise.all(open)).map((content) => ({
          iterator: content.stream[Symbol.asyncIterator](),
          chunks: [] as Uint8Array[],
          done: false,
        }));
        while (readers.some((reader) => !reader.done)) {
          for (const reader of readers) {
            const next = reader.done ? { done: true as const } : await reader.iterator.next();
            if (next.done === true) reader.done = true;
            else reader.chunks.push(next.value.slice());
          }
        }
        for (const reader of readers) expectBytes(Buffer.concat(reader.chunks), bytes, 'the file');
      },
    },
    {
      name: 'closing twice is fine, and a closed transport refuses',
      run: async (context) => {
        const transport = await context.connect();
        expect((await transport.list(context.directory, context.signal)).complete).to.equal(true);
        await transport.close();
        await transport.close();
        await refused(context, transport.list(context.directory, context.signal), {
          operation: 'list',
        });
        await put(context, 'file', 'the other connection works on');
      },
    },
  ],
};

export const outsideCases: ConformanceGroup = {
  name: 'other programs',
  cases: [
    {
      name: 'a file written by another program is listed and read',
      unclaimed: hasOutside,
      run: async (context) => {
        await context.outside?.write(inside(context, 'theirs'), bytesOf('by another program'));
        expect(await namesAt(context)).to.deep.equal(['theirs']);
        expect(await textAt(context, 'theirs')).to.equal('by another program');
      },
    },
    {
      name: 'a file changed or removed by another program is seen so',
      unclaimed: hasOutside,
      run: async (context) => {
        await put(context, 'file', 'mine');
        expect((await entryAt(context, 'file')).stamp.size).to.equal(4);
        await context.outside?.write(inside(context, 'file'), bytesOf('theirs now'));
        expect(await textAt(context, 'file')).to.equal('theirs now');
        expect((await entryAt(context, 'file')).stamp.size).to.equal(10);
        await context.outside?.remove(inside(context, 'file'));
        expect(await kindAt(context, 'file')).to.equal('absent');
        expect(await namesAt(context)).to.deep.equal([]);
      },
    },
    {
      name: 'a write leaves exactly one file under exactly this name',
      unclaimed: hasOutside,
      run: async (context) => {
        await put(context, 'file', 'content');
        const names = await context.outside?.names(context.directory);
        expect(names).to.deep.equal(['file']);
        const bytes = await context.outside?.read(inside(context, 'file'));
        expectBytes(bytes ?? new Uint8Array(0), bytesOf('content'), 'the file on the store');
      },
    },
    {
      name: 'a symbolic link is a link, and nothing follows it',
      unclaimed: ({ outside }) =>
        outside?.link === undefined ? 'the setup gives no way to make a link' : undefined,
      run: async (context) => {
        const { transport, signal } = context;
        await makeDirectory(context, 'directory');
        await put(context, 'directory/file', 'kept');
        await context.outside?.link?.(inside(context, 'link'), 'directory');
        expect(await kindAt(context, 'link')).to.equal('link');
        const { entries } = await transport.list(context.directory, signal);
        expect(entries.find((entry) => entry.name === 'link')?.kind).to.equal('link');
        const attempts = {
          list: transport.list(inside(context, 'link'), signal),
          read: bytesAt(context, 'link/file'),
          write: put(context, 'link/new', 'x'),
          remove: transport.remove(inside(context, 'link/file'), signal),
        };
        // A removal through a link may say that there is no such path; it must not have removed anything.
        const settled = await Promise.allSettled(Object.values(attempts));
        Object.keys(attempts).forEach((operation, at) => {
          const outcome = settled[at];
          if (outcome?.status === 'rejected') judge(context, outcome.reason, { operation });
          else if (operation !== 'remove') expect.fail(`${operation} followed a link`);
        });
        expect(await namesAt(context, 'directory')).to.deep.equal(['file']);
        expect(await textAt(context, 'directory/file')).to.equal('kept');
        await context.outside?.remove(inside(context, 'link'));
      },
    },
  ],
};

function hasOutside({ outside }: Bench): string | undefined {
  return outside === undefined ? 'the setup gives no other way to the store' : undefined;
}
