/**
 * What a dialect and the operations may ask of the connection: small requests and their answers, uploads, downloads.
 * Only shapes: the connection itself is in session.ts. Nothing here judges a status.
 */
import type { Source } from '../../src/plugin-api.ts';

/** Lower-case name → value; several of one name are joined with `, `. */
export type Headers = ReadonlyMap<string, string>;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** The body as UTF-8, whole; refused above a limit. Of an upload's answer at most its beginning. */
  readonly text: string;
}

export interface Asking {
  /** PROPFIND, PROPPATCH, MKCOL, MOVE, COPY, DELETE, GET of a small text… */
  readonly method: string;
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  /** XML, UTF-8. */
  readonly body?: string;
  readonly signal: AbortSignal;
}

export interface Upload {
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent with its exact size. Giving another number of bytes fails with kind `corrupt`. */
  readonly source: Source;
  readonly signal: AbortSignal;
}

export interface Download {
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

export interface Downloaded {
  readonly status: number;
  readonly headers: Headers;
  /** Ending early is an error. Must be read or closed (`return`). */
  readonly body: AsyncIterable<Uint8Array>;
}

/** Authenticated, with cookies, on one origin. Every status but an unanswerable 401 comes back as an answer. */
export interface Web {
  /** Of a path of the contract; always with a slash at its end for `''`, else only if `directory`. */
  urlOf(path: string, as?: 'directory'): URL;
  /** A place on the same origin, such as `/status.php` or what a header names. Throws for another origin. */
  resolve(reference: string): URL;
  /** The configured user, `''` with a token. */
  readonly user: string;
  ask(asking: Asking): Promise<Answer>;
  /** PUT. The body is sent once, after the server had the chance to refuse the headers. */
  upload(upload: Upload): Promise<Answer>;
  /** GET. */
  download(download: Download): Promise<Downloaded>;
  /** What stands before the path in the Destination of a MOVE, where it is not the origin itself; see move.ts. */
  targetOrigin: string | undefined;
  readonly log: (message: string) => void;
}
