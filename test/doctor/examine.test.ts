/**
 * The doctor's questions, each put to a store that answers well and to one that does not: a question whose answer cannot
 * change would be none.
 */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Transport } from '../../src/core/ports/transport.ts';
import { TransportError } from '../../src/core/ports/transport.ts';
import { examine, PROBES } from '../../src/doctor/examine.ts';
import type { Examination } from '../../src/doctor/examine.ts';
import { systemClock, systemRandom } from '../../src/host/world.ts';
import { refine } from '../../src/transport/profile.ts';
import { MemoryStore } from '../../src/testkit/memory-store.ts';
import { openMemoryTransport } from '../../src/testkit/memory-transport.ts';
import { examined, listing, open, refused, without, withoutNames } from './worlds.ts';
import type { Bend, World } from './worlds.ts';

const answers = (found: Examination): Map<string, string> =>
  new Map(found.results.map(({ probe, finding }) => [probe.id, finding.answer]));

/** A moment that every file shows as its time. */
const shown =
  (change: (time: number) => number): Bend =>
  (good) => ({
    look: async (path, signal) => {
      const found = await good.look(path, signal);
      if (found === 'absent' || found.stamp.modified === undefined) return found;
      return { ...found, stamp: { ...found.stamp, modified: change(found.stamp.modified) } };
    },
  });

const HOUR = 3_600_000;

/** What makes each question have another answer. */
const FLIPS: Readonly<Record<string, World>> = {
  'rename.file-onto-file': { profile: { renameOnto: { file: 'refuses', directory: 'refuses' } } },
  'rename.file-race': { profile: { renameOnto: { file: 'refuses', directory: 'refuses' } } },
  'rename.directory-onto-full': {
    profile: { renameOnto: { file: 'replaces', directory: 'replaces' } },
  },
  'rename.directory-race': { profile: { renameOnto: { file: 'replaces', directory: 'replaces' } } },
  'rename.directory-onto-empty': {
    bend: (good) => ({
      rename: async (from, to, signal) => {
        if (to.endsWith('/empty')) throw refused('rename', from);
        await good.rename(from, to, signal);
      },
    }),
  },
  'rename.full-directory': {
    bend: (good) => ({
      rename: async (from, to, signal) => {
        if (from.endsWith('/before')) throw refused('rename', from);
        await good.rename(from, to, signal);
      },
    }),
  },
  'rename.while-read': { profile: { renameOnto: { file: 'refuses', directory: 'refuses' } } },
  'listing.hidden': {
    bend: listing(({ entries, complete }) => ({
      entries: entries.filter(({ name }) => !name.startsWith('.')),
      complete,
    })),
  },
  'listing.missing': {
    bend: (good) => ({
      list: (path, signal) =>
        path.endsWith('nowhere')
          ? Promise.resolve({ entries: [], complete: true })
          : good.list(path, signal),
    }),
  },
  'listing.look-missing': {
    bend: (good) => ({
      look: async (path, signal) => {
        const found = await good.look(path, signal);
        if (found === 'absent') throw refused('look', path);
        return found;
      },
    }),
  },
  'listing.fresh': {
    bend: listing(({ entries, complete }) => ({
      entries: entries.filter(({ name }) => name !== 'fresh'),
      complete,
    })),
  },
  'listing.many': {
    bend: listing(({ entries }) => ({ entries: entries.slice(0, 40), complete: false })),
  },
  'times.set': { profile: { modified: 'read' } },
  'times.summer': {
    bend: shown((time) => (new Date(time).getUTCMonth() > 5 ? time + HOUR : time)),
  },
  'times.set-later': { profile: { modified: 'read' } },
  'times.listing': {
    bend: listing(({ entries, complete }) => ({
      entries: entries.map((entry) => ({
        ...entry,
        stamp: { ...entry.stamp, modified: 1_610_882_520_000, precision: 60_000 },
      })),
      complete,
    })),
  },
  'times.rename': {
    bend: (good) => ({
      look: async (path, signal) => {
        const found = await good.look(path, signal);
        if (found === 'absent' || !path.endsWith('/after')) return found;
        return { ...found, stamp: { ...found.stamp, modified: 5000 } };
      },
    }),
  },
  'times.clock': { bend: shown((time) => time - 3 * HOUR) },
  ...withoutNames,
  'names.unicode-form': {
    bend: listing(({ entries, complete }) => ({
      entries: entries.map((entry) => ({ ...entry, name: entry.name.normalize('NFD') })),
      complete,
    })),
  },
  'names.case': { bend: without(/^NAME$/) },
  'names.length': { profile: { nameBytes: 143 } },
  'names.depth': {
    bend: (good) => ({
      makeDirectory: (path, signal) =>
        path.length > 700
          ? Promise.reject(refused('makeDirectory', path))
          : good.makeDirectory(path, signal),
    }),
  },
  'content.whole': {
    bend: (good) => ({
      read: async (path, from, signal) => {
        const content = await good.read(path, from, signal);
        return path.endsWith('/every') ? { ...content, stream: textMode(content.stream) } : content;
      },
    }),
  },
  'content.large': {
    bend: (good) => ({
      read: async (path, from, signal) => {
        const content = await good.read(path, from, signal);
        return path.endsWith('/large') ? { ...content, stream: textMode(content.stream) } : content;
      },
    }),
  },
  'content.range': { bend: (good) => ({ read: (path, _, signal) => good.read(path, 0, signal) }) },
  'content.resume': { profile: { resume: false } },
  'content.copy': { profile: { copy: false } },
  'content.overwrite': {
    bend: (good) => ({
      read: async (path, from, signal) => {
        const content = await good.read(path, from, signal);
        return path.endsWith('content.overwrite/file')
          ? { ...content, stream: followed(content.stream) }
          : content;
      },
    }),
  },
  'marks.id': { profile: { ids: false } },
  'marks.etag': { profile: { etag: 'none' } },
  'server.round-trip': { bend: shown((time) => time) },
  'server.batch': { profile: { batch: false } },
  'server.parallel': {
    bend: (good) => ({
      write: (path, source, signal) =>
        path.endsWith('/file3')
          ? Promise.reject(refused('write', path))
          : good.write(path, source, signal),
    }),
  },
  'server.connections': { limit: 3 },
  'server.make-directory': {
    bend: (good) => {
      const made = new Set<string>();
      return {
        makeDirectory: async (path, signal) => {
          if (made.has(path)) throw refused('makeDirectory', path);
          made.add(path);
          await good.makeDirectory(path, signal);
        },
      };
    },
  },
  'server.remove-full': {
    bend: (good, store) => ({
      removeDirectory: (path, signal) => {
        if (!path.endsWith('/full')) return good.removeDirectory(path, signal);
        store.remove(path);
        return Promise.resolve();
      },
    }),
  },
  'server.space': { bend: () => ({ space: () => Promise.resolve(5e9) }) },
};

