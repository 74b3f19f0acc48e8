/**
 * On a disk that keeps names in a Unicode form of its own, or finds them in any case, what a scan shows is read as the
 * records spell it: else every file of another computer would look deleted here, and a new one beside it. Only names are
 * exchanged; a file whose case a person changed keeps the new one.
 */
import { DIRECTORY_KEY } from '../model/entry.ts';
import { folded, join, nameOf, parentOf } from '../model/path.ts';
import type { LocalFacts, LocalScan } from '../ports/local-tree.ts';
import type { Context } from './context.ts';
import type { FolderState } from './state.ts';

export function tellsAllNames({ caseSensitive, unicode }: LocalFacts): boolean {
  return caseSensitive && unicode === 'as-given';
}

/** The scan, its paths as recorded. */
export function asRecorded({ local, state }: Context, scan: LocalScan): LocalScan {
  if (tellsAllNames(local.facts)) {
    return scan;
  }
  const book = new Spellings(local.facts, state);
  return {
    entries: new Map(
      [...scan.entries].map(([path, stat]) => [book.of(path, stat.kind === 'directory'), stat]),
    ),
    problems: scan.problems.map((found) => ({ ...found, path: book.of(found.path, false) })),
    untracked: new Set([...scan.untracked].map((path) => book.of(path, true))),
  };
}

class Spellings {
  readonly #facts: LocalFacts;
  /** Directory and folded name → known path; of several the one with versions, then the one that is held here. */
  readonly #directories = new Map<string, string>();
  readonly #others = new Map<string, string>();
  readonly #found = new Map<string, string>([['', '']]);

  constructor(facts: LocalFacts, state: FolderState) {
    this.#facts = facts;
    const held = [...state.ancestors.keys()];
    const recorded = [...state.master.paths(), ...state.master.impliedDirectories()];
    for (const path of [...held, ...recorded, ...recorded.filter((p) => state.ancestors.has(p))]) {
      const known = [
        ...state.master.versions(path).map(({ entry }) => entry.kind === 'directory'),
        ...(state.ancestors.has(path) ? [state.ancestors.get(path)?.key === DIRECTORY_KEY] : []),
      ];
      if (known.includes(true)) {
        this.#directories.set(this.#slot(parentOf(path), nameOf(path), true), path);
      }
      if (known.includes(false)) {
        this.#others.set(this.#slot(parentOf(path), nameOf(path), false), path);
      }
    }
  }

  of(path: string, isDirectory: boolean): string {
    const before = isDirectory ? this.#found.get(path) : undefined;
    if (before !== undefined) {
      return before;
    }
    const parent = this.of(parentOf(path), true);
    const name = this.#facts.unicode === 'as-given' ? nameOf(path) : nameOf(path).normalize('NFC');
    const known = isDirectory ? this.#directories : this.#others;
    const spelled = known.get(this.#slot(parent, name, isDirectory)) ?? join(parent, name);
    if (isDirectory) {
      this.#found.set(path, spelled);
    }
    return spelled;
  }

  #slot(parent: string, name: string, isDirectory: boolean): string {
    const { caseSensitive, unicode } = this.#facts;
    const plain = unicode === 'as-given' ? name : name.normalize('NFC');
    return join(parent, isDirectory && !caseSensitive ? folded(plain) : plain);
  }
}
