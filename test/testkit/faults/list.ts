/** Faults of list and look; see fault.ts. */
import type { Transport } from '../../../src/core/ports/transport.ts';
import { TransportError } from '../../../src/core/ports/transport.ts';
import { instead, listed, type Fault } from './fault.ts';

export const listFaults: readonly Fault[] = [
  {
    name: 'a missing directory is listed as empty',
    fails: ['list: a missing directory is not-found, not empty'],
    bend: (good) => ({
      list: (path, signal) =>
        instead(good.list(path, signal), ['not-found'], () => ({ entries: [], complete: true })),
    }),
  },
  {
    name: 'a listing that contains itself',
    fails: ['list: an empty directory is an empty, complete listing'],
    bend: (good) =>
      listed(good, ({ entries }) => ({
        entries: [...entries, { name: '.', kind: 'directory', stamp: {} }],
        complete: true,
      })),
  },
  {
    name: 'files are listed as directories',
    fails: ['list: files and directories with their kinds and sizes'],
    bend: (good) =>
      listed(good, ({ entries }) => ({
        entries: entries.map((entry) => ({ ...entry, kind: 'directory' })),
        complete: true,
      })),
  },
  {
    name: 'a listing shows what is further below',
    fails: ['list: only direct children'],
    bend: (good) => ({
      list: async (path, signal) => {
        const { entries } = await good.list(path, signal);
        const all = [...entries];
        for (const { name, kind } of entries) {
          if (kind !== 'directory') continue;
          all.push(...(await good.list(`${path}/${name}`, signal)).entries);
        }
        return { entries: all, complete: true };
      },
    }),
  },
  {
    name: 'a file is listed as a directory with one entry',
    fails: ['list: a file is no directory with one entry'],
    bend: (good) => ({
      list: (path, signal) =>
        instead(good.list(path, signal), ['not-found'], () => ({
          entries: [{ name: path.slice(path.lastIndexOf('/') + 1), kind: 'file', stamp: {} }],
          complete: true,
        })),
    }),
  },
  {
    name: 'hidden files are not listed',
    fails: ['list: hidden files and directories are listed', 'names: a leading dot: kept'],
    bend: (good) =>
      listed(good, ({ entries }) => ({
        entries: entries.filter(({ name }) => !name.startsWith('.')),
        complete: true,
      })),
  },
  {
    name: 'a listing stops at ten and calls itself complete',
    fails: ['list: thousands of entries, none missing'],
    bend: (good) =>
      listed(good, ({ entries }) => ({ entries: entries.slice(0, 10), complete: true })),
  },
  {
    name: 'everything below the root is absent to look',
    fails: [
      'look: a file, a directory, and the root',
      'stamps: claim: an etag is told and stands still',
      'stamps: claim: the time of a file is told and stands still',
    ],
    profile: { etag: 'strong' },
    bend: () => ({ look: () => Promise.resolve('absent' as const) }),
  },
  {
    name: 'look knows no absence',
    fails: ['look: absent, also below a directory that is missing'],
    bend: (good) => ({
      look: async (path, signal) => {
        const found = await good.look(path, signal);
        if (found !== 'absent') return found;
        throw new TransportError('550', { kind: 'unknown', operation: 'look', path });
      },
    }),
  },
  {
    name: 'look remembers',
    fails: [
      'look: what was removed is absent',
      'connections: two connections see what the other did, at once',
      'other programs: a file changed or removed by another program is seen so',
    ],
    bend: (good) => {
      const known = new Map<string, Awaited<ReturnType<Transport['look']>>>();
      return {
        look: async (path, signal) => {
          const found = known.get(path) ?? (await good.look(path, signal));
          known.set(path, found);
          return found;
        },
      };
    },
  },
  {
    name: 'list and look disagree about the size',
    fails: ['look: list and look tell the same'],
    bend: (good) =>
      listed(good, ({ entries }) => ({
        entries: entries.map((entry) => ({ ...entry, stamp: { ...entry.stamp, size: 1 } })),
        complete: true,
      })),
  },
];
