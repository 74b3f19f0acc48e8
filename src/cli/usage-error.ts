/**
 * Wrong use of the command line: exit code 2. A file of its own, so that nothing else is loaded to say it.
 */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}
