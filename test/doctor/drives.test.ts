/**
 * What the doctor's answers choose. Each question names the branch that its answer drives, or says that it is only reported; and
 * for each branch: a store on which the answer is another one is worked with by another sequence of operations. What the doctor
 * finds out stands between store and engine as it does in a sync.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import ftp from '../../plugins/ftp/index.ts';
import { openFolder } from '../../src/core/engine/folder.ts';
import type { FolderSettings } from '../../src/core/ports/folder.ts';
import type { Source, Transport } from '../../src/core/ports/transport.ts';
import type { Clock, Random } from '../../src/core/ports/world.ts';
import { TransportError } from '../../src/core/ports/transport.ts';
import { PROBES } from '../../src/doctor/examine.ts';
import { systemCodec } from '../../src/host/world.ts';
import { createFakeDisk } from '../../src/testkit/fake-disk.ts';
import { createMemoryState } from '../../src/testkit/memory-state.ts';
import { startFtpServer } from '../../src/testkit/ftp-server/index.ts';
import { MemoryStore } from '../../src/testkit/memory-store.ts';
import { withProfile } from '../../src/transport/layers/refined.ts';
import { around } from '../../src/transport/layers/around.ts';
import { projectRoot } from '../support/project.ts';
import { examined, listing, open, refused, withoutNames } from './worlds.ts';
import type { Bend, World } from './worlds.ts';

interface Row extends World {
  /** What both stores of the comparison are, where the good one of the other tests would hide the answer. */
  readonly base?: World;
}

/** A directory with content takes another one's place, whatever the plugin claims. */
const onto: Bend = (good, store) => ({
  rename: async (from, to, signal) => {
    const found = await good.look(to, signal);
    if (found !== 'absent' && found.kind === 'directory' && !to.includes('/locks/'))
      store.remove(to);
    await good.rename(from, to, signal);
  },
});

/** A loser of a race is told that it won. */
const racy: Bend = (good) => ({
  rename: async (from, to, signal) => {
    try {
      await good.rename(from, to, signal);
    } catch (error) {
      if (!to.endsWith('/goal')) throw error;
    }
  },
});

const minutes = listing(({ entries, complete }) => ({
  entries: entries.map((entry) => ({
    ...entry,
    stamp: {
      ...entry.stamp,
      modified: Math.floor((entry.stamp.modified ?? 0) / 60_000) * 60_000,
      precision: 60_000,
    },
  })),
  complete,
}));

/** A renamed file has the time of its renaming. */
const touched: Bend = (good) => ({
  rename: async (from, to, signal) => {
    await good.rename(from, to, signal);
    const found = await good.look(to, signal);
    if (found !== 'absent' && found.kind === 'file' && !to.startsWith('.ownsync/'))
      await good.setModified?.(to, 1_700_000_000_000, signal);
  },
});

const shallow: Bend = (good) => ({
  makeDirectory: (path, signal) =>
    path.length > 700
      ? Promise.reject(refused('makeDirectory', path))
      : good.makeDirectory(path, signal),
});

const unsureLooks: Bend = (good) => ({
  look: async (path, signal) => {
    const found = await good.look(path, signal);
    const isOwn = path.startsWith('.ownsync') && !path.startsWith('.ownsync-doctor');
    if (found === 'absent' && !isOwn) throw refused('look', path);
    return found;
  },
});

const ROWS: Readonly<Record<string, Row>> = {
  'rename.directory-onto-full': { bend: onto },
  'rename.directory-race': { bend: racy },
  'listing.look-missing': { bend: unsureLooks, base: { profile: { batch: false } } },
  'listing.many': {
    bend: listing(({ entries }) => ({ entries, complete: entries.length < 8 })),
  },
  'times.set': { profile: { modified: 'read' } },
  'times.set-later': { profile: { modified: 'read' } },
  'times.listing': { bend: minutes },
  'times.rename': { bend: touched },
  ...withoutNames,
  'names.length': { profile: { nameBytes: 143 } },
  'names.depth': { bend: shallow },
  'content.range': { bend: (good) => ({ read: (path, _, signal) => good.read(path, 0, signal) }) },
  'content.resume': { profile: { resume: false } },
  'marks.id': { profile: { ids: false }, base: { profile: { etag: 'none' } } },
  'marks.etag': { profile: { etag: 'none' }, base: { profile: { ids: false } } },
  'server.batch': { profile: { batch: false } },
  'server.parallel': {
    bend: (good) => ({
      write: (path, source, signal) =>
        path.endsWith('/file3')
          ? Promise.reject(refused('write', path))
          : good.write(path, source, signal),
    }),
  },
};

