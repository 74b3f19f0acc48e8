/** The state in memory keeps what was committed and nothing else, whatever crashes. */
import { expect } from 'chai';
import { createMemoryState } from '../../src/testkit/memory-state.ts';
import { describeStateStore } from '../../src/testkit/state-store-suite.ts';

const row = (key: string, value: string | null) => ({ table: 'paths', key, value });

describeStateStore('memory', () => {
  const state = createMemoryState();
  return { open: () => state };
});

describe('memory state', () => {
  it('commits, replaces and removes rows', () => {
    const state = createMemoryState();
    state.commit([row('a', '1'), row('b', '2')]);
    state.commit([row('a', '3'), row('b', null)]);
    expect([...state.load()]).to.deep.equal([{ table: 'paths', key: 'a', value: '3' }]);
  });

  it('loses a commit that a crash came before, keeps one that it came after', () => {
    const state = createMemoryState();
    state.connect(() => 'crash-before').commit([row('a', '1')]);
    expect([...state.load()]).to.deep.equal([]);
    state.connect(() => 'crash-after').commit([row('a', '1')]);
    expect([...state.load()]).to.have.length(1);
  });

  it('listens to no program that has crashed', () => {
    const state = createMemoryState();
    let fate: 'commit' | 'crash-before' = 'crash-before';
    const connection = state.connect(() => fate);
    connection.commit([row('a', '1')]);
    fate = 'commit';
    connection.commit([row('b', '1')]);
    expect(state.snapshot().size).to.equal(0);
  });

  it('copies and restores', () => {
    const state = createMemoryState();
    state.commit([row('a', '1')]);
    const backup = state.copy();
    state.commit([row('a', '2'), row('b', '1')]);
    expect([...backup.load()]).to.deep.equal([{ table: 'paths', key: 'a', value: '1' }]);
    state.restore(backup);
    expect(state.snapshot()).to.deep.equal(backup.snapshot());
  });
});
