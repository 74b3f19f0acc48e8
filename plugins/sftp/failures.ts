/**
 * How trouble travels inside the plugin, before it becomes a TransportError with operation and path.
 * Holds no server knowledge: what a status means is in status.ts.
 */
import type { TransportErrorKind } from '../../src/plugin-api.ts';
import { kindOf, type Status } from './status.ts';

/** The server refused a request. */
export class Refusal extends Error {
  readonly status: Status;

  constructor(status: Status) {
    super(status.text);
    this.status = status;
  }

  get kind(): TransportErrorKind {
    return kindOf(this.status);
  }
}

/** The connection is gone or cannot be trusted any more. */
export class LostConnection extends Error {}

/** What the plugin found out itself: the kind is proven. */
export class Finding extends Error {
  readonly kind: TransportErrorKind;
  readonly status: Status | undefined;

  constructor(
    kind: TransportErrorKind,
    message: string,
    facts: { readonly status?: Status; readonly cause?: unknown } = {},
  ) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.kind = kind;
    this.status = facts.status;
  }
}

/** The answer, or the refusal as a value; any other trouble is thrown. */
export async function orRefusal<T>(asking: Promise<T>): Promise<T | Refusal> {
  try {
    return await asking;
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}
