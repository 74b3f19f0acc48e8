/**
 * How the parts of a configuration fit together: names known and unique, no folder inside another, here or on a store.
 * Works on whatever parts were readable, so that one run shows all problems.
 */
import { posix } from 'node:path';
import type { FolderConfig, StoreConfig } from './config.ts';
import { nearest, sayPath } from './issues.ts';
import { absolutePath, isWithin, realPlace } from './places.ts';
import type { ConfigProblem } from './problem.ts';
import type { DataPath, YamlText } from './yaml-text.ts';

export interface PlacedFolder {
  /** Index in the file's list. */
  readonly index: number;
  readonly folder: FolderConfig;
}

interface CheckInput {
  readonly yaml: YamlText;
  readonly folders: readonly PlacedFolder[];
  /** Readable stores only. */
  readonly stores: ReadonlyMap<string, StoreConfig>;
  /** Names of all stores, readable or not. */
  readonly storeNames: readonly string[];
  readonly state: string;
  readonly directory: string;
  readonly home: string;
}

export function checkConfig(input: CheckInput): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const report = (path: DataPath, message: string) =>
    problems.push({ ...input.yaml.locate(path, 'value'), where: sayPath(path), message });
  for (const { index, folder } of input.folders) {
    checkStorePath(folder, (message) => report(['folders', index, 'path'], message));
    checkStoreName(folder, input, (message) => report(['folders', index, 'store'], message));
    checkState(folder, input, (message) => report(['folders', index, 'local'], message));
  }
  for (const [position, later] of input.folders.entries()) {
    for (const earlier of input.folders.slice(0, position))
      checkPair(earlier, later, { input, report });
    for (const other of input.folders) checkOwnStore(later, other, { input, report });
  }
  return problems;
}

type Report = (path: DataPath, message: string) => void;

function checkStoreName(
  { store }: FolderConfig,
  input: CheckInput,
  say: (text: string) => void,
): void {
  if (input.storeNames.includes(store)) return;
  const near = nearest(store, input.storeNames);
  say(
    `no store is called "${store}"${
      near === undefined
        ? `; known: ${input.storeNames.join(', ') || 'none'}`
        : `; did you mean "${near}"?`
    }`,
  );
}

// eslint-disable-next-line no-control-regex -- they are what is looked for
const CONTROL = /[\u0000-\u001f\u007f]/;

function checkStorePath({ path }: FolderConfig, say: (text: string) => void): void {
  const parts = path === '' ? [] : path.split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..')) {
    say('expected a plain path such as /sync/documents, without empty, "." or ".." parts');
  } else if (parts.includes('.ownsync')) {
    say('".ownsync" is where ownsync keeps its own files; choose another place');
  } else if (CONTROL.test(path)) {
    say('control characters cannot be part of a path');
  }
}

function checkState(
  { local }: FolderConfig,
  { state }: CheckInput,
  say: (text: string) => void,
): void {
  if (isWithin(realPlace(state), realPlace(local))) {
    say(`the local state (${state}) lies in this folder; set "state" to a place outside`);
  }
}

interface PairContext {
  readonly input: CheckInput;
  readonly report: Report;
}

function checkPair(
  earlier: PlacedFolder,
  later: PlacedFolder,
  { input, report }: PairContext,
): void {
  const a = earlier.folder;
  const b = later.folder;
  if (a.name.toLowerCase() === b.name.toLowerCase()) {
    report(
      ['folders', later.index, 'name'],
      `the name "${b.name}" is taken by folders[${earlier.index}]`,
    );
  }
  const relation = nesting(realPlace(b.local), realPlace(a.local), isWithin);
  if (relation !== undefined) {
    report(
      ['folders', later.index, 'local'],
      `${b.local} ${relation} ${a.local} of folder "${a.name}"; nested folders are not possible`,
    );
  }
  const there = samePlace(input.stores.get(a.store), input.stores.get(b.store))
    ? nesting(
        `/${b.path}`,
        `/${a.path}`,
        (inner, outer) => inner === outer || inner.startsWith(posix.join(outer, '/')),
      )
    : undefined;
  if (there !== undefined) {
    report(
      ['folders', later.index, 'path'],
      `/${b.path} on "${b.store}" ${there} /${a.path} of folder "${a.name}"; nested folders are not possible`,
    );
  }
}

function nesting(
  later: string,
  earlier: string,
  within: (inner: string, outer: string) => boolean,
): string | undefined {
  if (later === earlier) return 'is the same as';
  if (within(later, earlier)) return 'lies in';
  return within(earlier, later) ? 'contains' : undefined;
}

/** How a store is reached, which does not say where it is. */
const WAYS: ReadonlySet<string> = new Set([
  ...['connections', 'timeout', 'password', 'tls', 'privateKey', 'passphrase', 'agent'],
  ...['hostKey', 'knownHosts', 'trustNewHost'],
]);

/** Two names of one store: equal options but for how it is reached. */
function samePlace(a: StoreConfig | undefined, b: StoreConfig | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  if (a.name === b.name) return true;
  const place = (store: StoreConfig) =>
    JSON.stringify(
      Object.entries(store.options)
        .filter(([key, value]) => typeof value !== 'object' && !WAYS.has(key))
        .sort(([left], [right]) => left.localeCompare(right)),
    );
  return a.plugin === b.plugin && place(a) === place(b);
}

/** A `mount` store is a directory of this computer too: a synced folder may neither hold it nor lie in it. */
function checkOwnStore(
  here: PlacedFolder,
  there: PlacedFolder,
  { input, report }: PairContext,
): void {
  const store = input.stores.get(there.folder.store);
  const root = store?.plugin === 'mount' ? store.options['path'] : undefined;
  if (typeof root !== 'string') return;
  const place = realPlace(
    `${absolutePath(root, input.directory, input.home)}/${there.folder.path}`,
  );
  const relation = nesting(realPlace(here.folder.local), place, isWithin);
  if (relation === undefined) return;
  report(
    ['folders', here.index, 'local'],
    `${here.folder.local} ${relation} the place on the store of folder "${there.folder.name}" (${place}); the two must be apart`,
  );
}
