/**
 * Whether the trees of a world are equal: all disks with one another, and the store with them. It believes the disks and the
 * store, never the engine, and leaves out what the ignore rules leave out.
 */
import type { SimulatedClient, Simulation } from './client.ts';
import { ignoreFile, parseIgnores, rulesIn, type Ignores } from './ignoring.ts';
import { contentOf, linkMark } from './ledger.ts';

/** What is on a computer, ignored or not. */
export function contentsOf(client: SimulatedClient): Set<string> {
  const contents = new Set<string>();
  for (const entry of client.disk.user.tree().values()) {
    const content = contentOf(entry);
    if (content !== undefined) contents.add(content);
  }
  return contents;
}

/** What lies at paths that the rules leave out, on any disk and on the store. */
export function ignoredContents(world: Simulation): Set<string> {
  const contents = new Set<string>();
  for (const client of world.clients) {
    const ignores = rulesOf(client);
    for (const [path, entry] of client.disk.user.tree()) {
      const content = contentOf(entry);
      if (content !== undefined && ignores(path)) contents.add(content);
    }
  }
  const ignores = rulesOfAll(world);
  for (const [path, text] of world.storeTree()) if (ignores(path)) contents.add(text);
  return contents;
}

/** Differences in words; none: all is equal. */
export function differences(world: Simulation): string[] {
  const [first, ...others] = world.clients;
  if (first === undefined) return [];
  const ignores = rulesOfAll(world);
  const view: View = {
    precision: Math.max(1000, ...world.clients.map(({ spec }) => spec.mtimePrecision)),
    modes: world.clients.every(({ spec }) => spec.showsExecutable === undefined),
    ignores,
    blind: world.clients.some(({ spec }) => !spec.caseSensitive),
    open: directoriesAround(world, ignores),
  };
  const lines = describeTree(first, view);
  const found: string[] = [];
  for (const other of others) {
    const gap = differ(lines, describeTree(other, view));
    if (gap !== undefined) found.push(`${first.name} and ${other.name}: ${gap}`);
  }
  const gap = differFromStore(world, first, view);
  if (gap !== undefined) found.push(`${first.name} and the store: ${gap}`);
  return found;
}

interface View {
  /** Of times, milliseconds: the coarsest of all disks. */
  readonly precision: number;
  /** All disks keep the executable bit. */
  readonly modes: boolean;
  readonly ignores: Ignores;
  /** Some disk ignores case: a directory keeps the spelling that it first had there. */
  readonly blind: boolean;
  /** Directories that something ignored is in, somewhere: nobody has to agree on them. */
  readonly open: ReadonlySet<string>;
}

const everything: View = {
  precision: 1000,
  modes: true,
  ignores: () => false,
  blind: false,
  open: new Set(),
};

/** A tree in words: kind and content, and for files the metadata that must be the same everywhere. */
export function describeTree(client: SimulatedClient, view: View = everything): string[] {
  return [...client.disk.user.tree()].flatMap(([name, entry]) => {
    const path = comparable(name, entry.kind === 'directory', view);
    if (view.ignores(path) || (entry.kind === 'directory' && view.open.has(path))) return [];
    if (entry.kind === 'link') return [`${path} ${linkMark(entry.target)}`];
    if (entry.kind !== 'file') return [`${path}/`];
    const second = Math.floor((entry.mtime * 1000) / view.precision) * (view.precision / 1000);
    const mode = view.modes && entry.executable ? ' +x' : '';
    return [`${path} = ${entry.text} @${String(second)}${mode}`];
  });
}

function comparable(name: string, isDirectory: boolean, { blind }: View): string {
  const path = name.normalize('NFC');
  const end = isDirectory ? path.length : path.lastIndexOf('/') + 1;
  return blind ? path.slice(0, end).toLowerCase() + path.slice(end) : path;
}

function rulesOf({ disk }: SimulatedClient): Ignores {
  return parseIgnores(disk.user.read(ignoreFile) ?? '');
}

/** Where they differ, the ignore files themselves tell so. */
function rulesOfAll({ clients }: Simulation): Ignores {
  const rules = clients.map(rulesOf);
  return (path) => rules.some((ignores) => ignores(path));
}

function directoriesAround(world: Simulation, ignores: Ignores): Set<string> {
  const paths = [
    ...world.clients.flatMap(({ disk }) => [...disk.user.tree().keys()]),
    ...world.storeTree().keys(),
    // Its record may be left, and the directories around it with that.
    ...world.clients.flatMap(({ disk }) => rulesIn(disk.user.read(ignoreFile) ?? '')),
  ];
  const open = new Set<string>();
  for (const path of paths.filter(ignores)) {
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
      open.add(path.slice(0, end));
    }
  }
  return open;
}

function differ(a: readonly string[], b: readonly string[]): string | undefined {
  const onlyA = a.filter((line) => !b.includes(line));
  const onlyB = b.filter((line) => !a.includes(line));
  if (onlyA.length + onlyB.length === 0) return undefined;
  return `[${onlyA.join('; ')}] against [${onlyB.join('; ')}]`;
}

/** Links are in records only; whether a directory with nothing but links is on the store is the engine's choice. */
function differFromStore(
  world: Simulation,
  first: SimulatedClient,
  view: View,
): string | undefined {
  const { ignores, open } = view;
  const tree = [...first.disk.user.tree()].map(
    ([name, entry]) => [comparable(name, entry.kind === 'directory', view), entry] as const,
  );
  const below = (path: string) => tree.filter(([other]) => other.startsWith(`${path}/`));
  const plain = (path: string): boolean =>
    below(path).some(
      ([other, { kind }]) => kind === 'file' || (kind === 'directory' && below(other).length === 0),
    );
  const linked = (path: string): boolean =>
    tree.some(([other, entry]) => entry.kind === 'link' && other.startsWith(`${path}/`));
  const free = new Set(open);
  for (const [path] of tree) if (linked(path) && !plain(path)) free.add(path);
  const local = tree.flatMap(([path, entry]) => {
    if (entry.kind === 'link' || ignores(path)) return [];
    if (entry.kind === 'file') return [`${path} = ${entry.text}`];
    return free.has(path) ? [] : [`${path}/`];
  });
  const store = [...world.storeTree()].flatMap(([name, text]) => {
    const path = comparable(name, text === '/', view);
    if (ignores(path)) return [];
    if (text !== '/') return [`${path} = ${text}`];
    return free.has(path) ? [] : [`${path}/`];
  });
  return differ(local, store);
}
