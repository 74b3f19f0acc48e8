/**
 * Where a command writes, and asks: handed in, so that tests can read it.
 */
export interface Terminal {
  /** One line of result. */
  readonly out: (line: string) => void;
  /** One line about what went wrong. */
  readonly err: (line: string) => void;
  /** A person is looking: bars may move. Undefined: plain lines. */
  readonly screen: NodeJS.WriteStream | undefined;
  /** That person can be asked. Undefined: nobody can. */
  readonly keyboard?: NodeJS.ReadStream | undefined;
}
