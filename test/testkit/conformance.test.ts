/**
 * The conformance suite notices: every case is failed by a transport that breaks its promise, and by no other fault of
 * the test. A case that no fault fails would be a case that cannot fail.
 */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Transport } from '../../src/core/ports/transport.ts';
import { TransportError } from '../../src/core/ports/transport.ts';
import {
  conformanceGroups,
  MemoryStore,
  openMemoryTransport,
  runCase,
  type Bench,
  type ConformanceCase,
} from '../../src/testkit/index.ts';
import { outsideOf } from '../support/outside.ts';
import { claimFaults } from './faults/claims.ts';
import type { Fault } from './faults/fault.ts';
import { listFaults } from './faults/list.ts';
import { renameFaults } from './faults/rename.ts';
import { sessionFaults } from './faults/sessions.ts';
import { transferFaults } from './faults/transfer.ts';
import { wholeTreeFaults } from './faults/whole-tree.ts';

const faults = [
  ...listFaults,
  ...transferFaults,
  ...renameFaults,
  ...claimFaults,
  ...sessionFaults,
  ...wholeTreeFaults,
];

/** Small: the faults are gross. */
const limits = { entries: 40, largeFile: 300_000, raceRounds: 40, connections: 4 };

const cases = new Map<string, ConformanceCase>(
  conformanceGroups.flatMap((group) =>
    group.cases.map((one) => [`${group.name}: ${one.name}`, one]),
  ),
);
const namesKept = [...cases.keys()].filter(
  (name) => name.startsWith('names: ') && !/claim|bytes/.test(name),
);

function benchOf({ bend, profile }: Pick<Fault, 'bend' | 'profile'>): Bench {
  const store = new MemoryStore();
  const open = (): Transport => {
    const good = openMemoryTransport(store, profile === undefined ? {} : { profile });
    return { ...good, ...bend(good) };
  };
  return {
    transport: open(),
    open: () => Promise.resolve(open()),
    outside: outsideOf(store),
  };
}

describe('the conformance suite notices', () => {
  const noticed = new Set<string>();

  for (const fault of faults) {
    const names = fault.fails.flatMap((name) => (name === '*names' ? namesKept : [name]));
    it(fault.name, async () => {
      for (const name of names) {
        const one = cases.get(name);
        if (one === undefined) expect.fail(`no case is called ${name}`);
        const reason = one.unclaimed?.(benchOf(fault));
        expect(reason, name).to.equal(undefined);
        const passes = (bench: Bench): Promise<boolean> =>
          runCase(bench, one, { limits }).then(
            () => true,
            () => false,
          );
        expect(await passes(benchOf(fault)), `passed in spite of the fault: ${name}`).to.equal(
          false,
        );
        noticed.add(name);
      }
    });
  }

  it('and every case has a fault that it notices', () => {
    expect([...cases.keys()].filter((name) => !noticed.has(name))).to.deep.equal([]);
  });

  it('an error that is no TransportError, is of another operation, or tells a secret', async () => {
    const one = cases.get('list: a missing directory is not-found, not empty');
    if (one === undefined) expect.fail('the case is gone');
    const facts = { kind: 'not-found', operation: 'list' } as const;
    const errors: [string, Error][] = [
      ['no TransportError', Object.assign(new Error('missing'), facts)],
      ['another operation', new TransportError('missing', { ...facts, operation: 'look' })],
      ['in the message', new TransportError('alice:opensesame', facts)],
      ['in the reply', new TransportError('missing', { ...facts, serverSaid: 'opensesame' })],
      ['in the cause', new TransportError('missing', { ...facts, cause: new Error('opensesame') })],
    ];
    for (const [what, error] of errors) {
      const bench = benchOf({
        bend: (good) => ({
          list: async (path, signal) => {
            if (path.includes('missing')) throw error;
            return good.list(path, signal);
          },
        }),
      });
      const outcome = await runCase(bench, one, { secrets: ['opensesame'] }).catch(
        (reason: unknown) => reason,
      );
      expect(outcome, what).to.be.instanceOf(Error);
    }
  });
});
