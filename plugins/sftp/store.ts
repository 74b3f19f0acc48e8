/**
 * One opened store: its one connection, made anew when it is lost, its paths, and the frame around every operation,
 * which turns trouble into a TransportError. Never repeats an operation.
 */
import { setMaxListeners } from 'node:events';
import { orAborted, TransportError, type TransportErrorKind } from '../../src/plugin-api.ts';
import type { Connection } from './connection.ts';
import { Finding, LostConnection, Refusal } from './failures.ts';
import type { Status } from './status.ts';
import { Task, type OperationFacts } from './task.ts';

export interface StoreParts {
  readonly connect: (signal: AbortSignal) => Promise<Connection>;
  /** Texts that must not appear in errors. */
  readonly secrets: readonly string[];
}

export class Store {
  readonly #parts: StoreParts;
  readonly #over = new AbortController();
  #connection: Connection | undefined;
  #connecting: Promise<Connection> | undefined;
  /** Absolute directory that is the root, without links; '' for the server's `/`. */
  base = '';
  /** Longest name in bytes. */
  nameBytes = 255;
  /** Whether the server knows the request that sets a file's time. */
  setsTimes = true;
  /** Directories that were reached without links, and when, by `performance.now()`. */
  readonly checked = new Map<string, number>();

  constructor(parts: StoreParts) {
    this.#parts = parts;
  }

  /** The server's path of a path of the contract. Always absolute: the login directory may be anywhere. */
  absolute(path: string): string {
    return path === '' ? this.base || '/' : `${this.base}/${path}`;
  }

  async run<T>(facts: OperationFacts, action: (task: Task) => Promise<T>): Promise<T> {
    return this.framed(await this.begin(facts), action);
  }

  /** A task on a connection that lives, as far as one can know. */
  async begin(facts: OperationFacts): Promise<Task> {
    // One signal for many operations at once is how it is meant to be used; Node would warn of a leak.
    setMaxListeners(0, facts.signal);
    try {
      facts.signal.throwIfAborted();
      this.checkPath(facts.path);
      return new Task(facts, await this.#connected(facts.signal));
    } catch (error) {
      throw this.toError(error, facts, 0);
    }
  }

  /** Begins the action at once. */
  async framed<T>(task: Task, action: (task: Task) => Promise<T>): Promise<T> {
    try {
      return await action(task);
    } catch (error) {
      throw this.toError(error, task.facts, task.effects);
    } finally {
      task.end();
    }
  }

  /** What SFTP cannot carry, or no server stores. */
  checkPath(path: string): void {
    if (/[\p{Surrogate}\0]/u.test(path)) {
      throw new Finding('invalid-name', 'the name has no bytes: it is not Unicode');
    }
    if (path.split('/').some((name) => Buffer.byteLength(name) > this.nameBytes)) {
      const most = String(this.nameBytes);
      throw new Finding('invalid-name', `a name may have ${most} bytes at most`);
    }
  }

  /** What leaves the plugin: kind, operation, path, the server's words without secrets. */
  toError(error: unknown, facts: OperationFacts, effects: number): TransportError {
    if (error instanceof TransportError) return error;
    const { operation, path, signal } = facts;
    const kind = signal.aborted ? 'cancelled' : kindOfError(error);
    const status = statusOf(error);
    const why = kind === 'cancelled' ? 'it was stopped' : this.#hide(messageOf(error));
    return new TransportError(`${operation} ${path === '' ? 'the root' : path}: ${why}`, {
      ...{ kind, operation, path },
      outcome: effects > 0 ? 'unknown' : 'not-done',
      ...(status === undefined ? {} : { serverSaid: this.#hide(toLine(status)) }),
      // What came from the server is in serverSaid.
      ...(error instanceof Finding && error.cause !== undefined ? { cause: error.cause } : {}),
    });
  }

  async close(): Promise<void> {
    if (this.#over.signal.aborted) return;
    this.#over.abort(new LostConnection('the store was closed'));
    await this.#connecting?.catch(() => undefined);
    await this.#connection?.close();
  }

  async #connected(signal: AbortSignal): Promise<Connection> {
    if (this.#over.signal.aborted) throw new LostConnection('the store was closed');
    if (this.#connection?.lost === false) return this.#connection;
    this.#connecting ??= this.#connect();
    return orAborted(this.#connecting, signal);
  }

  /** One for all that wait: no single operation's signal ends it. */
  async #connect(): Promise<Connection> {
    try {
      const connection = await this.#parts.connect(this.#over.signal);
      this.#connection = connection;
      this.checked.clear();
      return connection;
    } finally {
      this.#connecting = undefined;
    }
  }

  #hide(text: string): string {
    const hidden = this.#parts.secrets.reduce(
      (rest, secret) => (secret === '' ? rest : rest.replaceAll(secret, '***')),
      text,
    );
    return hidden.slice(0, 2000);
  }
}

function kindOfError(error: unknown): TransportErrorKind {
  if (error instanceof Refusal || error instanceof Finding) return error.kind;
  return 'unreachable';
}

function statusOf(error: unknown): Status | undefined {
  return error instanceof Refusal || error instanceof Finding ? error.status : undefined;
}

function toLine({ code, text }: Status): string {
  return `${text} (${String(code)})`;
}

function messageOf(error: unknown): string {
  if (error instanceof Refusal) return `the server says ${toLine(error.status)}`;
  return error instanceof Error ? error.message : String(error);
}
