/**
 * Opens one store of the configuration: plugin, secrets, connection, and the layers that all its folders share. Retrying
 * is each folder's own (see agent.ts); nothing here is repeated.
 */
import type { Config, StoreConfig } from '../config/config.ts';
import { ConfigError } from '../config/problem.ts';
import { resolveSecrets } from '../config/secrets.ts';
import { TransportError } from '../core/ports/transport.ts';
import type { Transport } from '../core/ports/transport.ts';
import type { Log } from '../core/ports/world.ts';
import { withDeadline } from './layers/deadline.ts';
import { ownError, withOwnErrors } from './layers/own-errors.ts';
import { withLimit } from './layers/limit.ts';
import { withTrace } from './layers/trace.ts';
import { loadPlugin } from './loader.ts';
import type { LoadedPlugin } from './loader.ts';

export interface StoreContext {
  readonly config: Config;
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Default true. */
  readonly mayWrite?: boolean;
  /** Gets every secret's value before anything is done with it, to keep it out of what is shown. */
  readonly onSecret: (value: string) => void;
}

/** Connecting, securing and logging in to a slow host. */
const OPEN_TIMEOUT = 60_000;
/** A password manager may ask its owner first. */
const COMMAND_TIMEOUT = 60_000;

/** Fails with TransportError, {@link ConfigError} or PluginError. */
export async function openStore(store: StoreConfig, context: StoreContext): Promise<Transport> {
  const { config, home, log } = context;
  const plugin = await loadPlugin(store.plugin, { from: config.directory, home });
  const options = await readOptions(store, plugin, context);
  const transport = await withinTime(context.signal, (signal) =>
    plugin.open(options, {
      signal,
      baseDirectory: config.directory,
      log: (message) => log('debug', message, { store: store.name }),
      mayWrite: context.mayWrite ?? true,
    }),
  );
  return withLimit(withDeadline(withTrace(withOwnErrors(transport), log)));
}

async function readOptions(
  store: StoreConfig,
  plugin: LoadedPlugin,
  { config, env, signal, onSecret }: StoreContext,
): Promise<Record<string, unknown>> {
  const sources = { env, signal, commandTimeout: COMMAND_TIMEOUT, names: plugin.secrets };
  const { options, values } = await resolveSecrets(config, store, sources);
  values.forEach(onSecret);
  const parsed = plugin.options.safeParse(options);
  if (parsed.success) return parsed.data;
  // The rest was checked when the file was read: only what a secret turned out to be can be left.
  const problems = parsed.error.issues.map(({ path, message }) =>
    config.problemAt(['stores', store.name, ...path.map(String)], message),
  );
  throw new ConfigError(config.file, problems);
}

async function withinTime<T>(
  outer: AbortSignal,
  open: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const timeout = AbortSignal.timeout(OPEN_TIMEOUT);
  try {
    return await open(AbortSignal.any([outer, timeout]));
  } catch (error) {
    if (!timeout.aborted || outer.aborted) throw ownError(error, { name: 'open', path: undefined });
    throw new TransportError(`no connection within ${OPEN_TIMEOUT / 1000} s`, {
      kind: 'unreachable',
      operation: 'open',
      cause: error,
    });
  }
}
