/**
 * Making the local folder follow the plan. A local file is replaced or removed only if it still is what the scan saw, and
 * then it goes to the trash. ORDER: names are freed first (steps aside, moves, deletions), then directories, then content;
 * every record is committed after what it describes. A crash anywhere leaves a path as before or done: the next scan sees
 * which, since ancestors are recorded last.
 */
import { ancestorOf } from '../decide/reconcile.ts';
import { unify } from '../decide/winner.ts';
import { conflictName, flattened } from '../model/conflict-name.ts';
import type { Entry, FileEntry } from '../model/entry.ts';
import { keyOf, NO_CONTENT } from '../model/entry.ts';
import type { Asked } from '../model/facts.ts';
import { byPath } from '../model/path.ts';
import type { Version } from '../model/version.ts';
import { IMPLIED } from '../model/version.ts';
import type { LocalFacts, LocalStat, StagedFile } from '../ports/local-tree.ts';
import { LocalError } from '../ports/local-tree.ts';
import type { Context } from './context.ts';
import { problem } from './context.ts';
import { fetchVersion } from './fetch.ts';
import type { Plan } from './plan-steps.ts';
import type { LocalView } from './scan.ts';
import { Slots } from './slots.ts';
import { endsRound } from './store-io.ts';

export async function transition(ctx: Context, plan: Plan, local: LocalView): Promise<number> {
  const work = new Transition(ctx, plan, local);
  return work.run();
}

class Transition {
  readonly #ctx: Context;
  readonly #plan: Plan;
  readonly #local: LocalView;
  readonly #slots: Slots;
  #done = 0;
  #isFull = false;

  constructor(ctx: Context, plan: Plan, local: LocalView) {
    this.#ctx = ctx;
    this.#plan = plan;
    this.#local = local;
    this.#slots = new Slots(ctx, plan, local);
  }

