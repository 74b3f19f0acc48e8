/**
 * What surrounds every operation of the mount plugin: the root is asked before and after, and a signal ends a wait.
 */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { asTransportError, type Attempt } from '../../../plugins/mount/errors.ts';
import { native } from '../../../plugins/mount/nature.ts';
import { perform } from '../../../plugins/mount/perform.ts';
import type { Root } from '../../../plugins/mount/root.ts';
import { TransportError } from '../../../src/plugin-api.ts';
import { refusedWith, signal } from './support.ts';

/** A root that goes away after so many questions. */
function rootThatGoes(after: number): Root {
  let asked = 0;
  return {
    path: '/nowhere',
    ...{ type: undefined, nature: native, mountPoint: undefined },
    device: 1n,
    check: async (attempt: Attempt) => {
      asked += 1;
      const facts = { kind: 'unreachable', ...attempt } as const;
      if (asked > after) throw new TransportError('unmounted', facts);
    },
  };
}

describe('mount: around every operation', () => {
  const look = { operation: 'look', path: 'a', signal, changes: false };
  const missing = (): Promise<never> =>
    Promise.reject(Object.assign(new Error('missing'), { code: 'ENOENT' }));

  it('a success or an absence counts only while the root is still the one', async () => {
    const stays = rootThatGoes(10);
    expect(await perform(stays, { ...look, run: () => Promise.resolve('found') })).to.equal(
      'found',
    );
    await refusedWith(perform(stays, { ...look, run: missing }), 'not-found');
    const goes = { ...look, run: () => Promise.resolve('found') };
    await refusedWith(perform(rootThatGoes(1), goes), 'unreachable');
    await refusedWith(perform(rootThatGoes(1), { ...look, run: missing }), 'unreachable');
  });

  it('nothing runs when the root has gone before', async () => {
    let ran = false;
    const run = async (): Promise<void> => {
      ran = true;
    };
    await refusedWith(perform(rootThatGoes(0), { ...look, run }), 'unreachable');
    expect(ran).to.equal(false);
  });

  it('after a change whose root went away the outcome is unknown', async () => {
    const change = { ...look, operation: 'rename', changes: true };
    const attempt = perform(rootThatGoes(1), { ...change, run: () => Promise.resolve() });
    expect((await refusedWith(attempt, 'unreachable')).outcome).to.equal('unknown');
  });

  it('a change that the disk broke off has an unknown outcome, a refused one was not done', async () => {
    for (const [code, outcome] of [
      ['EIO', 'unknown'],
      ['EACCES', 'not-done'],
      ['ENOTEMPTY', 'not-done'],
    ] as const) {
      const cause = Object.assign(new Error('from the system'), { code });
      const change = { ...look, changes: true, run: () => Promise.reject(cause) };
      const { kind } = asTransportError(cause, look);
      expect((await refusedWith(perform(rootThatGoes(9), change), kind)).outcome, code).to.equal(
        outcome,
      );
    }
  });

  it('a disk that never answers is left when the signal says so', async () => {
    const control = new AbortController();
    const hanging = {
      ...look,
      signal: control.signal,
      changes: true,
      run: () => new Promise<never>(() => undefined),
    };
    const attempt = perform(rootThatGoes(9), hanging);
    setTimeout(() => {
      control.abort(new Error('enough'));
    }, 10);
    expect((await refusedWith(attempt, 'cancelled')).outcome).to.equal('unknown');
    const again = await refusedWith(perform(rootThatGoes(9), hanging), 'cancelled');
    expect(again.outcome).to.equal('not-done');
  });
});
