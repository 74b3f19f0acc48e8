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
import type { Charset } from './charset.ts';
import type { Connection } from './connection.ts';
import { Finding, LostConnection, Refusal } from './failures.ts';
import type { ServerFacts } from './login.ts';
import type { Pool } from './pool.ts';
import { kindOf, type Reply } from './replies.ts';
import { Witnesses } from './witness.ts';

/** How a server lets the time of a file be set. */
export type TimeDialect = 'MFMT' | 'MDTM' | 'SITE UTIME' | 'none';

/** The command that lists. */
export type Lister = 'MLSD' | 'LIST -a' | 'LIST -al' | 'LIST';

export interface StoreParts {
  readonly pool: Pool;
  readonly facts: ServerFacts;
  /** Absolute directory that is the root; '' for the server's `/`. */
  readonly base: string;
  readonly setTime: TimeDialect;
  readonly charset: Charset;
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
  /** Whether times that were set were found to be true; undefined before the first. */
  timesHold: boolean | undefined;
  /** What the server adds to a time that it is given, milliseconds. */
  timeShift = 0;
  readonly witnesses = new Witnesses();
  #toldForeignNames = false;
  /** The best that this server is known to understand, so far. */
  lister: Lister;

  constructor(parts: StoreParts) {
    this.parts = parts;
    this.lister = this.hasMlst ? 'MLSD' : 'LIST -a';
  }

  get hasMlst(): boolean {
    return this.parts.facts.features.has('MLST');
  }

  /** The server's path of a path of the contract. Always absolute: `~` and `-` in front mean something else. */
  absolute(path: string): string {
    return path === '' ? this.parts.base || '/' : `${this.parts.base}/${path}`;
  }

  /** Throws `invalid-name` for what FTP or the charset cannot carry, or no server stores. */
  checkPath(path: string): void {
    const reason = this.#uncarriable(path);
    if (reason !== undefined) throw new Finding('invalid-name', reason);
  }

  isCarriable(path: string): boolean {
    return this.#uncarriable(path) === undefined;
  }

  #uncarriable(path: string): string | undefined {
    if (/[\r\n\0]/.test(path)) return 'FTP cannot carry a line break in a name';
    if (path.split('/').some((name) => Buffer.byteLength(name) > longestName))
      return `a name may have ${String(longestName)} bytes at most`;
    return this.parts.charset.carries(path)
      ? undefined
      : 'it has letters that the encoding of this store cannot carry';
  }

  /** Once a store: the listing of the directory is told as incomplete, and this is why. */
  tellForeignNames(directory: string): void {
    if (this.#toldForeignNames) return;
    this.#toldForeignNames = true;
    const place = directory === '' ? 'the root' : directory;
    this.parts.log(
      `names in ${place} are not UTF-8; if the server's are older, set encoding: latin1`,
    );
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
      this.checkPath(facts.path);
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

/** Bytes; all three measured servers sit on file systems with this limit. */
export const longestName = 255;
