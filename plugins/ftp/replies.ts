/**
 * What FTP servers say and what it means: reply lines, and the one table from refusals to error kinds.
 * Pure: the texts of real servers are its test data. A refusal without a clear reason is `unknown`, never absence.
 */
import type { TransportErrorKind } from '../../src/plugin-api.ts';

export interface Reply {
  readonly code: number;
  /** All lines without codes and line ends, joined by line feeds. */
  readonly text: string;
}

/** Most characters a reply may have before the connection is given up. */
const longestReply = 256 * 1024;

/**
 * Turns the bytes of a control connection into replies, however they are cut into segments.
 * Throws on what is no FTP reply; nothing after that can be trusted.
 */
export class ReplyReader {
  #rest = '';
  #lines: string[] = [];
  #size = 0;
  #code = '';

  /** The replies completed by `chunk`, in order. */
  push(chunk: string): Reply[] {
    const lines = (this.#rest + chunk).split('\n');
    this.#rest = lines.pop() ?? '';
    this.#size += chunk.length;
    if (this.#rest.length + this.#size > longestReply) throw new Error('an endless reply');
    return lines
      .map((line) => this.#line(line.replace(/\r$/, '')))
      .filter((reply) => reply !== undefined);
  }

  #line(line: string): Reply | undefined {
    const start = /^(\d{3})([ -]|$)/.exec(line);
    if (this.#code === '') {
      if (line.trim() === '') return undefined;
      if (start?.[1] === undefined) throw new Error('no FTP reply');
      if (start[2] !== '-') return this.#finish(start[1], line.slice(4));
      this.#code = start[1];
      this.#lines.push(line.slice(4));
      return undefined;
    }
    if (start?.[1] === this.#code && start[2] !== '-')
      return this.#finish(this.#code, line.slice(4));
    this.#lines.push(start?.[1] === this.#code ? line.slice(4) : line);
    return undefined;
  }

  #finish(code: string, last: string): Reply {
    const text = [...this.#lines, last].join('\n');
    this.#lines = [];
    this.#code = '';
    this.#size = 0;
    return { code: Number(code), text };
  }
}

/** Texts first: servers use one number for many reasons, but say the reason in words. In order; the first match decides. */
const byText: readonly (readonly [RegExp, TransportErrorKind])[] = [
  // Narrow: what merely sounds like it ("cannot find the path" for a file that is no directory) is looked up instead.
  [/no such file or directory|that file doesn't exist/i, 'not-found'],
  [/directory not empty|is not empty/i, 'not-empty'],
  [/file exists|already exists/i, 'exists'],
  [
    /no space|disk full|quota|insufficient (disk )?space|exceeded.*(storage|allocation)/i,
    'no-space',
  ],
  // SERVER: vsftpd, pure-ftpd and ProFTPD on a disk that is full in the middle of an upload; servers.test.ts shows it.
  [
    /failure writing to local file|error during write to file|aborted\. input\/output error/i,
    'no-space',
  ],
  [
    /prohibited|invalid (file|directory) ?name|(file ?)?name (is )?too long|illegal byte|label syntax is incorrect/i,
    'invalid-name',
  ],
  [/permission denied|operation not permitted|access is denied|read-only file ?system/i, 'denied'],
  [/not understood|not implemented|unknown command|unrecognized command/i, 'unsupported'],
];

const byCode: Readonly<Record<number, TransportErrorKind>> = {
  421: 'busy',
  425: 'unreachable',
  426: 'unreachable',
  430: 'auth',
  450: 'busy',
  452: 'no-space',
  500: 'unsupported',
  502: 'unsupported',
  504: 'unsupported',
  522: 'unreachable',
  530: 'auth',
  532: 'auth',
  534: 'denied',
  535: 'auth',
  552: 'no-space',
};

/** A limit on connections, in whatever number the server wraps it (ProFTPD: that of a wrong password). */
export function isConnectionLimit({ code, text }: Reply): boolean {
  return (
    code === 421 ||
    ((code === 530 || code === 450 || code === 550) &&
      /maximum number of|too many (connections|users|clients)|connection limit|can't accept more/i.test(
        text,
      ))
  );
}

/** What a refusal (4xx, 5xx) says, taken alone. `unknown` when it gives no reason, as a bare 550. */
export function kindOf(reply: Reply): TransportErrorKind {
  if (isConnectionLimit(reply)) return 'busy';
  const told = byCode[reply.code];
  if (told === 'auth' || told === 'no-space') return told;
  const reason = reasonOf(reply.text);
  return byText.find(([pattern]) => pattern.test(reason))?.[1] ?? told ?? 'unknown';
}

/**
 * The reason within a refusal, without the path that many servers repeat: a file may be called "No such file or
 * directory" or "disk quota". ProFTPD and pure-ftpd write `path: reason`, ProFTPD's MLST `'path' reason`.
 */
function reasonOf(text: string): string {
  const bare = text.replace(/(['"]).*\1/gs, '');
  const colon = bare.lastIndexOf(': ');
  if (colon < 0) return bare.replace(/(^|\s)\/.*$/s, '');
  const tail = bare.slice(colon + 2);
  return tail.startsWith('/') ? bare.slice(0, colon) : tail;
}

/** The server does not know the command, or not in this form. */
export function isUnsupported({ code, text }: Reply): boolean {
  const known = /not understood|unknown command/i.test(reasonOf(text));
  return known || [500, 501, 502, 504].includes(code);
}

/** SERVER: ProFTPD: "550 name: Overwrite permission denied". */
export function isOverwriteRefusal({ code, text }: Reply): boolean {
  return (code === 550 || code === 553) && /overwrite permission denied/i.test(reasonOf(text));
}

/** The path in a reply to PWD or MKD: in quotes, with quotes inside doubled. */
export function quotedPath(text: string): string | undefined {
  return /"((?:[^"]|"")*)"/.exec(text)?.[1]?.replaceAll('""', '"');
}

/** Port of a reply to EPSV: `(|||6446|)`, with any delimiter. */
export function epsvPort(text: string): number | undefined {
  return portNumber(Number(/\((.)\1\1(\d{1,5})\1\)/.exec(text)?.[2]));
}

/** Port of a reply to PASV. Its address is not used: behind a NAT it is wrong, and elsewhere it is the server's own. */
export function pasvPort(text: string): number | undefined {
  const parts = /(?<!\d)\d{1,3},\d{1,3},\d{1,3},\d{1,3},(\d{1,3}),(\d{1,3})/.exec(text);
  return portNumber(Number(parts?.[1]) * 256 + Number(parts?.[2]));
}

function portNumber(port: number): number | undefined {
  return Number.isInteger(port) && port > 0 && port < 65536 ? port : undefined;
}

/** Names of features, upper case, with what follows them. */
export function featuresOf({ code, text }: Reply): ReadonlyMap<string, string> {
  if (code !== 211) return new Map();
  const inner = text.split('\n').slice(1, -1);
  return new Map(
    inner.map((line) => {
      const [, name = '', rest = ''] = /^\s*(\S+)\s*(.*)$/.exec(line) ?? [];
      return [name.toUpperCase(), rest] as const;
    }),
  );
}

/** Size in a reply to SIZE. */
export function sizeOf({ code, text }: Reply): number | undefined {
  const digits = /^\s*(\d{1,16})(?:\D|$)/.exec(text)?.[1];
  return code === 213 && digits !== undefined ? Number(digits) : undefined;
}

/** Milliseconds since 1970 of `YYYYMMDDhhmmss` with an optional fraction, in UTC. */
export function timeOf(text: string): number | undefined {
  const parts = /^\s*(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d{1,9}))?(?:\D|$)/.exec(text);
  if (parts === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts
    .slice(1, 7)
    .map(Number);
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60)
    return undefined;
  const fraction = Math.floor(Number(`0.${parts[7] ?? '0'}`) * 1000);
  return Date.UTC(year, month - 1, day, hour, minute, second) + fraction;
}

/** `YYYYMMDDhhmmss` in UTC, seconds rounded down; undefined for years that the form cannot hold. */
export function timeText(milliseconds: number): string | undefined {
  if (!(milliseconds >= -62_135_596_800_000 && milliseconds < 253_402_300_800_000))
    return undefined;
  const text = new Date(Math.floor(milliseconds / 1000) * 1000).toISOString();
  return text.slice(0, 19).replace(/[-:T]/g, '');
}
