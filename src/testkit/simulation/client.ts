/**
 * One simulated computer: its disk and state, which survive, and the run of the program on it, which does not. Starts,
 * crashes and restarts the real engine over gated ports. It must never touch what the engine wrote.
 */
import type { Folder, FolderParts, SyncReport } from '../../core/ports/folder.ts';
import type { LocalTree } from '../../core/ports/local-tree.ts';
import { createFakeDisk, type DiskPoint, type FakeDisk } from '../fake-disk.ts';
import type { CommitFate, SimulatedState } from '../memory-state.ts';
import { createSimulatedCodec, simulatedDigest } from './codec.ts';
import { parseIgnores, type Ignores } from './ignoring.ts';
import { drained, Gates, turned } from './gates.ts';
import { Deleted, textsOf } from './deleted.ts';
import { contentOf } from './ledger.ts';
import { createSeededRandom, seedOf } from './rng.ts';
import type { ClientSpec, SimulationEvent } from './script.ts';
import { beginSync, type Sync } from './sync.ts';
import { openGatedTransport } from './transport.ts';
import { World } from './world.ts';

const callLimit = 20_000;
const patienceTurns = 40;

type StepEvent = Extract<SimulationEvent, { do: 'step' }>;

interface Run {
  readonly gates: Gates;
  readonly folder: Folder;
  sync: Sync | undefined;
}

export function heldMark(path: string, text: string): string {
  return `${path}\0${text}`;
}

/** The world with the computers in it. */
export class Simulation extends World {
  readonly clients: SimulatedClient[] = [];
  readonly deleted = new Deleted();

  /** Nothing is full any more. */
  giveRoom(): void {
    this.store.space = Number.POSITIVE_INFINITY;
    for (const { disk } of this.clients) disk.state.space = Number.POSITIVE_INFINITY;
  }

  isOnSomeDisk(content: string | undefined): boolean {
    return this.clients.some(({ disk }) =>
      [...disk.user.tree().values()].some(
        (entry) => entry.kind === 'file' && entry.text === content,
      ),
    );
  }
}

export class SimulatedClient {
  readonly name: string;
  /** What its configuration calls it; a copy keeps the name. */
  readonly label: string;
  readonly disk: FakeDisk;
  readonly state: SimulatedState;
  readonly spec: ClientSpec;
  /** The rules as its last scan read them. */
  ignores: Ignores = () => false;
  /** Files that its last whole sync left, but for what a person wrote meanwhile: path → text. */
  synced: ReadonlyMap<string, string> = new Map();
  /** Path and text of every file that a whole sync left here. */
  readonly held = new Set<string>();
  /** Its last sync did not come to its end. */
  interrupted = false;
  /** What a person did here so far. */
  acts = 0;
  backup: { readonly disk: FakeDisk; readonly state: SimulatedState } | undefined;
  readonly #world: Simulation;
  #run: Run | undefined;
  #starts = 0;
  #asleep = 0;
  #crashAtCommit: CommitFate = 'commit';

  constructor(
    world: Simulation,
    facts: {
      readonly name: string;
      readonly spec: ClientSpec;
      readonly from?: {
        readonly label: string;
        readonly disk: FakeDisk;
        readonly state: SimulatedState;
      };
    },
  ) {
    this.#world = world;
    this.name = facts.name;
    this.label = facts.from?.label ?? facts.name;
    this.spec = facts.spec;
    const now = (): number => this.now();
    this.disk =
      facts.from?.disk.copy({ fresh: false, now }) ??
      createFakeDisk({ ...facts.spec, now, digestOf: simulatedDigest });
    this.state = facts.from?.state.copy() ?? world.createState();
  }

  /** Its wall clock. */
  now(): number {
    return this.#world.store.clock + this.spec.skew;
  }

  get syncing(): boolean {
    return this.#run?.sync?.settled === false;
  }

