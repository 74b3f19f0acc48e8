/**
 * What a rename does to something that is in the way, one by one and in races. Placing files without a server's help hangs
 * on these answers; a claim of exclusiveness is made only after every round had exactly one winner.
 */
import { TransportError } from '../../core/ports/transport.ts';
import type { Finding, Probe } from '../probe.ts';
import { Bench, endsAll, inWords, tried } from '../probe.ts';

const RACERS = 8;
const CONNECTIONS = 4;

export const renameProbes: readonly Probe[] = [
  {
    id: 'rename.file-onto-file',
    asks: 'a file renamed onto another one',
    drives: 'reported only: files are placed where nothing is, under the lease',
    quick: true,
    run: async (bench) => {
      await bench.put('old', 'old');
      await bench.put('new', 'new');
      const outcome = await tried(bench.rename('new', 'old'));
      const text = await bench.text('old');
      if (outcome !== 'done' && text === 'old')
        return { answer: 'refused', verdict: 'good', means: inWords(outcome) };
      if (outcome === 'done' && text === 'new') return { answer: 'replaced', verdict: 'good' };
      return unclear(`answered ${outcome === 'done' ? 'success' : outcome.kind}, then "${text}"`);
    },
  },
  {
    id: 'rename.file-race',
    asks: `${RACERS} files renamed onto one name at once`,
    drives: 'reported only: nothing hangs on it, since files are placed under the lease',
    quick: false,
    run: async (bench) => {
      const wins = await race(bench, 'file');
      if (wins.every((count) => count === 1)) return exclusive('file', wins.length);
      return {
        answer: `up to ${Math.max(...wins)} of ${RACERS} told they won`,
        verdict: 'good',
        means: 'files are placed only under the lease, so nothing hangs on it',
        ...(bench.transport.capabilities.renameOnto.file === 'refuses'
          ? { proves: { renameOnto: { file: 'unknown' as const } } }
          : {}),
      };
    },
  },
  {
    id: 'rename.directory-onto-full',
    asks: 'a directory with content renamed onto another with content',
    drives: 'src/core/engine/join.ts: whether the store is used at all',
    quick: true,
    run: async (bench) => {
      for (const name of ['first', 'second']) await filled(bench, name);
      const outcome = await tried(bench.rename('second', 'first'));
      const names = await bench.names('first');
      if (outcome !== 'done' && names.join() === 'first')
        return { answer: 'refused', verdict: 'good', means: inWords(outcome) };
      return {
        answer: `not refused: ${names.join(', ')} is there now`,
        verdict: 'bad',
        means: 'two computers could place files at once; keep to one at a time on this store',
        proves: { renameOnto: { directory: 'replaces' } },
      };
    },
  },
  {
    id: 'rename.directory-race',
    asks: `${RACERS} directories with content renamed onto one name at once`,
    drives: 'src/core/engine/racers.ts: whether who takes the lease waits and looks again',
    quick: false,
    run: async (bench) => {
      const wins = await race(bench, 'directory');
      if (wins.every((count) => count === 1)) return exclusive('directory', wins.length);
      const [most, least] = [Math.max(...wins), Math.min(...wins)];
      return {
        answer: `between ${least} and ${most} of ${RACERS} told they won`,
        verdict: most > 1 ? 'weaker' : 'good',
        means:
          'whoever takes the lease looks inside once more; with luck against it two computers may place at once, and records keep that harmless',
        proves: { renameOnto: { directory: 'unknown' } },
      };
    },
  },
  {
    id: 'rename.directory-onto-empty',
    asks: 'a directory renamed onto an empty one',
    drives: 'reported only: the engine renames onto nothing that is there',
    quick: true,
    run: async (bench) => {
      await bench.makeDirectory('empty');
      await filled(bench, 'full');
      const outcome = await tried(bench.rename('full', 'empty'));
      return outcome === 'done'
        ? { answer: 'takes its place', verdict: 'good' }
        : { answer: 'refused', verdict: 'good', means: inWords(outcome) };
    },
  },
  {
    id: 'rename.full-directory',
    asks: 'a directory renamed with all that is in it',
    drives: 'reported only: without it there is no lease, and no sync',
    quick: true,
    run: async (bench) => {
      await filled(bench, 'before');
      const outcome = await tried(bench.rename('before', 'after'));
      const moved = outcome === 'done' && (await bench.names('after')).join() === 'before';
      return moved
        ? { answer: 'works', verdict: 'good' }
        : unclear(outcome === 'done' ? 'its content did not come along' : inWords(outcome));
    },
  },
  {
    id: 'rename.while-read',
    asks: 'a file read by one computer while another replaces it',
    drives: 'reported only: what other programs may see of a file that is replaced',
    quick: false,
    run: async (bench) => {
      const contents = ['a', 'b'].map((letter) => letter.repeat(50_000));
      const reader = await bench.parts.connect();
      const seen = new Set<string>();
      let missing = 0;
      for (const [round, content] of [...contents, ...contents, ...contents].entries()) {
        await bench.put(`staged${round}`, content);
        const [replaced, read] = await Promise.all([
          tried(bench.rename(`staged${round}`, 'file')),
          round === 0 ? undefined : wholeText(bench, reader),
        ]);
        if (replaced !== 'done') return { answer: 'refused', verdict: 'good' };
        if (read === 'missing') missing += 1;
        else if (read !== undefined && !contents.includes(read)) seen.add('torn');
      }
      if (missing === 0 && seen.size === 0) return { answer: 'always whole', verdict: 'good' };
      return {
        answer: seen.size > 0 ? 'half a file was seen' : `${missing} times no file was there`,
        verdict: 'weaker',
        means: 'other programs that read the store may stumble; ownsync checks every digest',
        proves: { renameOnto: { file: 'unknown' } },
      };
    },
  },
];

