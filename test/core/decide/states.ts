/**
 * All small states of one path: seven local entries, every ancestor, up to two versions (own or others', kept beside or not),
 * every sighting. And random ones with more versions. Each is a world that a round can be carried out in.
 */
import fc from 'fast-check';
import type { Entry, Key } from '../../../src/core/model/entry.ts';
import { DIRECTORY_KEY, keyOf, NO_CONTENT } from '../../../src/core/model/entry.ts';
import type { Ancestor } from '../../../src/core/model/facts.ts';
import type { Version } from '../../../src/core/model/version.ts';
import { digestFor, fileOf } from '../arbitraries.ts';
import type { Client, Shared } from './world.ts';
import { versionsOf } from './world.ts';

const directory: Entry = { kind: 'directory' };
const link: Entry = { kind: 'link', target: 'x', mtime: 2 };
const [a, b, c] = [fileOf('a', 1), fileOf('b', 2), fileOf('c', 3)];

const LOCALS: readonly (Entry | undefined)[] = [
  undefined,
  a,
  fileOf('a', 4, true),
  b,
  c,
  directory,
  link,
];
const ENTRIES: readonly Entry[] = [a, b, c, directory, link];
const ANCESTORS: readonly Key[] = [
  NO_CONTENT,
  digestFor('a'),
  digestFor('b'),
  DIRECTORY_KEY,
  keyOf(link),
];
const STORES: readonly (Key | undefined)[] = [
  undefined,
  digestFor('a'),
  digestFor('b'),
  digestFor('c'),
  DIRECTORY_KEY,
];

/** A version that may exist, whether this client made it, and whether its content is kept beside. */
interface Made {
  readonly entry: Entry;
  readonly isOwn: boolean;
  readonly isSaved: boolean;
}

export interface State {
  readonly made: readonly Made[];
  readonly local: Entry | undefined;
  readonly ancestor: Ancestor | undefined;
  readonly store: Key | undefined;
  readonly surveyed: boolean;
  readonly implied: boolean;
  readonly empty: boolean;
  readonly news: boolean;
  readonly unseenBelow: boolean;
}

const dotOf = (made: Made, i: number) => `${made.isOwn ? 'me' : 'him'}:${String(i + 1)}`;

/** A fresh world in this state: rounds change it. */
export function worldOf(state: State): { shared: Shared; client: Client } {
  const { made, store, implied, local, ancestor, surveyed, empty, news, unseenBelow } = state;
  const recorded = made.map((m, i): Version => ({ dot: dotOf(m, i), by: 'x', entry: m.entry }));
  const saved = new Set(made.filter((m) => m.isSaved).map((m) => keyOf(m.entry)));
  const own = new Set(recorded.map((v) => v.dot).filter((dot) => dot.startsWith('me:')));
  const shared: Shared = { recorded, store, saved, implied };
  const client = { name: 'me', local, ancestor, own, n: 10, surveyed, empty, news, unseenBelow };
  return { shared, client };
}

function ancestorOfKey(key: Key, dots: readonly string[]): Ancestor {
  const isFile = key === digestFor('a') || key === digestFor('b');
  return isFile
    ? { key, dots, mtime: key === digestFor('a') ? 1 : 2, executable: false }
    : { key, dots };
}

function* subsets(dots: readonly string[]): Generator<string[]> {
  for (let mask = 0; mask < 1 << dots.length; mask++) {
    yield dots.filter((_, i) => ((mask >> i) & 1) === 1);
  }
}

/** An ancestor stands for versions of its content; one without content for any. */
function* ancestors(versions: readonly Version[]): Generator<Ancestor | undefined> {
  yield undefined;
  for (const key of ANCESTORS) {
    const fitting = versions.filter((v) => key === NO_CONTENT || keyOf(v.entry) === key);
    for (const dots of subsets(fitting.map((v) => v.dot))) {
      yield ancestorOfKey(key, dots);
    }
  }
}

