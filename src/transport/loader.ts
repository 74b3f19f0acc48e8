/**
 * Finds a transport plugin by name: a hand-written table of built-in ones, else an installed package or a path. Loads
 * lazily; never opens a store.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { nearest } from '../config/issues.ts';
import { CONTRACT } from '../plugin-api.ts';
import type { PluginDefinition } from '../plugin-api.ts';
import { PluginError } from './plugin-error.ts';

/** A plugin whose options are not known by type. */
export type LoadedPlugin = PluginDefinition<Record<string, unknown>>;

type Importer = () => Promise<{ readonly default: unknown }>;

/** ORDER: `import()` takes literals here, so that the compiled layout (dist/src beside dist/plugins) is rewritten too. */
const BUILT_IN: Readonly<Record<string, Importer>> = {
  ftp: () => import('../../plugins/ftp/index.ts'),
  mount: () => import('../../plugins/mount/index.ts'),
  sftp: () => import('../../plugins/sftp/index.ts'),
  webdav: () => import('../../plugins/webdav/index.ts'),
};

export const builtInNames: readonly string[] = Object.keys(BUILT_IN);

/** `from`: the configuration's directory, from which packages and relative paths are looked for. */
export async function loadPlugin(
  name: string,
  { from, home }: { readonly from: string; readonly home: string },
): Promise<LoadedPlugin> {
  const builtIn = Object.hasOwn(BUILT_IN, name) ? BUILT_IN[name] : undefined;
  if (builtIn !== undefined) return asPlugin(name, (await builtIn()).default);
  const file = isPath(name) ? findPath(name, from, home) : findPackage(name, from);
  let module: { readonly default?: unknown };
  try {
    module = (await import(pathToFileURL(file).href)) as { readonly default?: unknown };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new PluginError(`the plugin "${name}" could not be loaded: ${why}`, error);
  }
  return asPlugin(name, module.default);
}

function isPath(name: string): boolean {
  return /^(\.{1,2}|~)?[/\\]/.test(name) || isAbsolute(name) || /\.[cm]?[jt]s$/.test(name);
}

function findPath(name: string, from: string, home: string): string {
  const file = resolve(
    from,
    name.replace(/^~(?=[/\\])/, () => home),
  );
  try {
    return createRequire(join(from, 'config')).resolve(file);
  } catch (error) {
    throw new PluginError(`there is no plugin at ${file}`, error);
  }
}

/** Installed beside the configuration, or beside ownsync. */
function findPackage(name: string, from: string): string {
  if (!/^(@[a-z0-9][\w.-]*\/)?[a-z0-9][\w.-]*$/i.test(name)) throw unknownPlugin(name);
  for (const start of [from, dirname(fileURLToPath(import.meta.url))]) {
    for (let directory = start; ; directory = dirname(directory)) {
      const found = join(directory, 'node_modules', name);
      if (existsSync(join(found, 'package.json'))) return packageEntry(name, found);
      if (dirname(directory) === directory) break;
    }
  }
  throw unknownPlugin(name);
}

function unknownPlugin(name: string): PluginError {
  const near = nearest(name, builtInNames);
  const meant = near === undefined ? '' : ` (did you mean "${near}"?)`;
  // Which package to install is not said: a mistyped name could be anybody's package.
  return new PluginError(
    `no plugin is called "${name}"${meant}; built-in: ${builtInNames.join(', ')}. Another one needs its package installed beside this file, or its path`,
  );
}

/** What `import name` would load: `require.resolve` does not see packages that are only meant for `import`. */
function packageEntry(name: string, directory: string): string {
  const meta = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as {
    readonly exports?: unknown;
    readonly main?: unknown;
  };
  const exported = pickExport(meta.exports);
  const entry = exported ?? (typeof meta.main === 'string' ? meta.main : 'index.js');
  const file = join(directory, entry);
  if (!existsSync(file))
    throw new PluginError(`the package "${name}" has no file ${entry} to load`);
  return file;
}

function pickExport(exports: unknown): string | undefined {
  if (typeof exports === 'string') return exports;
  if (typeof exports !== 'object' || exports === null) return undefined;
  const conditions = exports as Readonly<Record<string, unknown>>;
  for (const key of ['.', 'node', 'import', 'default']) {
    const found = pickExport(conditions[key]);
    if (found !== undefined) return found;
  }
  return undefined;
}

function asPlugin(name: string, value: unknown): LoadedPlugin {
  const definition = (
    typeof value === 'object' && value !== null ? value : {}
  ) as Partial<LoadedPlugin>;
  const contract: unknown = definition.contract;
  if (
    typeof definition.open !== 'function' ||
    typeof definition.options?.safeParse !== 'function'
  ) {
    throw new PluginError(
      `"${name}" is no ownsync plugin: its default export must come from definePlugin()`,
    );
  }
  if (contract !== CONTRACT) {
    throw new PluginError(
      `the plugin "${name}" was written for contract ${String(contract)}, this ownsync has contract ${CONTRACT}; install a version of one that fits the other`,
    );
  }
  return definition as LoadedPlugin;
}
