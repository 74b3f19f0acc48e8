/**
 * Rows of tables about reconciling one path. Files are letters: the ancestor is `a`, this computer's edit `b`, others' edits
 * `c` and `d`. `me:1` is the version the ancestor stands for, `him:…` and `her:…` are others'.
 */
import { expect } from 'chai';
import { ancestorOf, reconcile } from '../../../src/core/decide/reconcile.ts';
import type { Entry } from '../../../src/core/model/entry.ts';
import { storedKeyOf } from '../../../src/core/model/entry.ts';
import type { Ancestor, PathFacts } from '../../../src/core/model/facts.ts';
import { fileOf } from '../arbitraries.ts';
import { told } from './steps.ts';

export const a = fileOf('a', 1);
export const b = fileOf('b', 5);
export const older = fileOf('c', 4);
export const newer = fileOf('d', 6);
export const directory: Entry = { kind: 'directory' };
export const link: Entry = { kind: 'link', target: 'x', mtime: 5 };

export const heldA = ancestorOf(a, ['me:1']);
export const heldDirectory = ancestorOf(directory, ['me:1']);

export interface Row {
  readonly sentence: string;
  readonly ancestor?: Ancestor;
  readonly local?: Entry;
  readonly versions?: Readonly<Record<string, Entry>>;
  /** What the store is known to hold; `absent`: proven to hold nothing. */
  readonly sighted?: Entry | 'absent';
  /** Own versions that are not waited for. */
  readonly own?: readonly string[];
  /** Versions that are another program's file. */
  readonly found?: readonly string[];
  /** Versions whose content is kept under a conflict name. */
  readonly saved?: readonly string[];
  readonly flags?: Partial<
    Pick<PathFacts, 'emptyHere' | 'hasNews' | 'unseenBelow' | 'emptiedHere'>
  >;
  readonly expected: readonly string[];
}

export function check({ sentence, expected, ...row }: Row): void {
  const { ancestor, local, versions = {}, sighted, own = [], found = [], saved = [], flags } = row;
  it(sentence, () => {
    const facts: PathFacts = {
      path: 'p',
      ancestor,
      local,
      versions: Object.entries(versions).map(([dot, entry]) => ({
        dot: dot === 'implied' ? '' : dot,
        by: 'x',
        entry,
        ...(found.includes(dot) ? { found: true } : {}),
      })),
      sighted: sighted === 'absent' ? undefined : storedKeyOf(sighted),
      absent: sighted === 'absent',
      isOwn: (dot) => own.includes(dot),
      isSaved: (version) => saved.includes(version.dot),
      emptyHere: false,
      hasNews: false,
      unseenBelow: false,
      emptiedHere: false,
      ...flags,
    };
    expect(reconcile(facts).map(told)).to.deep.equal(expected);
  });
}
