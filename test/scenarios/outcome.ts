/**
 * What must have come of everybody's acts once all are in sync: nothing that was written is lost, what only one person
 * touched is as that person left it, and what nobody touched is as before. Pure.
 */
import type { Act } from '../corpus/mutate.ts';
import type { Tree, TreeNode } from '../corpus/tree.ts';

/** One line for each thing that is not as it must be. */
export function wrongOutcomes(
  acts: ReadonlyMap<string, readonly Act[]>,
  before: Tree,
  after: Tree,
): string[] {
  const all = [...acts].flatMap(([client, list]) => list.map((act) => ({ client, act })));
  const digests = new Set([...after.values()].map((node) => digestIn(node)));
  const index = new TouchIndex(all);
  const lines: string[] = [];
  for (const { client, act } of all) {
    const digest = 'digest' in act ? act.digest : undefined;
    if (digest !== undefined && !digests.has(digest)) lines.push(`lost: ${tell(client, act)}`);
    else if (!index.sharedWithOthers(client, act) && !isDone(act, before, after)) {
      lines.push(`not done: ${tell(client, act)}`);
    }
  }
  for (const [path, node] of before) {
    if (index.isTouched(path)) continue;
    const now = after.get(path);
    if (JSON.stringify(now) !== JSON.stringify(node)) {
      lines.push(`nobody touched ${JSON.stringify(path)}, and it is ${JSON.stringify(now)}`);
    }
  }
  return lines;
}

function tell(client: string, act: Act): string {
  return `${client} ${JSON.stringify(act)}`;
}

function digestIn(node: TreeNode | undefined): string | undefined {
  return node?.kind === 'file' ? node.digest : undefined;
}

function isDone(act: Act, before: Tree, after: Tree): boolean {
  const now = after.get(act.path);
  switch (act.kind) {
    case 'edit':
      return digestIn(now) === act.digest;
    case 'add':
      return act.digest === undefined ? now !== undefined : digestIn(now) === act.digest;
    case 'delete':
      return now === undefined;
    case 'move':
      return now === undefined && alike(before.get(act.path), after.get(act.to));
    case 'change':
      return true;
  }
}

function alike(one: TreeNode | undefined, other: TreeNode | undefined): boolean {
  return other !== undefined && one?.kind === other.kind && digestIn(one) === digestIn(other);
}

/** Which client touched a path, anything above it or anything below it. */
class TouchIndex {
  readonly #at = new Map<string, Set<string>>();
  readonly #above = new Map<string, Set<string>>();

  constructor(all: readonly { readonly client: string; readonly act: Act }[]) {
    for (const { client, act } of all) {
      for (const path of pathsOf(act)) {
        add(this.#at, path, client);
        for (const parent of lineOf(path)) add(this.#above, parent, client);
      }
    }
  }

  sharedWithOthers(client: string, act: Act): boolean {
    return pathsOf(act).some((path) => {
      const line = lineOf(path).flatMap((one) => [...(this.#at.get(one) ?? [])]);
      return [...line, ...(this.#above.get(path) ?? [])].some((other) => other !== client);
    });
  }

  /** By an act at the path, above it or below it. */
  isTouched(path: string): boolean {
    return this.#above.has(path) || lineOf(path).some((one) => this.#at.has(one));
  }
}

function pathsOf(act: Act): readonly string[] {
  return act.kind === 'move' ? [act.path, act.to] : [act.path];
}

function add(map: Map<string, Set<string>>, key: string, value: string): void {
  const values = map.get(key);
  if (values === undefined) map.set(key, new Set([value]));
  else values.add(value);
}

function lineOf(path: string): string[] {
  const parts = path.split('/');
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}
