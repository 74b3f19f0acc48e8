/** The engine's door: a folder that can be synced, asked for its status, and told to go on. */
import type {
  Deed,
  Folder,
  FolderEvent,
  FolderParts,
  FolderStatus,
  PathProblem,
  Rejoined,
  SyncOptions,
  SyncReport,
} from '../ports/folder.ts';
import { noDeeds } from '../ports/folder.ts';
import type {
  BackReport,
  PathHistory,
  RestoreOptions,
  UndoOptions,
  VersionsOptions,
} from '../ports/history.ts';
import type { StateStore } from '../ports/state-store.ts';
import type { VerifyOptions, VerifyReport } from '../ports/verify.ts';
import type { Standing } from './clients.ts';
import { clientStatus, missingClients, readClients, tellOwn } from './clients.ts';
import { compact } from './compact.ts';
import type { Context, RunMemory } from './context.ts';
import { Glance } from './glance.ts';
import { acceptHeld, heldQuestions, isMeant } from './guarding.ts';
import { haltOfError, lastHalt, rememberHalt } from './halts.ts';
import { sweepLeftovers } from './leftovers.ts';
import { versionsOf } from './history-versions.ts';
import type { Limits } from './limits.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import { prune } from './prune.ts';
import { rejoin } from './rejoin.ts';
import { restore } from './restore.ts';
import { restoreHeld } from './restore-held.ts';
import type { RoundResult } from './round.ts';
import { round } from './round.ts';
import { FolderState } from './state.ts';
import { StoreIo } from './store-io.ts';
import { healedSince, verify } from './verify.ts';
import { undo } from './undo.ts';
import { syncDeeds } from './undo-deeds.ts';

const WAIT_PAUSE = 3000;
/** Of a client's readable name, as the records allow it. */
const LONGEST_NAME = 200;

/** Opens a folder over its parts. `limits` is for tests. */
export function openFolder(parts: FolderParts, limits: Partial<Limits> = {}): Folder {
  return new SyncedFolder(parts, { ...DEFAULT_LIMITS, ...limits });
}

class SyncedFolder implements Folder {
  readonly #parts: FolderParts;
  readonly #limits: Limits;
  readonly #memory: RunMemory = { firstLooks: new Map(), notWhole: new Set() };
  #state: FolderState;

  constructor(parts: FolderParts, limits: Limits) {
    const client = parts.settings.client.slice(0, LONGEST_NAME);
    this.#parts = { ...parts, settings: { ...parts.settings, client } };
    this.#limits = limits;
    this.#state = new FolderState(parts.state);
  }

  async verify({
    signal,
    content = false,
    budget = Infinity,
  }: VerifyOptions): Promise<VerifyReport> {
    const { halt } = await this.sync({ signal });
    if (halt !== undefined) {
      return { files: 0, readFiles: 0, readBytes: 0, unread: 0, faults: [], halt };
    }
    const found = await verify(this.#lookingContext(signal), { content, budget });
    if (found.faults.length === 0) {
      return found;
    }
    await this.sync({ signal });
    const ctx = this.#lookingContext(signal);
    const after = await verify(ctx, { content: false, budget: 0 });
    return { ...found, faults: healedSince(ctx, { before: found.faults, after: after.faults }) };
  }

  #lookingContext(signal: AbortSignal): Context {
    return this.#context(signal, new Tally(this.#parts.onEvent), this.#state);
  }

  async sync(options: SyncOptions): Promise<SyncReport> {
    return options.dryRun === true ? this.#dryRun(options) : this.#run(options);
  }

