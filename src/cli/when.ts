/**
 * Times as a person writes them, and as they are shown: by this computer's clock and time zone. Pure but for the zone.
 */
import { parseDuration } from '../config/duration.ts';

export const WHEN_HELP =
  '"2026-05-03 14:00", 2026-05-03, 14:00, "yesterday 9:30", "2 hours ago" or 90min';

const SECOND = 1000;
const WORDS: readonly (readonly [RegExp, string])[] = [
  [/^(seconds?|secs?)$/, 's'],
  [/^(minutes?|mins?)$/, 'min'],
  [/^(hours?)$/, 'h'],
  [/^(days?)$/, 'd'],
  [/^(weeks?)$/, 'w'],
];

/**
 * Milliseconds since 1970, or undefined when the text is no time. A time of day to the second means all of that second, so
 * that what is shown to have happened then has happened.
 */
export function parseWhen(text: string, now: number): number | undefined {
  const trimmed = text.trim().replace(/\s+/g, ' ');
  if (/^now$/i.test(trimmed)) return now;
  return parseAgo(trimmed, now) ?? parseDay(trimmed, now);
}

/** `2 hours ago`, `90min`. */
function parseAgo(text: string, now: number): number | undefined {
  const [, amount = '', unit = ''] =
    /^(\d+(?:\.\d+)?) ?([a-z]+)(?: ago)?$/i.exec(text.replace(/^an? /i, '1 ')) ?? [];
  const known = WORDS.find(([word]) => word.test(unit.toLowerCase()))?.[1] ?? unit;
  const length = parseDuration(amount + known);
  return length === undefined ? undefined : now - length;
}

const TIME = /^(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?$/;
const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;

function parseDay(text: string, now: number): number | undefined {
  if (/^\d{4}-\d{2}-\d{2}[T ]\S+(Z|[+-]\d{2}:?\d{2})$/i.test(text)) return parseZoned(text);
  const [first = '', second] = text.split(/[T ]/, 2);
  const date = dayOf(first.toLowerCase(), now);
  if (date === undefined) return second === undefined ? withTime(new Date(now), first) : undefined;
  return second === undefined ? date.getTime() : withTime(date, second);
}

/** Midnight at its beginning. */
function dayOf(text: string, now: number): Date | undefined {
  const today = new Date(now);
  today.setHours(0, 0, 0, 0);
  if (text === 'today') return today;
  if (text === 'yesterday') {
    today.setDate(today.getDate() - 1);
    return today;
  }
  const [, year, month, day] = DATE.exec(text) ?? [];
  if (year === undefined || month === undefined || day === undefined) return undefined;
  const date = new Date(Number(year), Number(month) - 1, Number(day));
  return date.getMonth() === Number(month) - 1 ? date : undefined;
}

function withTime(date: Date, text: string): number | undefined {
  const [, hours = '', minutes = '', seconds] = TIME.exec(text) ?? [];
  if (hours === '' || Number(hours) > 23 || Number(minutes) > 59 || Number(seconds ?? 0) > 59)
    return undefined;
  const exact = new Date(date);
  exact.setHours(Number(hours), Number(minutes), Number(seconds ?? 0), 0);
  return exact.getTime() + (seconds === undefined ? 0 : SECOND - 1);
}

function parseZoned(text: string): number | undefined {
  const time = Date.parse(text.replace(' ', 'T'));
  return Number.isNaN(time) ? undefined : time + (/:\d{2}:\d{2}/.test(text) ? SECOND - 1 : 0);
}

/** `2026-05-03 14:03:22`, which {@link parseWhen} reads again. */
export function sayWhen(milliseconds: number): string {
  const date = new Date(milliseconds);
  const two = (value: number) => String(value).padStart(2, '0');
  const day = [String(date.getFullYear()), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `${day} ${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')}`;
}

/** A time as {@link sayWhen} has it that certainly lies before this one. */
export function sayBefore(milliseconds: number): string {
  return sayWhen(Math.floor(milliseconds / SECOND) * SECOND - SECOND);
}
