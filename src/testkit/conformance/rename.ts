/**
 * Cases about rename, remove and directories: whatever is refused, nothing may be lost by it.
 */
import { expect } from 'chai';
import {
  entryAt,
  inside,
  kindAt,
  makeDirectory,
  namesAt,
  occupied,
  put,
  refused,
  textAt,
  type Bench,
  type CaseContext,
  type ConformanceGroup,
} from './case.ts';

export const renameCases: ConformanceGroup = {
  name: 'rename',
  cases: [
    {
      name: 'a file, also into another directory',
      run: async (context) => {
        await put(context, 'file', 'content');
        await makeDirectory(context, 'directory');
        await rename(context, 'file', 'renamed');
        await rename(context, 'renamed', 'directory/moved');
        expect(await namesAt(context)).to.deep.equal(['directory']);
        expect(await textAt(context, 'directory/moved')).to.equal('content');
      },
    },
    {
      name: 'a directory with everything in it',
      run: async (context) => {
        await makeTree(context, 'tree');
        await makeDirectory(context, 'elsewhere');
        await rename(context, 'tree', 'elsewhere/moved');
        expect(await namesAt(context)).to.deep.equal(['elsewhere']);
        expect(await textAt(context, 'elsewhere/moved/deep/file')).to.equal('tree');
        expect(await kindAt(context, 'tree/deep/file')).to.equal('absent');
      },
    },
    {
      name: 'a missing source is not-found',
      run: async (context) => {
        await put(context, 'target', 'kept');
        for (const to of ['new', 'target']) {
          const attempt = rename(context, 'missing', to);
          await refused(context, attempt, { operation: 'rename', kinds: ['not-found'] });
        }
        expect(await textAt(context, 'target')).to.equal('kept');
      },
    },
    {
      name: 'into a missing directory is not-found and leaves the source',
      run: async (context) => {
        await put(context, 'file', 'kept');
        const attempt = rename(context, 'file', 'missing/file');
        await refused(context, attempt, { operation: 'rename', kinds: ['not-found'] });
        expect(await textAt(context, 'file')).to.equal('kept');
        expect(await namesAt(context)).to.deep.equal(['file']);
      },
    },
    {
      name: 'onto itself loses nothing',
      run: async (context) => {
        await put(context, 'file', 'kept');
        await rename(context, 'file', 'file').catch(() => undefined);
        expect(await textAt(context, 'file')).to.equal('kept');
      },
    },
    {
      name: 'a directory into itself is refused and loses nothing',
      run: async (context) => {
        await makeTree(context, 'tree');
        await refused(context, rename(context, 'tree', 'tree/deep/tree'), { operation: 'rename' });
        expect(await textAt(context, 'tree/deep/file')).to.equal('tree');
      },
    },
    {
      name: 'a file onto a directory with content loses neither',
      run: async (context) => {
        await makeTree(context, 'tree');
        await put(context, 'file', 'kept');
        await refused(context, rename(context, 'file', 'tree'), {
          operation: 'rename',
          kinds: occupied,
        });
        expect(await textAt(context, 'tree/deep/file')).to.equal('tree');
        expect(await textAt(context, 'file')).to.equal('kept');
      },
    },
    {
      name: 'a directory onto a file loses nothing of the directory',
      run: async (context) => {
        await makeTree(context, 'tree');
        await put(context, 'file', 'kept');
        const took = await rename(context, 'tree', 'file').then(
          () => true,
          () => false,
        );
        expect(await textAt(context, took ? 'file/deep/file' : 'tree/deep/file')).to.equal('tree');
        if (!took) expect(await textAt(context, 'file')).to.equal('kept');
      },
    },
    {
      name: 'keeps the time, the size and the id',
      run: async (context) => {
        await put(context, 'file', 'content');
        const before = (await entryAt(context, 'file')).stamp;
        await rename(context, 'file', 'renamed');
        const after = (await entryAt(context, 'renamed')).stamp;
        expect(after.size).to.equal(before.size);
        if (context.transport.capabilities.modified === 'set') {
          expect(after.modified).to.equal(before.modified);
        }
        if (context.transport.capabilities.ids) expect(after.id).to.equal(before.id);
      },
    },
    {
      name: 'claim: a file onto a file replaces it',
      unclaimed: claims('file', 'replaces'),
      run: async (context) => {
        await put(context, 'old', 'old content');
        await put(context, 'new', 'new');
        await rename(context, 'new', 'old');
        expect(await namesAt(context)).to.deep.equal(['old']);
        expect(await textAt(context, 'old')).to.equal('new');
      },
    },
    {
      name: 'claim: a file onto a file is refused',
      unclaimed: claims('file', 'refuses'),
      run: async (context) => {
        await put(context, 'old', 'old content');
        await put(context, 'new', 'new');
        await refused(context, rename(context, 'new', 'old'), {
          operation: 'rename',
          kinds: occupied,
        });
        expect(await textAt(context, 'old')).to.equal('old content');
        expect(await textAt(context, 'new')).to.equal('new');
      },
    },
    {
      name: 'claim: what is there is never replaced, file or directory',
      unclaimed: ({ transport }) =>
        transport.capabilities.refusesTaken === true ? undefined : 'refusesTaken is not claimed',
      run: async (context) => {
        await put(context, 'file', 'kept');
        await makeTree(context, 'tree');
        await put(context, 'new', 'new');
        await makeTree(context, 'newer');
        for (const from of ['new', 'newer']) {
          for (const to of ['file', 'tree']) {
            const refusal = { operation: 'rename', kinds: ['exists', 'not-empty'] } as const;
            await refused(context, rename(context, from, to), refusal);
          }
        }
        expect(await textAt(context, 'file')).to.equal('kept');
        expect(await textAt(context, 'tree/deep/file')).to.equal('tree');
        expect(await namesAt(context)).to.deep.equal(['file', 'new', 'newer', 'tree']);
      },
    },
    {
      name: 'claim: a directory onto a directory with content is refused',
      unclaimed: claims('directory', 'refuses'),
      run: async (context) => {
        await makeTree(context, 'mine');
        await makeTree(context, 'theirs');
        await refused(context, rename(context, 'mine', 'theirs'), {
          operation: 'rename',
          kinds: occupied,
        });
        expect(await textAt(context, 'theirs/deep/file')).to.equal('theirs');
        expect(await textAt(context, 'mine/deep/file')).to.equal('mine');
        expect(await namesAt(context, 'theirs')).to.deep.equal(['deep']);
      },
    },
  ],
};

