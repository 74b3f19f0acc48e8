/**
 * The composition root: from a checked configuration to folders that work. Puts host, plugin, layers and engine together,
 * one folder after the other; decides nothing about files, prints nothing.
 */
import { join } from 'node:path';
import { FolderBusyError } from './agent-errors.ts';
import type { Config, FolderConfig } from './config/config.ts';
import { ignoreRules } from './config/ignore.ts';
import type {
  Folder,
  FolderEvent,
  FolderStatus,
  OpenFolder,
  SyncReport,
} from './core/ports/folder.ts';
import type { LocalTree } from './core/ports/local-tree.ts';
import type { StateStore } from './core/ports/state-store.ts';
import type { Transport } from './core/ports/transport.ts';
import type { Clock, Codec, Log, Random } from './core/ports/world.ts';
import { withDryRun } from './transport/layers/dry-run.ts';
import { withRetry } from './transport/layers/retry.ts';
import { ensureRoot, withRoot } from './transport/layers/root.ts';

/** What the composition needs of this computer and of the engine; tests hand in others. */
export interface AgentParts {
  readonly openFolder: OpenFolder;
  readonly openStore: (name: string) => Promise<Transport>;
  readonly openLocal: (folder: FolderConfig) => LocalTree;
  readonly openState: (file: string) => StateStore;
  readonly stateExists: (file: string) => boolean;
  readonly lock: (root: string) => { release(): void } | 'taken';
  readonly machine: (stateDirectory: string) => string;
  readonly clock: Clock;
  readonly random: Random;
  readonly codec: Codec;
}

export interface AgentWork {
  readonly config: Config;
  readonly folders: readonly FolderConfig[];
  readonly parts: AgentParts;
  readonly log: Log;
  readonly onEvent: (folder: string, event: FolderEvent) => void;
}

export interface SyncWork extends AgentWork {
  readonly signal: AbortSignal;
  readonly dryRun: boolean;
  /** Milliseconds; undefined: do not wait for other clients. */
  readonly wait: number | undefined;
}

/** What became of one folder. */
export type Outcome<T> =
  | { readonly folder: string; readonly ok: true; readonly value: T }
  | { readonly folder: string; readonly ok: false; readonly error: unknown };

/** Syncs the folders one by one; trouble with one does not keep the others from it. */
export async function syncFolders(work: SyncWork): Promise<readonly Outcome<SyncReport>[]> {
  const stores = new Map<string, Promise<Transport>>();
  const sessions = new Map<string, Session>();
  try {
    const first = await each(work, async (folder) => {
      work.signal.throwIfAborted();
      const session = await openSession(folder, work, stores);
      sessions.set(folder.name, session);
      const alone = work.folders.length === 1;
      return await session.folder.sync(syncOptions(work, alone ? work.wait : undefined));
    });
    const waits = work.wait !== undefined && work.folders.length > 1;
    return waits ? await waitForAll(first, sessions, work) : first;
  } finally {
    for (const session of sessions.values()) session.close();
    await Promise.allSettled([...stores.values()].map(async (store) => (await store).close()));
  }
}

/** From the local state alone. `undefined`: this folder was never synced here. */
export async function statusOf(
  work: AgentWork,
): Promise<readonly Outcome<FolderStatus | undefined>[]> {
  return await each(work, (folder) => {
    if (!work.parts.stateExists(stateFile(work.config, folder))) return undefined;
    const state = work.parts.openState(stateFile(work.config, folder));
    try {
      return engineFolder(folder, work, { transport: CLOSED, state }).status();
    } finally {
      state.close();
    }
  });
}

/** Releases held paths; `ids` undefined: all. Tells how many per folder. */
export async function acceptHeld(
  work: AgentWork,
  ids: readonly string[] | undefined,
): Promise<readonly Outcome<number>[]> {
  return await each(work, (folder) => {
    if (!work.parts.stateExists(stateFile(work.config, folder))) return 0;
    const lock = lockFolder(folder, work.parts);
    try {
      const state = work.parts.openState(stateFile(work.config, folder));
      try {
        return engineFolder(folder, work, { transport: CLOSED, state }).accept(ids);
      } finally {
        state.close();
      }
    } finally {
      lock.release();
    }
  });
}

async function each<T>(
  { folders }: AgentWork,
  act: (folder: FolderConfig) => T | Promise<T>,
): Promise<Outcome<T>[]> {
  const outcomes: Outcome<T>[] = [];
  for (const folder of folders) {
    try {
      outcomes.push({ folder: folder.name, ok: true, value: await act(folder) });
    } catch (error) {
      outcomes.push({ folder: folder.name, ok: false, error });
    }
  }
  return outcomes;
}

interface Session {
  readonly folder: Folder;
  close(): void;
}

