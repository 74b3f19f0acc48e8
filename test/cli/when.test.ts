/** Times as people write them, and that what is shown can be given back. */
import { expect } from 'chai';
import fc from 'fast-check';
import { parseWhen, sayBefore, sayWhen } from '../../src/cli/when.ts';

const NOW = new Date(2026, 4, 4, 15, 30, 20).getTime();
const local = (...parts: [number, number, number, number?, number?, number?, number?]): number =>
  new Date(...parts).getTime();

describe('a time', () => {
  const known: readonly (readonly [string, number])[] = [
    ['now', NOW],
    ['2 hours ago', NOW - 2 * 3_600_000],
    ['2 hours', NOW - 2 * 3_600_000],
    ['an hour ago', NOW - 3_600_000],
    ['90min', NOW - 90 * 60_000],
    ['1.5 days ago', NOW - 36 * 3_600_000],
    ['3 weeks ago', NOW - 21 * 86_400_000],
    ['30 secs ago', NOW - 30_000],
    ['2026-05-03', local(2026, 4, 3)],
    ['2026-05-03 14:00', local(2026, 4, 3, 14)],
    ['2026-05-03T14:00', local(2026, 4, 3, 14)],
    ['2026-05-03 14:03:22', local(2026, 4, 3, 14, 3, 22, 999)],
    ['2026-05-03T14:03:22.5Z', Date.UTC(2026, 4, 3, 14, 3, 22, 500) + 999],
    ['2026-05-03 14:00+02:00', Date.UTC(2026, 4, 3, 12)],
    ['14:00', local(2026, 4, 4, 14)],
    ['today 9:05', local(2026, 4, 4, 9, 5)],
    ['yesterday', local(2026, 4, 3)],
    ['Yesterday  9:30', local(2026, 4, 3, 9, 30)],
  ];
  for (const [text, expected] of known) {
    it(`"${text}" is understood`, () => {
      expect(parseWhen(text, NOW)).to.equal(expected);
    });
  }

  const strange = [
    '',
    'soon',
    '14',
    '25:00',
    '14:61',
    '2026-13-01',
    '2026-02-30',
    '2026-05-03 14',
    '2026-05-03 yesterday',
    'tomorrow',
    '3 moons ago',
    'hours ago',
    '-2 hours',
    '2026-05-03 14:00Q',
  ];
  for (const text of strange) {
    it(`"${text}" is none`, () => {
      expect(parseWhen(text, NOW)).to.equal(undefined);
    });
  }

  it('that is shown, given back, is not before what happened then; one before it is', () => {
    // Not in the hour that a clock shows twice.
    const times = fc.integer({ min: local(2026, 0, 1), max: local(2026, 2, 1) });
    fc.assert(
      fc.property(times, (time) => {
        expect(parseWhen(sayWhen(time), NOW))
          .to.be.at.least(time)
          .and.below(time + 1000);
        expect(parseWhen(sayBefore(time), NOW))
          .to.be.below(time)
          .and.above(time - 3000);
      }),
    );
  });
});
