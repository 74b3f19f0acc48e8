/**
 * A folder that syncs as one would write it in an afternoon: the newest time wins. It is wrong on purpose: the
 * simulation has to find that it loses, tears and never agrees. It must never become an example.
 */
import {
  noDeeds,
  type Folder,
  type FolderParts,
  type SyncReport,
} from '../../src/core/ports/folder.ts';
import type { LocalStat } from '../../src/core/ports/local-tree.ts';
import { TransportError } from '../../src/plugin-api.ts';

export interface NaiveOptions {
  /** Writes something at the end of every round. */
  readonly restless?: boolean;
  /** Writes under the users' own names. */
  readonly inPlace?: boolean;
  /** Remembers nothing, so that what is deleted comes back. */
  readonly forgetful?: boolean;
  /** Never comes back. */
  readonly hanging?: boolean;
}

type LocalFile = Extract<LocalStat, { kind: 'file' }>;

const nothingDone: SyncReport = {
  rounds: 1,
  inSync: true,
  done: noDeeds(),
  conflicts: [],
  problems: [],
  held: [],
};

export function openNaiveFolder(parts: FolderParts, options: NaiveOptions = {}): Folder {
  return {
    async sync({ signal }) {
      if (options.hanging === true) await new Promise(() => undefined);
      const { inPlace = false, forgetful = false } = options;
      await syncOnce(parts, { signal, inPlace, forgetful });
      if (options.restless === true) {
        const bytes = new TextEncoder().encode('x');
        await parts.transport.write('.ownsync-noise', sourceOf(bytes, 0), signal);
      }
      return nothingDone;
    },
    restoreHeld: () => 0,
    rejoin: () => Promise.resolve('nothing-to-do'),
    versions: () => Promise.reject(new Error('the naive folder has no past')),
    restore: () => Promise.reject(new Error('the naive folder has no past')),
    undo: () => Promise.reject(new Error('the naive folder has no past')),
    verify: () => Promise.reject(new Error('the naive folder trusts everything')),
    status: () => ({
      folderId: undefined,
      clientId: '',
      files: 0,
      lastRound: undefined,
      problems: [],
      held: [],
      clients: [],
    }),
    accept: () => 0,
  };
}

async function syncOnce(
  { transport, local, state, random }: FolderParts,
  {
    signal,
    inPlace,
    forgetful,
  }: Required<Pick<NaiveOptions, 'inPlace' | 'forgetful'>> & { readonly signal: AbortSignal },
) {
  const scan = await local.scan(() => false, signal);
  const remembered = new Set([...state.load()].map(({ key }) => key));
  const store = new Map<string, number>();
  for (const { name, kind, stamp } of (await transport.list('', signal)).entries) {
    if (kind === 'file' && !name.startsWith('.')) store.set(name, stamp.modified ?? 0);
  }
  const paths = new Set([...scan.entries.keys(), ...store.keys(), ...remembered]);
  for (const path of [...paths].filter((name) => !name.includes('/')).sort()) {
    const here = scan.entries.get(path);
    const there = store.get(path);
    const file = here?.kind === 'file' ? here : undefined;
    if (file === undefined && there === undefined) continue;
    if (remembered.has(path) && file === undefined) await transport.remove(path, signal);
    else if (remembered.has(path) && there === undefined && file !== undefined) {
      await local.remove(path, file);
    } else if (file !== undefined && (there === undefined || floor(file) > there)) {
      const name = inPlace ? path : `.ownsync-${random.hex(8)}`;
      await transport.write(name, await contentOf(local, path, file), signal);
      if (!inPlace) await transport.remove(path, signal);
      if (!inPlace) await transport.rename(name, path, signal);
    } else if (there !== undefined && (file === undefined || floor(file) < there)) {
      await download({ transport, local }, { path, file, modified: there }, signal);
    }
  }
  if (forgetful) return;
  const now = [...paths].filter((path) => scan.entries.has(path) || store.has(path));
  state.commit(now.map((key) => ({ table: 'paths', key, value: '' })));
}

function floor(file: LocalFile): number {
  return Math.floor(file.mtime / 1000) * 1000;
}

async function contentOf(local: FolderParts['local'], path: string, file: LocalFile) {
  const parts: Uint8Array[] = [];
  for await (const part of local.source(path, file).open(0)) parts.push(part);
  return sourceOf(Buffer.concat(parts), floor(file));
}

function sourceOf(bytes: Uint8Array, modified: number) {
  return {
    size: bytes.length,
    modified,
    async *open(from: number) {
      await Promise.resolve();
      const middle = Math.ceil(bytes.length / 2);
      if (from < middle) yield bytes.slice(from, middle);
      yield bytes.slice(Math.max(from, middle));
    },
  };
}

async function download(
  { transport, local }: Pick<FolderParts, 'transport' | 'local'>,
  wish: { readonly path: string; readonly file: LocalFile | undefined; readonly modified: number },
  signal: AbortSignal,
): Promise<void> {
  try {
    const { stream } = await transport.read(wish.path, 0, signal);
    const staged = await local.stage(stream, signal);
    const metadata = { mtime: Math.floor(wish.modified / 1000), executable: false };
    await local.place(staged, wish.path, wish.file, metadata);
  } catch (error) {
    if (!(error instanceof TransportError) || error.kind !== 'not-found') throw error;
  }
}
