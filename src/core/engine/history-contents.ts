/**
 * Where a content that is wanted again can be had: the trash here, the store's tree, the history. Whatever is read counts
 * only by its digest. It never moves or removes anything.
 */
import type { HistoryLine } from '../format/history.ts';
import { decodeHistory } from '../format/history.ts';
import { keyOf } from '../model/entry.ts';
import type { PastChange } from '../model/past.ts';
import { clientOf } from '../model/version.ts';
import type { RestoreTarget } from '../ports/history.ts';
import type { StagedFile } from '../ports/local-tree.ts';
import { LocalError } from '../ports/local-tree.ts';
import type { Context } from './context.ts';
import type { StoreHistory } from './history-read.ts';
import { layout } from './layout.ts';
import { endsRound, isKind } from './store-io.ts';

/** One content: its digest, where it was, and what took it away, if that is known. */
export interface Wish {
  readonly digest: string;
  readonly path: string;
  readonly size?: number;
  readonly endedBy?: PastChange | undefined;
}

export class Contents {
  readonly #ctx: Context;
  readonly #history: StoreHistory;
  readonly #lines = new Map<string, Promise<readonly HistoryLine[]>>();
  #byDigest: Map<string, string[]> | undefined;

  constructor(ctx: Context, history: StoreHistory) {
    this.#ctx = ctx;
    this.#history = history;
  }

  /** Where on the store it is; only looked at, not read. */
  async find(wish: Wish): Promise<string | undefined> {
    for await (const place of this.#places(wish)) {
      const found = await this.#ctx.store.look(place);
      const isThere = found !== 'absent' && found.kind === 'file';
      const size = isThere ? found.stamp.size : undefined;
      if (isThere && (size === undefined || wish.size === undefined || size === wish.size)) {
        return place;
      }
    }
    return undefined;
  }

  /** Brings it to a staged file of `target`, proven by its digest. Undefined: nobody keeps it. */
  async bring(target: RestoreTarget, wish: Wish): Promise<StagedFile | undefined> {
    const { local, store } = this.#ctx;
    // A target outside has no trash; the folder itself may not even be there.
    const trashed = target === local ? await local.trashed(wish.path, wish.digest) : undefined;
    if (trashed !== undefined) {
      const staged = await this.#stage(target, wish, async () => trashed.open(0));
      if (staged !== undefined) {
        return staged;
      }
    }
    for await (const place of this.#places(wish)) {
      const staged = await this.#stage(target, wish, async () => (await store.read(place)).stream);
      if (staged !== undefined) {
        return staged;
      }
    }
    return undefined;
  }

  async #stage(
    target: RestoreTarget,
    { digest }: Wish,
    open: () => Promise<AsyncIterable<Uint8Array>>,
  ): Promise<StagedFile | undefined> {
    try {
      const staged = await target.stage(await open(), this.#ctx.signal);
      if (staged.digest === digest) {
        return staged;
      }
      await target.discard(staged);
    } catch (error) {
      if (endsRound(error) || error instanceof LocalError || !isKind(error, ...UNREADABLE)) {
        throw error;
      }
    }
    return undefined;
  }

  /** Likely places first: most contents are where the records say, and no index but one has to be read. */
  async *#places(wish: Wish): AsyncGenerator<string> {
    yield* this.#inTree(wish.digest);
    const { folders } = this.#history;
    const likely = folders.filter((folder) => isOf(folder, wish.endedBy));
    const told = new Set<string>();
    for (const some of [likely, folders.filter((folder) => !likely.includes(folder))]) {
      await this.#ctx.store.each(some, async (folder) => {
        await this.#linesOf(folder);
      });
      for (const folder of some) {
        for (const { key, index } of await this.#linesOf(folder)) {
          const place = `${layout.history}/${folder}/${String(index)}`;
          if (key === wish.digest && !told.has(place)) {
            told.add(place);
            yield place;
          }
        }
      }
    }
  }

  /** Paths that hold it now, by the records. */
  #inTree(digest: string): readonly string[] {
    if (this.#byDigest === undefined) {
      this.#byDigest = new Map();
      for (const [path, versions] of this.#history.current) {
        for (const { entry } of versions.filter((version) => version.entry.kind === 'file')) {
          const key = keyOf(entry);
          this.#byDigest.set(key, [...(this.#byDigest.get(key) ?? []), path]);
        }
      }
    }
    return this.#byDigest.get(digest) ?? [];
  }

  #linesOf(folder: string): Promise<readonly HistoryLine[]> {
    const known = this.#lines.get(folder) ?? this.#readIndex(folder);
    this.#lines.set(folder, known);
    return known;
  }

  async #readIndex(folder: string): Promise<readonly HistoryLine[]> {
    const { store, limits } = this.#ctx;
    const text = await store.readTextIfWhole(
      `${layout.history}/${folder}/index.jsonl`,
      limits.text,
    );
    return decodeHistory(text ?? '').filter(({ why }) => why !== 'moved');
  }
}

/** The file is not there, or not what it should be: there may be another. */
const UNREADABLE = ['not-found', 'corrupt', 'denied', 'unsupported'] as const;

/** The folder of the transaction that took a content away is named after the segment that tells of it. */
function isOf(folder: string, endedBy: PastChange | undefined): boolean {
  if (endedBy === undefined) {
    return false;
  }
  const name = folder.slice(folder.indexOf('/') + 1);
  const wanted = `${clientOf(endedBy.dot)}-${String(endedBy.k)}`;
  return name === wanted || name.startsWith(`${wanted}-`);
}
