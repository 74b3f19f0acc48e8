/**
 * Carries out what going back asks for, as ordinary edits: the next sync spreads them as new versions of what was there.
 * What leaves its path goes to the trash, and only while it is what was looked at.
 *
 * CRASH: after any step each path is as it was or as it is wanted, whole (LocalTree); the same command again goes on with the
 * rest. A file that was placed and not yet noted is found to be there already. Nothing on the store is touched.
 */
import type { BackStep, Content, Wanted } from '../decide/go-back.ts';
import { DIRECTORY_KEY, targetOf } from '../model/entry.ts';
import type { Back, Left, RestoreTarget } from '../ports/history.ts';
import type { LocalStat } from '../ports/local-tree.ts';
import { LocalError } from '../ports/local-tree.ts';
import type { Context } from './context.ts';
import { acceptOwn } from './guarding.ts';
import type { Contents } from './history-contents.ts';
import { endsRound } from './store-io.ts';
import type { Deeds } from './undo-deeds.ts';

export interface Carrying {
  readonly contents: Contents;
  readonly target: RestoreTarget;
  /** What was looked at; in another place than the folder there is nothing. */
  readonly stats: ReadonlyMap<string, LocalStat>;
  /** What those paths held. */
  readonly held: (path: string) => Content | undefined;
  /** Undefined: nothing of it can be taken back, since it is outside. */
  readonly deeds: Deeds | undefined;
  readonly deed: 'restored' | 'undone';
}

const COMMIT_EVERY = 50;

export async function carryOut(
  ctx: Context,
  steps: readonly BackStep[],
  carrying: Carrying,
): Promise<{ done: Back[]; left: Left[] }> {
  const carrier = new Carrier(ctx, carrying);
  const [done, left]: [Back[], Left[]] = [[], []];
  try {
    for (const [i, step] of steps.entries()) {
      ctx.signal.throwIfAborted();
      ctx.emit({ type: 'progress', unit: 'files', done: i, total: steps.length });
      const outcome = await carrier.tried(step);
      if (outcome !== undefined) {
        ('why' in outcome ? left : (done as unknown[])).push(outcome);
      }
      if (i % COMMIT_EVERY === 0) {
        ctx.state.commit();
      }
    }
  } finally {
    ctx.state.commit();
  }
  return { done, left };
}

/** What the steps come to, if nothing is in their way. `here`: what the paths hold now. */
export function foretell(steps: readonly BackStep[], here: ReadonlyMap<string, unknown>): Back[] {
  const gone = new Set(steps.filter((step) => step.do === 'remove').map(({ path }) => path));
  return steps.map((step): Back => {
    const { path } = step;
    switch (step.do) {
      case 'remove':
        return { did: 'removed', path };
      case 'move':
        return { did: 'moved back', path, from: step.from };
      case 'set metadata':
        return { did: 'time or mode set', path };
      case 'make directory':
      case 'put':
        return { did: here.has(path) && !gone.has(path) ? 'replaced' : 'put back', path };
    }
  });
}

type Outcome = Back | Left | undefined;

class Carrier {
  readonly #ctx: Context;
  readonly #carrying: Carrying;
  readonly #removed = new Set<string>();

  constructor(ctx: Context, carrying: Carrying) {
    this.#ctx = ctx;
    this.#carrying = carrying;
  }

  /** Trouble with one path leaves it as it is; the rest goes on. */
  async tried(step: BackStep): Promise<Outcome> {
    try {
      return await this.#carry(step);
    } catch (error) {
      if (endsRound(error) || this.#ctx.signal.aborted || !(error instanceof Error)) {
        throw error;
      }
      return { path: step.path, why: 'failed', message: error.message };
    }
  }

