/**
 * The frame around every operation: names are checked before, and every trouble leaves as a TransportError that says what
 * is known of the outcome and tells no secret. Repeats only reading, once, on a connection that the server had let go.
 */
import { setMaxListeners } from 'node:events';
import {
  orAborted,
  TransportError,
  type TransportErrorFacts,
  type TransportErrorKind,
} from '../../src/plugin-api.ts';
import type { Dialect } from './dialect.ts';
import { Finding, LostConnection, Refusal } from './failures.ts';
import { kindOf, outcomeOf, reasonOf, waitOf, wordsOf } from './statuses.ts';
import { codeOf } from './trouble.ts';

export interface Call {
  readonly operation: string;
  readonly path: string;
  readonly signal: AbortSignal;
  /** It changes nothing: it may be repeated, and never leaves a question. */
  readonly reads: boolean;
}

export interface FrameParts {
  /** Undefined while opening. */
  readonly dialect: Dialect | undefined;
  /** Texts that must not appear in errors. */
  readonly secrets: readonly string[];
}

export class Frame {
  readonly #parts: FrameParts;
  #closed = false;

  constructor(parts: FrameParts) {
    this.#parts = parts;
  }

  close(): void {
    this.#closed = true;
  }

  async run<T>(call: Call, action: () => Promise<T>): Promise<T> {
    // One signal for many operations at once is how it is meant to be used; Node would warn of a leak.
    setMaxListeners(0, call.signal);
    try {
      call.signal.throwIfAborted();
      if (this.#closed) throw new Finding('unreachable', 'the store was closed');
      this.checkPath(call.path);
      try {
        return await orAborted(action(), call.signal);
      } catch (error) {
        if (!call.reads || isAborted(call.signal) || !isStale(error)) throw error;
        return await orAborted(action(), call.signal);
      }
    } catch (error) {
      throw this.toError(error, call);
    }
  }

  /** A name that the store cannot hold is refused before anything is sent. */
  checkPath(path: string): void {
    const why = this.refuses(path);
    if (why !== undefined) throw new Finding('invalid-name', why);
  }

  /** Why the path's names cannot be kept; undefined: they can. */
  refuses(path: string): string | undefined {
    const { dialect } = this.#parts;
    if (dialect === undefined || path === '') return undefined;
    const { nameBytes } = dialect.capabilities;
    for (const name of path.split('/')) {
      const why =
        Buffer.byteLength(name) > nameBytes
          ? `a name may have ${String(nameBytes)} bytes at most`
          : dialect.refusesName?.(name);
      if (why !== undefined) return why;
    }
    return undefined;
  }

  toError(error: unknown, call: Call): TransportError {
    if (error instanceof TransportError) return error;
    const { operation, path, signal } = call;
    const { kind, outcome, why } = this.#judge(error, call);
    const said = error instanceof Refusal ? this.#hide(wordsOf(error.answer)) : undefined;
    const wait =
      error instanceof Refusal && kind === 'busy' ? waitOf(error.answer.headers) : undefined;
    const told =
      wait === undefined ? why : `${why}; it asks to wait ${String(Math.ceil(wait / 1000))} s`;
    const facts: TransportErrorFacts = {
      ...{ kind, operation, path, outcome: call.reads ? 'not-done' : outcome },
      ...(said === undefined ? {} : { serverSaid: said }),
      ...(wait === undefined ? {} : { retryAfter: wait }),
      ...(signal.aborted || !(error instanceof Finding) ? {} : { cause: error.cause }),
    };
    return new TransportError(
      `${operation} ${path === '' ? 'the root' : path}: ${this.#hide(told)}`,
      facts,
    );
  }

  #judge(error: unknown, { operation, signal }: Call): Judgement {
    if (signal.aborted) return { kind: 'cancelled', outcome: 'unknown', why: 'it was stopped' };
    if (error instanceof Refusal) {
      const { answer } = error;
      const verdict = this.#parts.dialect?.judge?.(operation, answer);
      const kind = verdict?.kind ?? kindOf(operation, answer);
      return { kind, outcome: verdict?.outcome ?? outcomeOf(answer), why: reasonOf(answer) };
    }
    if (error instanceof Finding)
      return { kind: error.kind, outcome: error.outcome, why: error.message };
    const untouched = error instanceof LostConnection && error.untouched;
    const why = error instanceof Error ? error.message : String(error);
    return { kind: 'unreachable', outcome: untouched ? 'not-done' : 'unknown', why };
  }

  #hide(text: string): string {
    const hidden = this.#parts.secrets.reduce(
      (rest, secret) => (secret === '' ? rest : rest.replaceAll(secret, '***')),
      text,
    );
    return hidden.slice(0, 2000);
  }
}

/** A call, because it changes between two looks. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

interface Judgement {
  readonly kind: TransportErrorKind;
  readonly outcome: 'not-done' | 'unknown';
  readonly why: string;
}

/** SERVER: a kept connection may be ended by the server at the very moment it is used again. */
function isStale(error: unknown): boolean {
  if (!(error instanceof LostConnection) || error.untouched) return false;
  return ['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE'].includes(codeOf(error.cause));
}
