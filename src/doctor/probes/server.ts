/** The server as a whole: how quickly it answers, how much at once, and how much room there is. */
import type { BatchOperation } from '../../core/ports/transport.ts';
import { TransportError } from '../../core/ports/transport.ts';
import type { Bench, Probe } from '../probe.ts';
import { optionalOf } from '../../transport/layers/around.ts';
import { inWords, tried } from '../probe.ts';

const LOOKS = 40;
const FURTHER = 8;

export const serverProbes: readonly Probe[] = [
  {
    id: 'server.round-trip',
    asks: 'how long an answer takes',
    drives: 'reported only: one changed file takes about ten answers',
    quick: true,
    run: async (bench) => {
      await bench.put('file', 'x');
      const each = await timed(bench, async () => {
        for (let count = 0; count < 5; count += 1) await bench.look('file');
      });
      return { answer: `${(each / 5).toFixed(1)} ms`, verdict: each / 5 < 500 ? 'good' : 'weaker' };
    },
  },
  {
    id: 'server.batch',
    asks: `${LOOKS} questions in one write, against one after the other`,
    drives: 'src/core/engine/store-io.ts: many questions in one request',
    quick: false,
    run: async (bench) => {
      const { batch } = optionalOf(bench.transport);
      if (batch === undefined)
        return {
          answer: 'not offered',
          verdict: 'weaker',
          means: 'each operation waits for the last',
        };
      await bench.put('file', 'x');
      const operations = Array.from({ length: LOOKS }, (): BatchOperation => {
        return { operation: 'look', path: bench.at('file') };
      });
      let answers = 0;
      const together = await timed(bench, async () => {
        const results = await batch(operations, bench.signal);
        answers = results.filter(({ ok }) => ok).length;
      });
      const single = await timed(bench, async () => {
        for (const { operation } of operations) if (operation === 'look') await bench.look('file');
      });
      return answers === LOOKS
        ? {
            answer: `${(single / Math.max(0.01, together)).toFixed(1)} times as quick`,
            verdict: 'good',
          }
        : { answer: `${answers} of ${LOOKS} answered`, verdict: 'bad' };
    },
  },
  {
    id: 'server.parallel',
    asks: 'as many operations at once as the plugin claims',
    drives: 'src/core/engine/store-io.ts: how many files travel at once',
    quick: true,
    run: async (bench) => {
      const { parallel } = bench.transport.capabilities;
      const names = Array.from({ length: parallel }, (_, at) => `file${at}`);
      const outcomes = await Promise.all(names.map((name) => tried(bench.put(name, name))));
      const refused = outcomes.filter((outcome) => outcome instanceof TransportError);
      const [first] = refused;
      return first === undefined
        ? { answer: `${parallel} at once`, verdict: 'good' }
        : {
            answer: `${parallel - refused.length} of ${parallel}`,
            verdict: 'weaker',
            means: inWords(first),
            proves: { parallel: Math.max(1, parallel - refused.length) },
          };
    },
  },
  {
    id: 'server.connections',
    asks: `${FURTHER} further connections`,
    drives: 'reported only: who finds none free waits and tries again',
    quick: false,
    run: async (bench) => {
      let opened = 0;
      let refusal: TransportError | undefined;
      while (opened < FURTHER && refusal === undefined) {
        refusal = await connected(bench);
        if (refusal === undefined) opened += 1;
      }
      if (refusal === undefined) return { answer: `all ${FURTHER} taken`, verdict: 'good' };
      return {
        answer: `refused after ${opened} more`,
        verdict: 'weaker',
        means: `${inWords(refusal)}; with several computers, lower "connections" of this store`,
      };
    },
  },
  {
    id: 'server.make-directory',
    asks: 'making a directory that is there already',
    drives: 'reported only: success says nothing about who made it, so no lock is a directory',
    quick: true,
    run: async (bench) => {
      await bench.makeDirectory('there');
      const outcome = await tried(bench.makeDirectory('there'));
      return outcome === 'done'
        ? { answer: 'success, as asked of plugins', verdict: 'good' }
        : { answer: inWords(outcome), verdict: 'bad', means: 'the plugin breaks its contract' };
    },
  },
  {
    id: 'server.remove-full',
    asks: 'removing a directory that is not empty',
    drives: 'reported only: what a store does that does not look is said by its plugin',
    quick: true,
    run: async (bench) => {
      await bench.makeDirectory('full');
      await bench.put('full/file', 'x');
      const outcome = await tried(bench.transport.removeDirectory(bench.at('full'), bench.signal));
      if (outcome !== 'done') return { answer: 'refused', verdict: 'good' };
      return {
        answer: 'removed with its content',
        verdict: 'bad',
        means: 'a file put there in the same moment would be lost; do not use this store',
      };
    },
  },
  {
    id: 'server.space',
    asks: 'room on the store',
    drives: 'src/cli/init-cost.ts: `ownsync init` says when a folder will not fit',
    quick: true,
    run: async (bench) => {
      const free = await bench.transport.space?.(bench.signal);
      return free === undefined
        ? {
            answer: 'not told',
            verdict: 'weaker',
            means: 'a full store shows only when it refuses',
          }
        : { answer: `${(free / 1e9).toFixed(1)} GB free`, verdict: free > 1e8 ? 'good' : 'weaker' };
    },
  },
];

async function timed(bench: Bench, act: () => Promise<void>): Promise<number> {
  const start = bench.parts.clock.monotonic();
  await act();
  return bench.parts.clock.monotonic() - start;
}

/** Asked something, since a plugin connects when it has to. Why not; some servers only hang up on who is one too many. */
async function connected(bench: Bench): Promise<TransportError | undefined> {
  try {
    const other = await bench.parts.connect();
    await other.look(bench.parts.scratch, bench.signal);
    return undefined;
  } catch (error) {
    if (!(error instanceof TransportError) || error.kind === 'cancelled') throw error;
    return error;
  }
}
