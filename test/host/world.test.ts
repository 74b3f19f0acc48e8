/** Clock, chance, codec, machine identity and log of a real computer. */
import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createLog } from '../../src/host/log.ts';
import { machineIdentity } from '../../src/host/machine.ts';
import { systemClock, systemCodec, systemRandom } from '../../src/host/world.ts';
import { failure } from '../../src/testkit/local-tree-bench.ts';
import { temporaryDirectory } from './disk-user.ts';

describe('system clock', () => {
  it('tells the time, and runs forward', () => {
    expect(Math.abs(systemClock.now() - Date.now())).to.be.below(1000);
    expect(systemClock.monotonic()).to.be.at.most(systemClock.monotonic());
  });

  it('sleeps that long', async () => {
    const start = performance.now();
    await systemClock.sleep(30, new AbortController().signal);
    expect(performance.now() - start).to.be.at.least(28);
  });

  it('ends a sleep with the reason of the signal, before or during it', async () => {
    const reason = new Error('enough');
    expect(await failure(systemClock.sleep(60_000, AbortSignal.abort(reason)))).to.equal(reason);
    const stop = new AbortController();
    const sleeping = failure(systemClock.sleep(60_000, stop.signal));
    stop.abort(reason);
    expect(await sleeping).to.equal(reason);
  });
});

describe('system random', () => {
  it('gives as many hex digits as asked for, never twice the same', () => {
    for (const digits of [1, 7, 8, 32]) {
      expect(systemRandom.hex(digits)).to.match(new RegExp(`^[0-9a-f]{${digits}}$`, 'u'));
    }
    expect(systemRandom.hex(32)).not.to.equal(systemRandom.hex(32));
  });

  it('gives fractions from 0 up to but not including 1', () => {
    const fractions = Array.from({ length: 1000 }, () => systemRandom.fraction());
    expect(Math.min(...fractions)).to.be.within(0, 0.1);
    expect(Math.max(...fractions)).to.be.within(0.9, 1 - Number.EPSILON);
  });
});

describe('system codec', () => {
  const text = `line of text é 🙂\n`.repeat(1000);
  const bytes = Buffer.byteLength(text);

  it('hashes as SHA-256 does', () => {
    const hasher = systemCodec.hasher();
    hasher.update(new TextEncoder().encode('ab'));
    hasher.update(new TextEncoder().encode('c'));
    expect(hasher.digest()).to.equal(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
  });

  it('expands what it compressed, which any gzip reads, and compresses alike each time', () => {
    const packed = systemCodec.compress(text);
    expect(packed.length).to.be.below(bytes / 10);
    expect(systemCodec.expand(packed, bytes)).to.equal(text);
    expect(Buffer.compare(packed, systemCodec.compress(text))).to.equal(0);
    expect([...packed.subarray(4, 8)]).to.deep.equal([0, 0, 0, 0]);
    expect(packed[9]).to.equal(255);
    expect(execFileSync('gzip', ['-dc'], { input: packed }).toString()).to.equal(text);
    expect(systemCodec.expand(systemCodec.compress(''), 0)).to.equal('');
    expect(systemCodec.expand(systemCodec.compress('\uFEFFmark'), 100)).to.equal('\uFEFFmark');
  });

  it('fails for more text than the limit, without making it all', () => {
    const packed = systemCodec.compress(text);
    expect(() => systemCodec.expand(packed, bytes - 1)).to.throw();
    expect(() => systemCodec.expand(gzipSync(Buffer.alloc(50_000_000)), 1000)).to.throw();
    expect(() => systemCodec.expand(systemCodec.compress('x'), 0)).to.throw();
  });

  it('fails for bytes that were cut, altered, added to, or are no text', () => {
    const packed = systemCodec.compress(text);
    const altered = Uint8Array.from(packed);
    altered[20] = (altered[20] ?? 0) ^ 1;
    const damaged = [
      packed.subarray(0, -1),
      packed.subarray(0, 5),
      altered,
      new Uint8Array(),
      new TextEncoder().encode('not compressed'),
      Buffer.concat([packed, Buffer.from('more')]),
      gzipSync(Buffer.from([0xff, 0xfe])),
    ];
    damaged.forEach((bad, index) => {
      expect(() => systemCodec.expand(bad, 1_000_000), String(index)).to.throw();
    });
  });
});

describe('machine identity', () => {
  let directory: string;
  beforeEach(() => {
    directory = temporaryDirectory();
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it('stays the same, also through a link, and makes the directory for this user alone', () => {
    const state = join(directory, 'deep', 'state');
    const identity = machineIdentity(state);
    expect(identity).to.match(/^[0-9a-f]{32}$/u);
    expect(machineIdentity(state)).to.equal(identity);
    symlinkSync(state, join(directory, 'alias'));
    expect(machineIdentity(join(directory, 'alias'))).to.equal(identity);
    expect(statSync(state).mode & 0o777).to.equal(0o700);
  });

  it('differs for a copy, also for a copy that has taken the place of the original', () => {
    const state = join(directory, 'state');
    const identity = machineIdentity(state);
    cpSync(state, join(directory, 'copy'), { recursive: true });
    expect(machineIdentity(join(directory, 'copy'))).not.to.equal(identity);
    renameSync(state, join(directory, 'old'));
    mkdirSync(state);
    expect(machineIdentity(state)).not.to.equal(identity);
  });
});

describe('log', () => {
  let directory: string;
  beforeEach(() => {
    directory = temporaryDirectory();
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it('writes one JSON line per entry from its level on, at once, for this user alone', () => {
    const file = join(directory, 'logs', 'ownsync.log');
    const log = createLog({ level: 'info', file });
    log('debug', 'not wanted');
    log('info', 'first', { path: 'a b', count: 2 });
    log('error', 'second');
    const lines = readFileSync(file, 'utf8').trim().split('\n');
    const entries = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(entries.map(({ msg }) => msg)).to.deep.equal(['first', 'second']);
    expect(entries[0]).to.include({ path: 'a b', count: 2 });
    expect(statSync(file).mode & 0o777).to.equal(0o600);
  });

  it('makes no file before there is something to say', () => {
    const file = join(directory, 'ownsync.log');
    createLog({ level: 'warn', file })('info', 'not wanted');
    expect(statSync(file, { throwIfNoEntry: false })).to.equal(undefined);
  });
});
