/**
 * A scripted WebDAV server for tests: answers what a test says and remembers what it was asked, bodies included. Listens
 * on loopback only, and is ended with all its connections by `ended`.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecure } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import webdav from '../../../plugins/webdav/index.ts';
import type { Source, Transport } from '../../../src/plugin-api.ts';

export { failure } from '../support.ts';

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string;
  /** Breaks the connection after so many bytes of the body. */
  readonly cutAfter?: number;
}

/** `hang`: says nothing, ever. `drop`: ends the connection without a word. */
export type Answer = Reply | 'hang' | 'drop';

export interface Script {
  readonly url: string;
  readonly seen: Seen[];
  /** Connections so far. */
  readonly connections: () => number;
}

export interface ScriptOptions {
  /** Decides on a PUT that waits for leave to send its body; undefined: the body may come. */
  readonly beforeBody?: (seen: Omit<Seen, 'body'>) => Reply | undefined;
  readonly tls?: { readonly key: string; readonly cert: string };
  /** Answers a PUT's headers at once, and never reads the body. */
  readonly ignoresBody?: boolean;
}

/** Answers the look at the root by itself unless `answer` does. */
export async function startScript(
  answer: (seen: Seen, index: number) => Answer | undefined,
  options: ScriptOptions = {},
): Promise<Script> {
  const seen: Seen[] = [];
  let connections = 0;
  const sockets = new Set<Socket>();
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = '', url: path = '', headers } = request;
    const body = options.ignoresBody === true ? '' : await bodyOf(request);
    const one = { method, path, headers, body };
    seen.push(one);
    send(response, answer(one, seen.length - 1) ?? root(one));
  };
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    handle(request, response).catch(() => response.destroy());
  };
  const server: Server =
    options.tls === undefined ? createServer(listener) : createSecure(options.tls, listener);
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    const { method = '', url: path = '', headers } = request;
    const refusal = options.beforeBody?.({ method, path, headers });
    if (refusal === undefined) {
      response.writeContinue();
      listener(request, response);
    } else {
      seen.push({ method, path, headers, body: 'not asked for' });
      send(response, refusal);
    }
  });
  server.on('connection', (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const origin = options.tls === undefined ? 'http://127.0.0.1' : 'https://localhost';
  later(async () => {
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  });
  return { url: `${origin}:${String(port)}/dav/`, seen, connections: () => connections };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('latin1');
}

function send(response: ServerResponse, answer: Answer): void {
  if (answer === 'hang') return;
  if (answer === 'drop') {
    response.destroy();
    return;
  }
  const { status, headers = {}, body = '', cutAfter } = answer;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.writeHead(status);
  if (cutAfter === undefined) response.end(body);
  else response.write(body.slice(0, cutAfter), () => response.destroy());
}

function root({ method, path }: Seen): Reply {
  return method === 'PROPFIND' && path === '/dav/'
    ? multistatus([directory('/dav/')])
    : { status: 404, body: 'nothing here' };
}

export function multistatus(responses: readonly string[]): Reply {
  const body = `<?xml version="1.0"?><D:multistatus xmlns:D="DAV:">${responses.join('')}</D:multistatus>`;
  return { status: 207, headers: { 'Content-Type': 'application/xml' }, body };
}

export function directory(href: string): string {
  return `<D:response><D:href>${href}</D:href><D:propstat><D:prop><D:resourcetype><D:collection/></D:resourcetype></D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>`;
}

export function file(href: string, size = 5, more = ''): string {
  return `<D:response><D:href>${href}</D:href><D:propstat><D:prop><D:resourcetype/><D:getcontentlength>${String(size)}</D:getcontentlength>${more}</D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>`;
}

/** Headers of a file, not of a page about a directory. */
export const told = { 'Last-Modified': 'Sun, 22 Nov 2026 16:06:02 GMT', ETag: '"5-66"' };

export function content(body: string, more: Partial<Reply> = {}): Reply {
  const headers = { 'Content-Length': String(body.length), ...told, ...more.headers };
  return { status: 200, body, ...more, headers };
}

export const user = 'alice';
export const password = 'secret-3f9a';
export const basic = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

/** With the password unless `more` says otherwise. Ended by {@link ended}. */
export async function openAt(
  url: string,
  more: Record<string, unknown> = { user, password },
): Promise<Transport> {
  const transport = await webdav.open(webdav.options.parse({ url, ...more }), {
    signal: AbortSignal.timeout(10_000),
    baseDirectory: tmpdir(),
    log: () => undefined,
  });
  later(() => transport.close());
  return transport;
}

/** A script and one transport on it. */
export async function scripted(
  answer: (seen: Seen, index: number) => Answer | undefined,
  options: ScriptOptions = {},
): Promise<{ readonly transport: Transport; readonly script: Script }> {
  const script = await startScript(answer, options);
  return { transport: await openAt(script.url), script };
}

const cleanups: (() => Promise<void>)[] = [];

/** Ends everything that a test opened, the last first. Call it in `afterEach`. */
export async function ended(): Promise<void> {
  for (let end = cleanups.pop(); end !== undefined; end = cleanups.pop()) await end();
}

export function later(end: () => Promise<void>): void {
  cleanups.push(end);
}

export const calm = (): AbortSignal => new AbortController().signal;

export interface Counted extends Source {
  /** How often it was opened. */
  readonly opened: () => number;
}

export function sourceOf(text: string, size = text.length): Counted {
  let opened = 0;
  return {
    size,
    opened: () => opened,
    async *open(from) {
      opened += 1;
      await Promise.resolve();
      yield Buffer.from(text.slice(from), 'latin1');
    },
  };
}

export async function textOf(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString('latin1');
}
