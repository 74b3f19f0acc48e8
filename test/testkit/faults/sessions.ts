/** Faults of connections, other programs and difficult names; see fault.ts. */
import { listed, type Fault } from './fault.ts';

export const sessionFaults: readonly Fault[] = [
  {
    name: 'a closed transport works on',
    fails: ['connections: closing twice is fine, and a closed transport refuses'],
    bend: () => ({ close: () => Promise.resolve() }),
  },
  {
    name: 'links are taken for directories',
    fails: ['other programs: a symbolic link is a link, and nothing follows it'],
    bend: (good) => ({
      look: async (path, signal) => {
        const found = await good.look(path, signal);
        if (found === 'absent' || found.kind !== 'link') return found;
        return { ...found, kind: 'directory' };
      },
    }),
  },
  {
    name: 'other programs are not seen',
    fails: ['other programs: a file written by another program is listed and read'],
    bend: (good) => listed(good, () => ({ entries: [], complete: true })),
  },
  {
    name: 'difficult names are changed silently',
    fails: [
      'names: a leading blank: kept, or refused with invalid-name',
      'names: a trailing blank: kept, or refused with invalid-name',
      'names: a tab: kept, or refused with invalid-name',
      'names: a line feed: kept, or refused with invalid-name',
      'names: a carriage return and line feed: kept, or refused with invalid-name',
      'names: a control character: kept, or refused with invalid-name',
    ],
    bend: (good) => ({
      write: (path, source, signal) => good.write(pathRenamed(path), source, signal),
      makeDirectory: (path, signal) => good.makeDirectory(pathRenamed(path), signal),
      rename: (from, to, signal) => good.rename(pathRenamed(from), pathRenamed(to), signal),
    }),
  },
  {
    name: 'every name is written with a mark at its end',
    fails: ['*names'],
    bend: (good) => ({ write: (path, source, signal) => good.write(`${path}~`, source, signal) }),
  },
];

function renamed(name: string): string {
  return name.replace(/^ | $|[\p{Cc}]/gu, '_');
}

function pathRenamed(path: string): string {
  return path.split('/').map(renamed).join('/');
}
