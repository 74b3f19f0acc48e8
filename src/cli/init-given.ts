/**
 * What the flags of `ownsync init` say, and what is still missing. Asks nobody and nothing; loads the named plugin only.
 */
import { homedir } from 'node:os';
import { dirname, relative, resolve, sep } from 'node:path';
import { nearest } from '../config/issues.ts';
import { isWithin } from '../config/places.ts';
import { builtInNames, loadPlugin } from '../transport/loader.ts';
import type { LoadedPlugin } from '../transport/loader.ts';
import { describeOptions, optionProblems, valueOf } from './init-options.ts';
import type { OptionInfo, Options } from './init-options.ts';
import type { Target } from './init-draft.ts';
import type { GivenStore } from './init-store.ts';
import type { Program } from './program.ts';
import { UsageError } from './usage-error.ts';

export interface InitArguments {
  readonly store: string | undefined;
  readonly plugin: string | undefined;
  readonly set: readonly string[];
  readonly local: string | undefined;
  readonly name: string | undefined;
  readonly path: string | undefined;
  readonly client: string | undefined;
  /** False: the store is not asked. */
  readonly test: boolean;
  /** What typed paths count from. */
  readonly cwd: string;
}

export interface Given {
  readonly store: GivenStore;
  readonly client: string | undefined;
  readonly local: string | undefined;
  readonly name: string | undefined;
  readonly path: string | undefined;
}

/** Fails with {@link UsageError} when flags contradict one another, or PluginError. */
export async function readGiven(
  { around }: Program,
  target: Target,
  args: InitArguments,
): Promise<Given> {
  const known = target.known?.stores.get(args.store ?? '');
  if (known !== undefined && args.plugin !== undefined) {
    throw new UsageError(
      `there is a store "${known.name}" in ${target.file} already: leave --plugin out to use it, or choose another name with --store`,
    );
  }
  if (args.plugin === undefined && args.set.length > 0) {
    throw new UsageError('--set is for a new store: say which with --plugin');
  }
  const from = dirname(target.file);
  const plugin =
    args.plugin === undefined
      ? undefined
      : { name: args.plugin, plugin: await loadPlugin(args.plugin, { from, home: around.home }) };
  const options = plugin === undefined ? {} : readSettings(plugin.plugin, args.set);
  return {
    store: { name: args.store, plugin, options },
    client: args.client,
    local: args.local === undefined ? undefined : tidyLocal(args.local, args.cwd, around.home),
    name: args.name,
    path: args.path,
  };
}

/** `key=value`; of a secret also `key.env=NAME` and `key.command=…`. */
function readSettings(plugin: LoadedPlugin, settings: readonly string[]): Options {
  const infos = describeOptions(plugin);
  const options: Record<string, unknown> = {};
  for (const setting of settings) {
    const at = setting.indexOf('=');
    if (at < 1) throw new UsageError(`--set expects NAME=VALUE, not "${setting.slice(0, 40)}"`);
    const [key, text] = [setting.slice(0, at), setting.slice(at + 1)];
    const { secret = '', how = '' } =
      /^(?<secret>.+)\.(?<how>env|command)$/.exec(key)?.groups ?? {};
    if (infos.find(({ name }) => name === secret)?.secret === true) {
      options[secret] = { [how]: text };
      continue;
    }
    checkName(key, infos);
    options[key] = valueOf(
      infos.find(({ name }) => name === key),
      text,
    );
  }
  return options;
}

function checkName(key: string, infos: readonly OptionInfo[]): void {
  const names = infos.map(({ name }) => name);
  if (names.length === 0 || names.includes(key)) return;
  const near = nearest(key, names);
  const hint = near === undefined ? `known: ${names.join(', ')}` : `did you mean "${near}"?`;
  throw new UsageError(`--set ${key}: the plugin has no such option; ${hint}`);
}

/** What has to be said before anything can be done, as flags; empty: all is there. */
export function missingFlags(given: Given, target: Target): readonly string[] {
  const { store, local } = given;
  const stores = [...(target.known?.stores.keys() ?? [])];
  const missing: string[] = [];
  if (store.plugin !== undefined) {
    missing.push(...missingOptions(store.plugin.plugin, store.options));
  } else if (store.name === undefined || !stores.includes(store.name)) {
    if (stores.length > 0) missing.push(`--store NAME: one of ${stores.join(', ')}; or a new one:`);
    missing.push(`--plugin NAME: ${builtInNames.join(', ')}, a package or a path`);
  }
  if (local === undefined) missing.push('--local DIRECTORY: the directory on this computer');
  return missing;
}

function missingOptions(plugin: LoadedPlugin, options: Options): readonly string[] {
  const infos = describeOptions(plugin);
  const missing = infos.filter(({ name, required }) => required && !(name in options));
  const wrong = optionProblems(plugin, options).filter(
    ({ option }) => !missing.some(({ name }) => name === option),
  );
  return [
    ...missing.map(({ name, secret, description }) =>
      secret
        ? `--set ${name}.env=VARIABLE (or ${name}.command=…): ${description}`
        : `--set ${name}=…: ${description}`,
    ),
    ...wrong.map(({ option, message }) => `--set ${option === '' ? '…' : option}: ${message}`),
  ];
}

/**
 * A path as it is typed counts from where the person is, one in the file from the file: so it is written in full, or from the home
 * directory on.
 */
export function tidyLocal(typed: string, cwd: string, home = homedir()): string {
  if (typed === '~' || /^~[/\\]/.test(typed)) return typed;
  const full = resolve(cwd, typed);
  if (!isWithin(full, home) || full === home) return full;
  return ['~', ...relative(home, full).split(sep)].join('/');
}
