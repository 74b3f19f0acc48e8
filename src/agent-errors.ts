/**
 * Why the agent does not begin with a folder. A file of its own, so that saying so loads nothing else.
 */

/** Another agent, or another command, works on this folder. */
export class FolderBusyError extends Error {
  constructor(local: string) {
    super(`another ownsync works on ${local}`);
    this.name = 'FolderBusyError';
  }
}
