/**
 * What was found by its name must show in the listing of its directory. Where it does not, the server hides names with a
 * dot, or ends long listings without a word; both would make files look deleted that are there. Remembers names only, some
 * per directory, and asks for nothing by itself.
 */
import type { BatchOperation } from '../../src/plugin-api.ts';
import { split } from './paths.ts';

/** Enough to have one beyond any limit of a listing; little enough for the memory. */
const most = { names: 200, directories: 2000 };

export class Witnesses {
  /** Directory → names found in it, the one found last at the end. */
  readonly #found = new Map<string, Set<string>>();

  /** The path is there, so its parents are. */
  found(path: string): void {
    for (let at = path; at !== ''; at = split(at).parent) {
      const { parent, name } = split(at);
      const names = this.#found.get(parent) ?? new Set();
      names.delete(name);
      names.add(name);
      dropFirst(names, most.names);
      this.#found.delete(parent);
      this.#found.set(parent, names);
    }
    dropFirst(this.#found, most.directories);
  }

  /** The path is not there any more, nor is anything below it. */
  gone(path: string): void {
    const { parent, name } = split(path);
    this.#found.get(parent)?.delete(name);
    if (!this.#found.delete(path)) return;
    for (const directory of this.#found.keys()) {
      if (directory.startsWith(`${path}/`)) this.#found.delete(directory);
    }
  }

  /** Paths that should be in the listing of this directory, and are not. */
  missing(directory: string, listed: readonly { readonly name: string }[]): string[] {
    const names = new Set(listed.map(({ name }) => name));
    const absent = [...(this.#found.get(directory) ?? [])].filter((name) => !names.has(name));
    return absent.map((name) => (directory === '' ? name : `${directory}/${name}`));
  }
}

function dropFirst(names: Map<string, unknown> | Set<string>, limit: number): void {
  for (const name of names.keys()) {
    if (names.size <= limit) return;
    names.delete(name);
  }
}

/** What an operation that was carried out says about what is there. */
export function remember(witnesses: Witnesses, done: BatchOperation): void {
  switch (done.operation) {
    case 'rename':
      witnesses.gone(done.from);
      witnesses.found(done.to);
      return;
    case 'remove':
    case 'removeDirectory':
      witnesses.gone(done.path);
      return;
    case 'makeDirectory':
      witnesses.found(done.path);
      return;
    case 'look':
    case 'setModified':
      return;
  }
}
