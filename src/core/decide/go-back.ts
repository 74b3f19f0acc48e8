/**
 * Going back: which versions a person means, and what has to be done to the folder to have them again. Pure; what is here and
 * was never recorded is replaced only where the person named that very path.
 */
import type { Entry, Key } from '../model/entry.ts';
import { DIRECTORY_KEY, keyOf } from '../model/entry.ts';
import { byPath, isBelow, parentsOf } from '../model/path.ts';
import type { PastChange } from '../model/past.ts';
import type { Left, Refusal } from '../ports/history.ts';
import type { AsItWas, Happening } from './as-it-was.ts';

/** What a path holds, as far as an ancestor tells it too. */
export interface Content {
  readonly key: Key;
  /** Seconds since 1970. */
  readonly mtime?: number;
  readonly executable?: boolean;
}

/** A content that is to be at a path, and where to look for it. */
export interface Wanted extends Content {
  /** The name that it had. */
  readonly was: string;
  readonly size?: number;
  readonly endedBy?: PastChange | undefined;
}

export type BackStep =
  | { readonly do: 'remove'; readonly path: string }
  | { readonly do: 'make directory'; readonly path: string }
  | { readonly do: 'move'; readonly path: string; readonly from: string }
  | { readonly do: 'put'; readonly path: string; readonly wanted: Wanted }
  | { readonly do: 'set metadata'; readonly path: string; readonly wanted: Content };

export interface BackPlan {
  /** In the order in which they are done. */
  readonly steps: readonly BackStep[];
  readonly left: readonly Left[];
}

export interface Request {
  /** `''`: the whole folder. */
  readonly path: string;
  readonly at?: number;
  readonly version?: number;
}

export interface Choice {
  readonly wanted: ReadonlyMap<string, Wanted>;
  /** Everything below the path is meant: what was not there then is to go. */
  readonly isWhole: boolean;
  readonly chosen?: Happening;
}

/** `here`: what the path holds on this computer now. */
export function choose(
  past: AsItWas,
  { path, at, version }: Request,
  here: Key | undefined,
): Choice | Refusal {
  if (at !== undefined) {
    return chooseTime(past, path, at);
  }
  const contents = contentsOf(past.happenings(path));
  if (version !== undefined) {
    const chosen = contents[version - 1];
    return chosen === undefined
      ? { why: 'no such version', versions: contents.length }
      : single(path, chosen);
  }
  if (contents.length === 0) {
    return chooseNothing(past, path);
  }
  const keys = contents.map((happening) => keyOf(entryOf(happening)));
  const older = keys.includes(here ?? '')
    ? contents.slice(0, keys.lastIndexOf(here ?? ''))
    : contents;
  const other = older.findLast((happening) => keyOf(entryOf(happening)) !== here);
  return other === undefined ? { why: 'nothing older' } : single(path, other);
}

/** What a person can have again: files and links. Their numbers count from 1. */
export function contentsOf(happenings: readonly Happening[]): Happening[] {
  return happenings.filter(({ version }) => (version?.entry.kind ?? 'directory') !== 'directory');
}

function entryOf({ version }: Happening): Entry {
  return version?.entry ?? { kind: 'directory' };
}

function single(path: string, chosen: Happening): Choice {
  const wanted = wantedOf(entryOf(chosen), { was: chosen.path, endedBy: chosen.endedBy });
  return { wanted: new Map([[path, wanted]]), isWhole: false, chosen };
}

function wantedOf(entry: Entry, place: Pick<Wanted, 'was' | 'endedBy'>): Wanted {
  const key = keyOf(entry);
  switch (entry.kind) {
    case 'file': {
      const { size, mtime, executable } = entry;
      return { key, size, mtime, executable, ...place };
    }
    case 'link':
    case 'directory':
      return { key, ...place };
  }
}

function chooseTime(past: AsItWas, path: string, at: number): Choice | Refusal {
  const there = new Map<string, Wanted>();
  for (const [name, { dot, entry }] of past.folder(at)) {
    if (name === path || isBelow(name, path)) {
      there.set(name, wantedOf(entry, { was: name, endedBy: past.endOf(name, dot) }));
    }
  }
  const own = past.at(path, at)?.entry.kind;
  if (there.size > 0) {
    return { wanted: there, isWhole: own === undefined || own === 'directory' };
  }
  const times = changesWithin(past, path).map((change) => change.at);
  const later = times.filter((time) => time > at);
  if (times.length === 0) {
    return { why: 'unknown path' };
  }
  return later.length === 0
    ? { why: 'not there then' }
    : { why: 'not there then', from: later.reduce((a, b) => Math.min(a, b)) };
}

