/**
 * Names of conflict copies: computed from the version alone, so that every client invents the same one; never nested;
 * cut to fit the name limit. And names for what is kept beside its path on one disk.
 */
import type { Entry } from './entry.ts';
import { keyOf, mtimeOf } from './entry.ts';
import { byteLength, join, nameOf, parentOf } from './path.ts';

const MARK = / \(conflict from [^()]* \d{4}-\d{2}-\d{2} [0-9a-z]{6}\)/;
const LONGEST_CLIENT_NAME = 40;

export interface Loser {
  readonly by: string;
  readonly entry: Entry;
}

/** `report (conflict from laptop 2026-11-22 a1b2c3).docx` */
export function conflictName(path: string, loser: Loser, nameBytes = 255): string {
  const { stem, extension } = split(nameOf(path).replace(MARK, ''));
  const mark = ` (conflict from ${readable(loser.by)} ${dayOf(mtimeOf(loser.entry))} ${shortOf(loser.entry)})`;
  const room = nameBytes - byteLength(mark) - byteLength(extension);
  return join(parentOf(path), cut(stem, room) + mark + extension);
}

export function isConflictName(path: string): boolean {
  return MARK.test(nameOf(path));
}

/** For a copy whose directory cannot be made because a file is in the way: beside that directory, under one flat name. */
export function flattened(path: string, nameBytes = 255): string {
  const parent = parentOf(path);
  const name = nameOf(path);
  const prefix = cut(`${nameOf(parent)}_`, Math.max(0, nameBytes - byteLength(name)));
  return join(parentOf(parent), prefix + name);
}

/**
 * Paths for a content whose own was taken while it was on its way to another one: `report (kept).docx`, `report (kept 2).docx`,
 * then beside its directory, should that be a file by now.
 */
export function placesBeside(path: string): string[] {
  const numbers = Array.from({ length: 9 }, (_, index) => index + 1);
  const outside = path.includes('/') ? [flattened(path)] : [];
  return [path, ...outside].flatMap((one) => numbers.map((number) => keptName(one, number)));
}

function keptName(path: string, number: number, nameBytes = 255): string {
  const { stem, extension } = split(nameOf(path));
  const mark = number === 1 ? ' (kept)' : ` (kept ${String(number)})`;
  const room = nameBytes - byteLength(mark) - byteLength(extension);
  return join(parentOf(path), cut(stem, room) + mark + extension);
}

function split(name: string): { stem: string; extension: string } {
  const dot = name.lastIndexOf('.');
  const known = dot > 0 && byteLength(name.slice(dot)) <= 20;
  return known
    ? { stem: name.slice(0, dot), extension: name.slice(dot) }
    : { stem: name, extension: '' };
}

function readable(client: string): string {
  const plain = client.replace(/[^\p{L}\p{N} ._-]/gu, '-').trim();
  return cut(plain === '' ? 'unknown' : plain, LONGEST_CLIENT_NAME);
}

/** Never splits a character. */
function cut(text: string, bytes: number): string {
  let kept = '';
  let used = 0;
  for (const character of text) {
    used += byteLength(character);
    if (used > bytes) {
      break;
    }
    kept += character;
  }
  return kept;
}

/** Six characters of the digest; a link's target is hashed simply, since this only has to tell siblings apart. */
function shortOf(entry: Entry): string {
  if (entry.kind === 'file') {
    return entry.digest.slice(0, 6);
  }
  let hash = 0x811c9dc5;
  for (const character of keyOf(entry)) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  }
  return hash.toString(16).padStart(8, '0').slice(0, 6);
}

/** UTC calendar day of a time in seconds since 1970, by arithmetic (days-to-civil), since pure code knows no Date. */
export function dayOf(seconds: number): string {
  const days = Math.floor(seconds / 86_400) + 719_468;
  const era = Math.floor(days / 146_097);
  const dayOfEra = days - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1;
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  const clamped = Math.min(Math.max(year, 0), 9999);
  return `${String(clamped).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}
