/**
 * How trouble travels inside the plugin, before it becomes a TransportError with operation and path.
 * Holds no server knowledge: what replies mean is in replies.ts.
 */
import type { TransportErrorKind } from '../../src/plugin-api.ts';
import type { Reply } from './replies.ts';

/** The server refused a command. */
export class Refusal extends Error {
  readonly reply: Reply;

  constructor(reply: Reply) {
    super(`${String(reply.code)} ${reply.text}`);
    this.reply = reply;
  }
}

/** The control connection is gone or cannot be trusted any more. */
export class LostConnection extends Error {
  /** The server took back what it had said: nothing of the last command was carried out. */
  readonly untouched: boolean;

  constructor(message: string, facts: { cause?: unknown; untouched?: boolean } = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.untouched = facts.untouched ?? false;
  }
}

/** What the plugin found out itself: the kind is proven. */
export class Finding extends Error {
  readonly kind: TransportErrorKind;
  readonly outcome: 'not-done' | 'unknown';
  readonly reply: Reply | undefined;

  constructor(
    kind: TransportErrorKind,
    message: string,
    facts: { reply?: Reply; outcome?: 'not-done' | 'unknown'; cause?: unknown } = {},
  ) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.kind = kind;
    this.outcome = facts.outcome ?? 'not-done';
    this.reply = facts.reply;
  }
}
