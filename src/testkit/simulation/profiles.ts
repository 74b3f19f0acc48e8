/**
 * The named kinds of simulated runs: which stores, which paths, which faults and how often. A rate is the chance of an event
 * at one place of the script. Only data.
 */
import type { MemoryProfile } from '../memory-profile.ts';
import { stores } from './profiles-stores.ts';
import type { ClientSpec, Fault } from './script.ts';

export interface Profile {
  /** One of them for each run. */
  readonly stores: readonly Partial<MemoryProfile>[];
  readonly rounds: 'relaxed' | 'strict';
  readonly deletedOnStore: 'follow' | 'restore';
  /** One of them for each run, milliseconds. */
  readonly settle: readonly number[];
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
  /** What disks make of names, one of them for each client. */
  readonly names: readonly Pick<ClientSpec, 'caseSensitive' | 'unicode'>[];
}

export interface Rates {
  /** A person does something. */
  readonly act: number;
  /** Of these, another program on the store. */
  readonly program: number;
  /** Of these, on directories, links, metadata, moves, ignore rules. */
  readonly directory: number;
  readonly link: number;
  readonly metadata: number;
  readonly move: number;
  readonly ignore: number;
  /** Files are there before the first sync. */
  readonly filled: number;
  /** Everybody has synced once before anything else happens. */
  readonly settled: number;
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
  /** A disk or the store is full for a while. */
  readonly full: number;
  /** A minute passes. */
  readonly minute: number;
  /** A client falls asleep in the middle of its round. */
  readonly sleep: number;
  /** A disk that keeps no executable bit. */
  readonly modeless: number;
  /** So many of the rare events in a run. */
  readonly rare: number;
  /** Rare events: copies of a client, stores set back. */
  readonly clone: number;
  readonly restore: number;
  readonly wipe: number;
  /** A local folder that is another one, or none, and joins again. */
  readonly unmark: number;
  readonly rollback: number;
  /** Of stores that are set back, those where only the users' files are. */
  readonly filesOnly: number;
}

const year = 365 * 24 * 3600 * 1000;

const rates: Rates = {
  act: 0.16,
  program: 0.15,
  directory: 0,
  link: 0,
  metadata: 0,
  move: 0,
  ignore: 0,
  filled: 0.5,
  settled: 0.5,
  narrow: 0.5,
  same: 0,
  crash: 0.03,
  ambush: 0.03,
  cancel: 0,
  fault: 0,
  full: 0,
  minute: 0.015,
  sleep: 0,
  modeless: 0,
  rare: 1,
  clone: 0,
  restore: 0,
  wipe: 0,
  unmark: 0,
  rollback: 0,
  filesOnly: 0,
};

const plainNames = [{ caseSensitive: true, unicode: 'as-given' }] as const;

const plain: Profile = {
  stores: [stores.refuses],
  rounds: 'relaxed',
  deletedOnStore: 'follow',
  settle: [0],
  clients: [2, 3],
  length: 90,
  paths: ['p', 'q'],
  directories: [],
  rates,
  faults: [],
  skew: 3 * year,
  mtimePrecisions: [1],
  names: plainNames,
};

const folders: Profile = {
  ...plain,
  paths: ['p', 'd/x', 'd/y', 'd/e/z', 'f/x'],
  directories: ['d', 'd/e', 'f', 'p'],
  rates: { ...rates, directory: 0.2, link: 0.08, metadata: 0.08, move: 0.2, modeless: 0.1 },
  mtimePrecisions: [1, 1000, 2000],
};

const lost: readonly Fault[] = ['error', 'lost-before', 'lost-after', 'torn'];
const faded: readonly Fault[] = ['stale', 'cut', 'cut-silently'];