/** Chosen elsewhere than in the engine, and shown there: by commands, or in words. */
const ELSEWHERE: readonly string[] = ['listing.hidden', 'server.space'];

describe('what the doctor finds out', function () {
  this.timeout(60_000);

  it('drives a branch that is there, or is only reported', () => {
    for (const { id, drives } of PROBES) {
      if (drives.startsWith('reported only: ')) continue;
      const file = /^((?:src|plugins)\/[\w/.-]+\.ts): \S/.exec(drives)?.[1];
      expect(file, `${id} drives "${drives}"`).to.be.a('string');
      expect(existsSync(join(projectRoot, file ?? '')), file).to.equal(true);
    }
  });

  it('has a row for every answer that drives the engine', () => {
    const driving = PROBES.filter(({ drives }) => !drives.startsWith('reported only: '));
    const ids = driving.map(({ id }) => id).filter((id) => !ELSEWHERE.includes(id));
    expect(Object.keys(ROWS).sort()).to.deep.equal(ids.sort());
  });

  it('the same answers give the same operations', async () => {
    const profile = { parallel: 1 };
    const slow: Bend = (good) => ({
      rename: async (from, to, signal) => {
        await Promise.resolve();
        await good.rename(from, to, signal);
      },
    });
    const trace = await traceOf({ profile, bend: slow }, 'rename.directory-race');
    expect(trace).to.deep.equal(await traceOf({ profile }, 'rename.directory-race'));
  });

  for (const [id, { base = {}, ...flip }] of Object.entries(ROWS)) {
    it(`${id}: another answer, other operations`, async () => {
      // One after the other, or mere chance could change the order.
      const first = id === 'server.parallel' ? {} : { parallel: 1 };
      const good = { ...base, profile: { ...first, ...base.profile } };
      const other = { ...flip, profile: { ...good.profile, ...flip.profile } };
      expect(await traceOf(other, id)).to.not.deep.equal(await traceOf(good, id));
    });
  }

  it('listing.hidden: an FTP server that hides dot files in MLSD is asked by LIST', async () => {
    const commands = async (dotFiles: 'with-a' | 'only-with-a'): Promise<ReadonlySet<string>> => {
      const root = mkdtempSync(join(tmpdir(), 'ownsync-test-'));
      const login = { user: 'u', password: 'pw' };
      const server = await startFtpServer({ root, ...login, quirks: { dotFiles } });
      try {
        const { signal } = new AbortController();
        const store = await ftp.open(
          ftp.options.parse({ host: server.host, port: server.port, ...login, tls: 'off' }),
          { signal, baseDirectory: root, log: () => undefined },
        );
        await store.makeDirectory('.ownsync', signal);
        const { entries } = await store.list('', signal);
        expect(entries.map(({ name }) => name)).to.deep.equal(['.ownsync']);
        await store.close();
        return new Set(server.commands.keys());
      } finally {
        await server.stop();
        rmSync(root, { recursive: true });
      }
    };
    expect(await commands('with-a'))
      .to.include('MLSD')
      .and.not.include('LIST');
    expect(await commands('only-with-a')).to.include('LIST');
  });
});

/** What a few syncs ask of a store of this kind, after the doctor has asked its question there. Waiting is told, too. */
async function traceOf(world: World, id: string): Promise<string[]> {
  const { found } = await examined(world, { only: [id] });
  const store = new MemoryStore();
  const trace: string[] = [];
  const cuts = new Set<'write' | 'read'>();
  const transport = traced(withProfile(open(store, world), found.profile.measured), trace, cuts);
  await live({ store, transport, trace, cuts }).catch((error: unknown) => {
    if (!(error instanceof TransportError)) throw error;
    trace.push(`ends: ${error.kind}`);
  });
  return trace;
}

type Cuts = Set<'write' | 'read'>;

