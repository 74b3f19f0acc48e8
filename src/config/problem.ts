/**
 * What is wrong with a configuration: every problem with its place in the file. Carries no secret: found values are only
 * shown where the schema lists the allowed ones.
 */
export interface Position {
  /** Both count from 1. */
  readonly line: number;
  readonly column: number;
}

export interface ConfigProblem extends Position {
  /** Where in the configuration, as `folders[0].rounds`; empty for the file as a whole. */
  readonly where: string;
  readonly message: string;
}

/** The configuration cannot be used. The message lists all problems, one a line. */
export class ConfigError extends Error {
  readonly file: string;
  readonly problems: readonly ConfigProblem[];

  constructor(file: string, problems: readonly ConfigProblem[], cause?: unknown) {
    super(
      problems.map((problem) => sayProblem(file, problem)).join('\n'),
      cause === undefined ? undefined : { cause },
    );
    this.name = 'ConfigError';
    this.file = file;
    this.problems = problems;
  }
}

function sayProblem(file: string, { line, column, where, message }: ConfigProblem): string {
  return `${file}:${line}:${column}: ${where === '' ? '' : `${where}: `}${message}`;
}
