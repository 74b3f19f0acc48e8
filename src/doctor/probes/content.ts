/** How content travels: whole, from the middle, resumed, copied on the server; and by which marks a change is seen. */
import type { StoreEntry } from '../../core/ports/transport.ts';
import type { Bench, Finding, Probe } from '../probe.ts';
import { optionalOf } from '../../transport/layers/around.ts';
import { inWords, sourceOf, tried } from '../probe.ts';

const LARGE = 4 * 1024 * 1024;

export const contentProbes: readonly Probe[] = [
  {
    id: 'content.whole',
    asks: 'an empty file and one of every byte',
    drives: 'reported only: a store that changes content cannot be used',
    quick: true,
    run: async (bench) => {
      const every = Uint8Array.from({ length: 1024 }, (_, at) => at % 256);
      await bench.put('empty', '');
      await bench.transport.write(bench.at('every'), sourceOf(every), bench.signal);
      const isKept =
        (await bench.text('empty')) === '' &&
        Buffer.compare(await bytes(bench, 'every'), every) === 0;
      return isKept
        ? { answer: 'the same', verdict: 'good' }
        : {
            answer: 'changed on the way',
            verdict: 'bad',
            means: 'is it a text mode, or a filter?',
          };
    },
  },
  {
    id: 'content.large',
    asks: `a file of ${LARGE / 1024 / 1024} MB, there and back`,
    drives: 'reported only: how long a first sync will take',
    quick: false,
    run: async (bench) => {
      const { clock } = bench.parts;
      const content = Uint8Array.from({ length: LARGE }, (_, at) => (at * 31 + (at >> 9)) % 256);
      const start = clock.monotonic();
      await bench.transport.write(bench.at('large'), sourceOf(content), bench.signal);
      const middle = clock.monotonic();
      const isSame = Buffer.compare(await bytes(bench, 'large'), content) === 0;
      const [up, down] = [middle - start, clock.monotonic() - middle].map(rate);
      return isSame
        ? { answer: `${up} up, ${down} down`, verdict: 'good' }
        : { answer: 'changed on the way', verdict: 'bad' };
    },
  },
  {
    id: 'content.range',
    asks: 'reading from the middle of a file',
    drives: 'src/core/engine/fetch.ts: whether a broken download goes on where it stopped',
    quick: true,
    run: async (bench) => {
      await bench.put('digits', '0123456789');
      const rest = await bench.text('digits', 4);
      return rest === '456789'
        ? { answer: 'works', verdict: 'good' }
        : { answer: `gave "${rest.slice(0, 20)}"`, verdict: 'bad' };
    },
  },
  {
    id: 'content.resume',
    asks: 'going on with a torn upload',
    drives: 'src/core/engine/send.ts: whether a broken upload of a large file begins again',
    quick: false,
    run: async (bench) => {
      const { resume } = optionalOf(bench.transport);
      if (resume === undefined) return notOffered('a broken upload begins again');
      await bench.put('torn', 'first ');
      const source = sourceOf(new TextEncoder().encode('first half, second half'));
      const outcome = await tried(resume(bench.at('torn'), source, 6, bench.signal));
      if (outcome !== 'done') return { answer: inWords(outcome), verdict: 'weaker' };
      return (await bench.text('torn')) === 'first half, second half'
        ? { answer: 'works', verdict: 'good' }
        : { answer: 'mixed the halves up', verdict: 'bad' };
    },
  },
  {
    id: 'content.copy',
    asks: 'a copy made on the server',
    drives: 'reported only: the engine uploads a copied file like any other',
    quick: false,
    run: async (bench) => {
      const { copy } = optionalOf(bench.transport);
      if (copy === undefined) return notOffered('a copied file is uploaded');
      await bench.put('original', 'content');
      const outcome = await tried(copy(bench.at('original'), bench.at('copy'), bench.signal));
      const isCopied = outcome === 'done' && (await bench.text('copy')) === 'content';
      return isCopied
        ? { answer: 'works', verdict: 'good' }
        : { answer: 'does not work', verdict: 'weaker' };
    },
  },
  {
    id: 'content.overwrite',
    asks: 'a shorter file written over a longer one',
    drives: 'reported only: every file is written under a name of its own',
    quick: false,
    run: async (bench) => {
      await bench.put('file', 'a long text');
      await bench.put('file', 'short');
      return (await bench.text('file')) === 'short'
        ? { answer: 'is the shorter one', verdict: 'good' }
        : { answer: 'has the rest of the longer one', verdict: 'bad' };
    },
  },
  {
    id: 'marks.id',
    asks: 'an id that stays with a file',
    drives: 'src/core/model/stamp.ts: whether an edit of equal size within the same second is seen',
    quick: true,
    run: async (bench) => {
      await bench.put('first', 'x');
      const before = idOf(await bench.look('first'));
      if (before === undefined)
        return notOffered('a change of equal size within the same second is not seen');
      await bench.rename('first', 'moved');
      const moved = idOf(await bench.look('moved'));
      await bench.put('other', 'y');
      await bench.rename('other', 'moved');
      const replaced = idOf(await bench.look('moved'));
      const ids = moved === before && replaced !== before;
      return ids
        ? { answer: 'stays, and differs after a replacement', verdict: 'good' }
        : { answer: 'does not stay', verdict: 'weaker', proves: { ids } };
    },
  },
  {
    id: 'marks.etag',
    asks: 'a mark that differs after every change, however quick',
    drives: 'src/core/model/stamp.ts: whether an edit of equal size within the same second is seen',
    quick: true,
    run: async (bench) => {
      const marks = new Set<string>();
      for (const content of ['a', 'b', 'c', 'd']) {
        await bench.put(content, content);
        if (content !== 'a') await replaced(bench, content);
        const found = await bench.look('a');
        const etag = found === 'absent' ? undefined : found.stamp.etag;
        if (etag === undefined) return notOffered('size, time and id are compared');
        marks.add(etag);
      }
      return marks.size === 4
        ? { answer: 'differs', verdict: 'good' }
        : {
            answer: `${marks.size} marks for 4 contents`,
            verdict: 'weaker',
            means: 'the same mark proves nothing here; such files are read',
            proves: { etag: 'weak' },
          };
    },
  },
];

/** Puts `name` in the place of `a`, also where a rename refuses that. */
async function replaced(bench: Bench, name: string): Promise<void> {
  if ((await tried(bench.rename(name, 'a'))) === 'done') return;
  await bench.transport.remove(bench.at('a'), bench.signal);
  await bench.rename(name, 'a');
}

async function bytes(bench: Bench, path: string): Promise<Buffer> {
  const { stream } = await bench.transport.read(bench.at(path), 0, bench.signal);
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function idOf(found: StoreEntry | 'absent'): string | undefined {
  return found === 'absent' ? undefined : found.stamp.id;
}

function rate(milliseconds: number): string {
  return `${(LARGE / 1e6 / Math.max(0.001, milliseconds / 1000)).toFixed(1)} MB/s`;
}

function notOffered(means: string): Finding {
  return { answer: 'not offered', verdict: 'weaker', means };
}
