/** The files as another client of the server would change them. */
import { normalised } from './names.ts';
import type { OwncloudFiles } from './options.ts';
import type { Path, Tree } from './tree.ts';

export function filesOf(tree: Tree): OwncloudFiles {
  return {
    put(path, content, modified) {
      const parts = partsOf(path);
      for (let depth = 1; depth < parts.length; depth++) {
        const above = parts.slice(0, depth);
        if (tree.find(above) === undefined) tree.makeFolder(above);
      }
      const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
      tree.put(parts, bytes, modified === undefined ? undefined : Math.floor(modified / 1000));
    },
    read(path) {
      const node = tree.find(partsOf(path));
      return node?.kind === 'file' ? node.bytes : undefined;
    },
    names: (path) => [...(tree.folder(partsOf(path))?.children.keys() ?? [])],
    remove(path) {
      tree.remove(partsOf(path));
    },
    etag: (path) => tree.find(partsOf(path))?.etag,
  };
}

function partsOf(path: string): Path {
  return normalised(path.split('/').filter((part) => part !== ''));
}
