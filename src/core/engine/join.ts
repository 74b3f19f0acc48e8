/**
 * Meeting the folder on the store: making it if it is not there, refusing it if it is another one.
 * ORDER: everything of ours is made under a name of its own and appears by one rename, so that of several clients that
 * begin at the same time exactly one makes the folder. A crash before the rename leaves an unused `.ownsync-new-…`, which its
 * maker's next sync removes.
 */
import { FormatError } from '../format/json-lines.ts';
import { decodeFormat, encodeFormat } from '../format/small-files.ts';
import type { Halt } from '../ports/folder.ts';
import { TransportError } from '../ports/transport.ts';
import type { Context } from './context.ts';
import { DIRECTORIES, layout, OWN } from './layout.ts';
import { beginStaging } from './leftovers.ts';
import { waitForRacers } from './racers.ts';
import { endsRound } from './store-io.ts';

const SMALL = 64 * 1024;

const README = `This directory belongs to ownsync: it is how several computers keep the folder around it in sync.
The files around it are plain files; use them with any program.

To get a replaced or deleted file back by hand: look into history/, one directory per day. Each directory there has an
index.jsonl that names, line by line, which file was what: "index" is the name here, "path" the name it had.

Do not change anything else in here.
`;

const DENY = 'Require all denied\n';

export interface Halted {
  readonly reason: Halt;
  readonly message: string;
}

/** Undefined: all is well, and the folder's id is known. `nothing there`: only in a dry run. */
export async function join(ctx: Context): Promise<Halted | 'nothing there' | undefined> {
  refuseUnsafeStore(ctx);
  const { state, settings } = ctx;
  const found = await readFormat(ctx);
  if (found === undefined && state.folder !== undefined) {
    return {
      reason: 'store-emptied',
      message:
        'The store does not hold this folder any more: it was emptied, or another place is shown. Nothing was deleted ' +
        `anywhere. Mount it or correct its path; if it is meant, \`ownsync rejoin ${settings.name}\` uploads again from here.`,
    };
  }
  if (found === undefined && ctx.dryRun) {
    return 'nothing there';
  }
  const format = found ?? (await makeFolder(ctx, { again: false }));
  if (!format.usable) {
    return {
      reason: 'format-too-new',
      message: 'The folder on the store was made by a newer ownsync. Install that version here.',
    };
  }
  if (state.folder !== undefined && state.folder !== format.folder) {
    return {
      reason: 'other-folder-on-store',
      message:
        'The store holds another folder than before (its id differs). Nothing was changed on either side. Correct its ' +
        `path; if it is meant, \`ownsync rejoin ${settings.name}\` unites what is here with that folder.`,
    };
  }
  return checkLocal(ctx, format.folder);
}

/** The placing lease needs a store that refuses to rename a directory over one that is not empty. */
function refuseUnsafeStore(ctx: Context): void {
  const { directory } = ctx.store.capabilities.renameOnto;
  if (directory === 'replaces') {
    throw new TransportError(
      'this store renames a directory over another one that is not empty: two computers could overwrite each other',
      { kind: 'unsupported', operation: 'open' },
    );
  }
  if (directory === 'unknown') {
    ctx.log('warn', 'it is not known whether this store refuses to rename over a directory', {});
  }
}

async function checkLocal(ctx: Context, folder: string): Promise<Halted | undefined> {
  const { state, local } = ctx;
  const root = await local.rootState(state.folder);
  if (root === 'missing') {
    return {
      reason: 'local-root-missing',
      message: 'The local folder is not there. Nothing was deleted anywhere. Mount or create it.',
    };
  }
  if (root === 'unmarked') {
    return {
      reason: 'local-root-unmarked',
      message:
        'The local folder is not the one that was synced before (its marker is missing). Nothing was deleted anywhere. ' +
        'Mount it or put it back; if this is the right one, ' +
        `\`ownsync rejoin ${ctx.settings.name}\` unites what is in it with the store.`,
    };
  }
  if (state.folder === undefined && !ctx.dryRun) {
    await local.mark(folder);
    state.meta.set('folder', folder);
    state.commit();
  }
  return undefined;
}

export async function readFormat(ctx: Context) {
  const text = await ctx.glance.readText(layout.format, SMALL);
  if (text === undefined) {
    return undefined;
  }
  try {
    return decodeFormat(text);
  } catch (error) {
    if (error instanceof FormatError) {
      throw new TransportError(
        `${layout.format} on the store is damaged (${error.message}). Restore it from a backup of the store.`,
        { kind: 'corrupt', operation: 'read', path: layout.format, cause: error },
      );
    }
    throw error;
  }
}

/**
 * `again`: the folder was here before, and what is left of it may be in the way. With a new epoch from its first moment on, so that
 * nobody takes what is missing for deleted: also not who has something to publish, and so thinks that all records are there.
 */
export async function makeFolder(ctx: Context, { again }: { readonly again: boolean }) {
  const { store } = ctx;
  const folder = ctx.state.folder ?? ctx.random.hex(32);
  const fresh = `${OWN}-new-${ctx.random.hex(16)}`;
  beginStaging(ctx, fresh);
  await store.makeDirectory(fresh);
  for (const name of DIRECTORIES) {
    await store.makeDirectory(`${fresh}/${name}`);
  }
  await store.writeText(`${fresh}/README.txt`, README);
  if (ctx.settings.webRoot) {
    await store.writeText(`${fresh}/.htaccess`, DENY);
  }
  const epoch = `epochs/${ctx.random.hex(16)}`;
  if (again) {
    await store.writeText(`${fresh}/${epoch}`, 'made again');
  }
  await store.writeText(`${fresh}/format.json`, encodeFormat(folder));
  if (!(await appears(ctx, fresh, OWN)) && again) {
    // Something of it was left, without the file that says what it is; which comes last.
    await appears(ctx, `${fresh}/${epoch}`, `${OWN}/${epoch}`);
    await appears(ctx, `${fresh}/format.json`, layout.format);
  }
  const made = await readFormat(ctx);
  if (made === undefined) {
    throw await notMade(ctx);
  }
  await store.removeTree(fresh);
  ctx.state.staged.delete(fresh);
  return made;
}

/** False: something is there already, perhaps made by another client at the same time. */
async function appears(ctx: Context, from: string, to: string): Promise<boolean> {
  try {
    await ctx.store.rename(from, to);
    await waitForRacers(ctx);
    return true;
  } catch (error) {
    if (endsRound(error)) {
      throw error;
    }
    ctx.log('info', 'something has this name on the store already', { to });
    return false;
  }
}

async function notMade({ store }: Context): Promise<TransportError> {
  return (await store.exists(OWN))
    ? new TransportError(
        `${layout.format} on the store is missing, though ${OWN} is there. On a computer that was synced before, \`ownsync rejoin\` writes it again.`,
        { kind: 'corrupt', operation: 'read', path: layout.format },
      )
    : new TransportError(`cannot make ${OWN} on the store: renaming a directory did not work`, {
        kind: 'unsupported',
        operation: 'rename',
        path: OWN,
      });
}
