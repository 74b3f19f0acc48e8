/** The past of a folder as the engine tells it, and single files brought back, on computers in memory. */
import { expect } from 'chai';
import type { RestoreOptions } from '../../../src/core/ports/history.ts';
import { createFakeDisk } from '../../../src/testkit/fake-disk.ts';
import { computer } from '../../support/computers.ts';
import type { ComputerOptions } from '../../support/computers.ts';
import {
  HOUR,
  restore,
  settle,
  signal,
  story,
  texts,
  threeVersions,
  told,
  trashOf,
  world,
} from './history-world.ts';

const stores: readonly (readonly [string, ComputerOptions])[] = [
  ['a store that keeps times', {}],
  ['one that tells its own times', { profile: { modified: 'read' } }],
  [
    'one without times, without ids, that lists whole minutes',
    { profile: { modified: 'none', ids: false } },
  ],
];
for (const [name, options] of stores) {
  describe(`the past, on ${name}`, () => {
    it('is told from the store alone: who, what, and where it is kept', async () => {
      const at = world(options);
      await threeVersions(at);
      const expected = ['1 first laptop history', '2 changed desk history'];
      const stranger = computer(at.store, 'stranger', options);
      expect(await story(stranger, 'a')).to.deep.equal([
        ...expected,
        '3 changed laptop current now',
      ]);
      at.laptop.user.remove('a');
      await settle(at);
      const deleted = [...expected, '3 changed laptop history', '- deleted laptop'];
      expect(await story(stranger, 'a')).to.deep.equal(deleted);
      expect(await story(at.desk, 'a')).to.deep.equal(deleted);
    });

    it('comes back to its place, and to all computers with the next sync', async () => {
      const at = world(options);
      await threeVersions(at);
      expect(told(await restore(at.desk, { path: 'a', version: 2 }))).to.deep.equal([
        'replaced: a',
      ]);
      expect(trashOf(at.desk)).to.deep.equal(['a', 'a', 'a'].slice(0, trashOf(at.desk).length));
      await settle(at);
      expect(at.laptop.user.entry('a')).to.include({ text: 'two!', executable: true });
      expect((await story(at.desk, 'a')).slice(2)).to.deep.equal([
        '3 changed laptop history',
        '4 changed desk current now',
      ]);
    });
  });
}

describe('restoring a file', () => {
  it('without more words brings back what was there before', async () => {
    const at = world();
    await threeVersions(at);
    expect(told(await restore(at.laptop, { path: 'a' }))).to.deep.equal(['replaced: a']);
    expect(at.laptop.user.read('a')).to.equal('two!');
    at.laptop.user.remove('a');
    await settle(at);
    const report = await restore(at.laptop, { path: 'a' });
    expect(told(report)).to.deep.equal(['put back: a']);
    expect(report.version).to.include({ what: 'changed', number: 3 });
    expect(at.laptop.user.read('a')).to.equal('three');
  });

  it('as it was at a time, with its own time', async () => {
    const at = world();
    const [first = 0, second = 0] = await threeVersions(at);
    await restore(at.laptop, { path: 'a', at: first });
    expect(at.laptop.user.entry('a')).to.include({ text: 'one', mtime: 1_700_000_000 });
    await restore(at.laptop, { path: 'a', at: second });
    expect(at.laptop.user.read('a')).to.equal('two!');
    expect(told(await restore(at.laptop, { path: 'a', at: second }))).to.deep.equal([]);
  });

  it('keeps what was never synced in the trash', async () => {
    const at = world();
    await threeVersions(at);
    at.laptop.user.write('a', 'not synced');
    expect(told(await restore(at.laptop, { path: 'a', version: 1 }))).to.deep.equal([
      'replaced: a',
    ]);
    const last = at.laptop.disk.state.trash.at(-1)?.node;
    expect(last?.kind === 'file' && new TextDecoder().decode(last.bytes)).to.equal('not synced');
  });

  it('says why it does nothing', async () => {
    const at = world();
    const [first = 0] = await threeVersions(at);
    const refused = async (options: Omit<RestoreOptions, 'signal'>) =>
      (await restore(at.laptop, options)).refused;
    expect(await refused({ path: 'b' })).to.deep.equal({ why: 'unknown path' });
    expect(await refused({ path: 'a', version: 4 })).to.deep.equal({
      why: 'no such version',
      versions: 3,
    });
    const before = { why: 'not there then', from: first - HOUR / 2 };
    expect(await refused({ path: 'a', at: first - HOUR })).to.deep.equal(before);
    at.laptop.user.write('new', 'text');
    await settle(at);
    expect(await refused({ path: 'new' })).to.deep.equal({ why: 'nothing older' });
    expect(await refused({ path: '' })).to.include({ why: 'time needed' });
    at.laptop.disk.state.present = false;
    expect(told(await restore(at.laptop, { path: 'a' }))).to.deep.equal(['local-root-missing']);
    expect(texts(at.desk)).to.deep.equal({ a: 'three', new: 'text' });
  });

  it('to another name replaces nothing there', async () => {
    const at = world();
    await threeVersions(at);
    at.laptop.user.write('taken', 'mine');
    const to = (path: string) => restore(at.laptop, { path: 'a', version: 1, to: { path } });
    expect(told(await to('taken'))).to.deep.equal(['in the way: taken']);
    expect(told(await to('old/a'))).to.deep.equal(['put back: old/a']);
    const outside = createFakeDisk();
    const target = { path: 'x', target: outside };
    const elsewhere = await restore(at.laptop, { path: 'a', version: 2, to: target });
    expect(told(elsewhere)).to.deep.equal(['put back: x']);
    expect(outside.user.read('x')).to.equal('two!');
    expect(texts(at.laptop)).to.deep.include({ a: 'three', taken: 'mine', 'old/a': 'one' });
    await settle(at);
    expect(texts(at.desk)).to.deep.equal(texts(at.laptop));
  });

  it('works outside while the local folder is not there', async () => {
    const at = world();
    await threeVersions(at);
    at.laptop.disk.state.present = false;
    const outside = createFakeDisk();
    const to = { path: 'x', target: outside };
    expect(told(await restore(at.laptop, { path: 'a', to }))).to.deep.equal(['put back: x']);
  });

  it('follows it through a move, back and forth', async () => {
    const at = world();
    await threeVersions(at);
    at.laptop.user.rename('a', 'b');
    await settle(at);
    expect(await story(at.desk, 'b')).to.deep.equal([
      '1 first laptop history',
      '2 changed desk history',
      '3 changed laptop current',
      '4 moved here a laptop current now',
    ]);
    expect((await story(at.desk, 'a')).at(-1)).to.equal('- moved away b laptop');
    expect(told(await restore(at.desk, { path: 'b', version: 1 }))).to.deep.equal(['replaced: b']);
    expect(told(await restore(at.desk, { path: 'a' }))).to.deep.equal(['put back: a']);
    await settle(at);
    expect(texts(at.laptop)).to.deep.equal({ a: 'three', b: 'one' });
  });

  it('takes it from the trash here when the store does not keep it any more', async () => {
    const at = world();
    await threeVersions(at);
    for (const path of at.store.tree('.ownsync/history').keys()) {
      if (/\/\d+$/.test(path)) at.store.remove(`.ownsync/history/${path}`);
    }
    expect(await story(at.desk, 'a')).to.include('2 changed desk gone');
    const stranger = computer(at.store, 'stranger');
    expect(told(await restore(stranger, { path: 'a', version: 2 }))).to.deep.equal([
      'content gone: a',
    ]);
    expect(told(await restore(at.desk, { path: 'a', version: 2 }))).to.deep.equal(['replaced: a']);
    expect(at.desk.user.read('a')).to.equal('two!');
  });

  it('never takes a damaged content for the right one', async () => {
    const at = world();
    await threeVersions(at);
    for (const [path, text] of at.store.tree('.ownsync/history')) {
      if (text === 'one') at.store.put(`.ownsync/history/${path}`, 'two');
    }
    const stranger = computer(at.store, 'stranger');
    expect(told(await restore(stranger, { path: 'a', version: 1 }))).to.deep.equal([
      'content gone: a',
    ]);
  });
});

