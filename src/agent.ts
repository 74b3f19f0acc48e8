/**
 * The composition root: from a checked configuration to folders that work. Puts host, plugin, layers and engine together,
 * one folder after the other; decides nothing about files, prints nothing.
 */
import { join } from 'node:path';
import { FolderBusyError } from './agent-errors.ts';
import type { Config, FolderConfig } from './config/config.ts';
import { ignoreRules, unusableRules } from './config/ignore.ts';
import type { Folder, FolderEvent, OpenFolder, SyncReport } from './core/ports/folder.ts';
import type { LocalTree } from './core/ports/local-tree.ts';
import type { StateStore } from './core/ports/state-store.ts';
import type { Transport } from './core/ports/transport.ts';
import type { Clock, Codec, Log, Random } from './core/ports/world.ts';
import type { StoreProfiles } from './host/store-profiles.ts';
import { withDryRun } from './transport/layers/dry-run.ts';
import { withRetry } from './transport/layers/retry.ts';
import { ensureRoot, withRoot } from './transport/layers/root.ts';

/** What the composition needs of this computer and of the engine; tests hand in others. */
export interface AgentParts {
  readonly openFolder: OpenFolder;
  /** `mayWrite` false: nothing is changed on the store, not even to get to know it. */
  readonly openStore: (name: string, options: { readonly mayWrite: boolean }) => Promise<Transport>;
  /** As its plugin has it, without what was measured before. */
  readonly openRaw: (name: string) => Promise<Transport>;
  readonly profiles: StoreProfiles;
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

/** Work that asks a store. */
export interface OnlineWork extends AgentWork {
  readonly signal: AbortSignal;
  /** Nothing is changed on the store. Default false. */
  readonly dryRun?: boolean;
}

export interface SyncWork extends OnlineWork {
  /** Milliseconds; undefined: do not wait for other clients. */
  readonly wait: number | undefined;
}

/** What became of one folder. */
export type Outcome<T> =
  | { readonly folder: string; readonly ok: true; readonly value: T }
  | { readonly folder: string; readonly ok: false; readonly error: unknown };

/** Syncs the folders one by one; trouble with one does not keep the others from it. */
export async function syncFolders(work: SyncWork): Promise<readonly Outcome<SyncReport>[]> {
  return await withSessions(work, async (sessions) => {
    const alone = work.folders.length === 1;
    const first = await each(work, async (folder) =>
      (await sessions.open(folder)).sync(syncOptions(work, alone ? work.wait : undefined)),
    );
    return work.wait === undefined || alone ? first : await waitForAll(first, sessions, work);
  });
}

/** Lets `act` work with each folder, its store connected and nobody else at it. */
export async function onFolders<T>(
  work: OnlineWork,
  act: (folder: Folder) => Promise<T>,
): Promise<readonly Outcome<T>[]> {
  return await withSessions(work, (sessions) =>
    each(work, async (folder) => await act(await sessions.open(folder))),
  );
}

/**
 * Lets `act` ask each folder's store, and nothing else: without a lock, a state or the local folder, so that a sync may be under
 * way, and no memory is needed. Nothing is changed on the store.
 */
export async function onStores<T>(
  work: OnlineWork,
  act: (folder: Folder) => Promise<T>,
): Promise<readonly Outcome<T>[]> {
  return await each(work, async (folder) => {
    const store = await work.parts.openStore(folder.store, { mayWrite: false });
    try {
      const transport = await folderTransport(store, folder, { ...work, dryRun: true });
      return await act(engineFolder(folder, work, { transport, state: NO_STATE }));
    } finally {
      await store.close();
    }
  });
}

/** Lets `act` read each folder's local state; no store is asked. `undefined`: this folder was never synced here. */
export async function onStates<T>(
  work: AgentWork,
  act: (folder: Folder) => T,
): Promise<readonly Outcome<T | undefined>[]> {
  return await each(work, (folder) => {
    const file = stateFile(work.config, folder);
    if (!work.parts.stateExists(file)) return undefined;
    const state = work.parts.openState(file);
    try {
      return act(engineFolder(folder, work, { transport: CLOSED, state }));
    } finally {
      state.close();
    }
  });
}

/** As {@link onStates}, for what changes the state: nobody else may be at the folder meanwhile. */
export async function onLockedStates<T>(
  work: AgentWork,
  act: (folder: Folder) => T,
): Promise<readonly Outcome<T | undefined>[]> {
  return await each(work, async (folder) => {
    if (!work.parts.stateExists(stateFile(work.config, folder))) return undefined;
    const lock = lockFolder(folder, work.parts);
    try {
      const [outcome] = await onStates({ ...work, folders: [folder] }, act);
      if (outcome?.ok === false) throw outcome.error;
      return outcome?.value;
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

/** Folders that are open, over stores that are connected: each once, all closed at the end. */
class Sessions {
  readonly #work: OnlineWork;
  readonly #stores = new Map<string, Promise<Transport>>();
  readonly #folders = new Map<string, Session>();

  constructor(work: OnlineWork) {
    this.#work = work;
  }

  async open(config: FolderConfig): Promise<Folder> {
    this.#work.signal.throwIfAborted();
    const session = this.#folders.get(config.name) ?? (await this.#openSession(config));
    this.#folders.set(config.name, session);
    return session.folder;
  }

  async close(): Promise<void> {
    for (const session of this.#folders.values()) session.close();
    await Promise.all(
      [...this.#stores].map(async ([name, opening]) => {
        const store = await opening.catch(() => undefined);
        await store?.close().catch((error: unknown) => {
          const why = error instanceof Error ? error.message : String(error);
          this.#work.log('warn', `store "${name}": ${why}`);
        });
      }),
    );
  }

  /** ORDER: the lock before the state, so that two agents never read one state; both are given back whatever fails. */
  async #openSession(config: FolderConfig): Promise<Session> {
    const { parts } = this.#work;
    const lock = lockFolder(config, parts);
    let state: StateStore | undefined;
    const close = (): void => {
      state?.close();
      lock.release();
    };
    try {
      state = parts.openState(stateFile(this.#work.config, config));
      const mayWrite = this.#work.dryRun !== true;
      const opening = this.#stores.get(config.store) ?? parts.openStore(config.store, { mayWrite });
      this.#stores.set(config.store, opening);
      const transport = await folderTransport(await opening, config, this.#work);
      return { folder: engineFolder(config, this.#work, { transport, state }), close };
    } catch (error) {
      close();
      throw error;
    }
  }
}

async function withSessions<T>(
  work: OnlineWork,
  act: (sessions: Sessions) => Promise<T>,
): Promise<T> {
  const sessions = new Sessions(work);
  try {
    return await act(sessions);
  } finally {
    await sessions.close();
  }
}

interface Session {
  readonly folder: Folder;
  close(): void;
}

function lockFolder(folder: FolderConfig, parts: AgentParts): { release(): void } {
  const lock = parts.lock(folder.local);
  if (lock === 'taken') throw new FolderBusyError(folder.local);
  return lock;
}

async function folderTransport(
  store: Transport,
  folder: FolderConfig,
  { dryRun, signal, onEvent }: OnlineWork,
): Promise<Transport> {
  const steady = withRetry(store, {
    onRetry: (error, milliseconds) =>
      onEvent(folder.name, { type: 'waiting', reason: error.message, milliseconds }),
  });
  if (dryRun === true) return withDryRun(withRoot(steady, folder.path));
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
      unusableRules,
      rounds: folder.rounds,
      deletedOnStore: folder.deletedOnStore,
      settle: folder.settle,
      retention: folder.retention,
      historySize: folder.historySize,
      liveFor: folder.liveFor,
      strictWait: folder.strictWait,
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
  sessions: Sessions,
  work: SyncWork,
): Promise<readonly Outcome<SyncReport>[]> {
  const end = work.parts.clock.monotonic() + (work.wait ?? 0);
  const reports = new Map(first.map((outcome) => [outcome.folder, outcome]));
  return await each(work, async (folder) => {
    const before = reports.get(folder.name);
    if (before?.ok !== true) throw before?.error;
    const left = Math.max(0, end - work.parts.clock.monotonic());
    const session = await sessions.open(folder);
    return addReports(before.value, await session.sync(syncOptions(work, left)));
  });
}

function syncOptions({ signal, dryRun = false }: SyncWork, wait: number | undefined) {
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

/** Stands where nothing is remembered. */
const NO_STATE: StateStore = { load: () => [], commit: () => undefined, close: () => undefined };

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
