/**
 * How trouble travels inside the plugin, before it becomes a TransportError with operation and path (frame.ts).
 * Holds no knowledge of servers: what statuses mean is in statuses.ts.
 */
import type { TransportErrorKind } from '../../src/plugin-api.ts';
import type { Answer } from './web.ts';

/** The server answered, and it was no. */
export class Refusal extends Error {
  readonly answer: Answer;

  constructor(answer: Answer) {
    super(`the server answers ${String(answer.status)}`);
    this.answer = answer;
  }
}

/** No answer, or one that was cut: whether the server carried the request out is not known. */
export class LostConnection extends Error {
  /** Nothing was sent yet. */
  readonly untouched: boolean;

  constructor(message: string, facts: { cause?: unknown; untouched?: boolean } = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.untouched = facts.untouched ?? false;
  }
}

/** What the plugin found out itself: the kind is proven. */
export class Finding extends Error {
  /** Survives a client that passes on nothing but an error's text and code. */
  static readonly code = 'WEBDAV_FINDING';
  readonly code = Finding.code;
  readonly kind: TransportErrorKind;
  readonly outcome: 'not-done' | 'unknown';

  constructor(
    kind: TransportErrorKind,
    message: string,
    facts: { outcome?: 'not-done' | 'unknown'; cause?: unknown } = {},
  ) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.kind = kind;
    this.outcome = facts.outcome ?? 'not-done';
  }
}
