/**
 * A person at a real directory, for the tests of the host: plain writes, renames and removals, nothing of ownsync's.
 */
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { openDiskTree } from '../../src/host/disk-tree.ts';
import type { BenchUser, LocalTreeBench, TrashedFile } from '../../src/testkit/local-tree-bench.ts';

export function temporaryDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'ownsync-test-'));
}

function diskUser(root: string): BenchUser {
  const at = (path: string): string => join(root, path);
  return {
    write(path, text, { mtime, how = 'place' } = {}) {
      mkdirSync(dirname(at(path)), { recursive: true });
      const before = existsSync(at(path)) ? changeTime(at(path)) : undefined;
      const target = how === 'replace' ? `${at(path)}.saving` : at(path);
      writeFileSync(target, text);
      const time = mtime === undefined ? new Date() : new Date(mtime);
      utimesSync(target, time, time);
      if (how === 'replace') renameSync(target, at(path));
      // The clock of older kernels stands still for some milliseconds; a person is slower than that.
      while (changeTime(at(path)) === before) utimesSync(at(path), time, time);
    },
    mkdir: (path) => void mkdirSync(at(path), { recursive: true }),
    symlink(path, target) {
      mkdirSync(dirname(at(path)), { recursive: true });
      symlinkSync(target, at(path));
    },
    remove: (path) => rmSync(at(path), { recursive: true, force: true }),
    rename(from, to) {
      mkdirSync(dirname(at(to)), { recursive: true });
      renameSync(at(from), at(to));
    },
    read(path) {
      const stats = statSync(at(path), { throwIfNoEntry: false });
      return stats?.isFile() ? readFileSync(at(path), 'utf8') : undefined;
    },
  };
}

/** The bench of the contract suite on a directory, a fresh one unless given. */
export function diskBench(
  root: string = temporaryDirectory(),
): LocalTreeBench & { readonly root: string } {
  return {
    root,
    tree: openDiskTree(root),
    user: diskUser(root),
    trash: () => trashIn(root),
    temporary: () => filesIn(join(root, '.ownsync', 'tmp')).length,
    reopen: () => openDiskTree(root),
    close: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** Every file below a directory, links included. */
function filesIn(directory: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    return entry.isDirectory() ? filesIn(path) : [path];
  });
}

function trashIn(root: string): TrashedFile[] {
  const trash = join(root, '.ownsync', 'trash');
  return filesIn(trash)
    .filter((file) => lstatSync(file).isFile())
    .map((file) => {
      const [, ...parts] = relative(trash, file).split('/');
      return { path: parts.join('/'), text: readFileSync(file, 'utf8') };
    });
}

function changeTime(file: string): bigint {
  return lstatSync(file, { bigint: true }).ctimeNs;
}
