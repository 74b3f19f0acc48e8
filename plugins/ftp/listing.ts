/**
 * Reads directory listings: MLSD, MLST, and LIST in the Unix and DOS forms. Pure, and never silent about a line it could
 * not read: a listing that lost a line must not prove that anything is absent.
 */
import type { ListedEntry, Stamp, StoreKind } from '../../src/plugin-api.ts';
import { utf8, type Charset } from './charset.ts';
import { timeOf } from './replies.ts';

export interface ParsedListing {
  readonly entries: readonly ListedEntry[];
  /** Lines that were not understood. */
  readonly unread: number;
  /** Of these, lines that are no text in the store's encoding. */
  readonly foreign: number;
  /** All lines, those for the directory itself and its parent included. */
  readonly lines: number;
  /** The listing showed `.`, or is one of Windows, so names that start with a dot are not hidden. */
  readonly showsDots: boolean;
}

interface ParsedLine {
  readonly name: string;
  readonly kind: StoreKind;
  readonly stamp: Stamp;
  /** A line of a system that hides no names for their dot. */
  readonly isDos?: boolean;
}
/** Undefined: not understood. `skip`: understood, and no entry. */
type LineReader = (line: string) => ParsedLine | 'self' | 'skip' | undefined;

export function parseMlsd(bytes: Uint8Array, charset: Charset = utf8): ParsedListing {
  return parseLines(bytes, charset, mlsdLine);
}

export function parseList(bytes: Uint8Array, charset: Charset = utf8): ParsedListing {
  return parseLines(bytes, charset, (line) => unixLine(line) ?? dosLine(line) ?? listExtra(line));
}

function parseLines(bytes: Uint8Array, charset: Charset, read: LineReader): ParsedListing {
  const entries = new Map<string, ListedEntry>();
  let [unread, foreign, lines, showsDots] = [0, 0, 0, false];
  for (const { line, whole } of splitLines(bytes)) {
    if (line.length === 0) continue;
    lines += 1;
    const text = charset.decode(line);
    if (text === undefined) foreign += 1;
    const found = text === undefined || !whole ? undefined : read(text);
    if (found === 'self') showsDots = true;
    else if (found === 'skip') lines -= 1;
    else if (found === undefined || !isName(found.name)) unread += 1;
    else {
      const { name, kind, stamp, isDos = false } = found;
      showsDots ||= isDos || name.startsWith('.');
      if (name !== '.' && name !== '..') entries.set(name, { name, kind, stamp });
    }
  }
  return { entries: [...entries.values()], unread, foreign, lines, showsDots };
}

/** A last line without an end was cut, and is not whole. */
function* splitLines(bytes: Uint8Array): Iterable<{ line: Uint8Array; whole: boolean }> {
  let start = 0;
  while (start < bytes.length) {
    const end = bytes.indexOf(10, start);
    if (end < 0) {
      yield { line: bytes.subarray(start), whole: false };
      return;
    }
    const stop = end > start && bytes[end - 1] === 13 ? end - 1 : end;
    yield { line: bytes.subarray(start, stop), whole: true };
    start = end + 1;
  }
}

function isName(name: string): boolean {
  return name !== '' && !name.includes('/') && !name.includes('\0');
}

/** Facts of one line of MLSD or MLST, names in lower case; the rest of the line is the name or path. */
export function factsOf(
  line: string,
): { readonly facts: ReadonlyMap<string, string>; readonly name: string } | undefined {
  const space = line.indexOf(' ');
  if (space < 0) return undefined;
  const facts = new Map<string, string>();
  for (const fact of line.slice(0, space).split(';')) {
    const equals = fact.indexOf('=');
    if (equals > 0) facts.set(fact.slice(0, equals).toLowerCase(), fact.slice(equals + 1));
    // SERVER: pure-ftpd writes `type=OS.unix=slink:;`, which leaves nothing odd after the split; others must be facts.
    else if (fact !== '') return undefined;
  }
  return facts.size === 0 ? undefined : { facts, name: line.slice(space + 1) };
}

function mlsdLine(line: string): ParsedLine | 'self' | undefined {
  const parsed = factsOf(line);
  const type = parsed?.facts.get('type')?.toLowerCase();
  if (parsed === undefined || type === undefined) return undefined;
  if (type === 'cdir' || type === 'pdir') return 'self';
  const kind = kindOfType(type);
  return { name: parsed.name, kind, stamp: stampOf(kind, parsed.facts) };
}

