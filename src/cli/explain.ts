/**
 * Errors as a person can act on them: what failed, where, why in the server's words, what to do. Never a stack trace,
 * never a secret.
 */
import { FolderBusyError } from '../agent-errors.ts';
import { ConfigError } from '../config/problem.ts';
import { LocalError } from '../core/ports/local-tree.ts';
import { TransportError } from '../core/ports/transport.ts';
import { PluginError } from '../transport/plugin-error.ts';
import { EXIT } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import { LOCAL_REACTIONS, OPEN_DENIED, TRANSPORT_REACTIONS } from './reactions.ts';

export interface Explanation {
  /** What failed and why, in one sentence. */
  readonly message: string;
  /** `store`, `disk`, `config`…: where to look. */
  readonly area: 'store' | 'disk' | 'config' | 'plugin' | 'state' | 'program';
  readonly kind: string;
  readonly operation?: string;
  readonly path?: string;
  readonly serverSaid?: string;
  readonly remedy: string;
  readonly exit: ExitCode;
}

interface Where {
  /** The store's name in the configuration. */
  readonly store?: string;
  readonly redact: (text: string) => string;
}

export function explain(error: unknown, { store, redact }: Where): Explanation {
  const told = explainRaw(error, store);
  return {
    ...told,
    message: redact(told.message),
    ...(told.serverSaid === undefined ? {} : { serverSaid: redact(told.serverSaid) }),
  };
}

/** As lines for a terminal. */
export function explanationLines(told: Explanation): string[] {
  const where = told.operation === 'open' ? [] : [told.operation, told.path].filter(isSaid);
  return [
    told.message,
    ...(told.serverSaid === undefined ? [] : [`  the store said: ${told.serverSaid}`]),
    ...(where.length === 0 ? [] : [`  where: ${where.join(' ')}`]),
    `  what to do: ${told.remedy}`,
  ];
}

function isSaid(part: string | undefined): boolean {
  return part !== undefined && part !== '';
}

function explainRaw(error: unknown, store: string | undefined): Explanation {
  if (error instanceof TransportError) return explainTransport(error, store);
  if (error instanceof LocalError) {
    const { why, remedy, exit } = LOCAL_REACTIONS[error.kind];
    const path = error.path === undefined ? {} : { path: error.path };
    return {
      message: `${why}: ${error.message}`,
      area: 'disk',
      kind: error.kind,
      ...path,
      remedy,
      exit,
    };
  }
  if (error instanceof ConfigError) {
    const remedy = 'Correct the configuration.';
    return { message: error.message, area: 'config', kind: 'config', remedy, exit: EXIT.usage };
  }
  if (error instanceof PluginError) {
    const remedy = 'Correct "plugin" of the store.';
    return { message: error.message, area: 'plugin', kind: 'plugin', remedy, exit: EXIT.usage };
  }
  if (error instanceof FolderBusyError) {
    const remedy = 'Wait until it is done, then run this again.';
    return { message: error.message, area: 'state', kind: 'in-use', remedy, exit: EXIT.failed };
  }
  return explainOther(error);
}

/** Where a stopped operation was is nobody's concern. */
const STOPPED: Explanation = {
  message: TRANSPORT_REACTIONS.cancelled.why,
  area: 'program',
  kind: 'cancelled',
  remedy: TRANSPORT_REACTIONS.cancelled.remedy,
  exit: TRANSPORT_REACTIONS.cancelled.exit,
};

function explainTransport(error: TransportError, store: string | undefined): Explanation {
  if (error.kind === 'cancelled') return STOPPED;
  const { why, remedy, exit } = TRANSPORT_REACTIONS[error.kind];
  const name = store === undefined ? '' : `store "${store}": `;
  return {
    message: `${name}${why}: ${error.message}`,
    area: 'store',
    kind: error.kind,
    operation: error.operation,
    ...(error.path === undefined ? {} : { path: error.path }),
    ...(error.serverSaid === undefined || error.message.includes(error.serverSaid)
      ? {}
      : { serverSaid: error.serverSaid }),
    remedy: error.operation === 'open' && error.kind === 'denied' ? OPEN_DENIED : remedy,
    exit,
  };
}

function explainOther(error: unknown): Explanation {
  const message = error instanceof Error ? error.message : String(error);
  // By its name, not its class: importing the host here would load the database with every command.
  if (error instanceof Error && error.name === 'StateError') {
    const remedy = 'See docs/errors.md, "The local state".';
    return { message, area: 'state', kind: 'state', remedy, exit: EXIT.failed };
  }
  if (error instanceof Error && error.name === 'AbortError') return STOPPED;
  const remedy = 'This is a fault of ownsync: please report it with what --debug shows.';
  return {
    message: `unexpected: ${message}`,
    area: 'program',
    kind: 'unexpected',
    remedy,
    exit: EXIT.failed,
  };
}
