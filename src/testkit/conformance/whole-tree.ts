/**
 * Cases about directories' etags: a whole survey is left out on their word, so no change below may leave one as it was.
 */
import { expect } from 'chai';
import {
  inside,
  makeDirectory,
  namesAt,
  put,
  textAt,
  type Bench,
  type CaseContext,
  type ConformanceGroup,
} from './case.ts';
import { rename } from './rename.ts';

export const wholeTreeCases: ConformanceGroup = {
  name: 'whole tree',
  cases: [
    {
      name: 'claim: every change gives all directories above it an etag that they never had',
      unclaimed: tellsEtags,
      run: async (context) => {
        const seen = new Map(['', 'a', 'a/b'].map((name) => [name, new Set<string>()]));
        for (const name of ['a', 'a/b', 'a/b/c', 'z']) await makeDirectory(context, name);
        await put(context, 'z/file', 'aside');
        const aside = await etagAt(context, 'z');
        for (const [what, change] of changesIn(context)) {
          await change();
          for (const [name, etags] of seen) {
            const etag = await etagAt(context, name);
            expect(etags.has(etag), `an old etag of ${name} after ${what}`).to.equal(false);
            etags.add(etag);
          }
        }
        expect(await etagAt(context, 'z'), 'an etag nothing happened below').to.equal(aside);
      },
    },
    {
      name: 'claim: an etag stands still while nothing changes, and is told in both places',
      unclaimed: tellsEtags,
      run: async (context) => {
        await makeDirectory(context, 'a');
        await put(context, 'a/file', 'content');
        const before = await etagAt(context, 'a');
        expect(await textAt(context, 'a/file')).to.equal('content');
        expect(await namesAt(context, 'a')).to.deep.equal(['file']);
        expect(await etagAt(context, 'a')).to.equal(before);
        const listing = await context.transport.list(context.directory, context.signal);
        const [entry] = listing.entries;
        expect(entry?.stamp.etag, 'in the listing above').to.equal(before);
      },
    },
    {
      name: 'claim: removeTree takes a directory with all that is in it; a missing one is success',
      unclaimed: ({ transport }) =>
        transport.removeTree === undefined ? 'there is no removeTree' : undefined,
      run: async (context) => {
        const { transport, signal } = context;
        for (const name of ['tree', 'tree/deep', 'tree/deep/empty']) {
          await makeDirectory(context, name);
        }
        await put(context, 'tree/deep/file', 'x');
        await put(context, 'tree/.hidden', 'x');
        await put(context, 'trees', 'kept');
        await transport.removeTree?.(inside(context, 'tree'), signal);
        expect(await namesAt(context)).to.deep.equal(['trees']);
        await transport.removeTree?.(inside(context, 'tree'), signal);
        await transport.removeTree?.(inside(context, 'missing/below'), signal);
      },
    },
  ],
};

function tellsEtags({ transport }: Bench): string | undefined {
  const { wholeTree = 'none' } = transport.capabilities;
  return wholeTree === 'etags' ? undefined : `wholeTree is ${wholeTree}`;
}

async function etagAt(context: CaseContext, name: string): Promise<string> {
  const path = name === '' ? context.directory : inside(context, name);
  const { etag } = await context.transport.list(path, context.signal);
  if (etag === undefined) expect.fail(`no etag of ${path} is told`);
  return etag;
}

/** Below a/b, one after another, as quick as they go: contents of equal length too. */
function changesIn(context: CaseContext): [string, () => Promise<unknown>][] {
  const { transport, signal } = context;
  const at = (name: string): string => inside(context, 'a/b', name);
  const modified = Date.parse('2023-04-05T06:07:08Z');
  const changes: [string, () => Promise<unknown>][] = [
    ['nothing', () => Promise.resolve()],
    ['a new file', () => put(context, 'a/b/c/file', 'one')],
    ['another content', () => put(context, 'a/b/c/file', 'two')],
    ['the same content', () => put(context, 'a/b/c/file', 'two')],
    ['a rename', () => rename(context, 'a/b/c/file', 'a/b/c/renamed')],
    ['a move upwards', () => rename(context, 'a/b/c/renamed', 'a/b/moved')],
    ['a time', () => Promise.resolve(transport.setModified?.(at('moved'), modified, signal))],
    ['a new directory', () => makeDirectory(context, 'a/b/c/new')],
    ['a directory away', () => transport.removeDirectory(at('c/new'), signal)],
    ['a file away', () => transport.remove(at('moved'), signal)],
  ];
  const setsTimes = transport.capabilities.modified === 'set';
  return changes.filter(([what]) => setsTimes || what !== 'a time');
}
