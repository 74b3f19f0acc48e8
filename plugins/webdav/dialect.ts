/**
 * The one seam between WebDAV as the standard has it and one product's own ways. After opening, the first dialect of
 * dialects.ts that recognises the server is kept for the whole connection. A dialect knows requests and answers of its
 * product; it never frames errors, retries, or keeps paths.
 */
import type {
  Capabilities,
  Source,
  Stamp,
  StoreKind,
  TransportErrorKind,
} from '../../src/plugin-api.ts';
import type { Resource } from './multistatus.ts';
import type { Answer, Web } from './web.ts';

/** What opening has learnt before a dialect is chosen. */
export interface Greeting {
  readonly web: Web;
  /** The root, looked at with Depth 0 and {@link usualProperties}. */
  readonly root: Resource;
  /** Headers of that answer: `server`, `dav`… */
  readonly headers: Answer['headers'];
  /** The option `connections`. */
  readonly connections: number;
  /** The option `partSize`, in bytes. */
  readonly partSize: number;
  readonly signal: AbortSignal;
}

/** Recognises its server, or gives undefined. Asks as little as possible; a refused question is no error. */
export type Recognise = (greeting: Greeting) => Promise<Dialect | undefined>;

export interface WriteCall {
  readonly path: string;
  readonly source: Source;
  readonly signal: AbortSignal;
}

export interface Dialect {
  /** For the log: `Apache`, `ownCloud 10.15`… */
  readonly name: string;
  readonly capabilities: Capabilities;
  /** Asked for in every PROPFIND, in Clark notation (`{DAV:}getetag`); begins with {@link usualProperties}. */
  readonly properties: readonly string[];
  /** The stamp that properties tell; `usualStamp` of entries.ts does it for the usual ones. */
  stampOf(kind: StoreKind, resource: Resource): Stamp;
  /** A DELETE with `Depth: 0` is known to refuse a directory: then a file is removed without looking first. */
  readonly deletesByDepth?: boolean;
  /** A listing leaves out what the server may not look at: an empty one is proven by a question for a name in it. */
  readonly leavesOutUnseen?: boolean;
  /** A MOVE may put a file into a directory that is to be replaced, or copy it only: both are looked for. */
  readonly movesLoosely?: boolean;
  /** Why no file or directory of this name (one segment) can be stored, before anything is sent. */
  refusesName?(name: string): string | undefined;
  /**
   * Writes a whole file. Fails by throwing `Refusal` (an answer) or `Finding` (what it found out itself), both of
   * failures.ts; so do all functions here.
   */
  write(call: WriteCall): Promise<Stamp>;
  /** There exactly if `capabilities.modified` is `set`. */
  setModified?(path: string, modified: number, signal: AbortSignal): Promise<void>;
  /** Bytes free; undefined: not told. */
  space?(signal: AbortSignal): Promise<number | undefined>;
  /** Another verdict than statuses.ts has on a refused request; undefined: the usual one. `operation`: the contract's. */
  judge?(operation: string, answer: Answer): Verdict | undefined;
}

export interface Verdict {
  readonly kind: TransportErrorKind;
  /** Undefined: the usual one. */
  readonly outcome?: 'not-done' | 'unknown';
}

/** What every dialect asks for first. */
export const usualProperties: readonly string[] = [
  '{DAV:}resourcetype',
  '{DAV:}getcontentlength',
  '{DAV:}getlastmodified',
  '{DAV:}getetag',
];
