/**
 * From the plan's uploads, deletions and moves to drafts of transaction items, a bounded number at a time. What is new below
 * a directory that the store does not have becomes one tree, placed by one rename.
 */
import type { Entry, FileEntry } from '../model/entry.ts';
import { DIRECTORY_KEY, storedKeyOf } from '../model/entry.ts';
import { subtreeMoves } from '../decide/subtrees.ts';
import { byPath, isBelow, parentsOf } from '../model/path.ts';
import type { Dot, Version } from '../model/version.ts';
import type { Stamp } from '../ports/transport.ts';
import type { Context } from './context.ts';
import type { Plan } from './plan-steps.ts';
import { isRefused } from './refused-names.ts';
import type { LocalView } from './scan.ts';
import type { Item } from './transaction.ts';

export interface DraftMember {
  readonly path: string;
  readonly entry: Entry | null;
  readonly over: readonly Dot[];
  readonly implied?: true;
  /** For what is moved as it is: the stamp it was sighted with. */
  readonly stamp?: Stamp;
}

export interface Draft {
  readonly action: Item['action'];
  readonly path: string;
  readonly from?: string;
  readonly fromOver?: readonly Dot[];
  readonly expected?: Item['expected'];
  readonly members: readonly DraftMember[];
  /** The versions each of its paths had when it was planned. */
  readonly basis: ReadonlyMap<string, readonly Version[]>;
}

type Upload = Plan['uploads'][number];
type Deletion = Plan['deletesOnStore'][number];

/** What is still to be placed; `next` takes a batch out of it. */
export class PlacingQueue {
  readonly #ctx: Context;
  readonly #uploads: Upload[];
  readonly #deletions: Deletion[];
  readonly #moves: Map<string, string>;
  readonly #subtrees: Draft[];

  constructor(ctx: Context, plan: Plan, local: LocalView) {
    this.#ctx = ctx;
    const moved = new Set(plan.movesOnStore.values());
    const uploads = plan.uploads.filter(({ path }) => !isRefused(ctx, path));
    const uploading = new Set(uploads.map((upload) => upload.path));
    this.#moves = new Map([...plan.movesOnStore].filter(([to]) => uploading.has(to)));
    this.#uploads = uploads.sort((a, b) => byPath(a.path, b.path));
    const order = ({ path }: Deletion) => Number(isDirectory(ctx, path));
    this.#deletions = plan.deletesOnStore
      .filter(({ path }) => !moved.has(path))
      .sort((a, b) => order(a) - order(b) || byPath(b.path, a.path));
    this.#subtrees = this.#takeSubtrees(local);
  }

