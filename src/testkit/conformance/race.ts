/**
 * Racing claims: several racers on several connections do the same thing at once, round after round. A claim that
 * holds one by one may still be false here, and the placing lease hangs on it.
 */
import { expect } from 'chai';
import type { Transport } from '../../core/ports/transport.ts';
import { TransportError } from '../../core/ports/transport.ts';
import {
  bytesAt,
  inside,
  judge,
  kindAt,
  makeDirectory,
  namesAt,
  occupied,
  patterned,
  put,
  textAt,
  type CaseContext,
  type ConformanceGroup,
} from './case.ts';

const racers = 8;

export const raceCases: ConformanceGroup = {
  name: 'races',
  cases: [
    {
      name: 'claim: of 8 directories with content renamed onto one name, exactly one wins, every round',
      slow: true,
      unclaimed: ({ transport }) =>
        transport.capabilities.renameOnto.directory === 'refuses'
          ? undefined
          : `renameOnto.directory is ${transport.capabilities.renameOnto.directory}`,
      run: async (context) => {
        const connections = await connect(context);
        for (const racer of range(racers)) {
          await makeDirectory(context, `racer${racer}`);
          await put(context, `racer${racer}/holder`, `racer ${racer}`);
        }
        for (const round of range(context.raceRounds)) {
          const winner = await race(context, connections, round);
          expect(await namesAt(context, 'goal'), `round ${round}`).to.deep.equal(['holder']);
          expect(await textAt(context, 'goal/holder')).to.equal(`racer ${winner}`);
          const [from, to] = [inside(context, 'goal'), inside(context, `racer${winner}`)];
          await context.transport.rename(from, to, context.signal);
        }
        for (const racer of range(racers)) {
          expect(await textAt(context, `racer${racer}/holder`)).to.equal(`racer ${racer}`);
        }
      },
    },
    {
      name: 'claim: of 8 files renamed onto one name, exactly one wins, every round',
      slow: true,
      unclaimed: ({ transport }) =>
        transport.capabilities.renameOnto.file === 'refuses'
          ? undefined
          : `renameOnto.file is ${transport.capabilities.renameOnto.file}`,
      run: async (context) => {
        const connections = await connect(context);
        for (const racer of range(racers)) await put(context, `racer${racer}`, `racer ${racer}`);
        for (const round of range(context.raceRounds)) {
          const winner = await race(context, connections, round);
          expect(await textAt(context, 'goal')).to.equal(`racer ${winner}`);
          const [from, to] = [inside(context, 'goal'), inside(context, `racer${winner}`)];
          await context.transport.rename(from, to, context.signal);
        }
      },
    },
    {
      name: 'claim: while a file is replaced again and again, a reader sees the old or the new one whole',
      slow: true,
      unclaimed: ({ transport }) =>
        transport.capabilities.renameOnto.file === 'replaces'
          ? undefined
          : `renameOnto.file is ${transport.capabilities.renameOnto.file}`,
      run: replaceWhileReading,
    },
  ],
};

/** All racers at once; returns the one that won. */
async function race(
  context: CaseContext,
  connections: readonly Transport[],
  round: number,
): Promise<number> {
  const attempts = range(racers).map(async (racer) => {
    const connection = connections[racer % connections.length] ?? context.transport;
    const from = inside(context, `racer${racer}`);
    await connection.rename(from, inside(context, 'goal'), context.signal);
    return racer;
  });
  const outcomes = await Promise.allSettled(attempts);
  const winners: number[] = [];
  for (const outcome of outcomes) {
    if (outcome.status === 'fulfilled') winners.push(outcome.value);
    else judge(context, outcome.reason, { operation: 'rename', kinds: [...occupied, 'busy'] });
  }
  expect(winners, `winners of round ${round}`).to.have.length(1);
  const [winner] = winners;
  return winner ?? 0;
}

async function replaceWhileReading(context: CaseContext): Promise<void> {
  const size = 100_000;
  const contents = [patterned(size, 1), patterned(size, 2)];
  await put(context, 'file', patterned(size, 1));
  let writing = true;
  const replace = async (): Promise<void> => {
    for (const round of range(Math.ceil(context.raceRounds / 4))) {
      await put(context, 'staged', contents[round % 2] ?? new Uint8Array(0));
      const [from, to] = [inside(context, 'staged'), inside(context, 'file')];
      await context.transport.rename(from, to, context.signal);
    }
  };
  const reader = { ...context, transport: await context.connect() };
  const read = async (): Promise<void> => {
    while (writing) {
      expect(await kindAt(reader, 'file')).to.equal('file');
      const bytes = await bytesAt(reader, 'file').catch((error: unknown) => {
        // A file replaced under an open read may end it with an error; it may not be missing.
        if (error instanceof TransportError && error.kind !== 'not-found') return undefined;
        throw error;
      });
      if (bytes === undefined) continue;
      const whole = contents.some((content) => Buffer.compare(bytes, content) === 0);
      expect(whole, 'a whole file was read').to.equal(true);
    }
  };
  const stop = (): void => {
    writing = false;
  };
  await Promise.all([replace().finally(stop), read().finally(stop)]);
}

async function connect(context: CaseContext): Promise<Transport[]> {
  const connections = [context.transport];
  while (connections.length < context.connections) connections.push(await context.connect());
  return connections;
}

function range(length: number): number[] {
  return Array.from({ length }, (_, at) => at);
}