async function* textMode(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of stream) yield chunk.filter((byte) => byte !== 13);
}

async function* followed(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* stream;
  yield new TextEncoder().encode('xxxxx');
}

describe('the doctor', function () {
  this.timeout(60_000);
  let good: Map<string, string>;
  before(async () => {
    good = answers((await examined({})).found);
  });

  it('has a flip for every question, and for nothing else', () => {
    expect(Object.keys(FLIPS).sort()).to.deep.equal(PROBES.map(({ id }) => id).sort());
    expect(PROBES.length).to.be.at.least(25);
  });

  // How long an answer takes is measured, and differs by itself.
  for (const [id, world] of Object.entries(FLIPS).filter(([key]) => key !== 'server.round-trip')) {
    it(`${id} has another answer where the store is another`, async () => {
      const { found, store } = await examined(world, { only: [id] });
      expect(answers(found).get(id)).to.be.a('string').and.not.equal(good.get(id));
      const left = [...store.tree().keys()];
      if (found.left === undefined) expect(left, 'the store is as it was').to.deep.equal([]);
      else expect(left[0]).to.equal(found.left);
    });
  }

  it('claims exclusive renames only if every one of 200 rounds had one winner', async () => {
    const only = ['rename.directory-race'];
    const { found } = await examined({}, { rounds: 200, only });
    expect(found.profile.measured.renameOnto?.directory).to.equal('refuses');
    let goals = 0;
    const lying: Bend = (transport) => ({
      rename: async (from, to, signal) => {
        try {
          await transport.rename(from, to, signal);
        } catch (error) {
          // Once, late, a loser is told that it won.
          if (!to.endsWith('rename.directory-race/goal') || (goals += 1) !== 7 * 190) throw error;
        }
      },
    });
    const lied = (await examined({ bend: lying }, { rounds: 200, only })).found;
    expect(lied.profile.measured.renameOnto?.directory).to.equal('unknown');
  });

  it('sweeps its directory also when the store fails in the middle', async () => {
    const store = new MemoryStore();
    const transport = open(store, {});
    let looks = 0;
    const failing: Transport = {
      ...transport,
      look: (path, signal) => {
        looks += 1;
        const lost = new TransportError('gone', { kind: 'unreachable', operation: 'look' });
        return looks === 3 ? Promise.reject(lost) : transport.look(path, signal);
      },
    };
    const failure: unknown = await examine({
      transport: failing,
      connect: () => Promise.resolve(open(store, {})),
      ...{ clock: systemClock, random: systemRandom, signal: new AbortController().signal },
      ...{ quick: true, rounds: 5, entries: 10 },
    }).catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(TransportError).with.property('kind', 'unreachable');
    expect([...store.tree().keys()]).to.deep.equal([]);
  });

  it('sweeps thousands of directories without listing each, and says what it has to leave', async () => {
    const only = ['listing.many'];
    const { found, store } = await examined({}, { entries: 300, only });
    expect(found.left).to.equal(undefined);
    expect(store.operations.get('list')).to.be.below(20);
    const stuck: Bend = (good) => ({
      batch: (operations, signal) => {
        const isSweep = operations.some(({ operation }) => operation === 'removeDirectory');
        const denied = new TransportError('no', { kind: 'denied', operation: 'batch' });
        return isSweep ? Promise.reject(denied) : good.batch!(operations, signal);
      },
    });
    const left = (await examined({ bend: stuck }, { entries: 5, only })).found;
    expect(left.results).to.have.length(1);
    expect(left.left).to.match(/^\.ownsync-doctor-/);
  });

  it('what was measured refines what the plugin claims, and raises no claim that needs the plugin', () => {
    const { capabilities } = openMemoryTransport(new MemoryStore(), {
      profile: { modified: 'read', ids: false },
    });
    const refined = refine(capabilities, {
      renameOnto: { directory: 'unknown' },
      ...{ modified: 'set', ids: true, nameBytes: 100, parallel: 2, modifiedPrecision: 60_000 },
    });
    expect(refined).to.deep.include({ modified: 'read', ids: false, nameBytes: 100, parallel: 2 });
    expect(refined).to.deep.include({
      modifiedPrecision: 60_000,
      renameOnto: { file: 'replaces', directory: 'unknown' },
    });
  });
});
