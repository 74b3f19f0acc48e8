/**
 * One operation on one connection: its requests obey the signal, what it changed is counted, and the handles that it
 * leaves open are closed. Decides nothing about what an answer means.
 */
import { orAborted } from '../../src/plugin-api.ts';
import type { Connection, Send } from './connection.ts';
import { LostConnection, Refusal } from './failures.ts';

export interface OperationFacts {
  readonly operation: string;
  readonly path: string;
  readonly signal: AbortSignal;
}

export class Task {
  readonly facts: OperationFacts;
  readonly connection: Connection;
  readonly #handles = new Set<Buffer>();
  #over = false;
  /** Requests that changed the store, or may have: sent and not refused. */
  effects = 0;

  constructor(facts: OperationFacts, connection: Connection) {
    this.facts = facts;
    this.connection = connection;
  }

  get signal(): AbortSignal {
    return this.facts.signal;
  }

  /** A request that changes nothing. It is sent before this returns. */
  async ask<T>(send: Send<T>): Promise<T> {
    this.#goOn();
    return orAborted(this.connection.request<T>(send), this.signal);
  }

  /** A request that changes something. */
  async change<T = void>(send: Send<T>): Promise<T> {
    this.#goOn();
    this.effects += 1;
    try {
      return await orAborted(this.connection.request<T>(send), this.signal);
    } catch (error) {
      if (error instanceof Refusal) this.effects -= 1;
      throw error;
    }
  }

  /** Opens a handle, which is closed with the task at the latest, also when it comes after an abort. */
  async open(kind: 'reads' | 'changes', send: Send<Buffer>): Promise<Buffer> {
    const held: Send<Buffer> = (channel, done) => {
      send(channel, (error, handle) => {
        if (handle !== undefined) this.#hold(handle);
        done(error, handle);
      });
    };
    return kind === 'reads' ? this.ask(held) : this.change(held);
  }

  async close(handle: Buffer): Promise<void> {
    this.#goOn();
    this.#handles.delete(handle);
    await this.ask((channel, done) => {
      channel.close(handle, done);
    });
  }

  /** Nothing is waited for: the answers change nothing any more. */
  end(): void {
    this.#over = true;
    for (const handle of this.#handles) this.#letGo(handle);
    this.#handles.clear();
  }

  /** SERVER: a handle that was closed may be another task's by now; what still runs of this one must not use it. */
  #goOn(): void {
    this.signal.throwIfAborted();
    if (this.#over) throw new LostConnection('the operation is over');
  }

  #hold(handle: Buffer): void {
    if (this.#over) this.#letGo(handle);
    else this.#handles.add(handle);
  }

  #letGo(handle: Buffer): void {
    const closing = this.connection.request((channel, done) => {
      channel.close(handle, done);
    });
    closing.catch(() => undefined);
  }
}