export const removeCases: ConformanceGroup = {
  name: 'remove',
  cases: [
    {
      name: 'a file; a missing one is success',
      run: async (context) => {
        await put(context, 'file', 'x');
        for (const name of ['file', 'file', 'missing/below']) {
          await context.transport.remove(inside(context, name), context.signal);
        }
        expect(await namesAt(context)).to.deep.equal([]);
      },
    },
    {
      name: 'refuses a directory and leaves it',
      run: async (context) => {
        await makeDirectory(context, 'empty');
        const attempt = context.transport.remove(inside(context, 'empty'), context.signal);
        await refused(context, attempt, { operation: 'remove' });
        expect(await kindAt(context, 'empty')).to.equal('directory');
      },
    },
    {
      name: 'an empty directory; a missing one is success',
      run: async (context) => {
        await makeDirectory(context, 'empty');
        for (const name of ['empty', 'empty', 'missing/below']) {
          await context.transport.removeDirectory(inside(context, name), context.signal);
        }
        expect(await namesAt(context)).to.deep.equal([]);
      },
    },
    {
      name: 'a directory with content, even a hidden file, is not-empty and stays',
      run: async (context) => {
        for (const content of ['file', '.hidden']) {
          await makeDirectory(context, content.length.toString());
          const directory = content.length.toString();
          await put(context, `${directory}/${content}`, 'kept');
          const path = inside(context, directory);
          const attempt = context.transport.removeDirectory(path, context.signal);
          await refused(context, attempt, { operation: 'removeDirectory', kinds: ['not-empty'] });
          expect(await textAt(context, `${directory}/${content}`)).to.equal('kept');
        }
      },
    },
    {
      name: 'removeDirectory refuses a file and leaves it',
      run: async (context) => {
        await put(context, 'file', 'kept');
        const attempt = context.transport.removeDirectory(inside(context, 'file'), context.signal);
        await refused(context, attempt, { operation: 'removeDirectory' });
        expect(await textAt(context, 'file')).to.equal('kept');
      },
    },
  ],
};

export const makeDirectoryCases: ConformanceGroup = {
  name: 'makeDirectory',
  cases: [
    {
      name: 'a new one; an existing one is success and keeps its content',
      run: async (context) => {
        await makeTree(context, 'tree');
        await makeDirectory(context, 'tree');
        await makeDirectory(context, 'tree/deep');
        expect(await textAt(context, 'tree/deep/file')).to.equal('tree');
      },
    },
    {
      name: 'below a missing one is not-found and makes neither',
      run: async (context) => {
        const attempt = makeDirectory(context, 'missing/below');
        await refused(context, attempt, { operation: 'makeDirectory', kinds: ['not-found'] });
        expect(await namesAt(context)).to.deep.equal([]);
      },
    },
    {
      name: 'where a file is, is refused and leaves the file',
      run: async (context) => {
        await put(context, 'file', 'kept');
        await refused(context, makeDirectory(context, 'file'), { operation: 'makeDirectory' });
        expect(await textAt(context, 'file')).to.equal('kept');
      },
    },
  ],
};

export async function rename(context: CaseContext, from: string, to: string): Promise<void> {
  await context.transport.rename(inside(context, from), inside(context, to), context.signal);
}

/** A directory with `deep/file` in it, whose text is the directory's name. */
async function makeTree(context: CaseContext, name: string): Promise<void> {
  await makeDirectory(context, name);
  await makeDirectory(context, `${name}/deep`);
  await put(context, `${name}/deep/file`, name);
}

function claims(what: 'file' | 'directory', rule: 'replaces' | 'refuses') {
  return ({ transport }: Bench): string | undefined => {
    const claimed = transport.capabilities.renameOnto[what];
    return claimed === rule ? undefined : `renameOnto.${what} is ${claimed}`;
  };
}
