/**
 * What a directory holds, read from the disk and told as plain values, and how two of them differ. Looks only; what is
 * ownsync's own at the root is left out.
 */
import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { below } from './corpus.ts';

export type TreeNode =
  | {
      readonly kind: 'file';
      readonly digest: string;
      readonly size: number;
      /** Whole seconds since 1970. */
      readonly time: number;
      readonly executable: boolean;
    }
  | { readonly kind: 'directory' }
  | { readonly kind: 'link'; readonly target: string }
  | { readonly kind: 'other' };

/** Path → what is there; a directory comes before what is in it. */
export type Tree = ReadonlyMap<string, TreeNode>;

const OWN = /^\.ownsync(-.*)?$/;

export function readTree(root: string): Tree {
  const tree = new Map<string, TreeNode>();
  const walk = (parent: string): void => {
    for (const name of readdirSync(join(root, parent)).sort()) {
      if (parent === '' && OWN.test(name)) continue;
      const path = below(parent, name);
      const node = readNode(join(root, path));
      tree.set(path, node);
      if (node.kind === 'directory') walk(path);
    }
  };
  walk('');
  return tree;
}

function readNode(full: string): TreeNode {
  const stat = lstatSync(full);
  if (stat.isDirectory()) return { kind: 'directory' };
  if (stat.isSymbolicLink()) return { kind: 'link', target: readlinkSync(full) };
  if (!stat.isFile()) return { kind: 'other' };
  return {
    kind: 'file',
    digest: digestOf(readFileSync(full)),
    size: stat.size,
    time: Math.floor(stat.mtimeMs / 1000),
    executable: (stat.mode & 0o100) !== 0,
  };
}

export function digestOf(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/**
 * How the store's plain tree differs from a client's: it has no links and no modes, and a directory that holds nothing but
 * links may be missing there.
 */
export function storeDifferences(
  client: Tree,
  store: Tree,
  mayBeLater: Lateness = () => 0,
): string[] {
  const optional = onlyForLinks(client);
  const plain = (tree: Tree): Tree =>
    new Map([...tree].filter(([path, node]) => node.kind !== 'link' && !optional.has(path)));
  const links = [...store].filter(([, node]) => node.kind === 'link');
  return [
    ...links.map(([path]) => `a link on the store: ${JSON.stringify(path)}`),
    ...differences(plain(client), plain(store), { store: true, mayBeLater }),
  ];
}

/** Directories below which there are links, but neither files nor empty directories. */
function onlyForLinks(tree: Tree): ReadonlySet<string> {
  const [parents, needed] = [new Set<string>(), new Set<string>()];
  for (const path of tree.keys()) for (const parent of parentsOf(path)) parents.add(parent);
  for (const [path, node] of tree) {
    const counts = node.kind === 'file' || (node.kind === 'directory' && !parents.has(path));
    if (counts) for (const parent of parentsOf(path)) needed.add(parent);
  }
  return new Set([...parents].filter((path) => !needed.has(path)));
}

function parentsOf(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

/** So many seconds a content's time on the store may be later than at the clients; `any`: the store sets times itself. */
export type Lateness = 'any' | ((digest: string, path: string) => number);

interface CompareOptions {
  /** The second tree is the store's: it has no modes. */
  readonly store?: boolean;
  readonly mayBeLater?: Lateness;
}

/** One line for each difference; empty when the trees are equal. */
export function differences(one: Tree, other: Tree, options: CompareOptions = {}): string[] {
  const lines: string[] = [];
  for (const [path, node] of one) {
    const found = other.get(path);
    if (found === undefined) lines.push(`only in the first: ${tell(path, node)}`);
    else {
      const why = unlike(node, found, { ...options, path });
      if (why !== undefined) lines.push(`${JSON.stringify(path)}: ${why}`);
    }
  }
  for (const [path, node] of other) {
    if (!one.has(path)) lines.push(`only in the second: ${tell(path, node)}`);
  }
  return lines;
}

function tell(path: string, node: TreeNode): string {
  return `${node.kind} ${JSON.stringify(path)}`;
}

function unlike(
  one: TreeNode,
  other: TreeNode,
  { store = false, mayBeLater = () => 0, path }: CompareOptions & { readonly path: string },
): string | undefined {
  if (one.kind !== other.kind) return `${one.kind} here, ${other.kind} there`;
  if (one.kind === 'link' && other.kind === 'link') {
    return one.target === other.target ? undefined : `links to ${one.target} and ${other.target}`;
  }
  if (one.kind !== 'file' || other.kind !== 'file') return undefined;
  if (one.digest !== other.digest) {
    return `content differs (${String(one.size)} and ${String(other.size)} bytes)`;
  }
  const late = other.time - one.time;
  if (mayBeLater !== 'any' && (late < 0 || late > mayBeLater(one.digest, path))) {
    return `its time is ${String(late)} s later in the second`;
  }
  if (!store && one.executable !== other.executable) return 'its executable bit differs';
  return undefined;
}
