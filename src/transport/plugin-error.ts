/**
 * A plugin that is not there or cannot be used. A file of its own, so that saying so loads nothing else.
 */
export class PluginError extends Error {
  /** The message says what to write instead. */
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'PluginError';
  }
}