  async run(): Promise<number> {
    const { stepAsides, deletesHere, downloads, besides, metadata, movesHere } = this.#plan;
    const moved = await this.#moves(movesHere);
    await this.#inTurn(stepAsides, (step) => this.#stepAside(step.path, step.entry, step.over));
    const gone = new Set(movesHere.values());
    await this.#inTurn(
      deletesHere.filter(({ path }) => !gone.has(path)).sort((a, b) => byPath(b.path, a.path)),
      (step) => this.#delete(step.path),
    );
    const rest = downloads.filter(({ path }) => !moved.has(path));
    const isContent = (step: (typeof rest)[number]) => step.version.entry.kind === 'file';
    await this.#inTurn(
      rest.filter((step) => !isContent(step)).sort((a, b) => byPath(a.path, b.path)),
      (step) => this.#place(step.path, step.version),
    );
    const files = rest.filter(isContent);
    if (files.length > 0 || besides.length > 0) {
      this.#ctx.emit({ type: 'phase', phase: 'download' });
    }
    let count = 0;
    await this.#atOnce(files, async (step) => {
      await this.#place(step.path, step.version);
      this.#ctx.emit({ type: 'progress', unit: 'files', done: ++count, total: files.length });
    });
    await this.#inTurn(besides, (step) => this.#beside(step.path, step.version, step.dots));
    await this.#inTurn(metadata, (step) => this.#setMetadata(step.path, step.entry));
    return this.#done + this.#left();
  }

  /** Steps that found something else than the scan saw: the next round looks again. */
  #left(): number {
    const { stepAsides, deletesHere, downloads, besides, metadata } = this.#plan;
    const wanted = [...stepAsides, ...deletesHere, ...downloads, ...besides, ...metadata];
    const explained = wanted.filter(({ path }) => this.#ctx.problems.has(path)).length;
    return Math.max(0, wanted.length - this.#done - explained);
  }

  async #inTurn<T extends { path: string }>(
    steps: readonly T[],
    work: (step: T) => Promise<void>,
  ): Promise<void> {
    for (const step of steps) {
      await this.#tried(step.path, () => work(step));
    }
    this.#ctx.state.commit();
  }

  async #atOnce<T extends { path: string }>(
    steps: readonly T[],
    work: (step: T) => Promise<void>,
  ): Promise<void> {
    await this.#ctx.store.each(steps, (step) => this.#tried(step.path, () => work(step)));
    this.#ctx.state.commit();
  }

  /** Trouble with one path is a problem; the rest goes on. */
  async #tried(path: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (endsRound(error) || this.#ctx.signal.aborted) {
        throw error;
      }
      const why = error instanceof Error ? error.message : String(error);
      if (error instanceof LocalError && error.kind === 'no-space') {
        this.#isFull = true;
        problem(this.#ctx, {
          path,
          kind: 'no-space',
          message: `this computer's disk is full: ${why.replace(/\.$/, '')}. Downloads stop; free space and sync again`,
        });
        return;
      }
      const kind = error instanceof LocalError && error.kind === 'invalid-name' ? 'name' : 'denied';
      problem(this.#ctx, { path, kind, message: `cannot be brought here: ${why}` });
    }
  }

  #hold(path: string, entry: Entry, stat: LocalStat | undefined): void {
    const made = actual(entry, stat, this.#ctx.local.facts);
    const { dots: _, ...content } = ancestorOf(made, []);
    this.#ctx.state.hold(path, entry, { ...content, ...askedInVain(entry, made) });
    this.#ctx.state.goneBy.delete(path);
    this.#done++;
  }

  /** A local file that goes and a download of the same content that comes: one rename. */
  async #moves(pairs: ReadonlyMap<string, string>): Promise<Set<string>> {
    const moved = new Set<string>();
    for (const step of this.#plan.downloads) {
      const from = pairs.get(step.path);
      const going = this.#plan.deletesHere.some(({ path }) => path === from);
      if (from === undefined || !going) {
        continue;
      }
      await this.#tried(step.path, async () => {
        if (await this.#move(from, step.path, step.version)) {
          moved.add(step.path);
        }
      });
    }
    this.#ctx.state.commit();
    return moved;
  }

  async #move(from: string, to: string, version: Version): Promise<boolean> {
    const { local, state } = this.#ctx;
    const stat = this.#local.stats.get(from);
    if (stat === undefined || this.#slots.clash(to) || version.entry.kind !== 'file') {
      return false;
    }
    if ((await local.rename(from, to, stat)) === 'changed') {
      return false;
    }
    state.ancestors.delete(from);
    const now = await local.stat(to);
    const { mtime, executable } = version.entry;
    const set = now && (await local.setMetadata(to, now, { mtime, executable }));
    this.#hold(to, version.entry, set === 'changed' ? now : set);
    this.#ctx.emit({ type: 'done', deed: 'moved-here', path: to, from });
    return true;
  }

  /** Own content goes to its conflict name, an ordinary new file from then on; the name is free for the winner. */
  async #stepAside(path: string, entry: Entry, over: readonly string[]): Promise<void> {
    const { state, settings } = this.#ctx;
    const stat = this.#local.stats.get(path);
    const loser = this.#loserOf(path, entry);
    const copy = stat && (await this.#copyTo(path, loser, stat));
    if (copy === undefined) {
      return;
    }
    state.ancestors.delete(path);
    if (over.length > 0) {
      state.record({ path, replaces: over, entry: null }, settings.client);
    }
    state.commit();
    this.#done++;
    this.#ctx.emit({ type: 'done', deed: 'conflict-copy', path: copy, from: path });
  }

  /** The version it is, if it is one, so that every client makes the same name; else this computer's edit. */
  #loserOf(path: string, entry: Entry): { by: string; entry: Entry } {
    const recorded = this.#ctx.state.master.recorded(path);
    const found = recorded.find((v) => keyOf(v.entry) === keyOf(entry));
    const version = found && unify(found, recorded);
    return version ?? { by: this.#ctx.settings.client, entry };
  }

  /** Undefined: it changed meanwhile, or no name is free. */
  async #copyTo(
    path: string,
    loser: { by: string; entry: Entry },
    stat: LocalStat,
  ): Promise<string | undefined> {
    const { local } = this.#ctx;
    const name = conflictName(path, loser, local.facts.nameBytes);
    for (const copy of [name, flattened(name)]) {
      const there = this.#local.entries.get(copy);
      if (there !== undefined && keyOf(there) === keyOf(loser.entry)) {
        return (await local.remove(path, stat)) === 'done' ? copy : undefined;
      }
      if ((await local.rename(path, copy, stat)) === 'done') {
        return copy;
      }
    }
    return undefined;
  }

  async #delete(path: string): Promise<void> {
    const { local, state } = this.#ctx;
    const stat = this.#local.stats.get(path);
    if (stat === undefined) {
      return;
    }
    if (stat.kind === 'directory') {
      const outcome = await local.removeDirectory(path);
      if (outcome === 'changed' && !this.#local.untracked.has(path)) {
        return; // something new is in it, which will make it exist again
      }
    } else if ((await local.remove(path, stat)) === 'changed') {
      return;
    }
    // A directory that was there only for what was in it goes without a word.
    const wasMade = state.ancestors.get(path)?.dots.some((dot) => dot !== IMPLIED) === true;
    state.ancestors.delete(path);
    state.goneBy.delete(path);
    this.#done++;
    if (stat.kind !== 'directory' || wasMade) {
      this.#ctx.emit({ type: 'done', deed: 'deleted-here', path });
    }
  }

  /** The winner comes to its name. */
  async #place(path: string, version: Version): Promise<void> {
    const { entry } = version;
    if (this.#slots.clash(path)) {
      return;
    }
    switch (entry.kind) {
      case 'directory':
        return this.#placeDirectory(path, entry);
      case 'link':
        return this.#placeLink(path, entry);
      case 'file':
        return this.#placeFile(path, entry);
    }
  }

  async #placeDirectory(path: string, entry: Entry): Promise<void> {
    const { local } = this.#ctx;
    const stat = this.#local.stats.get(path);
    if (
      stat !== undefined &&
      stat.kind !== 'directory' &&
      (await local.remove(path, stat)) === 'changed'
    ) {
      return;
    }
    if ((await local.makeDirectory(path)) === 'done') {
      this.#hold(path, entry, undefined);
    }
  }

  async #placeLink(path: string, entry: Extract<Entry, { kind: 'link' }>): Promise<void> {
    const { local } = this.#ctx;
    const expected = await this.#clearDirectory(path);
    if (expected === 'in the way') {
      return;
    }
    const placed = await local.placeLink(path, entry.target, expected);
    if (placed !== 'changed') {
      this.#hold(path, entry, placed);
      this.#ctx.emit({ type: 'done', deed: 'downloaded', path });
    }
  }

  async #placeFile(path: string, entry: FileEntry): Promise<void> {
    if (this.#isFull) {
      return;
    }
    const { local } = this.#ctx;
    const staged = await fetchVersion(this.#ctx, path, entry);
    if (staged === undefined) {
      return;
    }
    const expected = await this.#clearDirectory(path);
    const placed = await this.#placeStaged(staged, { path, entry, expected });
    if (placed === 'changed') {
      await local.discard(staged);
      return;
    }
    this.#hold(path, entry, placed);
    this.#ctx.emit({ type: 'done', deed: 'downloaded', path });
  }

  async #placeStaged(
    staged: StagedFile,
    to: { path: string; entry: FileEntry; expected: LocalStat | undefined | 'in the way' },
  ): Promise<LocalStat | 'changed'> {
    if (to.expected === 'in the way') {
      return 'changed';
    }
    const { mtime, executable } = to.entry;
    return this.#ctx.local.place(staged, to.path, to.expected, { mtime, executable });
  }

  /** A directory that became a file elsewhere goes first, if nothing is in it any more. */
  async #clearDirectory(path: string): Promise<LocalStat | undefined | 'in the way'> {
    const stat = this.#local.stats.get(path);
    if (stat?.kind !== 'directory') {
      return stat;
    }
    const outcome = await this.#ctx.local.removeDirectory(path);
    return outcome === 'done' ? undefined : 'in the way';
  }

  /** A sibling comes beside; what is here counts as an edit of both from now on. */
  async #beside(path: string, version: Version, dots: readonly string[]): Promise<void> {
    if (version.entry.kind !== 'file' || this.#isFull) {
      return;
    }
    const { local, state } = this.#ctx;
    const name = conflictName(path, version, local.facts.nameBytes);
    const there = [name, flattened(name)].some((copy) => {
      const entry = this.#local.entries.get(copy);
      return entry !== undefined && keyOf(entry) === keyOf(version.entry);
    });
    if (!there && !(await this.#fetchTo([name, flattened(name)], path, version.entry))) {
      return;
    }
    state.ancestors.set(path, { key: NO_CONTENT, dots });
    state.commit();
    this.#done++;
    this.#ctx.emit({ type: 'done', deed: 'conflict-copy', path: name, from: path });
  }

  async #fetchTo(names: readonly string[], path: string, entry: FileEntry): Promise<boolean> {
    const staged = await fetchVersion(this.#ctx, path, entry);
    if (staged === undefined) {
      return false;
    }
    for (const name of names) {
      if (
        (await this.#placeStaged(staged, { path: name, entry, expected: undefined })) !== 'changed'
      ) {
        return true;
      }
    }
    await this.#ctx.local.discard(staged);
    return false;
  }

  async #setMetadata(path: string, entry: Entry): Promise<void> {
    const stat = this.#local.stats.get(path);
    if (stat === undefined || entry.kind !== 'file') {
      return;
    }
    const { mtime, executable } = entry;
    const set = await this.#ctx.local.setMetadata(path, stat, { mtime, executable });
    if (set !== 'changed') {
      this.#hold(path, entry, set);
      this.#ctx.emit({ type: 'done', deed: 'metadata', path });
    }
  }
}

function askedInVain(entry: Entry, made: Entry): { asked?: Asked } {
  if (entry.kind !== 'file' || made.kind !== 'file') {
    return {};
  }
  const { mtime, executable } = entry;
  const isMade = made.mtime === mtime && made.executable === executable;
  return isMade ? {} : { asked: { mtime, executable } };
}

/** What the disk made of the metadata; one that keeps no executable bit is not asked for it. */
function actual(entry: Entry, stat: LocalStat | undefined, facts: LocalFacts): Entry {
  if (entry.kind !== 'file' || stat?.kind !== 'file') {
    return entry;
  }
  const executable = facts.keepsExecutable ? stat.executable : entry.executable;
  return { ...entry, executable, mtime: Math.floor(stat.mtime / 1000) };
}
