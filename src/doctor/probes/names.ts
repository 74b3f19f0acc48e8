/**
 * Which names come back as they went: a table of kinds of names, each written, listed, looked at and read. A name that the
 * server changes or refuses is a problem on that path, never a guess.
 */
import type { Capabilities } from '../../core/ports/transport.ts';
import type { Bench, Finding, Probe } from '../probe.ts';
import { inWords, tried } from '../probe.ts';

const DRIVES = 'src/core/engine/place.ts: such a file is placed, or a problem with its reason';

const KINDS: readonly (readonly [id: string, asks: string, names: readonly string[]])[] = [
  ['blanks', 'blanks before, in and after a name', [' before', 'a  b', 'after ']],
  ['dots', 'names with dots before and after', ['.hidden', '..two', 'after.', 'a..b']],
  ['tilde-and-dash', 'names that begin with ~ or -', ['~', '~user', '-l', '--help']],
  ['quotes', 'quotes in names', ['"double"', "it's", '`tick`']],
  ['brackets', 'brackets and wildcards', ['[ab]', '{a,b}', 'star*', 'what?', '(x)']],
  ['percent', 'percent signs', ['100%', '%41', '%2F', 'a%20b']],
  ['backslash', 'backslashes', ['back\\slash']],
  ['signs', 'signs that some systems forbid', ['a:b', 'a<b>', 'a|b', 'a;b', 'a&b', 'a#b', 'a+b']],
  ['device-names', 'names of devices on Windows', ['CON', 'nul.txt', 'com1']],
  ['letters', 'letters beyond ASCII', ['Übung', '日本語', 'привет', '😀']],
];

export const nameProbes: readonly Probe[] = [
  ...KINDS.map(([id, asks, names]): Probe => {
    return {
      id: `names.${id}`,
      asks,
      drives: DRIVES,
      quick: id === 'blanks' || id === 'letters',
      run: (bench) => roundTrip(bench, names),
    };
  }),
  {
    id: 'names.unicode-form',
    asks: 'letters with accents, composed and decomposed',
    drives: 'reported only: a name that comes back in another form is another name',
    quick: true,
    run: async (bench) => {
      const [composed, decomposed] = ['é'.normalize('NFC'), 'é'.normalize('NFD')];
      const forms = [await keptAs(bench, `c${composed}`), await keptAs(bench, `d${decomposed}`)];
      const unicode = formOf(forms[0] === `c${decomposed}`, forms[1] === `d${composed}`);
      if (forms.includes(undefined))
        return { answer: 'refused', verdict: 'weaker', means: 'such names stay problems' };
      return {
        answer: unicode === 'as-given' ? 'kept as given' : `turned into ${unicode.toUpperCase()}`,
        verdict: unicode === 'as-given' ? 'good' : 'weaker',
        proves: { unicode },
      };
    },
  },
  {
    id: 'names.case',
    asks: 'names that differ in capitals only',
    drives: 'reported only: the store itself refuses the second one',
    quick: true,
    run: async (bench) => {
      await bench.put('name', 'small');
      const second = await tried(bench.put('NAME', 'capital'));
      const names = await bench.names();
      const caseSensitive = second === 'done' && names.join() === 'NAME,name';
      return caseSensitive
        ? { answer: 'two files', verdict: 'good', proves: { caseSensitive } }
        : {
            answer: 'one file',
            verdict: 'weaker',
            means: 'of two names that differ in capitals only one can be synced',
            proves: { caseSensitive },
          };
    },
  },
  {
    id: 'names.length',
    asks: 'the longest name',
    drives: 'src/core/engine/place.ts: a longer name is a problem on its path',
    quick: false,
    run: async (bench) => {
      const nameBytes = await longestName(bench);
      return {
        answer: `${nameBytes} bytes`,
        verdict: nameBytes >= 255 ? 'good' : 'weaker',
        proves: { nameBytes },
      };
    },
  },
  {
    id: 'names.depth',
    asks: 'a path of 1,000 bytes',
    drives: 'src/core/engine/place.ts: what lies deeper is a problem on its path',
    quick: false,
    run: async (bench) => {
      let path = '';
      for (let level = 0; level < 10; level += 1) {
        path = `${path}${path === '' ? '' : '/'}${'d'.repeat(99)}`;
        const made = await tried(bench.makeDirectory(path));
        if (made !== 'done') {
          return { answer: `refused after ${path.length - 100} bytes`, verdict: 'weaker' };
        }
      }
      return { answer: 'works', verdict: 'good' };
    },
  },
];

function formOf(decomposes: boolean, composes: boolean): Capabilities['unicode'] {
  if (decomposes) return 'nfd';
  return composes ? 'nfc' : 'as-given';
}

async function roundTrip(bench: Bench, names: readonly string[]): Promise<Finding> {
  const trouble: string[] = [];
  for (const name of names) {
    const kept = await keptAs(bench, name);
    if (kept === undefined) trouble.push(`${JSON.stringify(name)} refused`);
    else if (kept !== name) trouble.push(`${JSON.stringify(name)} became ${JSON.stringify(kept)}`);
  }
  if (trouble.length === 0) return { answer: 'kept', verdict: 'good' };
  return {
    answer: trouble.length === names.length ? 'not kept' : 'some not kept',
    verdict: 'weaker',
    means: trouble.join(', '),
  };
}

/** The name under which a file of this name is found; undefined: refused. Alone in its directory, so that nothing helps. */
async function keptAs(bench: Bench, name: string): Promise<string | undefined> {
  const number = String((await bench.names()).length);
  const directory = await bench.inside(number);
  const outcome = await tried(directory.put(name, name));
  if (outcome !== 'done') return undefined;
  const [kept] = await directory.names();
  if (kept !== name) return kept ?? '(nothing)';
  const found = await tried(directory.look(name));
  if (found !== 'done') return `${name} (${inWords(found)})`;
  return (await directory.text(name)) === name ? name : `${name} (other content)`;
}

async function longestName(bench: Bench): Promise<number> {
  let [fits, tooLong] = [1, 1025];
  let length = 255;
  while (tooLong - fits > 1) {
    const outcome = await tried(bench.put('n'.repeat(length), 'x'));
    if (outcome === 'done') fits = length;
    else tooLong = length;
    // The usual answer is asked first, from both sides.
    length = fits === 255 && tooLong === 1025 ? 256 : Math.floor((fits + tooLong) / 2);
  }
  return fits;
}
