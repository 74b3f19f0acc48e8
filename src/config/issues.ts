/**
 * What zod found, in sentences: what was expected, what is likely meant. Never shows the value of an option that is not
 * one of a listed few: it could be a secret.
 */
import type { z } from 'zod';
import type { ConfigProblem } from './problem.ts';
import type { DataPath, YamlText } from './yaml-text.ts';

type Issue = z.core.$ZodIssue;

interface IssuesOptions {
  readonly yaml: YamlText;
  /** Path of the parsed value inside the file. */
  readonly base: DataPath;
  /** Allowed keys of the object at a path, for suggestions. */
  readonly keysAt: (path: DataPath) => readonly string[];
}

/** Every issue as a problem with its place, in the order of the file. */
export function problemsOf(issues: readonly Issue[], options: IssuesOptions): ConfigProblem[] {
  return issues.flatMap((issue) => {
    const path = [...options.base, ...issue.path.map(asKey)];
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) =>
        unknownKey(options.yaml, [...path, key], options.keysAt(path)),
      );
    }
    return [
      {
        ...options.yaml.locate(path, 'value'),
        where: sayPath(path),
        message: sayIssue(issue, valueAt(options.yaml.data, path)),
      },
    ];
  });
}

/** A key that nobody reads, with the one that was probably meant. */
export function unknownKey(
  yaml: YamlText,
  path: DataPath,
  known: readonly string[],
): ConfigProblem {
  const key = String(path.at(-1));
  const near = nearest(key, known);
  const hint =
    near === undefined
      ? `; known here: ${[...known].sort().join(', ')}`
      : `; did you mean "${near}"?`;
  return {
    ...yaml.locate(path, 'key'),
    where: sayPath(path),
    message: `unknown key "${key}"${hint}`,
  };
}

/** `folders[0].rounds` */
export function sayPath(path: DataPath): string {
  return path
    .map((part, index) =>
      typeof part === 'number' ? `[${part}]` : index === 0 ? part : `.${part}`,
    )
    .join('');
}

/** One issue as a sentence; `found`: the value that is there. */
export function sayIssue(issue: Issue, found: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      return sayExpected(NOUNS[issue.expected] ?? issue.expected, found);
    case 'invalid_value': {
      const shown =
        typeof found === 'string' || typeof found === 'number' || typeof found === 'boolean';
      const list = issue.values.map(String).join(', ');
      return found === undefined
        ? `missing: expected one of ${list}`
        : `expected one of ${list}${shown ? `, found ${JSON.stringify(found)}` : ''}`;
    }
    case 'invalid_union':
      return found === undefined ? 'missing' : 'expected text, { env: NAME } or { command: "…" }';
    case 'too_small':
      return issue.origin === 'string' ? issue.message : `expected at least ${issue.minimum}`;
    case 'too_big':
      return issue.origin === 'string' ? issue.message : `expected at most ${issue.maximum}`;
    default:
      return issue.message;
  }
}

const NOUNS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map of keys and values',
  record: 'a map of names',
};

function sayExpected(expected: string, found: unknown): string {
  if (found === undefined) return `missing: expected ${expected}`;
  const kind = found === null ? 'nothing' : Array.isArray(found) ? 'a list' : NOUNS[typeof found];
  const quotes = expected === 'text' && typeof found !== 'object' ? ' (put it in quotes)' : '';
  return `expected ${expected}, found ${kind ?? typeof found}${quotes}`;
}

function asKey(part: PropertyKey): string | number {
  return typeof part === 'number' ? part : String(part);
}

function valueAt(data: unknown, path: DataPath): unknown {
  let value = data;
  for (const part of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string | number, unknown>)[part];
  }
  return value;
}

/** The known word with the fewest typing errors, if they are few. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  let best: { word: string; errors: number } | undefined;
  for (const candidate of known) {
    const errors = typingErrors(word.toLowerCase(), candidate.toLowerCase());
    if (errors <= Math.ceil(candidate.length / 3) && errors < (best?.errors ?? Infinity)) {
      best = { word: candidate, errors };
    }
  }
  return best?.word;
}

/** Levenshtein distance. */
function typingErrors(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, change));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
