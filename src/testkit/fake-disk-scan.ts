/**
 * Walks a fake disk as a scan does: one directory after the other, each at its own moment, so that what a user moves
 * meanwhile may be seen twice or not at all. It must never show ownsync's own names.
 */
import type { LocalProblem, LocalScan, LocalStat } from '../core/ports/local-tree.ts';
import type { DiskState } from './fake-disk-state.ts';
import { isPrivate } from './fake-user.ts';
import { statOf, type VolumeDirectory } from './fake-volume.ts';
import { LocalError } from '../core/ports/local-tree.ts';

export interface ScanWish {
  readonly ignored: (path: string, isDirectory: boolean) => boolean;
  readonly signal: AbortSignal;
  /** Called before each directory is read. */
  readonly step: (path: string) => Promise<void> | undefined;
}

interface Found {
  readonly entries: Map<string, LocalStat>;
  readonly problems: LocalProblem[];
  readonly untracked: Set<string>;
}

export async function scanVolume(state: DiskState, wish: ScanWish): Promise<LocalScan> {
  const found: Found = { entries: new Map(), problems: [], untracked: new Set() };
  const waiting = [''];
  for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
    const pause = wish.step(path);
    if (pause !== undefined) await pause;
    wish.signal.throwIfAborted();
    if (!state.present) throw new LocalError('the folder is not there', { kind: 'missing-root' });
    const node = state.volume.find(path);
    if (node?.kind !== 'directory') {
      found.entries.delete(path);
      continue;
    }
    waiting.push(...readDirectory(node, { path, found, ignored: wish.ignored }));
  }
  return found;
}

/** Notes what is in one directory and returns the directories that are to be read next. */
function readDirectory(
  directory: VolumeDirectory,
  wish: { readonly path: string; readonly found: Found; readonly ignored: ScanWish['ignored'] },
): string[] {
  const { found, path: above } = wish;
  if (directory.unreadable) {
    found.problems.push({ path: above, kind: 'unreadable', message: 'cannot be read' });
    return [];
  }
  const deeper: string[] = [];
  for (const node of directory.children.values()) {
    const path = above === '' ? node.name : `${above}/${node.name}`;
    if (isPrivate(path)) continue;
    if (wish.ignored(path, node.kind === 'directory')) {
      found.untracked.add(above);
      continue;
    }
    if (node.kind === 'special') {
      found.problems.push({ path, kind: 'special', message: 'is no file' });
      found.untracked.add(above);
      continue;
    }
    const stat = statOf(node);
    if (stat !== undefined) found.entries.set(path, stat);
    if (node.kind === 'directory') deeper.push(path);
  }
  return deeper;
}
