/**
 * Knows every secret that was looked up in this run and takes it out of what is shown or logged.
 */
import { secretFilter } from '../config/secrets.ts';
import type { Log } from '../core/ports/world.ts';

export interface SecretKeeper {
  readonly add: (value: string) => void;
  readonly redact: (text: string) => string;
}

export function createSecretKeeper(): SecretKeeper {
  const values = new Set<string>();
  return {
    add: (value) => values.add(value),
    redact: (text) => secretFilter(values)(text),
  };
}

/** A log that gets no secret to see. */
export function redactedLog(log: Log, { redact }: SecretKeeper): Log {
  return (level, message, facts) => {
    const clean = Object.entries(facts ?? {}).map(([key, value]) => [
      key,
      typeof value === 'string' ? redact(value) : value,
    ]);
    log(level, redact(message), Object.fromEntries(clean) as Record<string, unknown>);
  };
}
