/**
 * A tiny world for one path: a store, what all have published, and clients that carry out what `reconcile` says, as the
 * engine does. What lies below the path is two facts only: something is there for others, and not all of it was held here.
 */
import { ancestorOf, reconcile } from '../../../src/core/decide/reconcile.ts';
import type { Entry, Key } from '../../../src/core/model/entry.ts';
import { DIRECTORY_KEY, keyOf, NO_CONTENT, storedKeyOf } from '../../../src/core/model/entry.ts';
import type { Ancestor, PathFacts, Step } from '../../../src/core/model/facts.ts';
import type { Dot, Version } from '../../../src/core/model/version.ts';
import { IMPLIED } from '../../../src/core/model/version.ts';

export interface Shared {
  recorded: readonly Version[];
  /** What the store's tree holds. */
  store: Key | undefined;
  /** Contents kept under conflict names. */
  readonly saved: Set<Key>;
  /** Others see a directory here by what is in it. */
  implied: boolean;
}

export interface Client {
  readonly name: string;
  local: Entry | undefined;
  ancestor: Ancestor | undefined;
  readonly own: Set<Dot>;
  /** Number of its last change. */
  n: number;
  /** The store was surveyed, so that its lack of a file is proven. */
  readonly surveyed: boolean;
  /** Of a local directory: it holds nothing; it holds what is new; what others have in it was not all held here. */
  empty: boolean;
  news: boolean;
  unseenBelow: boolean;
}

const isDirectory = (entry: Entry | undefined) => entry?.kind === 'directory';
const hasDirectory = (versions: readonly Version[]) => versions.some((v) => isDirectory(v.entry));

export function versionsOf({ recorded, implied }: Shared): readonly Version[] {
  return implied && !hasDirectory(recorded)
    ? [...recorded, { dot: IMPLIED, by: '', entry: { kind: 'directory' } }]
    : recorded;
}

export function factsOf(shared: Shared, client: Client): PathFacts {
  const { local, ancestor, own, surveyed, empty, news, unseenBelow } = client;
  const versions = versionsOf(shared);
  const emptyHere = isDirectory(local) && empty;
  return {
    path: 'p',
    ancestor,
    local,
    versions,
    sighted: shared.store,
    absent: surveyed && shared.store === undefined,
    isOwn: (dot) => own.has(dot),
    isSaved: (version) => shared.saved.has(keyOf(version.entry)),
    emptyHere,
    hasNews: isDirectory(local) && news && versions.length > 0 && !hasDirectory(versions),
    unseenBelow: local !== undefined && !isDirectory(local) && shared.implied && unseenBelow,
    emptiedHere: emptyHere && shared.implied && !unseenBelow && !hasDirectory(shared.recorded),
  };
}

export interface Round {
  readonly steps: readonly Step[];
  /** Content that a step waits for, since the store does not hold it. */
  readonly waits: Key | undefined;
  /** What lies below the path changed meanwhile. */
  readonly moved: boolean;
}

export function round(shared: Shared, client: Client): Round {
  const steps = reconcile(factsOf(shared, client));
  let waits: Key | undefined;
  for (const step of steps) {
    waits ??= carryOut(shared, client, step);
  }
  const [before, beforeHere] = [{ ...shared }, { ...client }];
  settleBelow(shared, client);
  return { steps, waits, moved: differ(before, shared) || differ(beforeHere, client) };
}

function differ<T extends object>(a: T, b: T): boolean {
  return (Object.keys(b) as (keyof T)[]).some((key) => a[key] !== b[key]);
}

function record(shared: Shared, client: Client, over: readonly Dot[], entry: Entry | null): void {
  const kept = shared.recorded.filter((v) => !over.includes(v.dot));
  if (entry === null) {
    shared.recorded = kept;
    return;
  }
  const dot = `${client.name}:${String(++client.n)}`;
  client.own.add(dot);
  shared.recorded = [...kept, { dot, by: client.name, entry }];
}

function hold(shared: Shared, client: Client, entry: Entry): void {
  const same = versionsOf(shared).filter((v) => keyOf(v.entry) === keyOf(entry));
  client.ancestor = ancestorOf(
    entry,
    same.map((v) => v.dot),
  );
}

function carryOut(shared: Shared, client: Client, step: Step): Key | undefined {
  switch (step.do) {
    case 'record':
      record(shared, client, step.replaces, step.entry);
      if (step.entry !== null && client.local !== undefined) {
        hold(shared, client, client.local);
      }
      return undefined;
    case 'hold':
      client.ancestor = step.ancestor;
      return undefined;
    case 'forget':
      client.ancestor = undefined;
      return undefined;
    case 'upload':
      shared.store = storedKeyOf(step.entry);
      record(shared, client, step.over, step.entry);
      hold(shared, client, step.entry);
      return undefined;
    case 'delete-on-store':
      record(shared, client, step.over, null);
      shared.store = shared.implied ? shared.store : undefined;
      client.ancestor = undefined;
      return undefined;
    case 'download':
      return download(shared, client, step.version.entry);
    case 'fetch-beside':
      if (shared.store !== keyOf(step.version.entry)) {
        return keyOf(step.version.entry);
      }
      shared.saved.add(shared.store);
      client.ancestor = { key: NO_CONTENT, dots: step.dots };
      return undefined;
    case 'step-aside':
      shared.saved.add(keyOf(step.entry));
      record(shared, client, step.over, null);
      client.ancestor = undefined;
      client.local = undefined;
      return undefined;
    case 'delete-here':
      if (isDirectory(client.local) && !client.empty) {
        client.empty = true; // what is in it goes by steps of its own, then the next round takes the directory
        return undefined;
      }
      client.ancestor = undefined;
      client.local = undefined;
      return undefined;
    case 'set-metadata':
      client.local = step.entry;
      hold(shared, client, step.entry);
      return undefined;
  }
}

function download(shared: Shared, client: Client, entry: Entry): Key | undefined {
  if (entry.kind === 'file' && shared.store !== entry.digest) {
    return entry.digest;
  }
  if (isDirectory(client.local) && !client.empty && !isDirectory(entry)) {
    client.empty = true;
    return undefined;
  }
  client.local = entry;
  client.empty = true;
  client.news = false;
  hold(shared, client, entry);
  return undefined;
}

/** What the paths below do meanwhile, each by steps of its own. */
function settleBelow(shared: Shared, client: Client): void {
  if (shared.implied && client.unseenBelow && client.local === undefined) {
    client.local = { kind: 'directory' }; // what is downloaded below makes its parents
    client.news = false;
    client.empty = false;
  }
  const isHere = isDirectory(client.local);
  if (shared.implied && shared.store === undefined) {
    shared.store = DIRECTORY_KEY; // others bring what is in it
  }
  if (shared.implied && !client.unseenBelow && (!isHere || client.empty)) {
    shared.implied = false; // all of it was held here and is gone here: deleted
    shared.store = shared.store === DIRECTORY_KEY && !isHere ? undefined : shared.store;
  }
  if (!isHere) {
    return;
  }
  if (shared.implied) {
    client.empty = false; // it is downloaded
    client.unseenBelow = false;
  }
  const isFree = shared.store === undefined || shared.store === DIRECTORY_KEY;
  if (!client.empty && client.news && isFree) {
    shared.store = DIRECTORY_KEY; // it is uploaded
    shared.implied = true;
    client.news = false;
  }
}
