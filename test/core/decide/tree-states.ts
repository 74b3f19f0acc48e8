/**
 * All small states of a few paths with two clients: what was synced, what a third client has published since, and for each of
 * the two whether it had synced before and what its person made of the tree. States that are one another's mirror image, but
 * for the names of the two, are there once; two newcomers see only what is on the store, so nothing happens after it.
 */
import type { Entry } from '../../../src/core/model/entry.ts';
import { fileOf } from '../arbitraries.ts';

/** Path → content; the directories above follow from it. */
export type Files = Readonly<Record<string, Entry>>;

export interface Side {
  /** Had synced while everything was as in `base`. */
  readonly knows: boolean;
  readonly files: Files;
}

export interface TreeState {
  readonly base: Files;
  /** What a third client has done since; null: deleted. It has seen what it replaced, and does not sync again. */
  readonly later: Readonly<Record<string, Entry | null>>;
  readonly sides: readonly [Side, Side];
}

const directory: Entry = { kind: 'directory' };
const A = fileOf('a', 1);
const B = fileOf('b', 2);
/** The third client's. */
const Z = fileOf('c', 7);
/** New contents: each client's own for either path, one newer here, the other there. */
const NEW = [
  [fileOf('1', 10), fileOf('2', 4)],
  [fileOf('3', 6), fileOf('4', 8)],
] as const;

export interface Family {
  readonly sentence: string;
  readonly bases: readonly Files[];
  readonly laters: (base: Files) => readonly TreeState['later'][];
  /** What the person of the client with this number may have made of it. */
  readonly trees: (client: 0 | 1, base: Files) => readonly Files[];
}

function only(files: Readonly<Record<string, Entry | undefined>>): Files {
  const found = Object.entries(files).filter((pair): pair is [string, Entry] => !!pair[1]);
  return Object.fromEntries(found);
}

/** Two paths side by side: every pair of contents, so edits, deletions, moves either way, swaps and copies. */
const siblings: Family = {
  sentence: 'two paths side by side',
  bases: [{}, { a: A }, { a: A, b: B }, { a: A, b: A }, { a: directory, b: B }],
  laters: (base) => [
    {},
    { a: Z },
    ...(base['a'] === undefined ? [] : [{ a: null }]),
    ...(base['a'] === A && base['b'] === undefined ? [{ a: null, b: A }] : []),
    ...(base['a'] === A && base['b'] === B ? [{ a: null, b: A }] : []),
  ],
  trees: (client, base) => {
    const known = Object.values(base).includes(B) ? [A, B] : [A];
    return [undefined, ...known, NEW[client][0], directory].flatMap((a) =>
      [undefined, ...known, NEW[client][1]].map((b) => only({ a, b })),
    );
  },
};

/** A path and one below it: a file where others have a directory. */
const nested: Family = {
  sentence: 'a path, and one below it',
  bases: [{}, { d: A }, { d: directory }, { 'd/x': B }, { 'd/x': B, 'd/y': A }],
  laters: (base) => [
    {},
    ...(base['d'] === A
      ? [{ d: Z }, { d: null }, { d: null, 'd/x': A }, { d: null, 'd/y': Z }]
      : []),
    ...(base['d'] === directory ? [{ d: null }, { 'd/y': Z }, { d: Z }] : []),
    ...(base['d/x'] === B ? [{ 'd/x': null }, { 'd/x': Z }, { 'd/z': Z }] : []),
    ...(base['d/x'] === B && !base['d/y']
      ? [
          { 'd/x': null, d: Z },
          { 'd/x': null, d: B },
        ]
      : []),
    ...(base['d'] || base['d/x'] ? [] : [{ d: Z }, { 'd/x': Z }]),
  ],
  trees: (client) => {
    const [one, two] = NEW[client];
    return [
      {},
      { d: A },
      { d: B },
      { d: one },
      { d: directory },
      { 'd/x': A },
      { 'd/x': B },
      { 'd/x': two },
      { 'd/x': directory },
      { 'd/x': B, 'd/y': A },
      { 'd/x': two, 'd/y': A },
      { 'd/y': A },
      { 'd/x': A, 'd/y': B },
    ];
  },
};

/** Whole directories that are renamed by one, and edited, emptied or filled by the other. */
const subtrees: Family = {
  sentence: 'directories that are renamed, filled, emptied and replaced',
  bases: [{ 'd/x': A, 'd/y': B }],
  laters: () => [
    {},
    { 'd/x': Z },
    { 'd/z': Z },
    { 'd/x': null },
    { 'd/x': null, 'd/y': null },
    { 'd/x': null, 'd/y': null, 'e/x': A, 'e/y': B },
    { 'd/x': null, 'd/y': null, 'f/x': A, 'f/y': B },
    { 'd/x': null, 'd/y': null, 'f/x': A, 'f/y': Z },
    { e: Z },
    { 'e/x': Z },
  ],
  trees: (client) => {
    const [one, two] = NEW[client];
    return [
      {},
      { 'd/x': A, 'd/y': B },
      { 'd/x': one, 'd/y': B },
      { 'd/y': B },
      { 'd/x': A, 'd/y': B, 'd/z': one },
      { 'e/x': A, 'e/y': B },
      { 'e/x': one, 'e/y': B },
      { 'e/x': A, 'e/y': B, 'e/z': two },
      { 'e/x': A, 'e/y': B, 'd/x': one },
      { 'e/x': A, 'd/y': B },
      { 'f/x': A, 'f/y': B },
      { 'e/d/x': A, 'e/d/y': B },
      { 'd/d/x': A, 'd/d/y': B },
      { 'd/x': B, 'd/y': A },
      { d: directory },
      { d: A },
      { d: one },
      { e: one, 'd/x': A, 'd/y': B },
      { 'd/e/x': A, 'd/y': B },
    ];
  },
};

export const FAMILIES: readonly Family[] = [siblings, nested, subtrees];

const KNOWN = [
  [true, true],
  [true, false],
  [false, false],
] as const;

export function* allTreeStates({ bases, laters, trees }: Family): Generator<TreeState> {
  for (const base of bases) {
    const [annas, berts] = [trees(0, base), trees(1, base)];
    const isNothing = Object.keys(base).length === 0; // then who knows it does not matter
    for (const [annaKnows, bertKnows] of isNothing ? KNOWN.slice(0, 1) : KNOWN) {
      for (const later of bertKnows ? laters(base) : [{}]) {
        for (const [i, anna] of annas.entries()) {
          for (const bert of berts.slice(annaKnows === bertKnows ? i : 0)) {
            const sides = [
              { knows: annaKnows, files: anna },
              { knows: bertKnows, files: bert },
            ] as const;
            yield { base, later, sides };
          }
        }
      }
    }
  }
}
