/**
 * Cases about list and look: absence must be proven, and nothing that is there may be missing from a listing.
 */
import { expect } from 'chai';
import {
  bytesOf,
  entryAt,
  inside,
  kindAt,
  makeDirectory,
  namesAt,
  put,
  refused,
  type CaseContext,
  type ConformanceGroup,
} from './case.ts';

export const listCases: ConformanceGroup = {
  name: 'list',
  cases: [
    {
      name: 'an empty directory is an empty, complete listing',
      run: async (context) => {
        expect(await namesAt(context)).to.deep.equal([]);
      },
    },
    {
      name: 'files and directories with their kinds and sizes',
      run: async (context) => {
        await put(context, 'file', 'four');
        await makeDirectory(context, 'directory');
        const { entries } = await context.transport.list(context.directory, context.signal);
        const facts = entries.map(({ name, kind }) => `${kind} ${name}`).sort();
        expect(facts).to.deep.equal(['directory directory', 'file file']);
        const size = entries.find((entry) => entry.name === 'file')?.stamp.size;
        expect(size ?? 4, 'size, where the listing tells it').to.equal(4);
      },
    },
    {
      name: 'only direct children',
      run: async (context) => {
        await makeDirectory(context, 'above');
        await put(context, 'above/below', 'x');
        expect(await namesAt(context)).to.deep.equal(['above']);
        expect(await namesAt(context, 'above')).to.deep.equal(['below']);
      },
    },
    {
      name: 'a missing directory is not-found, not empty',
      run: async (context) => {
        const { transport, signal } = context;
        for (const name of ['missing', 'missing/below']) {
          const attempt = transport.list(inside(context, name), signal);
          await refused(context, attempt, { operation: 'list', kinds: ['not-found'] });
        }
      },
    },
    {
      name: 'a file is no directory with one entry',
      run: async (context) => {
        await put(context, 'file', 'x');
        const attempt = context.transport.list(inside(context, 'file'), context.signal);
        await refused(context, attempt, { operation: 'list' });
      },
    },
    {
      name: 'hidden files and directories are listed',
      run: async (context) => {
        await put(context, '.hidden', 'x');
        await makeDirectory(context, '.directory');
        await put(context, '.directory/.inner', 'x');
        expect(await namesAt(context)).to.deep.equal(['.directory', '.hidden']);
        expect(await namesAt(context, '.directory')).to.deep.equal(['.inner']);
      },
    },
    {
      name: 'thousands of entries, none missing',
      slow: true,
      run: async (context) => {
        const names = await putMany(context);
        expect((await namesAt(context)).join('\n')).to.equal(names.join('\n'));
      },
    },
  ],
};

export const lookCases: ConformanceGroup = {
  name: 'look',
  cases: [
    {
      name: 'a file, a directory, and the root',
      run: async (context) => {
        await put(context, 'file', 'four');
        await makeDirectory(context, 'directory');
        const file = await entryAt(context, 'file');
        expect(file.kind).to.equal('file');
        expect(file.stamp.size, 'size').to.equal(4);
        expect(await kindAt(context, 'directory')).to.equal('directory');
        const root = await context.transport.look('', context.signal);
        expect(root === 'absent' ? root : root.kind).to.equal('directory');
      },
    },
    {
      name: 'absent, also below a directory that is missing',
      run: async (context) => {
        expect(await kindAt(context, 'missing')).to.equal('absent');
        expect(await kindAt(context, 'missing/below')).to.equal('absent');
      },
    },
    {
      name: 'what was removed is absent',
      run: async (context) => {
        await put(context, 'file', 'x');
        expect(await kindAt(context, 'file')).to.equal('file');
        await context.transport.remove(inside(context, 'file'), context.signal);
        expect(await kindAt(context, 'file')).to.equal('absent');
      },
    },
    {
      name: 'list and look tell the same',
      run: async (context) => {
        await put(context, 'file', 'some text');
        const seen = (await entryAt(context, 'file')).stamp;
        const { entries } = await context.transport.list(context.directory, context.signal);
        const listed = entries[0]?.stamp ?? {};
        for (const fact of ['size', 'etag', 'id'] as const) {
          if (listed[fact] === undefined || seen[fact] === undefined) continue;
          expect(listed[fact], fact).to.equal(seen[fact]);
        }
        if (listed.modified !== undefined && listed.precision === seen.precision) {
          expect(listed.modified, 'modified').to.equal(seen.modified);
        }
      },
    },
  ],
};

async function putMany(context: CaseContext): Promise<string[]> {
  const { transport, signal, outside } = context;
  const names = Array.from({ length: context.entries }, (_, at) => `entry ${10_000 + at}`);
  const rest = [...names];
  const worker = async (): Promise<void> => {
    for (let name = rest.pop(); name !== undefined; name = rest.pop()) {
      if (outside === undefined) await put(context, name, 'x');
      else await outside.write(inside(context, name), bytesOf('x'));
    }
  };
  await Promise.all(Array.from({ length: transport.capabilities.parallel }, worker));
  signal.throwIfAborted();
  return names;
}
