/**
 * The one door for transport plugins: the contract's types, its error, and the definition a plugin exports.
 * Plugins import this file and their own client library, nothing else of ownsync.
 */
import { z } from 'zod';
import type { Transport } from './core/ports/transport.ts';

export { z };
export { TransportError } from './core/ports/transport.ts';
export type {
  AboutStore,
  BatchOperation,
  BatchResult,
  Capabilities,
  Content,
  ListedEntry,
  Listing,
  Source,
  Stamp,
  StoreEntry,
  StoreFact,
  StoreKind,
  TargetRule,
  Transport,
  TransportErrorFacts,
  TransportErrorKind,
} from './core/ports/transport.ts';

/** Version of the contract in this file. A plugin states the one it was written for. */
export const CONTRACT = 1;

export interface PluginContext {
  readonly signal: AbortSignal;
  /** Directory that relative paths in options count from: the config file's. */
  readonly baseDirectory: string;
  /** A line for the log; never a secret. */
  readonly log: (message: string) => void;
  /** False: nothing may be changed on the store, not even to get to know it. Default true. */
  readonly mayWrite?: boolean;
}

export interface PluginDefinition<Options = unknown> {
  readonly name: string;
  readonly contract: typeof CONTRACT;
  /** Parsed options, their defaults and descriptions; the config schema is made from it. */
  readonly options: z.ZodType<Options>;
  /** Names of options whose values are never shown. Their config values may be text, `{env}` or `{command}`; `open` gets text. */
  readonly secrets: readonly (keyof Options & string)[];
  /** Options that are better said than left to their defaults, found out when a store is set up; present if there can be any. */
  readonly suggest?: (
    options: Options,
    context: Pick<PluginContext, 'baseDirectory'>,
  ) => Promise<Partial<Options>>;
  /** Connects and logs in. Fails with a TransportError (`auth`, `unreachable`, `denied`…), operation `open`. */
  open(options: Options, context: PluginContext): Promise<Transport>;
}

/** Gives a definition its type; plugins export the result as default. */
export function definePlugin<Options>(
  definition: PluginDefinition<Options>,
): PluginDefinition<Options> {
  return definition;
}

/**
 * Ends a wait as soon as the signal is aborted, even one for a server that never answers: rejects with the signal's reason,
 * or with an error if that is none.
 * What it waited for goes on unheard.
 */
export async function orAborted<T>(waiting: Promise<T>, signal: AbortSignal): Promise<T> {
  let abort: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    abort = () => {
      reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
    };
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
  try {
    return await Promise.race([aborted, waiting]);
  } finally {
    signal.removeEventListener('abort', abort);
    waiting.catch(() => undefined);
  }
}
