/** Bounds of the engine: everything has a limit. Tests narrow some of them. */
export interface Limits {
  /** Rounds of one sync. */
  readonly rounds: number;
  /** Files staged for one transaction, and renames done under one lease. */
  readonly stagedFiles: number;
  readonly renames: number;
  /** Bytes staged for one transaction. */
  readonly stagedBytes: number;
  /** Transfers of files of so many bytes go on after a cut where they stopped; smaller ones begin anew. */
  readonly resumable: number;
  /** A holder places for at most this long, milliseconds of its monotonic clock. */
  readonly leaseWork: number;
  /** On a store where racing renames may all succeed, the winner looks after this time, milliseconds. */
  readonly racers: number;
  /** A lease unchanged for this long by the store's clock is dead, milliseconds. */
  readonly leaseDead: number;
  /** How long a sync waits for somebody else's lease before it leaves its uploads to the next one, milliseconds. */
  readonly leaseWait: number;
  /** Text of one segment, master or small file, expanded, bytes. */
  readonly text: number;
  /** A master is written when this many segments are not covered by one. */
  readonly segmentsPerMaster: number;
  /** Own covered segments are deleted when the master is this old by the store's clock, milliseconds. */
  readonly masterAge: number;
  /** Guard: more than this many files and this share, or all of so many. */
  readonly guardFiles: number;
  readonly guardShare: number;
  readonly guardAll: number;
  /** Guard's sliding window, milliseconds. */
  readonly guardWindow: number;
  /** A lock of strict rounds that is in the way for longer is a dead client's, milliseconds. */
  readonly strictLock: number;
  /** A `clients/` file that only says "still here" is rewritten this often, milliseconds. */
  readonly clientFileAge: number;
  /** What is remembered of the store's directories is asked anew after this time, milliseconds. */
  readonly thorough: number;
  /** What nobody brings for more rounds than this is asked for: everybody looks at the store anew. */
  readonly askAfter: number;
  /** Clients silent for this long are pruned, milliseconds. */
  readonly silent: number;
}

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

export const DEFAULT_LIMITS: Limits = {
  rounds: 5,
  stagedFiles: 1000,
  renames: 200,
  stagedBytes: 512 * 1024 * 1024,
  resumable: 8 * 1024 * 1024,
  leaseWork: 10_000,
  racers: 2000,
  leaseDead: MINUTE,
  leaseWait: 90_000,
  text: 512 * 1024 * 1024,
  segmentsPerMaster: 64,
  masterAge: DAY,
  guardFiles: 25,
  guardShare: 0.2,
  guardAll: 4,
  guardWindow: 60 * MINUTE,
  strictLock: 5 * MINUTE,
  clientFileAge: 60 * MINUTE,
  thorough: DAY,
  askAfter: 50,
  silent: 90 * DAY,
};