function* flagsOf(local: Entry | undefined, implied: boolean) {
  const base = { empty: true, news: false, unseenBelow: false };
  if (local?.kind === 'directory') {
    for (const unseenBelow of implied ? [false, true] : [false]) {
      yield { ...base, unseenBelow };
      yield { ...base, empty: false, unseenBelow };
      yield { ...base, empty: false, news: true, unseenBelow };
    }
    return;
  }
  yield base;
  if (implied) {
    yield { ...base, unseenBelow: true };
  }
}

function* versionSets(): Generator<Made[]> {
  const variants = ENTRIES.flatMap((entry) =>
    [false, true].flatMap((isOwn) =>
      (entry.kind === 'file' ? [false, true] : [false]).map((isSaved) => ({
        entry,
        isOwn,
        isSaved,
      })),
    ),
  );
  yield [];
  for (const [i, first] of variants.entries()) {
    yield [first];
    for (const second of variants.slice(i)) {
      const agree = keyOf(first.entry) !== keyOf(second.entry) || first.isSaved === second.isSaved;
      if (agree) {
        yield [first, second];
      }
    }
  }
}

export function* allStates(): Generator<State> {
  for (const made of versionSets()) {
    for (const implied of [false, true]) {
      const { shared } = worldOf({ made, implied } as unknown as State);
      const all = [...ancestors(versionsOf(shared))];
      for (const local of LOCALS) {
        for (const flags of flagsOf(local, implied)) {
          for (const store of STORES) {
            for (const surveyed of store === undefined ? [false, true] : [true]) {
              for (const ancestor of all) {
                yield { made, local, ancestor, store, surveyed, implied, ...flags };
              }
            }
          }
        }
      }
    }
  }
}

const letter = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const anyFile = fc.tuple(letter, fc.nat(4), fc.boolean()).map((made): Entry => fileOf(...made));
const anyLink = fc.record({
  kind: fc.constant('link' as const),
  target: fc.constantFrom('x', 'y'),
  mtime: fc.nat(4),
});
const anyEntry: fc.Arbitrary<Entry> = fc.oneof(
  { weight: 6, arbitrary: anyFile },
  { weight: 1, arbitrary: fc.constant(directory) },
  { weight: 1, arbitrary: anyLink },
);

/** States with up to five versions, several of one content, times in any order. */
export const anyState: fc.Arbitrary<State> = fc
  .record({
    entries: fc.array(fc.record({ entry: anyEntry, isOwn: fc.boolean() }), { maxLength: 5 }),
    savedLetters: fc.subarray(['a', 'b', 'c', 'd', 'e']),
    local: fc.option(anyEntry, { nil: undefined, freq: 4 }),
    ancestorEntry: fc.option(anyEntry, { nil: undefined, freq: 4 }),
    isWithoutContent: fc.nat(4).map((n) => n === 0),
    mask: fc.nat(63),
    store: fc.option(fc.oneof(letter.map(digestFor), fc.constant(DIRECTORY_KEY)), {
      nil: undefined,
    }),
    surveyed: fc.boolean(),
    implied: fc.nat(3).map((n) => n === 0),
    empty: fc.boolean(),
    news: fc.boolean(),
    unseenBelow: fc.boolean(),
  })
  .map(({ entries, savedLetters, ancestorEntry, isWithoutContent, mask, ...rest }) => {
    const made = entries.map((m) => ({
      ...m,
      isSaved: m.entry.kind === 'file' && savedLetters.includes(m.entry.digest[0] ?? ''),
    }));
    const state: State = {
      ...rest,
      made,
      ancestor: undefined,
      news: rest.news && !rest.empty,
      unseenBelow: rest.unseenBelow && rest.implied,
      surveyed: rest.surveyed || rest.store !== undefined,
    };
    if (ancestorEntry === undefined) {
      return state;
    }
    const key = isWithoutContent ? NO_CONTENT : keyOf(ancestorEntry);
    const dots = versionsOf(worldOf(state).shared)
      .filter((v, i) => ((mask >> i) & 1) === 1 && (isWithoutContent || keyOf(v.entry) === key))
      .map((v) => v.dot);
    const metadata =
      ancestorEntry.kind === 'file' && !isWithoutContent
        ? { mtime: ancestorEntry.mtime, executable: ancestorEntry.executable }
        : {};
    return { ...state, ancestor: { key, dots, ...metadata } };
  });
