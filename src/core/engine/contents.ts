/** Which content is recorded where: a digest that lives on at another path is not lost. */
import type { Key } from '../model/entry.ts';
import { keyOf } from '../model/entry.ts';
import type { FolderState } from './state.ts';

/** True: this content is recorded at a path other than this one and those that go. */
export function livesElsewhere(
  state: FolderState,
  going: ReadonlySet<string> = new Set(),
): (key: Key, path: string) => boolean {
  const index = new Map<Key, string[]>();
  for (const path of state.master.paths()) {
    for (const version of going.has(path) ? [] : state.master.recorded(path)) {
      const key = keyOf(version.entry);
      const paths = index.get(key) ?? [];
      paths.push(path);
      index.set(key, paths);
    }
  }
  return (key, path) => index.get(key)?.some((other) => other !== path) === true;
}
