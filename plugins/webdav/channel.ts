/** What uploads and downloads share with small requests: connections, credentials, cookies, and the end of it all. */
import type { IncomingMessage } from 'node:http';
import type { Authority } from './auth.ts';
import type { Line } from './connect.ts';
import type { Headers } from './web.ts';

export interface Channel {
  readonly line: Line;
  readonly authority: Authority;
  /** Aborted when the store is closed. */
  readonly ending: AbortSignal;
  /** Whether the server is worth asking before a body is sent; see upload.ts. */
  expects: boolean;
  /** Headers that every request has. */
  headersFor(method: string, url: URL): Record<string, string>;
  /** Headers of an answer of Node's client; takes its cookies. */
  received(response: IncomingMessage): Headers;
}