describe('restoring on a computer that has lost its memory', () => {
  it('brings back over what is current, and it spreads without a conflict', async () => {
    const at = world();
    await threeVersions(at);
    at.laptop.user.remove('gone');
    const again = computer(at.store, 'laptop again');
    again.disk.restore(at.laptop.disk);
    expect(told(await restore(again, { path: 'a', version: 1 }))).to.deep.equal(['replaced: a']);
    await again.sync();
    await settle({ ...at, laptop: again });
    expect(texts(at.desk)).to.deep.equal({ a: 'one' });
    expect(texts(again)).to.deep.equal({ a: 'one' });
  });

  it('brings the whole folder back, deletions too', async () => {
    const at = world();
    const [first = 0] = await threeVersions(at);
    at.laptop.user.write('later', 'text');
    await settle(at);
    const again = computer(at.store, 'laptop again');
    again.disk.restore(at.laptop.disk);
    expect(told(await restore(again, { path: '', at: first }))).to.deep.equal([
      'removed: later',
      'replaced: a',
    ]);
    await settle({ ...at, laptop: again });
    expect(texts(at.desk)).to.deep.equal({ a: 'one' });
  });
});

describe('retired records', () => {
  it('still tell what was', async () => {
    const at = world({ limits: { segmentsPerMaster: 4, masterAge: 0 } });
    const texts_: string[] = [];
    const times: number[] = [];
    for (let round = 1; round <= 12; round += 1) {
      texts_.push(`text ${String(round)}`);
      (round % 2 === 0 ? at.desk : at.laptop).user.write('a', texts_.at(-1) ?? '');
      times.push(await settle(at));
    }
    const kept = [...at.store.tree('.ownsync').keys()];
    expect(kept.filter((path) => path.startsWith('manifests/')).length).to.be.lessThan(10);
    expect(kept.some((path) => /^history\/[\d-]+\/records-/.test(path))).to.equal(true);
    const stranger = computer(at.store, 'stranger');
    expect(await story(stranger, 'a')).to.have.length(12);
    for (const [i, text] of texts_.entries()) {
      const outside = createFakeDisk();
      const to = { path: 'x', target: outside };
      await restore(stranger, { path: 'a', at: times[i] ?? 0, to });
      expect(outside.user.read('x')).to.equal(text);
    }
  });
});

describe('what was in a directory', () => {
  it('tells what is gone or was something else, and nothing of the rest', async () => {
    const at = world();
    await threeVersions(at);
    at.laptop.user.write('plain', 'text');
    at.laptop.user.write('dir/gone', 'text');
    await settle(at);
    at.laptop.user.remove('dir/gone');
    await settle(at);
    const { below } = await at.desk.open().versions({ signal, path: '' });
    expect(
      below.map(({ path, exists, versions, last }) => [path, exists, versions, last.what]),
    ).to.deep.equal([
      ['a', true, 3, 'changed'],
      ['dir/gone', false, 1, 'deleted'],
    ]);
    expect((await at.desk.open().versions({ signal, path: 'dir' })).below).to.have.length(1);
  });
});
