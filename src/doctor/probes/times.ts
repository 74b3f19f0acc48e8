/** What the store makes of modification times: whether they can be set, how exactly, and how wrong its clock is. */
import type { Measured } from '../../transport/profile.ts';
import type { Bench, Finding, Probe } from '../probe.ts';
import { optionalOf } from '../../transport/layers/around.ts';
import { inWords, tried } from '../probe.ts';

/** Odd seconds and milliseconds, so that any rounding shows. */
const WINTER = Date.UTC(2021, 0, 17, 11, 22, 33, 457);
const SUMMER = Date.UTC(2021, 6, 17, 11, 22, 33, 457);
const HOUR = 3_600_000;

export const timeProbes: readonly Probe[] = [
  {
    id: 'times.set',
    asks: 'the time that an upload asks for',
    drives: 'src/core/engine/stage.ts: whether an upload asks for its time',
    quick: true,
    run: async (bench) => {
      await bench.put('winter', 'x', WINTER);
      const shown = await timeOf(bench, 'winter');
      if (shown === undefined)
        return weaker('no times at all', 'other programs see no times', { modified: 'none' });
      const precision = precisionOf(WINTER, shown);
      if (precision === undefined) {
        return Math.abs(shown - WINTER) < 15 * HOUR
          ? { answer: `off by ${minutes(shown - WINTER)}`, verdict: 'bad', means: ZONE }
          : weaker('the store sets its own', 'other programs see the time of the upload', {
              modified: 'read',
            });
      }
      return {
        answer: `kept to ${precision / 1000} s`,
        verdict: precision <= 1000 ? 'good' : 'weaker',
        proves: { modified: 'set', modifiedPrecision: precision },
      };
    },
  },
  {
    id: 'times.summer',
    asks: 'a time in summer and one in winter',
    drives: 'reported only: a time zone that slipped would look like an edit',
    quick: true,
    run: async (bench) => {
      if (bench.transport.capabilities.modified !== 'set') return notAsked('times cannot be set');
      await bench.put('summer', 'x', SUMMER);
      const shown = await timeOf(bench, 'summer');
      const isKept = shown !== undefined && precisionOf(SUMMER, shown) !== undefined;
      return isKept
        ? { answer: 'both right', verdict: 'good' }
        : { answer: `off by ${minutes((shown ?? 0) - SUMMER)}`, verdict: 'bad', means: ZONE };
    },
  },
  {
    id: 'times.set-later',
    asks: 'the time of a file that is there',
    drives: 'src/core/engine/plan.ts: whether a changed time alone is sent',
    quick: true,
    run: async (bench) => {
      const { setModified } = optionalOf(bench.transport);
      if (setModified === undefined) return notAsked('the plugin does not offer it');
      await bench.put('file', 'x');
      const outcome = await tried(setModified(bench.at('file'), WINTER, bench.signal));
      if (outcome !== 'done') return weaker(inWords(outcome), 'times stay those of the upload', {});
      const shown = await timeOf(bench, 'file');
      return shown !== undefined && precisionOf(WINTER, shown) !== undefined
        ? { answer: 'works', verdict: 'good' }
        : { answer: 'answered, but not done', verdict: 'bad' };
    },
  },
  {
    id: 'times.listing',
    asks: 'the time in a listing, against the one of a look',
    drives: 'src/core/engine/survey.ts: where it tells too little, files are looked at one by one',
    quick: true,
    run: async (bench) => {
      await bench.put('file', 'x', WINTER);
      const { entries } = await bench.transport.list(bench.parts.scratch, bench.signal);
      const stamp = entries.find(({ name }) => name === 'file')?.stamp;
      const looked = await timeOf(bench, 'file');
      if (stamp?.modified === undefined)
        return looked === undefined
          ? notAsked('the store tells no times')
          : weaker('none in listings', 'every file of a listing is looked at', {});
      const precision = stamp.precision ?? 1000;
      return {
        answer: looked === stamp.modified ? 'the same' : `exact to ${precision / 1000} s`,
        verdict: precision <= 1000 ? 'good' : 'weaker',
      };
    },
  },
  {
    id: 'times.rename',
    asks: 'the time of a renamed file',
    drives:
      'src/core/engine/survey.ts: a file that shows another stamp than it was placed with is read again',
    quick: true,
    run: async (bench) => {
      await bench.put('before', 'x', WINTER);
      const before = await timeOf(bench, 'before');
      await bench.rename('before', 'after');
      return (await timeOf(bench, 'after')) === before
        ? { answer: 'stays', verdict: 'good' }
        : weaker('changes', 'every placed file is looked at again', {});
    },
  },
  {
    id: 'times.clock',
    asks: 'the clock of the store, against this computer’s',
    drives: 'reported only: ages on the store are compared with its own clock',
    quick: true,
    run: async (bench) => {
      await bench.put('now', 'x');
      const shown = await timeOf(bench, 'now');
      if (shown === undefined) return notAsked('the store tells no times');
      const off = shown - bench.parts.clock.now();
      const isRight = Math.abs(off) < 120_000;
      return { answer: isRight ? 'right' : `off by ${minutes(off)}`, verdict: 'good' };
    },
  },
];

const ZONE = 'the time zone of its listings is not UTC; see the store’s options';

async function timeOf(bench: Bench, path: string): Promise<number | undefined> {
  const found = await bench.look(path);
  return found === 'absent' ? undefined : found.stamp.modified;
}

/** The finest of the usual precisions with which `shown` is `wanted`; undefined: none. */
function precisionOf(wanted: number, shown: number): number | undefined {
  return [1, 1000, 2000, 60_000].find(
    (step) =>
      Math.floor(wanted / step) * step === shown || Math.ceil(wanted / step) * step === shown,
  );
}

function minutes(milliseconds: number): string {
  return `${Math.round(milliseconds / 60_000)} minutes`;
}

function weaker(answer: string, means: string, proves: Measured): Finding {
  return { answer, verdict: 'weaker', means, proves };
}

function notAsked(means: string): Finding {
  return { answer: '–', verdict: 'not-asked', means };
}
