/**
 * YAML text to plain data that remembers where everything stood. Reads only; says nothing about what the data means.
 */
import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { Document } from 'yaml';
import type { ConfigProblem, Position } from './problem.ts';

export type DataPath = readonly (string | number)[];

export interface YamlText {
  readonly data: unknown;
  readonly problems: readonly ConfigProblem[];
  /** Where the value at `path` stands; what is missing is shown at its nearest parent. `key`: the key's own place. */
  readonly locate: (path: DataPath, what: 'value' | 'key') => Position;
}

/** Nobody writes more levels by hand; at some thousand, the library's stack ends. */
const DEEPEST = 100;

export function readYaml(text: string): YamlText {
  const lines = new LineCounter();
  let document: Document;
  try {
    if (isTooDeep(text)) throw new RangeError();
    // Silent: the library would warn on the terminal by itself.
    const options = { prettyErrors: false, merge: true, logLevel: 'silent' } as const;
    document = parseDocument(text, { ...options, lineCounter: lines });
  } catch (error) {
    return unusable(error);
  }
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const problems = document.errors.map((error) => ({
    ...at(error.pos[0]),
    where: '',
    message: `not valid YAML: ${error.message}`,
  }));
  return {
    data: problems.length > 0 ? undefined : toData(document, problems),
    problems,
    locate: (path, what) => at(offsetOf(document, path, what)),
  };
}

/** Counts what opens a level, in quotes too: the texts of a configuration hold no hundred open brackets. */
function isTooDeep(text: string): boolean {
  let [depth, deepest] = [0, 0];
  for (const [bracket] of text.matchAll(/[[\]{}]/g)) {
    depth = Math.max(0, depth + (bracket === '[' || bracket === '{' ? 1 : -1));
    deepest = Math.max(deepest, depth);
  }
  return deepest > DEEPEST || new RegExp(`^ *(?:[-?:][ \\t]+){${String(DEEPEST)}}`, 'm').test(text);
}

/** What nobody writes by hand. */
function unusable(error: unknown): YamlText {
  const message = error instanceof RangeError ? 'it is nested too deeply' : String(error);
  const start = { line: 1, column: 1 };
  const problem = { ...start, where: '', message: `not usable YAML: ${message}` };
  return { data: undefined, problems: [problem], locate: () => start };
}

function toData(document: Document, problems: ConfigProblem[]): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    problems.push({ line: 1, column: 1, where: '', message: `not usable YAML: ${message}` });
    return undefined;
  }
}

function offsetOf(document: Document, path: DataPath, what: 'value' | 'key'): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const [index, part] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document);
    const step = child(node, part);
    if (step === undefined) return offset;
    const last = index === path.length - 1;
    const place = last && what === 'value' ? (startOf(step.value) ?? step.key) : step.key;
    offset = place ?? startOf(step.value) ?? offset;
    node = step.value;
  }
  return offset;
}

function child(node: unknown, part: string | number): { key?: number; value: unknown } | undefined {
  if (isMap(node)) {
    const pair = node.items.find(
      ({ key }) => String(isScalar(key) ? key.value : key) === String(part),
    );
    if (pair === undefined) return undefined;
    const key = startOf(pair.key);
    return key === undefined ? { value: pair.value } : { key, value: pair.value };
  }
  if (isSeq(node) && typeof part === 'number' && part < node.items.length) {
    return { value: node.items[part] };
  }
  return undefined;
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}
