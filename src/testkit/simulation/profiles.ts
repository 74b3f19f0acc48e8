/**
 * The named kinds of simulated runs: which store, which paths, which faults and how often. A rate is the chance of an event
 * at one place of the script. Only data.
 */
import type { MemoryProfile } from '../memory-profile.ts';
import type { Fault } from './script.ts';

export interface Profile {
  readonly store: Partial<MemoryProfile>;
  readonly rounds: 'relaxed' | 'strict';
  /** Least and most clients. */
  readonly clients: readonly [number, number];
  /** Events before the quiet rounds. */
  readonly length: number;
  readonly paths: readonly string[];
  readonly directories: readonly string[];
  readonly rates: Rates;
  readonly faults: readonly Fault[];
  /** The wall clocks are wrong by up to this, milliseconds. */
  readonly skew: number;
  readonly mtimePrecisions: readonly number[];
}

export interface Rates {
  /** A person does something. */
  readonly act: number;
  /** Of these, another program on the store. */
  readonly program: number;
  /** Of these, on directories, links, metadata, moves. */
  readonly directory: number;
  readonly link: number;
  readonly metadata: number;
  readonly move: number;
  /** Files are there before the first sync. */
  readonly filled: number;
  /** The engine's bounds are narrow. */
  readonly narrow: number;
  /** Content that was written before is written again. */
  readonly same: number;
  readonly crash: number;
  /** A path is fought over while it is placed. */
  readonly ambush: number;
  readonly cancel: number;
  /** A step meets one of the profile's faults. */
  readonly fault: number;
  /** A minute passes. */
  readonly minute: number;
  /** A client falls asleep in the middle of its round. */
  readonly sleep: number;
  /** Rare events, each at most once in a run: copies of a client, stores set back. */
  readonly clone: number;
  readonly restore: number;
  readonly wipe: number;
  readonly rollback: number;
}

const year = 365 * 24 * 3600 * 1000;

/** FTP: a rename replaces a file, times can be set, whole seconds, no ids. */
const ftp: Partial<MemoryProfile> = {
  renameOnto: { file: 'replaces', directory: 'refuses' },
  modified: 'set',
  modifiedPrecision: 1000,
  ids: false,
  etag: 'none',
};

const refusing = { file: 'refuses', directory: 'refuses' } as const;

/** A store where a rename onto a file refuses, with ids: nothing can be overwritten. */
const refuses: Partial<MemoryProfile> = {
  renameOnto: refusing,
  modified: 'set',
  modifiedPrecision: 1000,
  ids: true,
  etag: 'none',
};

/** WebDAV: times only read, an etag that is kept within one second. */
const webdav: Partial<MemoryProfile> = {
  renameOnto: refusing,
  modified: 'read',
  modifiedPrecision: 1000,
  ids: true,
  etag: 'weak',
  copy: true,
};

const rates: Rates = {
  act: 0.12,
  program: 0.15,
  directory: 0,
  link: 0,
  metadata: 0,
  move: 0,
  filled: 0.3,
  narrow: 0.5,
  same: 0,
  crash: 0.02,
  ambush: 0.02,
  cancel: 0,
  fault: 0,
  minute: 0.01,
  sleep: 0,
  clone: 0,
  restore: 0,
  wipe: 0,
  rollback: 0,
};

const plain: Profile = {
  store: refuses,
  rounds: 'relaxed',
  clients: [2, 3],
  length: 150,
  paths: ['p', 'q'],
  directories: [],
  rates,
  faults: [],
  skew: 3 * year,
  mtimePrecisions: [1],
};

const folders: Profile = {
  ...plain,
  paths: ['p', 'd/x', 'd/y', 'd/e/z', 'f/x'],
  directories: ['d', 'd/e', 'f', 'p'],
  rates: { ...rates, directory: 0.2, link: 0.08, metadata: 0.08, move: 0.2 },
  mtimePrecisions: [1, 1000, 2000],
};

const lost: readonly Fault[] = ['error', 'lost-before', 'lost-after', 'torn'];

export const profiles = {
  /** Two paths, crashes, other programs. */
  plain,
  /** Other programs do most of it: what they wrote is on the store only. */
  programs: { ...plain, rates: { ...rates, program: 0.55, crash: 0.04 } },
  /** Neither crashes nor other programs: the first to make work. */
  gentle: {
    ...plain,
    rates: { ...rates, program: 0, crash: 0, minute: 0, filled: 0, narrow: 0, ambush: 0 },
  },
  /** Directories, moves of files and subtrees, links, metadata. */
  folders,
  /** Folders on a store whose rename replaces. */
  ftp: { ...folders, store: ftp },
  sftp: { ...folders, store: { ...ftp, ids: true, renameOnto: refusing } },
  /** An old FTP server that lists minutes only. */
  minutes: { ...folders, store: { ...ftp, modifiedPrecision: 60_000 } },
  webdav: { ...folders, store: webdav },
  /** Replies lost, writes torn, cancelled rounds. */
  lost: { ...folders, rates: { ...folders.rates, fault: 0.06, cancel: 0.01 }, faults: lost },
  /** Listings that are old or cut. */
  stale: { ...plain, rates: { ...rates, fault: 0.25 }, faults: ['stale', 'cut', 'cut-silently'] },
  /** Clients that sleep in the middle of a round, past their lease. */
  sleepy: { ...folders, rates: { ...folders.rates, sleep: 0.03, minute: 0.02 } },
  /** More clients, more of everything. */
  many: {
    ...folders,
    clients: [3, 5],
    length: 220,
    store: ftp,
    rates: { ...folders.rates, sleep: 0.02, fault: 0.03, minute: 0.02, same: 0.05 },
    faults: [...lost, 'stale', 'cut', 'cut-silently'],
  },
  /** The proposal's own rounds, with locks. */
  strict: { ...folders, rounds: 'strict' },
  /** Copied clients, and clients put back from a backup. */
  clones: { ...plain, rates: { ...rates, clone: 0.04, restore: 0.04 } },
  /** A store that was emptied or put back from a backup. */
  travel: { ...plain, rates: { ...rates, wipe: 0.03, rollback: 0.04 } },
} satisfies Record<string, Profile>;

export type ProfileName = keyof typeof profiles;

export function profileNamed(name: string): Profile {
  const found: Profile | undefined = Object.hasOwn(profiles, name)
    ? profiles[name as ProfileName]
    : undefined;
  if (found !== undefined) return found;
  throw new Error(`no profile ${name}; known: ${Object.keys(profiles).join(', ')}`);
}
