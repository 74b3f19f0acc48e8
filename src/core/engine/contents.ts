/** Which content is recorded where: a digest that lives on at another path is not lost. */
import type { Key } from '../model/entry.ts';
import { keyOf } from '../model/entry.ts';
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