  /** Everything is computed on a copy of the memory that is thrown away. */
  async #dryRun(options: SyncOptions): Promise<SyncReport> {
    const tally = new Tally(() => undefined);
    const state = new FolderState(unwritten(this.#parts.state));
    let ctx: Context;
    let result: RoundResult;
    let rounds = 0;
    do {
      rounds++;
      ctx = { ...this.#context(options.signal, tally, state), dryRun: true };
      result = await round(ctx, { patient: false });
      // Once more where it only learnt that the store was set back: an empty plan would say that nothing is to be done.
    } while (result.again && rounds < 2);
    return { ...this.#report(ctx, tally, { rounds, result }), plan: planned(result) };
  }

  async #run(options: SyncOptions): Promise<SyncReport> {
    const note = syncDeeds(this.#state, this.#parts.clock.now());
    const tally = new Tally((event) => {
      note(event);
      this.#parts.onEvent(event);
    });
    try {
      return await this.#rounds(options, tally);
    } catch (error) {
      this.#startOver();
      const halted = haltOfError(error);
      if (halted !== undefined) {
        rememberHalt(this.#state, halted);
      }
      throw error;
    }
  }

  /** What was not committed may be half of something: what comes next starts from what is durable. */
  #startOver(): void {
    this.#state = new FolderState(this.#parts.state);
  }

  async #rounds(options: SyncOptions, tally: Tally): Promise<SyncReport> {
    const { retention, historySize } = this.#parts.settings;
    await this.#parts.local.sweep(retention, historySize);
    let rounds = 0;
    let ctx: Context;
    let result: RoundResult;
    let patient = true;
    do {
      rounds++;
      ctx = this.#context(options.signal, tally, this.#state);
      result = await round(ctx, { patient });
      patient &&= result.waited !== true;
      if (!result.again && (await this.#settles(ctx, rounds))) {
        result = { ...result, again: true };
      }
    } while (result.again && rounds < this.#limits.rounds);
    rememberHalt(this.#state, result.halted);
    if (result.halted === undefined) {
      ctx.emit({ type: 'phase', phase: 'finish' });
      if (result.plan !== undefined) {
        await sweepLeftovers(ctx, result.plan);
      }
      await compact(ctx);
      await prune(ctx);
      await tellOwn(ctx, this.#standing(ctx, result));
      await readClients(ctx);
      this.#state.meta.set('problems', [...ctx.problems.values()]);
      this.#state.meta.set('lastRound', ctx.clock.now());
      this.#state.commit();
    }
    const report = this.#report(ctx, tally, { rounds, result });
    return options.wait === undefined || result.halted !== undefined
      ? report
      : { ...report, missingClients: await this.#waitForOthers(ctx, options.wait) };
  }

  /** Other programs' fresh files are waited for once, so that one sync brings them. */
  async #settles(ctx: Context, rounds: number): Promise<boolean> {
    const { settle } = ctx.settings;
    const settling = [...ctx.problems.values()].some((p) => p.kind === 'settling');
    if (!settling || settle === 0 || rounds >= this.#limits.rounds) {
      return false;
    }
    ctx.emit({ type: 'waiting', reason: 'files on the store stand still', milliseconds: settle });
    await ctx.clock.sleep(settle, ctx.signal);
    return true;
  }

  #context(signal: AbortSignal, tally: Tally, state: FolderState): Context {
    const { codec } = this.#parts;
    const store = new StoreIo(this.#parts.transport, codec, signal);
    return {
      ...this.#parts,
      ...this.#memory,
      store,
      glance: new Glance(store, state),
      state,
      limits: this.#limits,
      signal,
      digestOf: (text) => {
        const hasher = codec.hasher();
        hasher.update(new TextEncoder().encode(text));
        return hasher.digest();
      },
      emit: (event) => {
        tally.take(event);
      },
      problems: new Map<string, PathProblem>(),
      fetched: new Map(),
      dryRun: false,
      counts: { segments: 0, announced: false },
    };
  }

  /** What others would have to bring is no reason to say that this client has not brought its own. */
  #standing(ctx: Context, result: RoundResult): Standing {
    const own = [...ctx.problems.values()].filter(({ kind }) => kind !== 'not-on-store');
    const hasBrought = !result.again && own.length === 0 && this.#state.held.size === 0;
    return { isComplete: this.#isComplete(ctx, result), hasBrought };
  }

  #isComplete(ctx: Context, result: RoundResult): boolean {
    return !result.again && ctx.problems.size === 0 && this.#state.held.size === 0;
  }

  #report(
    ctx: Context,
    tally: Tally,
    { rounds, result }: { rounds: number; result: RoundResult },
  ): SyncReport {
    const held = heldQuestions(ctx.state, nameOf(ctx.state, this.#parts.settings.client));
    const { halted } = result;
    return {
      rounds,
      inSync: halted === undefined && this.#isComplete(ctx, result),
      done: tally.done,
      conflicts: tally.conflicts,
      problems: [...ctx.problems.values()].sort((a, b) => (a.path < b.path ? -1 : 1)),
      held,
      ...(halted === undefined ? {} : { halt: halted }),
    };
  }

  /** Live clients whose disk does not hold all that this client has published, when the time is over. */
  async #waitForOthers(ctx: Context, wait: number): Promise<string[]> {
    const start = ctx.clock.monotonic();
    const target = this.#state.seenByClient();
    for (;;) {
      const missing = await missingClients(ctx, target);
      const elapsed = ctx.clock.monotonic() - start;
      if (missing.length === 0 || elapsed >= wait) {
        return missing;
      }
      const names = missing.join(', ');
      const milliseconds = Math.min(WAIT_PAUSE, wait - elapsed);
      ctx.emit({ type: 'waiting', reason: `for ${names}`, milliseconds });
      await ctx.clock.sleep(milliseconds, ctx.signal);
    }
  }

  status(): FolderStatus {
    const state = this.#state;
    const known = state.meta.get('identity') !== undefined;
    let files = 0;
    for (const [, ancestor] of state.ancestors.entries()) {
      files += ancestor.key === '/' ? 0 : 1;
    }
    return {
      folderId: state.folder,
      clientId: known ? state.identity.client : '',
      files,
      lastRound: state.meta.get('lastRound') as number | undefined,
      problems: (state.meta.get('problems') as PathProblem[] | undefined) ?? [],
      held: known ? heldQuestions(state, this.#names()) : [],
      ...lastHalt(state),
      clients: clientStatus(state),
    };
  }

  accept(which?: readonly string[]): number {
    return acceptHeld(this.#state, isMeant(which, this.#names()));
  }

  restoreHeld(which?: readonly string[]): number {
    return restoreHeld(this.#state, isMeant(which, this.#names()));
  }

  async rejoin({ signal }: { readonly signal: AbortSignal }): Promise<Rejoined> {
    return rejoin(this.#context(signal, new Tally(this.#parts.onEvent), this.#state));
  }

  async versions({ signal, path }: VersionsOptions): Promise<PathHistory> {
    return versionsOf(this.#unwrittenContext(signal), path);
  }

  async restore(options: RestoreOptions): Promise<BackReport> {
    return this.#goBack(options, (ctx) => restore(ctx, options));
  }

  async undo(options: UndoOptions): Promise<BackReport> {
    return this.#goBack(options, (ctx) => undo(ctx, options));
  }

  async #goBack(
    { signal, dryRun }: { readonly signal: AbortSignal; readonly dryRun?: boolean },
    work: (ctx: Context) => Promise<BackReport>,
  ): Promise<BackReport> {
    if (dryRun === true) {
      return work(this.#unwrittenContext(signal));
    }
    try {
      return await work(this.#context(signal, new Tally(this.#parts.onEvent), this.#state));
    } catch (error) {
      this.#startOver();
      throw error;
    }
  }

  #unwrittenContext(signal: AbortSignal): Context {
    const state = new FolderState(unwritten(this.#parts.state));
    return this.#context(signal, new Tally(this.#parts.onEvent), state);
  }

  #names(): (client: string) => string {
    return nameOf(this.#state, this.#parts.settings.client);
  }
}

/** A client's readable name, where it is known. */
function nameOf(state: FolderState, own: string): (client: string) => string {
  return (client) =>
    client === state.identity.client ? own : (state.clients.get(`${client}.json`)?.name ?? client);
}

/** Counts deeds on their way to whoever listens. */
class Tally {
  readonly done = noDeeds();
  readonly conflicts: string[] = [];
  readonly #listener: (event: FolderEvent) => void;

  constructor(listener: (event: FolderEvent) => void) {
    this.#listener = listener;
  }

  take(event: FolderEvent): void {
    if (event.type === 'done') {
      this.done[event.deed]++;
      if (event.deed === 'conflict-copy') {
        this.conflicts.push(event.path);
      }
    }
    this.#listener(event);
  }
}

function unwritten(store: StateStore): StateStore {
  return {
    load: () => store.load(),
    commit: () => undefined,
    close: () => undefined,
  };
}

function planned(result: RoundResult): NonNullable<SyncReport['plan']> {
  const { plan } = result;
  if (plan === undefined) {
    return [];
  }
  const movedOnStore = new Set(plan.movesOnStore.values());
  const movedHere = new Set(plan.movesHere.values());
  const step = (deed: Deed, moves?: ReadonlyMap<string, string>, moved?: Deed) => {
    return ({ path }: { path: string }) => {
      const from = moves?.get(path);
      return from === undefined || moved === undefined
        ? { deed, path }
        : { deed: moved, path, from };
    };
  };
  return [
    ...plan.uploads.map(step('uploaded', plan.movesOnStore, 'moved-on-store')),
    ...plan.deletesOnStore
      .filter(({ path, over }) => over.length > 0 && !movedOnStore.has(path))
      .map(step('deleted-on-store')),
    ...plan.downloads.map(step('downloaded', plan.movesHere, 'moved-here')),
    ...plan.deletesHere.filter(({ path }) => !movedHere.has(path)).map(step('deleted-here')),
    ...plan.stepAsides.map(step('conflict-copy')),
    ...plan.besides.map(step('conflict-copy')),
    ...plan.metadata.map(step('metadata')),
  ];
}
