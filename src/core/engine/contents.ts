/** Which content is recorded where: a digest that lives on at another path is not lost. */
import type { FileEntry, Key } from '../model/entry.ts';
import { keyOf, storedTimeOf } from '../model/entry.ts';
import { looksAlike } from '../model/stamp.ts';
import type { Stamp } from '../ports/transport.ts';
import type { FolderState } from './state.ts';

/** True: this content is recorded at a path other than this one and those that go. Looked through at the first question. */
export function livesElsewhere(
  state: FolderState,
  going: ReadonlySet<string> = new Set(),
): (key: Key, path: string) => boolean {
  let index: Map<Key, string[]> | undefined;
  return (key, path) => {
    index ??= pathsByContent(state, going);
    return index.get(key)?.some((other) => other !== path) === true;
  };
}

function pathsByContent(state: FolderState, going: ReadonlySet<string>): Map<Key, string[]> {
  const index = new Map<Key, string[]>();
  for (const path of state.master.paths()) {
    for (const version of going.has(path) ? [] : state.master.recorded(path)) {
      const key = keyOf(version.entry);
      const paths = index.get(key);
      if (paths === undefined) {
        index.set(key, [path]);
      } else {
        paths.push(path);
      }
    }
  }
  return index;
}

/** A file recorded anywhere with this content that shows this stamp; undefined: none, or the stamp says too little. */
export type FilesByLook = (digest: string, stamp: Stamp) => FileEntry | undefined;

/** For files with these digests. */
export function filesByLook(state: FolderState, digests: ReadonlySet<string>): FilesByLook {
  const index = new Map<string, FileEntry>();
  for (const path of digests.size === 0 ? [] : state.master.paths()) {
    for (const { entry } of state.master.recorded(path)) {
      if (entry.kind === 'file' && digests.has(entry.digest)) {
        index.set(lookOf(entry.digest, storedTimeOf(entry)), entry);
      }
    }
  }
  return (digest, stamp) => {
    const entry = index.get(lookOf(digest, stamp.modified ?? 0));
    const isIt =
      entry !== undefined && looksAlike(stamp, entry.size, storedTimeOf(entry)) === 'same';
    return isIt ? entry : undefined;
  };
}

function lookOf(digest: string, modified: number): string {
  return `${digest} ${String(Math.floor(modified / 1000))}`;
}