  async #carry(step: BackStep): Promise<Outcome> {
    const { path } = step;
    switch (step.do) {
      case 'remove':
        return this.#remove(path);
      case 'make directory':
        return this.#makeDirectory(path);
      case 'move':
        return this.#move(step.from, path);
      case 'put':
        return this.#put(path, step.wanted);
      case 'set metadata':
        return this.#setMetadata(path, step.wanted);
    }
  }

  #note(path: string, after: Content | undefined, from?: string): void {
    const { deeds, deed, held } = this.#carrying;
    const before = this.#removed.has(path) ? undefined : held(path);
    if (deeds !== undefined) {
      deeds.note(path, { deed, before, after, ...(from === undefined ? {} : { from }) });
      acceptOwn(this.#ctx.state, path, { before: before?.key, after: after?.key });
    }
  }

  #seen(path: string): LocalStat | undefined {
    return this.#removed.has(path) ? undefined : this.#carrying.stats.get(path);
  }

  async #remove(path: string): Promise<Outcome> {
    const { local } = this.#ctx;
    const stat = this.#seen(path);
    if (stat === undefined) {
      return undefined;
    }
    const outcome =
      stat.kind === 'directory'
        ? await local.removeDirectory(path)
        : await local.remove(path, stat);
    if (outcome === 'changed') {
      // In a directory something ignored may be left: that is nobody's loss.
      return stat.kind === 'directory' ? undefined : { path, why: 'changed since' };
    }
    this.#note(path, undefined);
    this.#removed.add(path);
    return { did: 'removed', path };
  }

  async #makeDirectory(path: string): Promise<Outcome> {
    const { target } = this.#carrying;
    const isThere = this.#seen(path) !== undefined;
    if ((await target.makeDirectory(path)) === 'changed') {
      return { path, why: 'in the way' };
    }
    this.#note(path, { key: DIRECTORY_KEY });
    return { did: isThere ? 'replaced' : 'put back', path };
  }

  async #move(from: string, path: string): Promise<Outcome> {
    const stat = this.#seen(from);
    if (stat === undefined || (await this.#ctx.local.rename(from, path, stat)) === 'changed') {
      return { path: from, why: 'changed since' };
    }
    const moved = this.#carrying.held(from);
    this.#note(path, moved, from);
    this.#note(from, undefined);
    this.#removed.add(from);
    return { did: 'moved back', path, from };
  }

  async #put(path: string, wanted: Wanted): Promise<Outcome> {
    const seen = this.#seen(path);
    if (seen?.kind === 'directory') {
      return { path, why: 'in the way' };
    }
    const link = targetOf(wanted.key);
    const placed =
      link === undefined
        ? await this.#putFile(path, wanted, seen)
        : await this.#carrying.target.placeLink(path, link, seen);
    switch (placed) {
      case 'gone':
        return { path, why: 'content gone' };
      case 'changed':
        return { path, why: seen === undefined ? 'in the way' : 'changed since' };
      default:
        this.#note(path, wantedOnly(wanted));
        return { did: seen === undefined ? 'put back' : 'replaced', path };
    }
  }

  async #putFile(
    path: string,
    { key, was, size, endedBy, mtime = 0, executable = false }: Wanted,
    seen: LocalStat | undefined,
  ): Promise<LocalStat | 'changed' | 'gone'> {
    const { contents, target } = this.#carrying;
    const known = size === undefined ? {} : { size };
    const staged = await contents.bring(target, { digest: key, path: was, endedBy, ...known });
    if (staged === undefined) {
      return 'gone';
    }
    try {
      const placed = await target.place(staged, path, seen, { mtime, executable });
      if (placed === 'changed') {
        await target.discard(staged);
      }
      return placed;
    } catch (error) {
      if (error instanceof LocalError && error.kind !== 'missing-root') {
        await target.discard(staged);
      }
      throw error;
    }
  }

  async #setMetadata(path: string, content: Content): Promise<Outcome> {
    const { local } = this.#ctx;
    const stat = this.#seen(path);
    if (stat?.kind !== 'file' || content.mtime === undefined) {
      return undefined;
    }
    const executable = local.facts.keepsExecutable
      ? (content.executable ?? stat.executable)
      : stat.executable;
    const set = await local.setMetadata(path, stat, { mtime: content.mtime, executable });
    if (set === 'changed') {
      return { path, why: 'changed since' };
    }
    this.#note(path, content);
    return { did: 'time or mode set', path };
  }
}

function wantedOnly({ key, mtime, executable }: Wanted): Content {
  return {
    key,
    ...(mtime === undefined ? {} : { mtime }),
    ...(executable === undefined ? {} : { executable }),
  };
}
