/** Faults of rename, remove and makeDirectory; see fault.ts. */
import type { Transport } from '../../../src/core/ports/transport.ts';
import { TransportError } from '../../../src/core/ports/transport.ts';
import { claiming, type Fault } from './fault.ts';

/** Something stays where the source was. */
function copying(good: Transport): Partial<Transport> {
  return {
    rename: async (from, to, signal) => {
      await good.rename(from, to, signal);
      await good.makeDirectory(from, signal);
    },
  };
}

export const renameFaults: readonly Fault[] = [
  {
    name: 'something stays where it was renamed from',
    fails: [
      'rename: a file, also into another directory',
      'rename: a directory with everything in it',
      'rename: claim: a file onto a file replaces it',
    ],
    bend: copying,
  },
  {
    name: 'refused renames are silent',
    fails: [
      'rename: a missing source is not-found',
      'rename: into a missing directory is not-found and leaves the source',
      'rename: a directory into itself is refused and loses nothing',
      'rename: a file onto a directory with content loses neither',
      'rename: claim: a directory onto a directory with content is refused',
      'races: claim: of 8 directories with content renamed onto one name, exactly one wins, every round',
    ],
    bend: (good) => ({
      rename: (from, to, signal) => good.rename(from, to, signal).catch(() => undefined),
    }),
  },
  {
    name: 'a rename first removes what is there',
    fails: [
      'rename: onto itself loses nothing',
      'races: claim: while a file is replaced again and again, a reader sees the old or the new one whole',
    ],
    bend: (good) => ({
      rename: async (from, to, signal) => {
        await good.remove(to, signal).catch(() => undefined);
        await new Promise((resolve) => setTimeout(resolve, 1));
        await good.rename(from, to, signal);
      },
    }),
  },
  {
    name: 'a directory onto a file removes the directory',
    fails: ['rename: a directory onto a file loses nothing of the directory'],
    bend: (good) => ({
      rename: (from, to, signal) =>
        good.rename(from, to, signal).catch(async (error: unknown) => {
          await good.remove(`${from}/deep/file`, signal);
          throw error;
        }),
    }),
  },
  {
    name: 'a rename changes the time',
    fails: ['rename: keeps the time, the size and the id'],
    bend: (good) => ({
      rename: async (from, to, signal) => {
        await good.rename(from, to, signal);
        await good.setModified?.(to, 1_000_000, signal).catch(() => undefined);
      },
    }),
  },
  {
    name: 'a file onto a file replaces although it claims to refuse',
    fails: [
      'rename: claim: a file onto a file is refused',
      'races: claim: of 8 files renamed onto one name, exactly one wins, every round',
    ],
    bend: (good) => claiming(good, { renameOnto: { file: 'refuses', directory: 'refuses' } }),
  },
  {
    name: 'a directory replaces one with content although it claims to refuse',
    fails: [
      'rename: claim: a directory onto a directory with content is refused',
      'races: claim: of 8 directories with content renamed onto one name, exactly one wins, every round',
    ],
    profile: { renameOnto: { file: 'replaces', directory: 'replaces' } },
    bend: (good) => claiming(good, { renameOnto: { file: 'replaces', directory: 'refuses' } }),
  },
  {
    name: 'removing what is missing is an error',
    fails: [
      'remove: a file; a missing one is success',
      'remove: an empty directory; a missing one is success',
    ],
    bend: (good) => {
      const must = async (operation: string, path: string, signal: AbortSignal): Promise<void> => {
        if ((await good.look(path, signal)) !== 'absent') return;
        throw new TransportError('550', { kind: 'not-found', operation, path });
      };
      return {
        remove: async (path, signal) => {
          await must('remove', path, signal);
          await good.remove(path, signal);
        },
        removeDirectory: async (path, signal) => {
          await must('removeDirectory', path, signal);
          await good.removeDirectory(path, signal);
        },
      };
    },
  },
  {
    name: 'remove takes directories too, and removeDirectory files',
    fails: [
      'remove: refuses a directory and leaves it',
      'remove: removeDirectory refuses a file and leaves it',
    ],
    bend: (good) => ({
      remove: (path, signal) =>
        good.remove(path, signal).catch(() => good.removeDirectory(path, signal)),
      removeDirectory: (path, signal) =>
        good.removeDirectory(path, signal).catch(async (error: unknown) => {
          await good.remove(path, signal).catch(() => {
            throw error;
          });
        }),
    }),
  },
  {
    name: 'removeDirectory removes with all below',
    fails: ['remove: a directory with content, even a hidden file, is not-empty and stays'],
    bend: (good) => ({
      removeDirectory: async (path, signal) => {
        const { entries } = await good.list(path, signal).catch(() => ({ entries: [] }));
        for (const { name } of entries) await good.remove(`${path}/${name}`, signal);
        await good.removeDirectory(path, signal);
      },
    }),
  },
  {
    name: 'an existing directory cannot be made',
    fails: ['makeDirectory: a new one; an existing one is success and keeps its content'],
    bend: (good) => ({
      makeDirectory: async (path, signal) => {
        if ((await good.look(path, signal)) === 'absent') return good.makeDirectory(path, signal);
        throw new TransportError('550', { kind: 'exists', operation: 'makeDirectory', path });
      },
    }),
  },
  {
    name: 'refused directories are silent',
    fails: [
      'makeDirectory: below a missing one is not-found and makes neither',
      'makeDirectory: where a file is, is refused and leaves the file',
    ],
    bend: (good) => ({
      makeDirectory: (path, signal) => good.makeDirectory(path, signal).catch(() => undefined),
    }),
  },
];
