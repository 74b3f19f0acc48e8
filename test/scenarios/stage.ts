/**
 * A store and three computers in one temporary directory, and what can be said about all of them at once.
 */
import { lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SyncReport } from '../../src/core/ports/folder.ts';
import { namesFor } from '../corpus/names.ts';
import type { NameSet } from '../corpus/names.ts';
import { differences, readTree, storeDifferences } from '../corpus/tree.ts';
import type { Lateness, Tree } from '../corpus/tree.ts';
import type { ServerOptions } from '../servers/index.ts';
import { Client } from './client.ts';
import { openStore, PLACE } from './stores.ts';
import type { Store, StoreName } from './stores.ts';

/** More turns of all clients than this mean that they do not come to rest. */
const MOST_TURNS = 12;

export interface Stage {
  readonly root: string;
  readonly store: Store;
  readonly clients: readonly [Client, Client, Client, ...Client[]];
  /** Names that can be kept on every way to the store. */
  readonly names: NameSet;
  /** The folder's place on the store's disk. */
  readonly place: string;
  close(): Promise<void>;
}

export async function openStage(name: StoreName, options: ServerOptions = {}): Promise<Stage> {
  const root = mkdtempSync(join(tmpdir(), 'ownsync-test-scenario-'));
  const remove = (): void => rmSync(root, { recursive: true, force: true });
  try {
    const store = await openStore(name, root, options);
    const client = (called: string): Client =>
      new Client(root, called, { store: store.settings() });
    return {
      root,
      store,
      clients: [client('laptop'), client('desk'), client('tower')],
      names: namesFor[name],
      place: join(store.disk, PLACE),
      close: async () => {
        await store.close();
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}

/** A report that a person would call success: nothing held, no trouble. */
export function checkReport({ name }: Client, report: SyncReport): void {
  const { problems, held, halt } = report;
  if (halt !== undefined) throw new Error(`${name} halted: ${halt.message}`);
  const trouble = [
    ...problems.map(({ path, kind, message }) => `${path}: ${message} (${kind})`),
    ...held.map(({ id, paths }) => `${String(paths.length)} held: ${id}`),
  ];
  if (trouble.length > 0)
    throw new Error(`${name} has problems: ${trouble.slice(0, 5).join('; ')}`);
}

/** True when a sync had nothing to do. */
export function isQuiet({ inSync, done }: SyncReport): boolean {
  return inSync && Object.values(done).every((count) => count === 0);
}

/** Turns of all clients, one after the other or all at once, until none has anything to do. Returns how many. */
export async function settle({ clients }: Stage, how: 'in turn' | 'at once'): Promise<number> {
  let last: readonly SyncReport[] = [];
  for (let turn = 1; turn <= MOST_TURNS; turn += 1) {
    last = how === 'at once' ? await atOnce(clients) : await inTurn(clients);
    if (last.every(isQuiet)) return turn;
  }
  const told = last.map(({ inSync, done, problems, held }, index) =>
    JSON.stringify({ client: clients[index]?.name, inSync, done, problems, held }).slice(0, 1000),
  );
  throw new Error(
    `not quiet after ${String(MOST_TURNS)} turns of all clients:\n  ${told.join('\n  ')}`,
  );
}

async function inTurn(clients: Stage['clients']): Promise<SyncReport[]> {
  const reports: SyncReport[] = [];
  for (const client of clients) {
    const report = await client.sync();
    checkReport(client, report);
    reports.push(report);
  }
  return reports;
}

/** While others place files, a path may have to wait: trouble counts only when it stays. */
async function atOnce(clients: Stage['clients']): Promise<SyncReport[]> {
  return await Promise.all(clients.map(async (client) => await client.sync()));
}

/** Fails unless the three folders and the store hold the same. Gives the tree. `mayBeLater`: see storeDifferences. */
export function checkEqual(
  { clients, place, store }: Stage,
  mayBeLater: Exclude<Lateness, 'any'> = () => 0,
): Tree {
  const late = store.keepsTimes ? mayBeLater : 'any';
  const [first, ...others] = clients;
  const tree = readTree(first.folder);
  for (const other of others) {
    fail(`${first.name} and ${other.name} differ`, differences(tree, readTree(other.folder)));
  }
  fail(`${first.name} and the store differ`, storeDifferences(tree, readTree(place), late));
  return tree;
}

export function fail(what: string, lines: readonly string[]): void {
  if (lines.length === 0) return;
  const shown = lines.slice(0, 20).map((line) => `\n  ${line}`);
  throw new Error(`${what} in ${String(lines.length)} ways:${shown.join('')}`);
}

/** Everything on the store's disk, ownsync's own included: path → what tells one state of it from another. */
export function snapshot({ place }: Stage): ReadonlyMap<string, string> {
  const seen = new Map<string, string>();
  for (const entry of readdirSync(place, { recursive: true, withFileTypes: true })) {
    const full = join(entry.parentPath, entry.name);
    const { ino, size, mtimeMs, ctimeMs } = lstatSync(full);
    const mark = entry.isDirectory() ? [ino] : [ino, size, mtimeMs, ctimeMs];
    seen.set(full.slice(place.length + 1), mark.join(' '));
  }
  return seen;
}

/** Paths that are not the same in both. */
export function changedPaths(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): string[] {
  const paths = new Set([...before.keys(), ...after.keys()]);
  return [...paths].filter((path) => before.get(path) !== after.get(path));
}