function traced(inner: Transport, trace: string[], cuts: Cuts): Transport {
  const plain = around(inner, {
    call: (operation, signal, run) => {
      trace.push(`${operation.name} ${operation.path ?? ''}`);
      return run(signal);
    },
  });
  return {
    ...plain,
    write: async (path, source, signal) => {
      trace.push(source.modified === undefined ? 'without a time' : 'with a time');
      const isCut = source.size === LARGE && cuts.delete('write');
      return await plain.write(path, isCut ? torn(source) : source, signal);
    },
    read: async (path, from, signal) => {
      trace.push(`from ${from}`);
      const content = await plain.read(path, from, signal);
      const isCut = path === 'large' && cuts.delete('read');
      return isCut ? { ...content, stream: firstOf(content.stream) } : content;
    },
  };
}

function torn(source: Source): Source {
  return { ...source, open: (from) => firstOf(source.open(from)) };
}

/** Then the line breaks. */
async function* firstOf(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of stream) {
    yield chunk.subarray(0, LARGE / 2);
    break;
  }
  throw new TransportError('cut', { kind: 'unreachable', operation: 'read' });
}

const LARGE = 500;
const LONG = 'l'.repeat(150);
const DEEP = Array.from({ length: 8 }, () => 'd'.repeat(99)).join('/');
const NAMES = [
  ...['plain', ' before', 'after.', '~user', '"double"', 'star*', '100%', 'back\\slash', 'a:b'],
  ...['CON', 'Übung', '日本語', LONG, `${DEEP}/file`],
];
const at = (second: number): number => Date.UTC(2026, 1, 3, 4, 5, second);

interface Life {
  readonly store: MemoryStore;
  readonly transport: Transport;
  readonly trace: string[];
  readonly cuts: Cuts;
}

/** A few days of two computers and another program, each with something that one of the answers is about. */
async function live({ store, transport, trace, cuts }: Life): Promise<void> {
  const world = { transport, clock: virtualClock(store, trace), random: counting() };
  const laptop = computer('laptop', world);
  for (const name of NAMES) laptop.user.write(name, name, { mtime: at(1) });
  laptop.user.write('large', 'x'.repeat(LARGE), { mtime: at(1) });
  cuts.add('write');
  await laptop.sync().catch(() => trace.push('cut'));
  await laptop.sync();
  laptop.user.touch('plain', at(9));
  laptop.user.rename('100%', 'moved');
  await laptop.sync();
  for (const name of ['a:b', 'plain']) store.remove(name);
  const before = store.find('~user');
  store.remove('~user');
  store.put('~user', '~USER', before?.kind === 'file' ? { modified: before.modified } : {});
  await laptop.sync();
  const desk = computer('desk', world);
  cuts.add('read');
  await desk.sync().catch(() => trace.push('cut'));
  await desk.sync();
  desk.user.write('large', 'y'.repeat(LARGE), { mtime: at(20) });
  await desk.sync();
  await laptop.sync();
}

interface Given {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: Random;
}

function computer(name: string, given: Given) {
  const disk = createFakeDisk();
  const state = createMemoryState();
  const settings: FolderSettings = {
    ...{ name: 'documents', client: name, machine: name, ignored: () => () => false },
    ...{ rounds: 'relaxed', deletedOnStore: 'follow', settle: 0, retention: DAY, liveFor: DAY },
    ...{ strictWait: 0, webRoot: false },
  };
  const sync = () =>
    openFolder(
      {
        ...{ ...given, settings, state, codec: systemCodec },
        ...{ local: disk.connect(() => undefined), log: () => undefined, onEvent: () => undefined },
      },
      { resumable: 100 },
    ).sync({ signal: new AbortController().signal });
  return { user: disk.user, sync };
}

const DAY = 86_400_000;

function virtualClock(store: MemoryStore, trace: string[]): Clock {
  let now = store.clock;
  return {
    now: () => now,
    monotonic: () => now,
    sleep: (milliseconds) => {
      trace.push(`waits ${milliseconds}`);
      now += milliseconds;
      store.clock += milliseconds;
      return Promise.resolve();
    },
  };
}

function counting(): Random {
  let count = 0;
  return {
    hex: (digits) => String((count += 1)).padStart(digits, '0'),
    fraction: () => 0.5,
  };
}