export const profiles = {
  /** Two paths, crashes, other programs. */
  plain,
  /** Other programs do most of it: what they wrote is on the store only. */
  programs: {
    ...plain,
    stores: [stores.refuses, stores.mount, stores.strong],
    rates: { ...rates, program: 0.55, crash: 0.05 },
  },
  /** Neither crashes nor other programs: the first to make work. */
  gentle: {
    ...plain,
    rates: { ...rates, program: 0, crash: 0, minute: 0, filled: 0, narrow: 0, ambush: 0 },
  },
  /** Directories, moves of files and subtrees, links, metadata. */
  folders,
  /** Files where others have directories, and the other way round. */
  clashes: {
    ...folders,
    stores: [stores.refuses, stores.ftp, stores.webdav],
    paths: ['p', 'p/x', 'p/x/y', 'd', 'd/x'],
    directories: ['p', 'p/x', 'd'],
    rates: { ...folders.rates, directory: 0.15, move: 0.1, link: 0.04, metadata: 0.04 },
  },
  /** Folders on a store whose rename replaces. */
  ftp: { ...folders, stores: [stores.ftp] },
  sftp: { ...folders, stores: [stores.sftp, stores.strong] },
  webdav: { ...folders, stores: [stores.webdav] },
  /** Etags for whole trees, late; racing directories replace one another. */
  owncloud: {
    ...folders,
    stores: [stores.owncloud],
    rates: { ...folders.rates, fault: 0.03, sleep: 0.01 },
    faults: [...lost, 'stale'],
  },
  /** Stores that tell little: minutes, even seconds, or no time at all. */
  weak: { ...folders, stores: [stores.minutes, stores.mount, stores.timeless] },
  /** Replies lost, writes torn, reads cut, cancelled rounds. */
  lost: {
    ...folders,
    stores: [stores.refuses, stores.ftp, stores.strong],
    rates: { ...folders.rates, fault: 0.08, cancel: 0.015 },
    faults: lost,
  },
  /** Listings that are old or cut. */
  stale: { ...plain, rates: { ...rates, fault: 0.25 }, faults: faded },
  /** Clients that sleep in the middle of a round, past their lease. */
  sleepy: { ...folders, rates: { ...folders.rates, sleep: 0.04, minute: 0.03 } },
  /** Up to eight clients on two paths. */
  crowd: { ...plain, clients: [4, 8], length: 140, stores: [stores.refuses, stores.ftp] },
  /** More clients, more of everything. */
  many: {
    ...folders,
    clients: [3, 5],
    length: 150,
    stores: [stores.ftp, stores.webdav, stores.mount],
    rates: { ...folders.rates, sleep: 0.02, fault: 0.03, minute: 0.02, same: 0.05, full: 0.01 },
    faults: [...lost, ...faded],
  },
  /** The proposal's own rounds, with locks. */
  strict: { ...folders, rounds: 'strict' },
  /** Disks that ignore case or Unicode form. */
  names: {
    ...folders,
    paths: ['p', 'P', '\u00e9', 'e\u0301', 'd/x', 'D/x', 'D/y'],
    directories: ['d', 'D'],
    names: [
      ...plainNames,
      { caseSensitive: false, unicode: 'as-given' },
      { caseSensitive: true, unicode: 'nfd' },
      { caseSensitive: false, unicode: 'nfd' },
      { caseSensitive: true, unicode: 'nfc' },
    ],
  },
  /** Ignore rules that come and go. */
  ignored: { ...folders, rates: { ...folders.rates, ignore: 0.15 } },
  /** Disks and stores that are full for a while. */
  full: { ...folders, rates: { ...folders.rates, full: 0.06 } },
  /** What another program writes has to stand still first. */
  settling: { ...folders, settle: [2000, 60_000], rates: { ...folders.rates, program: 0.4 } },
  /** What another program deletes comes back. */
  restoring: {
    ...folders,
    deletedOnStore: 'restore',
    rates: { ...folders.rates, program: 0.4, crash: 0.04 },
  },
  /** Copied clients, and clients put back from a backup. */
  clones: { ...plain, rates: { ...rates, clone: 0.06, restore: 0.06 } },
  /** A store that was emptied or put back from a backup. */
  travel: {
    ...plain,
    length: 120,
    rates: { ...rates, wipe: 0.05, unmark: 0.025, rollback: 0.06, sleep: 0.02 },
  },
  /** Users' files were put back from a backup, and what agents keep on the store was not. */
  setback: {
    ...plain,
    stores: [stores.refuses, stores.ftp, stores.strong],
    paths: ['p', 'q', 'd/x'],
    directories: ['d'],
    rates: { ...rates, program: 0.05, rollback: 0.1, filesOnly: 1 },
  },
  /** Several of these one after the other; a state older than a folder that joined anew would tell of deletions. */
  disasters: {
    ...plain,
    length: 140,
    rates: {
      ...{ ...rates, rare: 3, sleep: 0.02 },
      ...{ clone: 0.04, restore: 0.04, wipe: 0.04, rollback: 0.06, filesOnly: 0.2 },
    },
  },
} satisfies Record<string, Profile>;

export type ProfileName = keyof typeof profiles;

export function profileNamed(name: string): Profile {
  const found: Profile | undefined = Object.hasOwn(profiles, name)
    ? profiles[name as ProfileName]
    : undefined;
  if (found !== undefined) return found;
  throw new Error(`no profile ${name}; known: ${Object.keys(profiles).join(', ')}`);
}
