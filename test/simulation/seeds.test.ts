/**
 * What the simulation found, each shortened to the events that matter and named after what went wrong. A script is kept,
 * not its seed: it means the same when the generator changes.
 */
import { expect } from 'chai';
import { openFolder } from '../../src/core/engine/folder.ts';
import {
  explain,
  generateScript,
  profileNamed,
  runScript,
  type Act,
  type ProfileName,
  type SimulationEvent,
} from '../../src/testkit/simulation/index.ts';

interface Case {
  readonly name: string;
  readonly profile: ProfileName;
  /** Wall clocks of the clients, in milliseconds from the store's. */
  readonly skews: readonly number[];
  readonly late?: readonly number[];
  readonly events: readonly SimulationEvent[];
}

const write = (who: number | 'store', path: string, content: number): SimulationEvent => {
  const what: Act = { act: 'write', path, content, time: 'now', how: 'place', force: false };
  return { do: 'act', who, what };
};

const cases: readonly Case[] = [
  {
    name: 'one new file reaches everybody',
    profile: 'gentle',
    skews: [0, 0],
    events: [write(0, 'p', 1)],
  },
];

describe('seeds that were found', () => {
  for (const { name, profile, skews, late, events } of cases) {
    it(name, async () => {
      const settings = { ...profileNamed(profile), length: 0, clients: [1, 1] as const };
      const script = generateScript(1, settings, profile);
      const clients = skews.flatMap((skew) => script.clients.map((spec) => ({ ...spec, skew })));
      const result = await runScript(
        { ...script, clients, late: late ?? [], events },
        { openFolder },
      );
      expect(result.failures, explain(result)).to.deep.equal([]);
    });
  }
});
