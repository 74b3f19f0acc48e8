/**
 * From the configuration file to a checked {@link Config}, or to all of its problems at once. Never resolves a secret and
 * never opens a store.
 */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { checkConfig } from './check.ts';
import type { PlacedFolder } from './check.ts';
import type { Config, StoreConfig } from './config.ts';
import { problemsOf, sayPath } from './issues.ts';
import { absolutePath, defaultState } from './places.ts';
import type { Surroundings } from './places.ts';
import { ConfigError } from './problem.ts';
import type { ConfigProblem } from './problem.ts';
import { configSchema, folderSchema, storeSchema } from './schema.ts';
import type { FolderShape } from './schema.ts';
import { readYaml } from './yaml-text.ts';
import type { DataPath, YamlText } from './yaml-text.ts';

/** Nobody writes a longer one, some thousand lines. Of a much longer one the YAML library compares every key with every other. */
const LARGEST_FILE = 128 * 1024;

export interface LoadContext extends Surroundings {
  readonly hostName: string;
  /** Problems of a store's options, as its plugin sees them. Absent: options are not looked at. */
  readonly checkOptions?: (
    store: StoreConfig,
    yaml: YamlText,
    directory: string,
  ) => Promise<readonly ConfigProblem[]>;
}

/** Fails with a {@link ConfigError} that holds every problem, in the order of the file. */
export async function loadConfig(file: string, context: LoadContext): Promise<Config> {
  const path = resolve(file);
  return await parseConfig(readText(path), path, context);
}

export async function parseConfig(
  text: string,
  file: string,
  context: LoadContext,
): Promise<Config> {
  const yaml = readYaml(text);
  if (yaml.problems.length > 0) throw new ConfigError(file, yaml.problems);
  const directory = dirname(file);
  const shape = configSchema.safeParse(yaml.data ?? {});
  const problems = shape.success
    ? []
    : problemsOf(shape.error.issues, { yaml, base: [], keysAt: knownKeys });

  const raw = isRecord(yaml.data) ? yaml.data : {};
  const stores = readableStores(raw['stores']);
  const folders = readableFolders(raw['folders'], directory, context.home);
  const state = stateOf(raw['state'], directory, context);
  const storeNames = isRecord(raw['stores']) ? Object.keys(raw['stores']) : [];
  problems.push(
    ...checkConfig({ yaml, folders, stores, storeNames, state, directory, home: context.home }),
  );
  for (const store of stores.values()) {
    problems.push(...((await context.checkOptions?.(store, yaml, directory)) ?? []));
  }
  if (problems.length > 0 || !shape.success) throw new ConfigError(file, inOrder(problems));

  return {
    file,
    directory,
    client: shape.data.client ?? context.hostName,
    state,
    stores,
    folders: folders.map(({ folder }) => folder),
    problemAt: (path, message) => ({
      ...yaml.locate(path, 'value'),
      where: sayPath(path),
      message,
    }),
  };
}

function readText(file: string): string {
  const fail = (message: string, cause?: unknown) =>
    new ConfigError(file, [{ line: 1, column: 1, where: '', message }], cause);
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    const missing = isRecord(error) && error['code'] === 'ENOENT';
    throw fail(
      missing
        ? NO_FILE
        : `cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      error,
    );
  }
  if (bytes.length > LARGEST_FILE)
    throw fail('larger than 128 KiB: this is no configuration of ownsync');
  return bytes.toString('utf8');
}

const NO_FILE =
  'there is no such file. `ownsync init` asks a few questions and writes it; or name another with --config FILE or $OWNSYNC_CONFIG';

function readableStores(raw: unknown): Map<string, StoreConfig> {
  const stores = new Map<string, StoreConfig>();
  if (!isRecord(raw)) return stores;
  for (const [name, value] of Object.entries(raw)) {
    const store = storeSchema.safeParse(value);
    if (!store.success) continue;
    const { plugin, ...options } = store.data;
    stores.set(name, { name, plugin, options });
  }
  return stores;
}

function readableFolders(raw: unknown, directory: string, home: string): PlacedFolder[] {
  if (!Array.isArray(raw)) return [];
  return raw.flatMap((value: unknown, index) => {
    const folder = folderSchema.safeParse(value);
    return folder.success ? [{ index, folder: placeFolder(folder.data, directory, home) }] : [];
  });
}

function placeFolder(folder: FolderShape, directory: string, home: string): PlacedFolder['folder'] {
  return {
    ...folder,
    local: absolutePath(folder.local, directory, home),
    path: folder.path.replace(/^\//, '').replace(/\/$/, ''),
  };
}

function stateOf(raw: unknown, directory: string, context: LoadContext): string {
  return typeof raw === 'string' && raw !== ''
    ? absolutePath(raw, directory, context.home)
    : defaultState(context);
}

function knownKeys(path: DataPath): readonly string[] {
  if (path.length === 0) return Object.keys(configSchema.shape);
  return path[0] === 'folders' && path.length === 2 ? Object.keys(folderSchema.shape) : [];
}

function inOrder(problems: readonly ConfigProblem[]): ConfigProblem[] {
  return [...problems].sort((a, b) => a.line - b.line || a.column - b.column);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