function exclusive(kind: 'file' | 'directory', rounds: number): Finding {
  return {
    answer: `one winner in each of ${rounds} rounds`,
    verdict: 'good',
    proves: { renameOnto: { [kind]: 'refuses' } },
  };
}

/** How many were told that they won, round by round. */
async function race(bench: Bench, kind: 'file' | 'directory'): Promise<number[]> {
  const others = Array.from({ length: CONNECTIONS - 1 }, () => bench.parts.connect());
  const connections = [bench.transport, ...(await Promise.all(others))];
  const racers = Array.from({ length: RACERS }, (_, racer) => `racer${racer}`);
  for (const racer of racers) {
    await (kind === 'file' ? bench.put(racer, racer) : filled(bench, racer));
  }
  const wins: number[] = [];
  for (let round = 0; round < bench.parts.rounds; round += 1) {
    const told = await Promise.all(
      racers.map(async (racer, at) => {
        const connection = connections[at % connections.length] ?? bench.transport;
        const act = connection.rename(bench.at(racer), bench.at('goal'), bench.signal);
        return (await tried(act)) === 'done' ? racer : undefined;
      }),
    );
    const winners = told.filter((racer) => racer !== undefined);
    wins.push(winners.length);
    await startAgain(bench, { kind, racers });
    // More rounds could only say the same again.
    if (winners.length !== 1 && round > 20) break;
  }
  return wins;
}

/** Whoever is at the goal goes back to its own name; who was replaced or swallowed is made anew. */
async function startAgain(
  bench: Bench,
  { kind, racers }: { readonly kind: 'file' | 'directory'; readonly racers: readonly string[] },
): Promise<void> {
  const winner =
    kind === 'file' ? await bench.text('goal') : ((await bench.names('goal'))[0] ?? '');
  if (racers.includes(winner)) await tried(bench.rename('goal', winner));
  else await tried(bench.rename('goal', `lost-${bench.parts.clock.monotonic()}`));
  const there = new Set(await bench.names());
  for (const racer of racers.filter((name) => !there.has(name))) {
    await (kind === 'file' ? bench.put(racer, racer) : filled(bench, racer));
  }
}

/** A directory that holds one file of its own name. */
async function filled(bench: Bench, name: string): Promise<void> {
  await bench.makeDirectory(name);
  await bench.put(`${name}/${name}`, name);
}

async function wholeText(bench: Bench, reader: Bench['transport']): Promise<string | undefined> {
  return await new Bench({ ...bench.parts, transport: reader })
    .text('file')
    .catch((error: unknown) => {
      if (!(error instanceof TransportError) || endsAll(error)) throw error;
      // A file replaced under an open read may end it with an error; it may not be missing.
      return error.kind === 'not-found' ? 'missing' : undefined;
    });
}

function unclear(answer: string): Finding {
  return { answer, verdict: 'bad', means: 'this store does not do what ownsync relies on' };
}