function chooseNothing(past: AsItWas, path: string): Refusal {
  const changes = changesWithin(past, path);
  const gone = changes.filter(({ entry }) => entry === null);
  const last = (gone.length > 0 ? gone : changes).reduce((a, { at }) => Math.max(a, at), -1);
  const isKnown = [...past.paths()].some((name) => isBelow(name, path));
  if (!isKnown) {
    return { why: 'unknown path' };
  }
  return last < 0 ? { why: 'time needed' } : { why: 'time needed', before: last - 1 };
}

function changesWithin(past: AsItWas, path: string): PastChange[] {
  return [...past.paths()]
    .filter((name) => name === path || isBelow(name, path))
    .flatMap((name) => past.changesOf(name));
}

/** The folder here, and what is recorded. */
export interface Ground {
  /** Of the paths that are meant, all that is here. */
  readonly here: ReadonlyMap<string, Entry>;
  /** This content at this path is on the store, or was. */
  readonly isRecorded: (path: string, key: Key) => boolean;
}

/**
 * From what is here to what is wanted. ORDER: what has to go goes first, contents before their directory; then directories
 * before what goes into them.
 */
export function goBack(choice: Choice, ground: Ground): BackPlan {
  const { steps, left, stays } = choice.isWhole ? goAway(choice, ground) : nothingGoes();
  for (const [path, wanted] of [...choice.wanted].sort(([a], [b]) => byPath(a, b))) {
    const there = ground.here.get(path);
    if (there !== undefined && keyOf(there) === wanted.key) {
      steps.push(...sameContent(path, wanted, there));
    } else if (stays.has(path)) {
      left.push({ path, why: 'in the way' });
    } else if (choice.isWhole && isUnrecorded(path, there, ground)) {
      left.push({ path, why: 'never synced' });
    } else {
      const isDirectory = wanted.key === DIRECTORY_KEY;
      steps.push(isDirectory ? { do: 'make directory', path } : { do: 'put', path, wanted });
    }
  }
  return { steps, left };
}

function sameContent(path: string, wanted: Wanted, there: Entry): BackStep[] {
  const isEqual =
    there.kind !== 'file' ||
    (there.mtime === wanted.mtime && there.executable === wanted.executable);
  return isEqual ? [] : [{ do: 'set metadata', path, wanted }];
}

interface Going {
  readonly steps: BackStep[];
  readonly left: Left[];
  /** Directories that stay, since something in them does. */
  readonly stays: ReadonlySet<string>;
}

const nothingGoes = (): Going => ({ steps: [], left: [], stays: new Set() });

/** What is here and was not there, or was something else there. */
function goAway({ wanted }: Choice, ground: Ground): Going {
  const needed = new Set([...wanted.keys()].flatMap(parentsOf));
  const steps: BackStep[] = [];
  const left: Left[] = [];
  const stays = new Set<string>();
  for (const [path, entry] of [...ground.here].sort(([a], [b]) => byPath(b, a))) {
    const isDirectory = entry.kind === 'directory';
    const next = needed.has(path) ? DIRECTORY_KEY : wanted.get(path)?.key;
    const changesKind = next !== undefined && isDirectory !== (next === DIRECTORY_KEY);
    if ((next !== undefined && !changesKind) || stays.has(path)) {
      continue;
    }
    if (isUnrecorded(path, entry, ground)) {
      // What is wanted at this very path says so itself.
      left.push(...(wanted.has(path) ? [] : [{ path, why: 'never synced' } as const]));
      parentsOf(path).forEach((parent) => stays.add(parent));
    } else {
      steps.push({ do: 'remove', path });
    }
  }
  return { steps, left, stays };
}

/** A file or link that only this computer has. */
function isUnrecorded(path: string, entry: Entry | undefined, { isRecorded }: Ground): boolean {
  return entry !== undefined && entry.kind !== 'directory' && !isRecorded(path, keyOf(entry));
}
