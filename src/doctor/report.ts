/** An examination in words: a table for people. Pure: lines out of results. */
import type { Examination, Result } from './examine.ts';
import type { Verdict } from './probe.ts';

const MARKS: Readonly<Record<Verdict, string>> = {
  good: '+',
  weaker: '~',
  bad: '!',
  'not-asked': ' ',
};

/** One line a probe, and one for what follows where something does. */
export function resultLines({ probe, finding }: Result): string[] {
  const line = `${MARKS[finding.verdict]} ${`${probe.id} `.padEnd(30, '.')} ${finding.answer}`;
  return finding.means === undefined || finding.verdict === 'good'
    ? [line]
    : [line, `${' '.repeat(33)}${finding.means}`];
}

export function aboutLines({ about }: Pick<Examination, 'about'>): string[] {
  return [
    `server: ${about.identity === '' ? 'it does not say what it is' : about.identity}`,
    ...about.facts.map(({ name, value }) => `  ${`${name} `.padEnd(30, '.')} ${value}`),
  ];
}

export function summaryLine({ results }: Pick<Examination, 'results'>): string {
  const count = (verdict: Verdict): number =>
    results.filter(({ finding }) => finding.verdict === verdict).length;
  const [good, weaker, bad] = [count('good'), count('weaker'), count('bad')];
  const all = `${results.length} questions: ${good} good (+), ${weaker} weaker (~), ${bad} bad (!)`;
  if (bad > 0) return `${all}. Read the lines marked ! before you trust this store`;
  return weaker > 0 ? `${all}. ownsync takes its slower ways where it has to` : all;
}
