/**
 * The connections of one store: opened when needed, given out one by one, fewer when the server says so. No operation
 * ever holds two, so a small limit slows down and never locks up. Never sleeps, never retries a command.
 */
import { orAborted } from '../../src/plugin-api.ts';
import type { Connection } from './connection.ts';
import { Finding, Refusal } from './failures.ts';
import { kindOf } from './replies.ts';

/** Milliseconds of idleness after which a connection is asked whether it still lives before it gets work. */
const doubtful = 10_000;
/** Milliseconds after a refusal before one more connection is tried. */
const recovery = 60_000;

interface Waiter {
  readonly wake: () => void;
}

export class Pool {
  readonly #open: (signal: AbortSignal) => Promise<Connection>;
  readonly #size: number;
  readonly #all = new Set<Connection>();
  readonly #idle: Connection[] = [];
  readonly #waiters: Waiter[] = [];
  readonly #over = new AbortController();
  #limit: number;
  /** Connections that are being opened. */
  #opening = 0;
  #refusedAt = 0;

  constructor(size: number, open: (signal: AbortSignal) => Promise<Connection>) {
    this.#size = size;
    this.#limit = size;
    this.#open = open;
  }

  /** Connections open now. */
  get open(): number {
    return this.#all.size;
  }

  /** A connection for one operation. `fresh`: one that is known to live. */
  async acquire(signal: AbortSignal, fresh: boolean): Promise<Connection> {
    for (;;) {
      signal.throwIfAborted();
      if (this.#over.signal.aborted) throw new Finding('unreachable', 'the store is closed');
      const idle = this.#idle.pop();
      if (idle !== undefined) {
        if (await this.#lives(idle, fresh)) return ready(idle);
        this.drop(idle);
        continue;
      }
      if (this.#all.size + this.#opening < this.#currentLimit()) {
        const opened = await this.#add(signal);
        if (opened !== undefined) return ready(opened);
        continue;
      }
      await this.#wait(signal);
    }
  }

  /** Gives a connection back; one that is closed is forgotten. */
  release(connection: Connection): void {
    if (connection.closed || this.#over.signal.aborted || this.#all.size > this.#limit) {
      this.drop(connection);
      return;
    }
    connection.idleSince = performance.now();
    this.#idle.push(connection);
    this.#wakeOne();
  }

  drop(connection: Connection): void {
    if (!this.#all.delete(connection)) return;
    if (!connection.closed) connection.control.destroy(new Error('not needed any more'));
    this.#wakeOne();
  }

  /** Takes leave of idle connections and cuts the busy ones. */
  async close(): Promise<void> {
    if (this.#over.signal.aborted) return;
    this.#over.abort(new Finding('unreachable', 'the store is closed'));
    const idle = this.#idle.splice(0);
    await Promise.all(idle.map((connection) => farewell(connection)));
    for (const connection of [...this.#all]) this.drop(connection);
    for (const waiter of this.#waiters.splice(0)) waiter.wake();
  }

  #currentLimit(): number {
    if (this.#limit < this.#size && performance.now() - this.#refusedAt > recovery) {
      this.#limit += 1;
      this.#refusedAt = performance.now();
    }
    return this.#limit;
  }

  /** Opens one more; undefined when the server takes no more and others are at work. */
  async #add(signal: AbortSignal): Promise<Connection | undefined> {
    this.#opening += 1;
    try {
      const connection = await this.#open(AbortSignal.any([signal, this.#over.signal]));
      this.#all.add(connection);
      return connection;
    } catch (error) {
      const others = this.#all.size + this.#opening - 1;
      if (!isBusy(error) || others === 0) throw error;
      this.#limit = Math.max(1, Math.min(this.#limit, this.#all.size + this.#opening) - 1);
      this.#refusedAt = performance.now();
      return undefined;
    } finally {
      this.#opening -= 1;
      this.#wakeOne();
    }
  }

  async #lives(connection: Connection, ask: boolean): Promise<boolean> {
    if (connection.closed) return false;
    if (!ask && performance.now() - connection.idleSince < doubtful) return true;
    return connection.ask('NOOP').then(
      () => true,
      () => false,
    );
  }

  async #wait(signal: AbortSignal): Promise<void> {
    let wake: () => void = () => undefined;
    const woken = new Promise<void>((resolve) => {
      wake = resolve;
    });
    const waiter = { wake };
    this.#waiters.push(waiter);
    try {
      await orAborted(woken, signal);
    } catch (error) {
      const at = this.#waiters.indexOf(waiter);
      if (at >= 0) this.#waiters.splice(at, 1);
      else this.#wakeOne();
      throw error;
    }
  }

  #wakeOne(): void {
    this.#waiters.shift()?.wake();
  }
}

function ready(connection: Connection): Connection {
  connection.control.sent = 0;
  connection.control.answered = 0;
  return connection;
}

function isBusy(error: unknown): boolean {
  if (error instanceof Finding) return error.kind === 'busy';
  return error instanceof Refusal && kindOf(error.reply) === 'busy';
}

/** Says good-bye, so that the server frees the login at once, and closes. */
async function farewell({ control }: Connection): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, 1000);
  });
  const left = control.command('QUIT').catch(() => undefined);
  await Promise.race([left, late]);
  clearTimeout(timer);
  control.destroy(new Error('closed'));
}
