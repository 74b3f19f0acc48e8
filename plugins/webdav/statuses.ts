/**
 * What HTTP and WebDAV statuses mean as kinds of the contract: one table, and what differs from operation to operation.
 * A status that is not here stays `unknown`. Absence is only 404 and 410.
 */
import type { TransportErrorKind } from '../../src/plugin-api.ts';
import type { Answer, Headers } from './web.ts';

const kinds: Readonly<Record<number, TransportErrorKind>> = {
  401: 'auth',
  402: 'denied',
  403: 'denied',
  404: 'not-found',
  405: 'unsupported',
  407: 'denied',
  408: 'unreachable',
  409: 'not-found', // The parent is missing: whoever knows better looks first.
  410: 'not-found',
  412: 'precondition',
  413: 'denied',
  414: 'invalid-name',
  415: 'unsupported',
  416: 'precondition',
  423: 'busy',
  425: 'busy',
  429: 'busy',
  431: 'invalid-name',
  451: 'denied',
  501: 'unsupported',
  502: 'unreachable',
  503: 'busy',
  504: 'unreachable',
  507: 'no-space',
  509: 'busy',
  511: 'denied',
};

const words: Readonly<Record<number, string>> = {
  401: 'name, password or token are refused',
  403: 'permission denied',
  404: 'there is no such file or directory',
  409: 'the directory above is missing',
  412: 'something else is there',
  413: 'the file is larger than the server takes',
  423: 'it is locked',
  429: 'too many requests',
  503: 'the server is busy or in maintenance',
  507: 'no space is left',
};

export function kindOf(operation: string, { status, text }: Answer): TransportErrorKind {
  if (status === 207) return kindOfPart(text);
  const puts = operation === 'rename' || operation === 'copy';
  if (status === 412 && puts) return 'exists';
  // PUT or MKCOL where something is that cannot be replaced by it.
  if (status === 405 && (operation === 'write' || operation === 'makeDirectory')) return 'exists';
  return kinds[status] ?? 'unknown';
}

/** Of a directory some parts were refused: the first reason. That one is missing says nothing of the whole. */
function kindOfPart(text: string): TransportErrorKind {
  const refused = [...text.matchAll(/HTTP\/[\d.]+\s+([45]\d\d)\b/g)].map(([, code]) =>
    Number(code),
  );
  const kind = kinds[refused.find((code) => code !== 404) ?? 0];
  return kind === undefined || kind === 'not-found' ? 'unknown' : kind;
}

/** Whether the server may have carried it out although it says no: it, or a proxy before it, gave up on the way. */
export function outcomeOf({ status }: Answer): 'not-done' | 'unknown' {
  const refusedAtOnce = status === 501 || status === 503 || status === 507 || status === 509;
  return status < 300 || (status >= 500 && !refusedAtOnce) ? 'unknown' : 'not-done';
}

export function reasonOf({ status }: Answer): string {
  const told = words[status];
  return told === undefined
    ? `the server answers ${String(status)}`
    : `${told} (${String(status)})`;
}

/** Retry-After in milliseconds: seconds, or a date; undefined: not told. */
export function waitOf(headers: Headers, now = Date.now()): number | undefined {
  const told = headers.get('retry-after')?.trim();
  if (told === undefined) return undefined;
  const milliseconds = /^\d{1,9}$/.test(told) ? Number(told) * 1000 : Date.parse(told) - now;
  return Number.isNaN(milliseconds) ? undefined : Math.max(0, milliseconds);
}

/** The server's own words in an answer: the text of an error page or of a WebDAV error, on one line. */
export function wordsOf({ status, text }: Answer): string {
  const body = /<body[^>]*>([\s\S]*)/i.exec(text)?.[1] ?? text;
  const message = /<(?:\w+:)?message>([^<]*)</.exec(text)?.[1] ?? body.replace(/<[^>]*>/g, ' ');
  return `${String(status)} ${message.replace(/\s+/g, ' ').trim()}`.trim().slice(0, 500);
}