/** The kind that a type fact tells. */
export function kindOfType(type: string): StoreKind {
  const known = type.toLowerCase();
  if (known === 'file') return 'file';
  if (known === 'dir' || known === 'cdir' || known === 'pdir') return 'directory';
  return /^os\.unix=(slink|symlink)/.test(known) ? 'link' : 'other';
}

export function stampOf(kind: StoreKind, facts: ReadonlyMap<string, string>): Stamp {
  const digits = facts.get('size') ?? '';
  const modified = timeOf(facts.get('modify') ?? '');
  const id = facts.get('unique');
  return {
    ...(kind === 'file' && /^\d{1,16}$/.test(digits) ? { size: Number(digits) } : {}),
    ...(modified === undefined ? {} : { modified, precision: 1000 }),
    ...(id === undefined || id === '' ? {} : { id }),
  };
}

const month = '(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)';
const clock = '(?:\\d{1,2}:\\d\\d|\\d{4})';
const date = `(?:${month}\\s+\\d{1,2}\\s+${clock}|\\d{1,2}\\s+${month}\\s+${clock}|\\d{4}-\\d\\d-\\d\\d\\s+\\d\\d:\\d\\d)`;
// Exactly one space before the name: a name may itself begin with spaces. Owner and group, or one of them, or neither.
const unix = new RegExp(
  `^([-dlbcpsD])[-rwxsStTlL]{9}[.+@]?\\s+\\d+\\s+(?:.{0,200}?\\s)??(\\d{1,16})\\s+${date} (.+)$`,
  's',
);

/**
 * No time is taken from LIST: it has no zone, no seconds, often no year, and from half a year on no hours; whether it is
 * before or after New Year is a guess. MDTM tells it, or nothing does.
 */
function unixLine(line: string): ParsedLine | undefined {
  const parts = unix.exec(line);
  if (parts === null) return undefined;
  const [, letter = '', size = '', rest = ''] = parts;
  const kind = kindOfLetter(letter);
  const arrow = kind === 'link' ? rest.indexOf(' -> ') : -1;
  const name = arrow < 0 ? rest : rest.slice(0, arrow);
  return { name, kind, stamp: kind === 'file' ? { size: Number(size) } : {} };
}

function kindOfLetter(letter: string): StoreKind {
  return letter === '-' ? 'file' : letter === 'd' ? 'directory' : letter === 'l' ? 'link' : 'other';
}

// IIS fills what stands before a name to one width: after a size comes one space, after `<DIR>` come ten.
const dos =
  /^(?:\d{1,2}-\d{1,2}-\d{2,4}|\d{4}-\d{2}-\d{2}) {1,8}\d{1,2}:\d\d(?:[AP]M)? +(?:(<[A-Z]+>) {1,10}|(\d{1,16}) )(.+)$/is;

/** Whatever is in brackets and no directory leads elsewhere: `<JUNCTION>`, `<SYMLINKD>`. */
function dosLine(line: string): ParsedLine | undefined {
  const parts = dos.exec(line);
  if (parts === null) return undefined;
  const [, what, size = '', name = ''] = parts;
  if (what === undefined) return { name, kind: 'file', stamp: { size: Number(size) }, isDos: true };
  return { name, kind: what === '<DIR>' ? 'directory' : 'link', stamp: {}, isDos: true };
}

/** `total 12` before the entries. */
function listExtra(line: string): 'skip' | undefined {
  return /^total \d+$/.test(line) ? 'skip' : undefined;
}

/** Sizes of listings at which servers are known to stop, with and without the entries for `.` and `..`. */
const roundLimits: readonly number[] = [9998, 10_000];

/** Whether the reply that ended a listing, and its length, let it pass as whole. */
export function isComplete(listing: ParsedListing, endText: string): boolean {
  if (listing.unread > 0 || /truncated|too many|limit|incomplete|only the first/i.test(endText))
    return false;
  // SERVER: pure-ftpd counts what it sent: `226 10002 matches total`.
  const counted = /(\d+) matches total/.exec(endText)?.[1];
  if (counted !== undefined) return Number(counted) === listing.lines;
  return ![listing.lines, listing.entries.length].some((count) => roundLimits.includes(count));
}
