/**
 * Text of JSON lines with a closing line that proves it whole: `{"end":true,"lines":N,"bytes":B,"digest":"…"}`.
 * Strict on reading: whatever is cut, altered or unexpected fails with a FormatError.
 */
import { byteLength } from '../model/path.ts';

/** The text is not what an agent wrote: torn, altered, or of another program. It counts as not there. */
export class FormatError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'FormatError';
  }
}

export type DigestOf = (text: string) => string;

export function sealLines(lines: readonly unknown[], digestOf: DigestOf): string {
  const body = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  return body + closing(body, lines.length, digestOf);
}

function closing(body: string, lines: number, digestOf: DigestOf): string {
  const end = { end: true, lines, bytes: byteLength(body), digest: digestOf(body) };
  return `${JSON.stringify(end)}\n`;
}

export function openLines(text: string, digestOf: DigestOf): unknown[] {
  if (!text.endsWith('\n')) {
    throw new FormatError('the last line is cut');
  }
  const start = text.lastIndexOf('\n', text.length - 2) + 1;
  const body = text.slice(0, start);
  const lines = body.split('\n').slice(0, -1);
  if (text.slice(start) !== closing(body, lines.length, digestOf)) {
    throw new FormatError('length or digest at the end does not fit');
  }
  return lines.map(parseLine);
}

export function parseLine(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    throw new FormatError('a line is not JSON');
  }
}
