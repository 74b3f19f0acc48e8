/**
 * One connected store: its pool, its paths, and the frame around every operation, which turns trouble into a
 * TransportError and repeats on a new connection only what cannot have happened. Decides nothing else.
 */
import { setMaxListeners } from 'node:events';
import {
  TransportError,
  type TransportErrorFacts,
  type TransportErrorKind,
} from '../../src/plugin-api.ts';
import type { Connection } from './connection.ts';
import { Finding, LostConnection, Refusal } from './failures.ts';
import type { ServerFacts } from './login.ts';
import type { Pool } from './pool.ts';
import { kindOf, type Reply } from './replies.ts';

/** How a server lets the time of a file be set. */
export type TimeDialect = 'MFMT' | 'MDTM' | 'SITE UTIME' | 'none';

export interface StoreParts {
  readonly pool: Pool;
  readonly facts: ServerFacts;
  /** Absolute directory that is the root; '' for the server's `/`. */
  readonly base: string;
  readonly setTime: TimeDialect;
  /** Texts that must not appear in errors. */
  readonly secrets: readonly string[];
  readonly log: (message: string) => void;
}

export interface OperationFacts {
  readonly operation: string;
  readonly path: string;
  readonly signal: AbortSignal;
  /** It changes nothing, so it may be repeated after a lost connection. */
  readonly reads: boolean;
}

export class Store {
  readonly parts: StoreParts;
  /** Kinds of odd names (names.ts) that this server is known to keep, or to change. */
  readonly oddNames = new Map<string, 'kept' | 'changed'>();
  /** Settles when the last proof of an odd name is over. */
  proofs: Promise<void> = Promise.resolve();
  /** Whether the first setting of a time was found to be true; undefined before it. */
  timesHold: boolean | undefined;

  constructor(parts: StoreParts) {
    this.parts = parts;
  }

  get hasMlst(): boolean {
    return this.parts.facts.features.has('MLST');
  }

  /** The server's path of a path of the contract. Always absolute: `~` and `-` in front mean something else. */
  absolute(path: string): string {
    return path === '' ? this.parts.base || '/' : `${this.parts.base}/${path}`;
  }

  /** Runs one operation on a connection of its own. */
  async run<T>(facts: OperationFacts, action: (connection: Connection) => Promise<T>): Promise<T> {
    let fresh = false;
    for (;;) {
      try {
        return await this.#once(facts, action, fresh);
      } catch (error) {
        if (fresh || !(error instanceof Repeatable)) throw error;
        fresh = true;
      }
    }
  }

  async #once<T>(
    facts: OperationFacts,
    action: (connection: Connection) => Promise<T>,
    fresh: boolean,
  ): Promise<T> {
    const { signal } = facts;
    // One signal for many operations at once is how it is meant to be used; Node would warn of a leak.
    setMaxListeners(0, signal);
    let connection: Connection | undefined;
    const abort = (): void => {
      connection?.control.destroy(new Error('aborted'));
    };
    try {
      checkPath(facts.path);
      connection = await this.parts.pool.acquire(signal, fresh);
      signal.addEventListener('abort', abort, { once: true });
      return await action(connection);
    } catch (error) {
      if (!signal.aborted && !fresh && isRepeatable(error, facts, connection))
        throw new Repeatable();
      throw this.toError(error, facts, connection);
    } finally {
      signal.removeEventListener('abort', abort);
      if (connection !== undefined) this.parts.pool.release(connection);
    }
  }

  /** What leaves the plugin: kind, operation, path, the server's words without secrets. */
  toError(error: unknown, facts: OperationFacts, connection?: Connection): TransportError {
    if (error instanceof TransportError) return error;
    const { operation, path, signal } = facts;
    const { kind, reply } = judge(error, signal);
    const begun = !facts.reads && (connection?.control.sent ?? 0) > 0;
    const outcome = outcomeOf(error, begun);
    const said = reply === undefined ? undefined : this.#hide(toLine(reply));
    const why = kind === 'cancelled' ? 'it was stopped' : this.#hide(messageOf(error));
    const what: TransportErrorFacts = {
      ...{ kind, operation, path, outcome },
      ...(said === undefined ? {} : { serverSaid: said }),
      // Only of what did not come from the server: the login's errors could repeat what was sent.
      ...(error instanceof Finding && error.reply === undefined ? { cause: error.cause } : {}),
    };
    return new TransportError(`${operation} ${path === '' ? 'the root' : path}: ${why}`, what);
  }

  #hide(text: string): string {
    const hidden = this.parts.secrets.reduce(
      (rest, secret) => (secret === '' ? rest : rest.replaceAll(secret, '***')),
      text,
    );
    return hidden.slice(0, 2000);
  }
}

/** Leaves only {@link Store.run}. */
class Repeatable extends Error {}

/** SERVER: an idle connection may be closed by the server at the moment it is used; then nothing has happened. */
function isRepeatable(
  error: unknown,
  facts: OperationFacts,
  connection: Connection | undefined,
): boolean {
  if (!(error instanceof LostConnection) || connection === undefined) return false;
  const { sent, answered } = connection.control;
  return facts.reads || sent === 0 || (error.untouched && answered <= 1);
}

function judge(error: unknown, signal: AbortSignal): { kind: TransportErrorKind; reply?: Reply } {
  if (signal.aborted) return { kind: 'cancelled' };
  if (error instanceof Refusal) return { kind: kindOf(error.reply), reply: error.reply };
  if (error instanceof Finding) {
    return { kind: error.kind, ...(error.reply === undefined ? {} : { reply: error.reply }) };
  }
  if (error instanceof LostConnection) {
    return { kind: error.message.startsWith('421') ? 'busy' : 'unreachable' };
  }
  return { kind: 'unreachable' };
}

/** A refusal is an answer: nothing was done. Without an answer nobody knows. */
function outcomeOf(error: unknown, begun: boolean): 'not-done' | 'unknown' {
  if (error instanceof Finding) return error.outcome;
  if (error instanceof Refusal || !begun) return 'not-done';
  return error instanceof LostConnection && error.untouched ? 'not-done' : 'unknown';
}

function toLine({ code, text }: Reply): string {
  return `${String(code)} ${text.replaceAll('\n', ' / ')}`;
}

function messageOf(error: unknown): string {
  if (error instanceof Refusal) return `the server says ${toLine(error.reply)}`;
  return error instanceof Error ? error.message : String(error);
}

/** What FTP cannot carry, or no server stores. */
export function checkPath(path: string): void {
  if (/[\r\n\0]/.test(path)) {
    throw new Finding('invalid-name', 'FTP cannot carry a line break in a name');
  }
  if (!isCarriable(path)) {
    throw new Finding('invalid-name', `a name may have ${String(longestName)} bytes at most`);
  }
}

export function isCarriable(path: string): boolean {
  if (/[\r\n\0]/.test(path)) return false;
  return path.split('/').every((name) => Buffer.byteLength(name) <= longestName);
}

/** Bytes; all three measured servers sit on file systems with this limit. */
export const longestName = 255;
