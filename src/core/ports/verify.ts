/** What `ownsync verify` asks of a folder, and what it tells. */

export type FaultKind =
  /** Recorded, and not on the store. */
  | 'missing-on-store'
  /** On the store there is something of another kind or size. */
  | 'other-on-store'
  /** Size and time are right, the content is not. */
  | 'damaged-on-store'
  /** A file on the store that no record tells of. */
  | 'unknown-on-store'
  | 'missing-here'
  | 'other-here'
  /** The content changed, and neither size nor times did: no program did that. */
  | 'damaged-here';

export interface Fault {
  readonly path: string;
  readonly fault: FaultKind;
  /** It has been put right; what was found lies in the history or the trash. */
  readonly healed?: true;
}

export interface VerifyOptions {
  readonly signal: AbortSignal;
  /** Read contents too. Default: names, sizes and times. */
  readonly content?: boolean;
  /** Bytes to read from the store at most; the next call goes on with the rest. Default: all. */
  readonly budget?: number;
}

export interface VerifyReport {
  /** Recorded files that were compared. */
  readonly files: number;
  readonly readFiles: number;
  readonly readBytes: number;
  /** Files on the store that the budget did not reach. */
  readonly unread: number;
  /** By path. */
  readonly faults: readonly Fault[];
  /** The folder waits for a person; nothing was verified. */
  readonly halt?: { readonly reason: string; readonly message: string };
}
