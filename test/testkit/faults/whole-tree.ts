/** Faults of etags that stand for whole trees, and of what goes with them; see fault.ts. */
import { claiming, listed, type Fault } from './fault.ts';

const ownTree = { profile: { wholeTree: 'etags' } } as const;

export const wholeTreeFaults: readonly Fault[] = [
  {
    ...ownTree,
    name: 'etags of directories stand for names alone',
    fails: [
      'whole tree: claim: every change gives all directories above it an etag that they never had',
    ],
    bend: (good) =>
      listed(good, ({ entries, complete }) => ({
        ...{ entries, complete },
        etag: entries.map(({ name, stamp }) => `${name} ${stamp.id ?? ''}`).join(),
      })),
  },
  {
    ...ownTree,
    name: 'each listing has an etag of its own',
    fails: [
      'whole tree: claim: an etag stands still while nothing changes, and is told in both places',
    ],
    bend: (good) => {
      let count = 0;
      return listed(good, (listing) => ({ ...listing, etag: String((count += 1)) }));
    },
  },
  {
    ...ownTree,
    name: 'a directory shows another etag above than inside',
    fails: [
      'whole tree: claim: an etag stands still while nothing changes, and is told in both places',
    ],
    bend: (good) =>
      listed(good, (listing) => ({ ...listing, etag: `inside ${listing.etag ?? ''}` })),
  },
  {
    name: 'etags of directories are claimed and not told',
    fails: [
      'whole tree: claim: every change gives all directories above it an etag that they never had',
      'whole tree: claim: an etag stands still while nothing changes, and is told in both places',
    ],
    bend: (good) => claiming(good, { wholeTree: 'etags' }),
  },
  {
    name: 'removeTree takes an empty directory only',
    fails: [
      'whole tree: claim: removeTree takes a directory with all that is in it; a missing one is success',
    ],
    bend: (good) => ({ removeTree: (path, signal) => good.removeDirectory(path, signal) }),
  },
  {
    name: 'a rename replaces what is there although it claims never to',
    fails: ['rename: claim: what is there is never replaced, file or directory'],
    bend: (good) => claiming(good, { refusesTaken: true }),
  },
];
