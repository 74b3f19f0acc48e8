/** Whether a listing can be trusted: hidden files, many entries, what is missing, and what was written a moment ago. */
import type { BatchOperation } from '../../core/ports/transport.ts';
import type { Bench, Probe } from '../probe.ts';
import { optionalOf } from '../../transport/layers/around.ts';
import { inWords, tried } from '../probe.ts';

const AT_ONCE = 200;

export const listingProbes: readonly Probe[] = [
  {
    id: 'listing.hidden',
    asks: 'files whose names begin with a dot',
    drives: 'plugins/ftp/whole.ts: another way of listing, or the store is refused',
    quick: true,
    run: async (bench) => {
      await bench.put('.hidden', 'x');
      return (await bench.names()).includes('.hidden')
        ? { answer: 'listed', verdict: 'good' }
        : {
            answer: 'not listed',
            verdict: 'bad',
            means: 'ask the host to show hidden files (ListOptions -a, force_dot_files…)',
          };
    },
  },
  {
    id: 'listing.missing',
    asks: 'the listing of a directory that is not there',
    drives: 'reported only: a plugin has to tell what is missing from what is empty',
    quick: true,
    run: async (bench) => {
      const outcome = await tried(bench.names('nowhere'));
      if (outcome === 'done')
        return {
          answer: 'an empty listing',
          verdict: 'bad',
          means: 'a directory that vanished cannot be told from an emptied one',
        };
      return outcome.kind === 'not-found'
        ? { answer: 'said to be missing', verdict: 'good' }
        : { answer: outcome.kind, verdict: 'weaker', means: inWords(outcome) };
    },
  },
  {
    id: 'listing.look-missing',
    asks: 'a look at a file that is not there',
    drives:
      'src/core/engine/absence.ts: a deletion by another program is believed only if a look says so',
    quick: true,
    run: async (bench) => {
      const outcome = await tried(bench.look('nothing'));
      return outcome === 'done'
        ? { answer: 'said to be absent', verdict: 'good' }
        : {
            answer: outcome.kind,
            verdict: 'bad',
            means: 'deletions by other programs are not noticed on this store',
          };
    },
  },
  {
    id: 'listing.fresh',
    asks: 'a file written a moment ago, listed through another connection',
    drives: 'reported only: caches in between delay a round, and lose nothing',
    quick: true,
    run: async (bench) => {
      const other = await bench.parts.connect();
      await other.list(bench.parts.scratch, bench.signal);
      await bench.put('fresh', 'x');
      const { entries } = await other.list(bench.parts.scratch, bench.signal);
      return entries.some(({ name }) => name === 'fresh')
        ? { answer: 'there at once', verdict: 'good' }
        : {
            answer: 'not yet there',
            verdict: 'weaker',
            means: 'something between caches listings',
          };
    },
  },
  {
    id: 'listing.many',
    asks: 'a directory with very many entries',
    drives: 'src/core/engine/tree.ts: a listing that was cut proves no absence',
    quick: false,
    run: async (bench) => {
      const { entries: wanted } = bench.parts;
      await makeMany(bench, wanted);
      const { entries, complete } = await bench.transport.list(bench.parts.scratch, bench.signal);
      if (entries.length === wanted && complete)
        return { answer: `all ${wanted} listed`, verdict: 'good' };
      return {
        answer: `${entries.length} of ${wanted} listed${complete ? ', and called complete' : ''}`,
        verdict: complete ? 'bad' : 'weaker',
        means: complete
          ? `keep fewer than ${entries.length} files in one directory`
          : 'deletions by other programs in such directories are not noticed',
      };
    },
  },
];

/** Directories: one command each, where a file takes several. */
async function makeMany(bench: Bench, count: number): Promise<void> {
  const paths = Array.from({ length: count }, (_, at) => bench.at(`entry${at}`));
  while (paths.length > 0) {
    const some = paths.splice(0, AT_ONCE);
    const { batch } = optionalOf(bench.transport);
    if (batch === undefined) {
      await Promise.all(some.map((path) => bench.transport.makeDirectory(path, bench.signal)));
      continue;
    }
    const operations = some.map((path): BatchOperation => ({ operation: 'makeDirectory', path }));
    for (const result of await batch(operations, bench.signal)) {
      if (!result.ok) throw result.error;
    }
  }
}
