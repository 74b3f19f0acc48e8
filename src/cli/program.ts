/**
 * What every command is given, and the first steps they share: finding the configuration and choosing folders. Loads
 * neither a plugin nor the engine by itself.
 */
import type { AgentParts } from '../agent.ts';
import type { Config, FolderConfig } from '../config/config.ts';
import { nearest } from '../config/issues.ts';
import { loadConfig } from '../config/load.ts';
import type { LoadContext } from '../config/load.ts';
import { defaultConfigFile } from '../config/places.ts';
import type { Surroundings } from '../config/places.ts';
import type { Log } from '../core/ports/world.ts';
import type { SecretKeeper } from './secret-keeper.ts';
import type { Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';

export interface Program {
  readonly terminal: Terminal;
  readonly around: Surroundings & { readonly hostName: string };
  /** From `--config`. */
  readonly configFile: string | undefined;
  readonly signal: AbortSignal;
  readonly log: Log;
  readonly secrets: SecretKeeper;
  /** The parts for a configuration; tests hand in others. */
  readonly partsFor: (config: Config, program: Program) => Promise<AgentParts>;
}

/** `--config`, else `$OWNSYNC_CONFIG`, else the platform's place. Fails with ConfigError. */
export async function readConfig(
  program: Program,
  checkOptions?: LoadContext['checkOptions'],
): Promise<Config> {
  return await loadConfig(configFileOf(program), {
    ...program.around,
    ...(checkOptions === undefined ? {} : { checkOptions }),
  });
}

/** Where the configuration is, or would be. */
export function configFileOf({ around, configFile }: Program): string {
  const fromEnvironment = around.env['OWNSYNC_CONFIG'];
  const named = fromEnvironment === '' ? undefined : fromEnvironment;
  return configFile ?? named ?? defaultConfigFile(around);
}

/** The named folders, in the order of the file; no names: all. Fails with {@link UsageError}. */
export function chooseFolders(config: Config, names: readonly string[]): readonly FolderConfig[] {
  const known = config.folders.map(({ name }) => name);
  for (const name of names) {
    if (known.includes(name)) continue;
    const near = nearest(name, known);
    const hint =
      near === undefined ? `known: ${known.join(', ') || 'none'}` : `did you mean "${near}"?`;
    throw new UsageError(`no folder is called "${name}"; ${hint}`);
  }
  return names.length === 0
    ? config.folders
    : config.folders.filter(({ name }) => names.includes(name));
}

/** The named store; no name: the only one. Fails with {@link UsageError}. */
export function chooseStore(config: Config, name: string | undefined): string {
  const known = [...config.stores.keys()];
  const [only] = known;
  if (name === undefined && known.length === 1 && only !== undefined) return only;
  if (name === undefined)
    throw new UsageError(`say which store: ${known.join(', ') || 'none is configured'}`);
  if (known.includes(name)) return name;
  const near = nearest(name, known);
  const hint = near === undefined ? `known: ${known.join(', ')}` : `did you mean "${near}"?`;
  throw new UsageError(`no store is called "${name}"; ${hint}`);
}