  /** Takes whole renamed directories out of the single moves. */
  #takeSubtrees(local: LocalView): Draft[] {
    const { sightings } = this.#ctx.state;
    const sighted = new Map(
      [...sightings.entries()].map(([path, { key }]) => [path, key === DIRECTORY_KEY]),
    );
    const found = subtreeMoves({
      moves: this.#moves,
      sighted,
      isGone: (path) => !local.stats.has(path) && !local.troubled.has(path),
      isDirectoryHere: (path) => local.stats.get(path)?.kind === 'directory',
    });
    return [...found]
      .filter(([to, from]) => !this.#ctx.notWhole.has(from) && this.#keepsTimes(to, from))
      .map(([to, from]) => this.#subtree(from, to));
  }

  /** A file that got another time as well has to be moved by itself. */
  #keepsTimes(to: string, from: string): boolean {
    const { ancestors } = this.#ctx.state;
    return this.#uploads.every(({ path, entry }) => {
      const old = isBelow(path, to) ? ancestors.get(from + path.slice(to.length)) : undefined;
      return old?.mtime === undefined || entry.kind !== 'file' || old.mtime === entry.mtime;
    });
  }

  #subtree(from: string, to: string): Draft {
    const { state } = this.#ctx;
    const members: DraftMember[] = [];
    for (const [old, sighting] of [...state.sightings.entries()].sort(([a], [b]) => byPath(a, b))) {
      if (old !== from && !isBelow(old, from)) {
        continue;
      }
      const path = to + old.slice(from.length);
      const upload = takeOut(this.#uploads, path);
      const gone = takeOut(this.#deletions, old);
      this.#moves.delete(path);
      members.push({ path: old, entry: null, over: gone?.over ?? ownDots(this.#ctx, old) });
      const stays: DraftMember =
        upload === undefined
          ? { path, entry: { kind: 'directory' }, over: [], implied: true }
          : memberOf(upload);
      members.push({ ...stays, stamp: sighting.stamp });
    }
    return this.#draft({ action: 'move-tree', path: to, from, members });
  }

  get size(): number {
    return this.#subtrees.length + this.#uploads.length + this.#deletions.length;
  }

  /** Trees and directories first, then moves and files, then deletions, contents before their directory. */
  next(): Draft[] {
    const { limits } = this.#ctx;
    const moved = this.#subtrees.splice(0, limits.renames);
    if (moved.length > 0) {
      return moved;
    }
    const trees = new Map<string, DraftMember[]>();
    const singles: Draft[] = [];
    let [files, bytes, renames] = [0, 0, 0];
    const full = () =>
      files >= limits.stagedFiles || bytes >= limits.stagedBytes || renames >= limits.renames;
    while (this.#uploads.length > 0 && !full()) {
      const upload = this.#uploads.shift() as Upload;
      const top = this.#newTop(upload.path);
      if (top === 'in the way') {
        continue;
      }
      const from = this.#moves.get(upload.path);
      if (top !== undefined && !trees.has(top)) {
        trees.set(top, []);
        renames += 1;
      }
      if (top !== undefined && from === undefined) {
        trees.get(top)?.push(memberOf(upload));
      } else {
        trees.get(top ?? '')?.push(...this.#chain(upload.path, top));
        singles.push(from === undefined ? this.#single(upload) : this.#move(upload, from));
        renames += 2;
      }
      files += 1;
      bytes += upload.entry.kind === 'file' && from === undefined ? upload.entry.size : 0;
    }
    const deletions: Draft[] = [];
    while (this.#uploads.length === 0 && this.#deletions.length > 0 && !full()) {
      deletions.push(this.#deletion(this.#deletions.shift() as Deletion));
      renames += 1;
    }
    const treeDrafts = [...trees].map(([top, members]) => this.#tree(top, members));
    return [...treeDrafts, ...singles, ...deletions];
  }

  /** The topmost directory above (or at) the path that the store does not have; undefined: its parents are all there. */
  #newTop(path: string): string | undefined | 'in the way' {
    const { state } = this.#ctx;
    for (const parent of parentsOf(path).reverse()) {
      const key = state.sightings.get(parent)?.key;
      if (key === undefined) {
        return parent;
      }
      if (key !== DIRECTORY_KEY) {
        return 'in the way'; // a file is there; its own deletion or replacement comes first
      }
    }
    return undefined;
  }

  #chain(path: string, top: string | undefined): DraftMember[] {
    return top === undefined ? [] : this.#impliedAbove(path, top);
  }

  #impliedAbove(path: string, top: string): DraftMember[] {
    return parentsOf(path)
      .filter((parent) => parent.length >= top.length)
      .map((parent) => ({ path: parent, entry: { kind: 'directory' }, over: [], implied: true }));
  }

  #tree(top: string, members: readonly DraftMember[]): Draft {
    const all = new Map<string, DraftMember>();
    all.set(top, { path: top, entry: { kind: 'directory' }, over: [], implied: true });
    for (const member of members) {
      for (const parent of this.#impliedAbove(member.path, top)) {
        if (!all.has(parent.path)) {
          all.set(parent.path, parent);
        }
      }
      if (member.implied === undefined || !all.has(member.path)) {
        all.set(member.path, member);
      }
    }
    const sorted = [...all.values()].sort((a, b) => byPath(a.path, b.path));
    return this.#draft({ action: 'tree', path: top, members: sorted });
  }

  #single(upload: Upload): Draft {
    const { state } = this.#ctx;
    const { path, entry } = upload;
    const sighting = state.sightings.get(path);
    const members = [memberOf(upload)];
    if (sighting !== undefined && sighting.key === storedKeyOf(entry)) {
      return this.#draft({ action: 'touch', path, members, ...this.#expects(path) });
    }
    if (entry.kind === 'link') {
      const action = sighting?.key === DIRECTORY_KEY ? 'remove-directory' : 'delete';
      return this.#draft({ action, path, members, ...this.#expects(path) });
    }
    const action = entry.kind === 'directory' ? 'tree' : 'put';
    return this.#draft({ action, path, members, ...this.#expects(path) });
  }

  #move(upload: Upload, from: string): Draft {
    const fromOver = ownDots(this.#ctx, from);
    const members = [memberOf(upload)];
    return this.#draft({
      action: 'move',
      path: upload.path,
      from,
      fromOver,
      members,
      ...this.#expects(from),
    });
  }

  #deletion({ path, over }: Deletion): Draft {
    const action = isDirectory(this.#ctx, path) ? 'remove-directory' : 'delete';
    const members = [{ path, entry: null, over }];
    return this.#draft({ action, path, members, ...this.#expects(path) });
  }

  #expects(path: string): Pick<Draft, 'expected'> {
    const { state } = this.#ctx;
    const sighting = state.sightings.get(path);
    const dots = state.master.recorded(path).map((v) => v.dot);
    return sighting === undefined
      ? {}
      : { expected: { key: sighting.key, stamp: sighting.stamp, dots } };
  }

  #draft(draft: Omit<Draft, 'basis'>): Draft {
    const { master } = this.#ctx.state;
    const paths = [...draft.members.map((m) => m.path), ...(draft.from ? [draft.from] : [])];
    return { ...draft, basis: new Map(paths.map((path) => [path, master.recorded(path)])) };
  }
}

/** The versions at a path that this client has held. */
function ownDots(ctx: Context, path: string): Dot[] {
  const dots = ctx.state.ancestors.get(path)?.dots ?? [];
  return ctx.state.master
    .recorded(path)
    .filter((v) => dots.includes(v.dot))
    .map((v) => v.dot);
}

function takeOut<T extends { path: string }>(steps: T[], path: string): T | undefined {
  const at = steps.findIndex((step) => step.path === path);
  return at < 0 ? undefined : steps.splice(at, 1)[0];
}

function memberOf({ path, entry, over }: Upload): DraftMember {
  return { path, entry, over };
}

function isDirectory(ctx: Context, path: string): boolean {
  return ctx.state.sightings.get(path)?.key === DIRECTORY_KEY;
}

export function fileMembers(draft: Draft): (DraftMember & { entry: FileEntry })[] {
  return draft.members.filter(
    (member): member is DraftMember & { entry: FileEntry } => member.entry?.kind === 'file',
  );
}