/** ORDER: the lock before the state, so that two agents never read one state; both are given back whatever fails. */
async function openSession(
  folder: FolderConfig,
  work: SyncWork,
  stores: Map<string, Promise<Transport>>,
): Promise<Session> {
  const lock = lockFolder(folder, work.parts);
  let state: StateStore | undefined;
  const close = (): void => {
    state?.close();
    lock.release();
  };
  try {
    state = work.parts.openState(stateFile(work.config, folder));
    const opening = stores.get(folder.store) ?? work.parts.openStore(folder.store);
    stores.set(folder.store, opening);
    const transport = await folderTransport(await opening, folder, work);
    return { folder: engineFolder(folder, work, { transport, state }), close };
  } catch (error) {
    close();
    throw error;
  }
}

function lockFolder(folder: FolderConfig, parts: AgentParts): { release(): void } {
  const lock = parts.lock(folder.local);
  if (lock === 'taken') throw new FolderBusyError(folder.local);
  return lock;
}

async function folderTransport(
  store: Transport,
  folder: FolderConfig,
  { dryRun, signal, onEvent }: SyncWork,
): Promise<Transport> {
  const steady = withRetry(store, {
    onRetry: (error, milliseconds) =>
      onEvent(folder.name, { type: 'waiting', reason: error.message, milliseconds }),
  });
  if (dryRun) return withDryRun(withRoot(steady, folder.path));
  await ensureRoot(steady, folder.path, signal);
  return withRoot(steady, folder.path);
}

function engineFolder(
  folder: FolderConfig,
  { config, parts, log, onEvent }: AgentWork,
  { transport, state }: { readonly transport: Transport; readonly state: StateStore },
): Folder {
  return parts.openFolder({
    settings: {
      name: folder.name,
      client: config.client,
      machine: parts.machine(stateDirectory(config, folder)),
      ignored: ignoreRules(folder.ignore),
      rounds: folder.rounds,
      deletedOnStore: folder.deletedOnStore,
      settle: folder.settle,
      retention: folder.retention,
      liveFor: folder.liveFor,
      webRoot: folder.webRoot,
    },
    transport,
    local: parts.openLocal(folder),
    state,
    clock: parts.clock,
    random: parts.random,
    codec: parts.codec,
    log,
    onEvent: (event) => onEvent(folder.name, event),
  });
}

/** Each folder was synced once before anybody waits: no folder's other clients hold up the next folder. */
async function waitForAll(
  first: readonly Outcome<SyncReport>[],
  sessions: ReadonlyMap<string, Session>,
  work: SyncWork,
): Promise<readonly Outcome<SyncReport>[]> {
  const end = work.parts.clock.monotonic() + (work.wait ?? 0);
  const reports = new Map(first.map((outcome) => [outcome.folder, outcome]));
  return await each(work, async ({ name }) => {
    const before = reports.get(name);
    const session = sessions.get(name);
    if (before?.ok === false) throw before.error;
    if (before === undefined || session === undefined)
      throw new Error(`folder "${name}" was not opened`);
    const left = Math.max(0, end - work.parts.clock.monotonic());
    return addReports(before.value, await session.folder.sync(syncOptions(work, left)));
  });
}

function syncOptions({ signal, dryRun }: SyncWork, wait: number | undefined) {
  return { signal, dryRun, ...(wait === undefined ? {} : { wait }) };
}

/** Two runs as one: what was done adds up, how things stand is the later's word. */
function addReports(first: SyncReport, second: SyncReport): SyncReport {
  const done = { ...second.done };
  for (const deed of Object.keys(first.done) as (keyof SyncReport['done'])[]) {
    done[deed] += first.done[deed];
  }
  return {
    ...second,
    rounds: first.rounds + second.rounds,
    done,
    conflicts: [...first.conflicts, ...second.conflicts],
  };
}

function stateDirectory(config: Config, folder: FolderConfig): string {
  return join(config.state, 'folders', folder.name);
}

function stateFile(config: Config, folder: FolderConfig): string {
  return join(stateDirectory(config, folder), 'state.db');
}

/** Stands where no store is asked. */
const unasked = (): Promise<never> =>
  Promise.reject(new Error('no store is open for this command'));

const CLOSED: Transport = {
  capabilities: {
    parallel: 1,
    resume: false,
    renameOnto: { file: 'unknown', directory: 'unknown' },
    copy: false,
    modified: 'none',
    modifiedPrecision: 60_000,
    etag: 'none',
    ids: false,
    caseSensitive: false,
    unicode: 'as-given',
    nameBytes: 0,
  },
  list: unasked,
  look: unasked,
  read: unasked,
  write: unasked,
  rename: unasked,
  remove: unasked,
  removeDirectory: unasked,
  makeDirectory: unasked,
  close: () => Promise.resolve(),
};
