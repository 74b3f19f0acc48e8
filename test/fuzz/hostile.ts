/** Inputs of somebody who means harm, or of a program that is broken. */
import fc from 'fast-check';

/** Names and parts of names that lead out, mean something to a system, or do not survive a disk. */
export const NASTY: readonly string[] = [
  ...['', '.', '..', '../', '../outside', '../../etc/passwd', '/', '/etc/passwd', '//', './x'],
  ...[
    'a/../../outside',
    'a/..',
    'a//b',
    'a/',
    '\0',
    'a\0b',
    'a\nb',
    'a\rb',
    'a\r\nSTOR x',
    '\\',
    '..\\..\\x',
  ],
  ...[
    'C:',
    'C:\\x',
    'x:stream',
    'CON',
    'nul',
    'aux.txt',
    'COM1',
    'trailing.',
    'trailing ',
    ' leading',
    '~',
    '~root',
  ],
  ...[
    '-rf',
    '--help',
    '*',
    '?',
    '[a]',
    '{a,b}',
    '$(id)',
    '`id`',
    '%00',
    '%2e%2e%2f',
    '\u202e',
    '\ufeff',
    '\u0000',
  ],
  ...[
    '.ownsync',
    '.OWNSYNC',
    '.ownsync/locks',
    '.ownsync-x',
    '.ownsync-tmp-1',
    'a/.ownsync-tmp-1',
    '.ownsyncignore',
  ],
  ...[
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    '\ud800',
    'é',
    'e\u0301',
    'ſ',
    'İ',
    'a'.repeat(255),
  ],
  ...['a'.repeat(256), 'ä'.repeat(200), 'a'.repeat(5000), 'a/'.repeat(300) + 'a'],
];

/** A text that may be a path, more often one that leads somewhere else. */
export const hostilePath: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...NASTY),
  fc
    .array(fc.constantFrom(...NASTY, 'a', 'b'), { minLength: 1, maxLength: 4 })
    .map((parts) => parts.join('/')),
  fc.string({ unit: 'binary', maxLength: 40 }),
);

/** Any bytes; runs of one byte and long lines more often than chance would make them. */
export const hostileBytes: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc
    .array(fc.tuple(fc.uint8Array({ maxLength: 10 }), fc.constantFrom(1, 2, 1000, 20_000)), {
      maxLength: 4,
    })
    .map((parts) =>
      Buffer.concat(parts.map(([bytes, times]) => Buffer.alloc(bytes.length * times, bytes))),
    ),
);

/** Stands for a value nested so deeply that JSON.stringify could not write it. */
const DEEP = '@deep@';

/** A JSON value, odd keys included; to be written by {@link jsonOf}. */
export const hostileJson: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(...NASTY),
  fc.constantFrom(
    null,
    true,
    -1,
    0,
    1e300,
    -0,
    2 ** 53 + 2,
    [],
    {},
    [[]],
    DEEP,
    'x'.repeat(100_000),
  ),
  fc.jsonValue({ maxDepth: 3 }),
);

export function jsonOf(value: unknown): string {
  const text = JSON.stringify(value) as string | undefined;
  return (text ?? 'null').replaceAll(`"${DEEP}"`, () => '['.repeat(50_000) + ']'.repeat(50_000));
}

export interface TextChange {
  readonly how: 'cut' | 'drop' | 'double' | 'put' | 'replace' | 'repeat';
  /** Part of the text before it. */
  readonly at: number;
  readonly length: number;
  readonly piece: string;
}

export function textChange(pieces: readonly string[]): fc.Arbitrary<TextChange> {
  return fc.record({
    how: fc.constantFrom('cut', 'drop', 'double', 'put', 'replace', 'repeat'),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    length: fc.integer({ min: 0, max: 30 }),
    piece: fc.constantFrom(...pieces),
  });
}

export function changeText(text: string, { how, at, length, piece }: TextChange): string {
  const from = Math.floor(at * text.length);
  const [before, part, after] = [
    text.slice(0, from),
    text.slice(from, from + length),
    text.slice(from + length),
  ];
  switch (how) {
    case 'cut':
      return before;
    case 'drop':
      return before + after;
    case 'double':
      return before + part + part + after;
    case 'put':
      return before + piece + part + after;
    case 'replace':
      return before + piece + after;
    case 'repeat':
      return before + part.repeat(500) + after;
  }
}

/** Text with a few changes: cut, doubled, bytes replaced, pieces of another put in. */
export function mutated(
  text: fc.Arbitrary<string>,
  pieces: readonly string[] = NASTY,
): fc.Arbitrary<string> {
  return fc
    .tuple(text, fc.array(textChange(pieces), { maxLength: 4 }))
    .map(([start, changes]) => changes.reduce(changeText, start));
}

const PATH_KEYS: readonly string[] = ['p', 'path', 'from', 'to'];

/** A JSON document with values anywhere in it replaced, removed or added, and paths that lead elsewhere. */
export function mutatedJson(document: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const change = fc.record({
    at: fc.nat(),
    how: fc.constantFrom('replace', 'remove', 'add', 'lead'),
    value: hostileJson,
    path: hostilePath,
    key: fc.constantFrom(...NASTY, 'p', 'e', 'extra'),
  });
  return fc
    .tuple(document, fc.array(change, { minLength: 1, maxLength: 3 }))
    .map(([value, changes]) => changes.reduce(changed, value));
}

interface Change {
  readonly at: number;
  readonly how: 'replace' | 'remove' | 'add' | 'lead';
  readonly value: unknown;
  readonly path: string;
  readonly key: string;
}

function changed(document: unknown, { at, how, value, path, key }: Change): unknown {
  const copy = structuredClone({ document });
  const all = placesIn(copy);
  const places = how === 'lead' ? all.filter(({ name }) => PATH_KEYS.includes(name)) : all;
  const place = places[at % places.length];
  if (place === undefined) return how === 'lead' ? document : value;
  const { holder, name } = place;
  if (how === 'replace') holder[name] = value;
  else if (how === 'lead') holder[name] = path;
  else if (how === 'remove') Reflect.deleteProperty(holder, name);
  else if (Array.isArray(holder)) holder.push(value);
  else holder[key] = value;
  return copy.document;
}

interface Place {
  readonly holder: Record<string, unknown>;
  readonly name: string;
}

function placesIn(holder: object): Place[] {
  return Object.entries(holder).flatMap(([name, value]): Place[] => {
    const here = { holder: holder as Record<string, unknown>, name };
    const deeper = typeof value === 'object' && value !== null ? placesIn(value as object) : [];
    return [here, ...deeper];
  });
}
