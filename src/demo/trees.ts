/**
 * Small directory trees as data and as text, for the demo. Reads only; leaves out ownsync's own files.
 */
import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Path to content, directories with a slash at the end and no content. */
export type Tree = ReadonlyMap<string, string>;

export async function readTree(root: string): Promise<Tree> {
  const tree = new Map<string, string>();
  const visit = async (directory: string): Promise<void> => {
    for (const name of (await readdir(join(root, directory))).sort()) {
      if (name.startsWith('.ownsync')) continue;
      const path = directory === '' ? name : `${directory}/${name}`;
      if ((await lstat(join(root, path))).isDirectory()) {
        tree.set(`${path}/`, '');
        await visit(path);
      } else {
        tree.set(path, await readFile(join(root, path), 'utf8'));
      }
    }
  };
  await visit('');
  return tree;
}

export function sameTree(a: Tree, b: Tree): boolean {
  return a.size === b.size && [...a].every(([path, content]) => b.get(path) === content);
}

/** One line per entry, indented by depth, the first words of each file beside it. */
export function treeLines(tree: Tree): string[] {
  if (tree.size === 0) return ['(empty)'];
  return [...tree].map(([path, content]) => {
    const parts = path.replace(/\/$/, '').split('/');
    const name = `${'  '.repeat(parts.length - 1)}${parts.at(-1) ?? ''}${path.endsWith('/') ? '/' : ''}`;
    const words = content.trim().replace(/\s+/g, ' ').slice(0, 40);
    return words === '' ? name : `${name.padEnd(26)} "${words}"`;
  });
}
