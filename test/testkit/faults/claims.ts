/** Faults of claims: stamps, optional operations, names; see fault.ts. */
import { claiming, type Fault } from './fault.ts';

const hour = 3_600_000;

export const claimFaults: readonly Fault[] = [
  {
    name: 'times are an hour off in summer',
    fails: [
      'stamps: claim: a write keeps the time it was asked for',
      'stamps: claim: setModified sets the time and keeps the content',
    ],
    bend: (good) => ({
      look: async (path, signal) => {
        const found = await good.look(path, signal);
        if (found === 'absent' || found.stamp.modified === undefined) return found;
        const { modified } = found.stamp;
        const summer = Math.abs(new Date(modified).getUTCMonth() - 6) < 3;
        return { ...found, stamp: { ...found.stamp, modified: modified + (summer ? hour : 0) } };
      },
    }),
  },
  {
    name: 'the time of a file is the time of the question',
    fails: ['stamps: claim: the time of a file is told and stands still'],
    bend: (good) => ({
      look: async (path, signal) => {
        const found = await good.look(path, signal);
        const modified = Math.floor(Date.now() / 1000) * 1000;
        return found === 'absent' ? found : { ...found, stamp: { ...found.stamp, modified } };
      },
    }),
  },
  {
    name: 'the id is the path',
    fails: ['stamps: claim: an id stays through a rename and differs after a replacement'],
    bend: (good) => ({
      look: async (path, signal) => {
        const found = await good.look(path, signal);
        return found === 'absent' ? found : { ...found, stamp: { ...found.stamp, id: path } };
      },
    }),
  },
  {
    name: 'a weak etag is claimed to be strong',
    fails: [
      'stamps: claim: a strong etag differs after every replacement, however quick and alike',
    ],
    bend: (good) => ({
      ...claiming(good, { etag: 'strong' }),
      look: async (path, signal) => {
        const found = await good.look(path, signal);
        if (found === 'absent') return found;
        const etag = `W/${found.stamp.size ?? 0}`;
        return { ...found, stamp: { ...found.stamp, etag } };
      },
    }),
  },
  {
    name: 'an etag is claimed and not told',
    fails: ['stamps: claim: an etag is told and stands still'],
    bend: (good) => claiming(good, { etag: 'weak' }),
  },
  {
    name: 'copy is claimed and not there',
    fails: ['optional operations: are there exactly when they are claimed'],
    bend: (good) => claiming(good, { copy: true }),
  },
  {
    name: 'copy replaces',
    fails: ['optional operations: claim: copy makes a second file and never replaces'],
    profile: { copy: true },
    bend: (good) => ({
      copy: async (from, to, signal) => {
        await good.remove(to, signal);
        await good.copy?.(from, to, signal);
      },
    }),
  },
  {
    name: 'a batch stops at the first failure',
    fails: [
      'optional operations: claim: a batch does what its operations do one by one, one result each, in order',
    ],
    profile: { batch: true },
    bend: (good) => ({
      batch: async (operations, signal) => {
        const results = (await good.batch?.(operations, signal)) ?? [];
        const failed = results.findIndex((result) => !result.ok);
        return failed < 0 ? results : results.slice(0, failed + 1);
      },
    }),
  },
  {
    name: 'a batch does its first fifty',
    fails: ['optional operations: claim: a batch of many'],
    profile: { batch: true },
    bend: (good) => ({
      batch: async (operations, signal) =>
        (await good.batch?.(operations.slice(0, 50), signal)) ?? [],
    }),
  },
  {
    name: 'space is less than nothing',
    fails: ['optional operations: claim: space is a number of bytes, or unknown'],
    bend: () => ({ space: () => Promise.resolve(-1) }),
  },
  {
    name: 'upper and lower case are one name',
    fails: ['names: claim: upper and lower case are two names'],
    bend: (good) => ({
      write: (path, source, signal) => good.write(path.replace(/NAME$/, 'name'), source, signal),
    }),
  },
  {
    name: 'longer names are claimed than fit',
    fails: ['names: claim: nameBytes is what fits, in letters of one byte and of four'],
    profile: { nameBytes: 143 },
    bend: (good) => claiming(good, { nameBytes: 255 }),
  },
  {
    name: 'longer names fit than are claimed',
    fails: ['names: one byte more than nameBytes is refused and leaves nothing'],
    profile: { nameBytes: 255 },
    bend: (good) => claiming(good, { nameBytes: 143 }),
  },
  {
    name: 'names are composed on the way',
    fails: [
      'names: composed and decomposed letters, side by side where the store keeps them as given',
    ],
    bend: (good) => ({
      write: (path, source, signal) => good.write(path.normalize('NFC'), source, signal),
    }),
  },
];
