/** The past, computed backwards, is what a forward replay of everything has seen. */
import { expect } from 'chai';
import fc from 'fast-check';
import { AsItWas } from '../../../src/core/decide/as-it-was.ts';
import { applyChange } from '../../../src/core/decide/merge.ts';
import { winner } from '../../../src/core/decide/winner.ts';
import type { Entry } from '../../../src/core/model/entry.ts';
import { Master } from '../../../src/core/model/master.ts';
import type { PastChange } from '../../../src/core/model/past.ts';
import type { Version } from '../../../src/core/model/version.ts';
import { makeDot } from '../../../src/core/model/version.ts';
import { fileOf, RUNS, tinyEntry } from '../arbitraries.ts';

const PATHS = ['a', 'b', 'c/d'];

interface Story {
  readonly changes: readonly PastChange[];
  /** What each path held after change i. */
  readonly after: readonly ReadonlyMap<string, readonly Version[]>[];
}

/** Writes what clients do one after the other as the engine would record it. */
class Writer {
  readonly master = new Master();
  readonly changes: PastChange[] = [];
  readonly after: ReadonlyMap<string, readonly Version[]>[] = [];
  readonly #numbers = new Map<string, number>();

  /** `sees`: of the versions there, which ones it names (by index); default all. */
  write(
    client: string,
    path: string,
    { entry, sees, from }: Pick<PastChange, 'entry' | 'from'> & { sees?: readonly boolean[] },
  ): PastChange {
    const n = (this.#numbers.get(client) ?? 0) + 1;
    this.#numbers.set(client, n);
    const was = this.master.recorded(path).filter((_, i) => sees?.[i] ?? true);
    const change: PastChange = {
      path,
      dot: makeDot(client, n),
      by: client,
      replaces: was.map(({ dot }) => dot),
      entry,
      ...(was.length === 0 ? {} : { was }),
      ...(from === undefined ? {} : { from }),
      k: 1,
      at: this.changes.length * 10,
    };
    applyChange(this.master, change);
    this.changes.push(change);
    this.after.push(new Map(PATHS.map((p) => [p, this.master.recorded(p)])));
    return change;
  }
}

const anyStory: fc.Arbitrary<Story> = fc
  .array(
    fc.record({
      client: fc.constantFrom('anna', 'bert'),
      path: fc.constantFrom(...PATHS),
      entry: fc.option(tinyEntry, { freq: 4 }),
      sees: fc.array(fc.boolean(), { maxLength: 2 }),
    }),
    { minLength: 1, maxLength: 14 },
  )
  .map((deeds) => {
    const writer = new Writer();
    for (const { client, path, ...deed } of deeds) {
      writer.write(client, path, deed);
    }
    return writer;
  });

const currentOf = ({ after }: Story) => after.at(-1) ?? new Map<string, readonly Version[]>();

describe('the folder as it was', () => {
  it('is what it was, however much older records are gone, and in any order', () => {
    fc.assert(
      fc.property(anyStory, fc.nat(13), fc.nat(13), (story, when, kept) => {
        const moment = Math.min(when, story.changes.length - 1);
        const changes = story.changes.slice(Math.min(kept, moment)).reverse();
        const past = new AsItWas({ current: currentOf(story), changes: [...changes, ...changes] });
        const folder = past.folder(moment * 10 + 5);
        for (const [path, versions] of story.after[moment] ?? []) {
          expect(folder.get(path)).to.deep.equal(winner(versions));
        }
      }),
      RUNS,
    );
  });

  it('before the first change is empty', () => {
    fc.assert(
      fc.property(anyStory, (story) => {
        const past = new AsItWas({ current: currentOf(story), changes: story.changes });
        expect(past.folder(-1).size).to.equal(0);
      }),
    );
  });

  it('does not hold again what somebody replaced who did not know that it was replaced', () => {
    const first = { dot: 'anna:1', by: 'anna', entry: fileOf('a', 9) };
    const over = { path: 'a', replaces: ['anna:1'], was: [first], k: 1 };
    const changes: PastChange[] = [
      { ...over, dot: 'anna:2', by: 'anna', entry: fileOf('b', 1), at: 10 },
      { ...over, dot: 'bert:1', by: 'bert', entry: fileOf('c', 1), at: 30 },
    ];
    const current = changes.map(({ dot, by, entry }) => ({ dot, by, entry: entry! }));
    const past = new AsItWas({ current: new Map([['a', current]]), changes });
    expect(past.at('a', 0)?.dot).to.equal('anna:1');
    expect(past.at('a', 20)?.dot).to.equal('anna:2');
  });

  it('holds what no record tells the beginning of', () => {
    const version = { dot: 'anna:1', by: 'anna', entry: fileOf('a', 1) };
    const past = new AsItWas({ current: new Map([['a', [version]]]), changes: [] });
    expect(past.folder(0)).to.deep.equal(new Map([['a', version]]));
  });
});

const told = (past: AsItWas, path: string) =>
  past.happenings(path).map(({ path: name, version, movedTo, isCurrent }) => {
    const what = version?.entry.kind === 'file' ? version.entry.digest[0] : version?.entry.kind;
    return `${name} ${movedTo === undefined ? (what ?? 'gone') : `to ${movedTo}`}${isCurrent ? ' now' : ''}`;
  });

describe('what happened to a path', () => {
  const file = (letter: string): Entry => fileOf(letter, 1);

  it('is told from the oldest on, also what was there before the records begin', () => {
    const writer = new Writer();
    for (const letter of ['a', 'b', 'c']) writer.write('anna', 'a', { entry: file(letter) });
    writer.write('bert', 'a', { entry: null });
    writer.write('bert', 'a', { entry: file('d') });
    const whole = new AsItWas({ current: currentOf(writer), changes: writer.changes });
    expect(told(whole, 'a')).to.deep.equal(['a a', 'a b', 'a c', 'a gone', 'a d now']);
    const cut = new AsItWas({ current: currentOf(writer), changes: writer.changes.slice(2) });
    expect(told(cut, 'a')).to.deep.equal(['a b', 'a c', 'a gone', 'a d now']);
    expect(whole.happenings('a').map(({ endedBy }) => endedBy?.dot)).to.deep.equal([
      'anna:2',
      'anna:3',
      'bert:1',
      undefined,
      undefined,
    ]);
  });

  it('is in the order of what replaces what, where times lie', () => {
    const writer = new Writer();
    writer.write('anna', 'a', { entry: file('a') });
    writer.write('bert', 'a', { entry: file('b') });
    writer.write('anna', 'a', { entry: file('c') });
    const lying = writer.changes.map((change, i) => ({ ...change, at: [50, 20, 20][i] ?? 0 }));
    const past = new AsItWas({ current: currentOf(writer), changes: lying.reverse() });
    expect(told(past, 'a')).to.deep.equal(['a a', 'a b', 'a c now']);
  });

  it('goes on under the name before a move, and says where a path went', () => {
    const writer = new Writer();
    writer.write('anna', 'a', { entry: file('a') });
    const { dot } = writer.write('anna', 'a', { entry: file('b') });
    writer.write('anna', 'a', { entry: null });
    writer.write('anna', 'b', { entry: file('b'), from: { path: 'a', dots: [dot] } });
    writer.write('bert', 'b', { entry: file('c') });
    writer.write('bert', 'a', { entry: file('d') });
    const past = new AsItWas({ current: currentOf(writer), changes: writer.changes });
    expect(told(past, 'b')).to.deep.equal(['a a', 'a b', 'b b', 'b c now']);
    expect(told(past, 'a')).to.deep.equal(['a a', 'a b', 'a to b', 'a d now']);
  });

  it('ends where two paths were moved back and forth', () => {
    const writer = new Writer();
    let { dot } = writer.write('anna', 'a', { entry: file('a') });
    let from = 'a';
    for (const to of ['b', 'a', 'b']) {
      writer.write('anna', from, { entry: null });
      dot = writer.write('anna', to, { entry: file('a'), from: { path: from, dots: [dot] } }).dot;
      from = to;
    }
    const past = new AsItWas({ current: currentOf(writer), changes: writer.changes });
    expect(told(past, 'b').at(-1)).to.equal('b a now');
    expect(told(past, 'a').at(-1)).to.equal('a to b');
  });
});
