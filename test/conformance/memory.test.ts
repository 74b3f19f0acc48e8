/**
 * The memory transport keeps the contract it stands in for, as every kind of server it can play.
 */
import {
  describeTransport,
  MemoryStore,
  openMemoryTransport,
  type Bench,
  type MemoryProfile,
} from '../../src/testkit/index.ts';
import { outsideOf } from '../support/outside.ts';

const profiles: Readonly<Record<string, Partial<MemoryProfile>>> = {
  'a good FTP server': {},
  'a WebDAV server': {
    renameOnto: { file: 'refuses', directory: 'refuses' },
    modified: 'read',
    ids: false,
    etag: 'strong',
    resume: false,
    copy: true,
  },
  'a server that knows next to nothing': {
    parallel: 1,
    renameOnto: { file: 'refuses', directory: 'refuses' },
    modified: 'none',
    ids: false,
    resume: false,
    nameBytes: 143,
  },
  'an ownCloud': {
    modified: 'set',
    etag: 'kept',
    wholeTree: 'late-etags',
    checksums: true,
    renameOnto: { file: 'refuses', directory: 'refuses' },
    racy: true,
    removeTree: true,
  },
  'a server of minutes with batches': {
    parallel: 8,
    modifiedPrecision: 60_000,
    etag: 'weak',
    batch: true,
  },
};

for (const [name, profile] of Object.entries(profiles)) {
  describeTransport(`memory, ${name}`, () => Promise.resolve(openBench(profile)));
}

function openBench(profile: Partial<MemoryProfile>): Bench {
  const store = new MemoryStore();
  return {
    transport: openMemoryTransport(store, { profile }),
    open: () => Promise.resolve(openMemoryTransport(store, { profile })),
    outside: outsideOf(store),
  };
}
