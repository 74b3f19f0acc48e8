/**
 * The log: one JSON line per entry, to a file or to standard error, through pino, loaded at the first line written.
 * Secrets must never be handed to it; it cannot know them.
 */
import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import type { pino as Pino } from 'pino';
import type { Log, LogLevel } from '../core/ports/world.ts';

export interface LogOptions {
  /** Entries below it are dropped. */
  readonly level: LogLevel;
  /** Appended to, made with mode 0600; without it the log goes to standard error. */
  readonly file?: string;
}

const order: Record<LogLevel, number> = { debug: 0, info: 1, warn: 2, error: 3 };
const STANDARD_ERROR = 2;

/** Lines are written before the call returns, so that the last words of a crash are kept. */
export function createLog(options: LogOptions): Log {
  let logger: Pino.Logger | undefined;
  return (level, message, facts) => {
    if (order[level] < order[options.level]) return;
    logger ??= open(options);
    logger[level](facts ?? {}, message);
  };
}

function open(options: LogOptions): Pino.Logger {
  const require = createRequire(import.meta.url);
  const { pino } = require('pino') as { pino: typeof Pino };
  if (options.file !== undefined)
    mkdirSync(dirname(options.file), { recursive: true, mode: 0o700 });
  const destination = pino.destination({
    dest: options.file ?? STANDARD_ERROR,
    sync: true,
    mode: 0o600,
  });
  return pino({ level: options.level, timestamp: pino.stdTimeFunctions.isoTime }, destination);
}