  /** Begins a sync unless one is under way. */
  start(): boolean {
    if (this.syncing) return false;
    const run = (this.#run ??= this.#open());
    run.gates.free = false;
    run.gates.calls = 0;
    this.#world.syncs += 1;
    this.#begin(run, false);
    return true;
  }

  #begin(run: Run, dryRun: boolean): void {
    const sync = (run.sync = beginSync(this.#world, this.name, { ...run, dryRun }));
    if (dryRun) return;
    this.interrupted = true;
    const [before, acts] = [textsOf(this), this.acts];
    void sync.finished.then(() => {
      if (sync.report === undefined) {
        this.#world.ledger.fellSilent(this.name);
        return;
      }
      this.interrupted = false;
      const after = textsOf(this);
      for (const [path, text] of after) this.held.add(heldMark(path, text));
      const isWritten = (path: string, text: string): boolean =>
        this.acts > acts && before.get(path) !== text;
      this.synced = new Map([...after].filter(([path, text]) => !isWritten(path, text)));
    });
  }

  /** Lets calls go on as the event says, or fewer if the sync ends or can only wait. */
  async step({ times, pick, fault, until }: StepEvent): Promise<void> {
    const run = this.#run;
    if (run === undefined || !this.syncing) return;
    let left = fault;
    for (let count = 0; count < times && this.#isRunning(run); count += 1) {
      if (!run.gates.isWaiting) await this.#settleDown(run);
      const { moved, faulted } = run.gates.step((pick * (count + 1)) % 1, left);
      this.#world.steps += 1;
      if (faulted) {
        left = undefined;
        if (run.sync !== undefined) run.sync.excused = true;
      }
      if (!moved && !this.#wake(run, pick)) return;
      await drained();
      if (until !== undefined && run.gates.hasJustDone(until)) return;
    }
  }

  /** Asked anew after each wait: the run may have crashed meanwhile. */
  #isRunning(run: Run): boolean {
    return this.#run === run && this.syncing;
  }

  cancel(): void {
    const sync = this.#run?.sync;
    if (sync === undefined || sync.settled) return;
    sync.excused = true;
    sync.controller.abort(new Error('cancelled by the user'));
  }

  /** The program is gone in the middle of whatever it did. */
  crash(): void {
    this.#run?.gates.kill();
    this.#run = undefined;
    this.#world.ledger.fellSilent(this.name);
    this.#crashAtCommit = 'commit';
  }

  crashAtCommit(before: boolean): void {
    this.#crashAtCommit = before ? 'crash-before' : 'crash-after';
  }

  sleepMachine(milliseconds: number): void {
    this.#asleep += milliseconds;
  }

  accept(): number {
    return (this.#run ??= this.#open()).folder.accept();
  }

  /** The other answer: what was written here and is put back is gone, and so is what would have come. */
  restoreHeld(): number {
    const { folder } = (this.#run ??= this.#open());
    for (const { action, paths } of folder.status().held) {
      for (const path of paths) {
        if (action === 'replace-on-store')
          this.#world.ledger.gone(contentOf(this.disk.user.entry(path)));
        if (action === 'replace-here') this.#refuse(path);
      }
    }
    return folder.restoreHeld();
  }

  /** What would have come to a path: the store's file, or a link, which only the computers that have it can show. */
  #refuse(path: string): void {
    const { ledger, store, clients } = this.#world;
    ledger.gone(store.text(path));
    for (const { disk } of clients) {
      const entry = disk.user.entry(path);
      if (disk !== this.disk && entry?.kind === 'link') ledger.gone(contentOf(entry));
    }
  }

  /** A person says that the folder here, and the store as it is now, are the right ones; not while a sync runs. */
  async rejoin(): Promise<void> {
    if (this.syncing) return;
    const run = (this.#run ??= this.#open());
    run.gates.calls = 0;
    let settled = false;
    const answer = run.folder.rejoin({ signal: new AbortController().signal });
    const told = answer.then((done) => {
      settled = true;
      if (done === 'nothing-to-do') return;
      this.#world.note(`${this.name}: rejoin: ${done}`);
      this.#world.rejoined = true;
    });
    if (await this.#drive(run, () => settled)) await told;
  }

  get status(): ReturnType<Folder['status']> {
    return (this.#run ??= this.#open()).folder.status();
  }

  /** A whole sync with nobody else about. Undefined when it failed; that is noted. */
  async quietSync({ dryRun = false } = {}): Promise<SyncReport | undefined> {
    const run = (this.#run ??= this.#open());
    if (run.sync === undefined || run.sync.settled) {
      run.gates.calls = 0;
      run.gates.open();
      this.#world.syncs += 1;
      this.#begin(run, dryRun);
    }
    return this.finish();
  }

  /** Lets the sync that is under way run to its end. */
  async finish(): Promise<SyncReport | undefined> {
    const run = this.#run;
    const sync = run?.sync;
    if (run === undefined || sync === undefined) return undefined;
    return (await this.#drive(run, () => sync.settled)) ? sync.report : undefined;
  }

  /** Lets all calls go on until what they are for is settled. False: that never comes, or the program crashed. */
  async #drive(run: Run, isSettled: () => boolean): Promise<boolean> {
    run.gates.open();
    for (let idle = 0; !isSettled(); idle += 1) {
      const before = run.gates.calls;
      await drained();
      if (!isSettled()) await turned();
      if (run.gates.dead) return false;
      if (isSettled() || run.gates.calls !== before) idle = 0;
      else if (this.#wake(run, 1)) idle = 0;
      if (idle > patienceTurns || run.gates.exhausted) {
        const why = run.gates.exhausted ? 'makes calls for ever' : 'waits for nothing';
        this.#world.fail('hang', `${this.name}: a sync ${why}`);
        this.crash();
        return false;
      }
    }
    return true;
  }

  /** Time jumps to the next sleeper of this client. False: none. `eager`: in [0, 1], the chance to jump. */
  #wake(run: Run, eager: number): boolean {
    const wait = run.gates.nextWake();
    if (wait === undefined || (wait > 0 && eager < 0.5)) return false;
    this.#world.pass(wait);
    return run.gates.step(0).moved;
  }

  /** A sync that is neither at a gate nor done is given some turns of the event loop. */
  async #settleDown(run: Run): Promise<void> {
    for (let turn = 0; turn < patienceTurns && run.sync?.settled === false; turn += 1) {
      if (run.gates.isWaiting || run.gates.dead) return;
      await turned();
    }
    if (run.sync?.settled !== false || this.#run !== run) return;
    this.#world.fail('hang', `${this.name}: a sync waits for nothing`);
    this.crash();
  }

  #open(): Run {
    const world = this.#world;
    this.#starts += 1;
    const gates: Gates = new Gates({
      onCall: () => {
        world.pass(7);
      },
      monotonic: () => this.#monotonic(),
      limit: callLimit,
      trace:
        world.trace === undefined
          ? undefined
          : (line) => {
              world.traceCall(`   ${this.name} ${line}`);
            },
    });
    return {
      gates,
      folder: world.openFolder(this.#parts(gates), { askAfter: 6, ...world.script.limits }),
      sync: undefined,
    };
  }

  #monotonic(): number {
    return this.#world.store.clock - this.#asleep;
  }

  #parts(gates: Gates): FolderParts {
    const world = this.#world;
    return {
      settings: {
        name: 'simulated',
        client: this.label,
        machine: `machine-${this.name}`,
        ignored: (text) => (this.ignores = parseIgnores(text)),
        rounds: world.script.rounds,
        deletedOnStore: world.script.deletedOnStore ?? 'follow',
        settle: world.script.settle ?? 0,
        retention: 30 * 24 * 3600 * 1000,
        liveFor: 24 * 3600 * 1000,
        strictWait: 5 * 60 * 1000,
        webRoot: false,
      },
      transport: openGatedTransport(world, {
        name: this.name,
        gates,
        ignores: (path) => this.ignores(path),
      }),
      local: this.#localTree(gates),
      state: this.state.connect(() => this.#commitFate(gates)),
      clock: {
        now: () => this.now(),
        monotonic: () => this.#monotonic(),
        sleep: (milliseconds, signal) => gates.sleep(milliseconds, signal),
      },
      random: createSeededRandom(
        seedOf(`${String(world.script.seed)} ${this.name} ${String(this.#starts)}`),
      ),
      codec: createSimulatedCodec(),
      log: (level, message, facts) => {
        world.trace?.push(
          `   ${this.name} log ${level} ${message} ${facts === undefined ? '' : JSON.stringify(facts)}`,
        );
      },
      onEvent: (event) => {
        if (event.type !== 'done' && event.type !== 'problem') return;
        world.trace?.push(`   ${this.name} event ${JSON.stringify(event)}`);
      },
    };
  }

  #localTree(gates: Gates): LocalTree {
    return this.disk.connect((point, operation, path) => {
      this.#watch(point, operation, path);
      return gates.pass({ port: 'disk', operation, path, point });
    });
  }

  /** Nothing torn is shown, and what is ignored is left alone. */
  #watch(point: DiskPoint, operation: string, path: string): void {
    const world = this.#world;
    const shows = operation === 'place' || operation === 'rename';
    if (point === 'after' && shows) {
      const text = this.disk.user.read(path);
      if (text !== undefined && !world.ledger.isKnown(text)) {
        world.fail('torn', `${this.name} shows ${path} = ${JSON.stringify(text)}`);
      }
    }
    if (point === 'before' && (shows || operation === 'remove') && this.ignores(path)) {
      world.fail('ignored', `${this.name} ${operation} ${path} on its disk`);
    }
  }

  #commitFate(gates: Gates): CommitFate {
    if (gates.dead) return 'crash-before';
    const fate = this.#crashAtCommit;
    if (fate === 'commit' || !this.#world.chaos) return 'commit';
    this.#world.note(`${this.name} ${fate} of a commit`);
    this.crash();
    return fate;
  }
}
