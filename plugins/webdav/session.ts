/**
 * One store's connection as dialects and operations see it: authenticated requests with cookies, each with its answer.
 * Small requests go through the webdav package, streams (upload.ts, download.ts) through Node's own client; both share
 * connections, credentials and cookies. Never judges a status, and repeats only what a 401 proved not to have happened.
 */
import { setMaxListeners } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { AuthType, createClient, type WebDAVClient } from 'webdav';
import type { Authority } from './auth.ts';
import type { Line } from './connect.ts';
import { Cookies } from './cookies.ts';
import { download } from './download.ts';
import { joined } from './joined.ts';
import { readText } from './text.ts';
import { troubleOf } from './trouble.ts';
import { upload } from './upload.ts';
import { encodeName } from './urls.ts';
import type { Answer, Asking, Download, Downloaded, Headers, Upload, Web } from './web.ts';

export interface SessionParts {
  readonly base: URL;
  readonly authority: Authority;
  readonly line: Line;
  readonly user: string;
  readonly log: (message: string) => void;
}

/** SERVER: ownCloud refuses old clients of its own by this name; ours is no other's. */
const agentName = 'ownsync';

/** Bytes of the answer to a small request; a listing of 100,000 files has about 50 MB. */
const longestAnswer = 64 * 1024 * 1024;

export class Session implements Web {
  readonly user: string;
  readonly log: (message: string) => void;
  readonly authority: Authority;
  readonly line: Line;
  readonly cookies = new Cookies();
  /** Ended by {@link close}; every request listens to it. */
  readonly ending = new AbortController();
  /** Whether the server is worth asking before a body is sent; see upload.ts. */
  expects = true;
  #base: URL;
  readonly #client: WebDAVClient;

  constructor({ base, authority, line, user, log }: SessionParts) {
    this.user = user;
    this.log = log;
    this.authority = authority;
    this.line = line;
    this.#base = base;
    setMaxListeners(0, this.ending.signal);
    this.#client = createClient(base.href, {
      authType: AuthType.None,
      httpAgent: line.plain,
      httpsAgent: line.secure,
    });
  }

  get base(): URL {
    return this.#base;
  }

  /** Where the server really has the root, told by a redirect on the same origin. */
  moveTo(base: URL): void {
    this.#base = base;
  }

  urlOf(path: string, as?: 'directory'): URL {
    if (path === '') return new URL(this.#base);
    const encoded = path.split('/').map(encodeName).join('/');
    return new URL(`${this.#base.href}${encoded}${as === 'directory' ? '/' : ''}`);
  }

  resolve(reference: string): URL {
    const url = new URL(reference, this.#base);
    if (url.origin !== this.#base.origin) throw new Error('another origin');
    return url;
  }

  async ask(asking: Asking): Promise<Answer & { readonly url: URL }> {
    const first = await this.#askOnce(asking, asking.url);
    const asked = first.headers.get('www-authenticate');
    if (first.status !== 401 || !this.authority.learn(asked, first.sent)) return first;
    return await this.#askOnce(asking, first.url);
  }

  upload(what: Upload): Promise<Answer> {
    return upload(this, what);
  }

  download(what: Download): Promise<Downloaded> {
    return download(this, what);
  }

  close(): void {
    this.ending.abort(new Error('the store was closed'));
    this.line.close();
  }

  /** Headers that every request has. */
  headersFor(method: string, url: URL): Record<string, string> {
    const authorization = this.authority.headerFor(method, url);
    const cookie = this.cookies.headerFor(url.pathname);
    return {
      'User-Agent': agentName,
      ...(authorization === undefined ? {} : { Authorization: authorization }),
      ...(cookie === undefined ? {} : { Cookie: cookie }),
    };
  }

  /** Headers of an answer of Node's client; takes its cookies. */
  received(response: IncomingMessage): Headers {
    this.cookies.take(response.headers['set-cookie'] ?? []);
    return new Map(
      Object.entries(response.headers).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
      ),
    );
  }

  async #askOnce(
    asking: Asking,
    url: URL,
  ): Promise<Answer & { readonly url: URL; readonly sent: string | undefined }> {
    const own = this.headersFor(asking.method, url);
    const { signal, free } = joined(asking.signal, this.ending.signal);
    try {
      signal.throwIfAborted();
      const response = await this.#fetch(asking, { url, own, signal });
      // It is told of an abort even after it was read; without a listener that would end the process.
      response.body?.on('error', () => undefined);
      this.cookies.take(response.headers.raw()['set-cookie'] ?? []);
      const headers = new Map<string, string>();
      response.headers.forEach((value, name) => headers.set(name.toLowerCase(), value));
      const text = await readText(response.body ?? [], longestAnswer);
      return {
        ...{ status: response.status, headers, text },
        ...{ url: new URL(response.url), sent: own['Authorization'] },
      };
    } catch (error) {
      throw signal.aborted ? error : troubleOf(error);
    } finally {
      free();
    }
  }

  /** The package throws statuses from 400 on as errors that carry their response. */
  async #fetch(
    { method, headers, body }: Asking,
    { url, own, signal }: { url: URL; own: Record<string, string>; signal: AbortSignal },
  ): Promise<FetchResponse> {
    const type = body === undefined ? {} : { 'Content-Type': 'application/xml; charset=utf-8' };
    try {
      const answer: unknown = await this.#client.customRequest('', {
        ...{ url: url.href, method, signal },
        headers: { ...own, ...type, ...headers },
        ...(body === undefined ? {} : { data: body }),
      });
      return answer as FetchResponse;
    } catch (error) {
      const response = error instanceof Error && 'response' in error ? error.response : undefined;
      if (response === undefined) throw error;
      return response as FetchResponse;
    }
  }
}

/** What the package's answers are, below its own types: those of node-fetch. */
interface FetchResponse {
  readonly status: number;
  /** After redirects. */
  readonly url: string;
  readonly headers: {
    raw(): Readonly<Record<string, readonly string[]>>;
    forEach(take: (value: string, name: string) => void): void;
  };
  readonly body:
    (AsyncIterable<Uint8Array> & { on(event: 'error', take: () => void): void }) | null;
}
