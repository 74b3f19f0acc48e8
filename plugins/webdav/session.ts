/**
 * One store's connection as dialects and operations see it: authenticated requests with cookies, each with its answer.
 * Small requests go through the webdav package, streams (upload.ts, download.ts) through Node's own client; both share
 * connections, credentials and cookies. Never judges a status, and repeats only what a 401 proved not to have happened.
 */
import { setMaxListeners } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { AuthType, createClient } from 'webdav';
import type { Authority } from './auth.ts';
import type { Channel } from './channel.ts';
import { single, type Line } from './connect.ts';
import { Cookies } from './cookies.ts';
import { download } from './download.ts';
import { Finding } from './failures.ts';
import { joined } from './joined.ts';
import { follow, mostRedirects } from './redirects.ts';
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

export class Session implements Web, Channel {
  readonly user: string;
  readonly log: (message: string) => void;
  readonly authority: Authority;
  readonly line: Line;
  readonly cookies = new Cookies();
  expects = true;
  targetOrigin: string | undefined;
  readonly #ending = new AbortController();
  #base: URL;

  constructor({ base, authority, line, user, log }: SessionParts) {
    this.user = user;
    this.log = log;
    this.authority = authority;
    this.line = line;
    this.#base = base;
    setMaxListeners(0, this.#ending.signal);
  }

  get ending(): AbortSignal {
    return this.#ending.signal;
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
    let url = asking.url;
    let learns = true;
    for (let hops = 0; hops <= mostRedirects;) {
      const answer = await this.#askOnce(asking, url);
      const asked = 'status' in answer ? answer.headers.get('www-authenticate') : undefined;
      if ('redirect' in answer) {
        url = follow(asking.method, url, answer.redirect);
        hops += 1;
      } else if (answer.status === 401 && learns && this.authority.learn(asked, answer.sent)) {
        learns = false;
      } else return answer;
    }
    throw new Finding('unknown', 'the server sends its visitors round in circles');
  }

  upload(what: Upload): Promise<Answer> {
    return upload(this, what);
  }

  download(what: Download): Promise<Downloaded> {
    return download(this, what);
  }

  close(): void {
    this.#ending.abort(new Error('the store was closed'));
    this.line.close();
  }

  headersFor(method: string, url: URL): Record<string, string> {
    const authorization = this.authority.headerFor(method, url);
    const cookie = this.cookies.headerFor(url.pathname);
    return {
      'User-Agent': agentName,
      ...(authorization === undefined ? {} : { Authorization: authorization }),
      ...(cookie === undefined ? {} : { Cookie: cookie }),
    };
  }

  received(response: IncomingMessage): Headers {
    this.cookies.take(response.headers['set-cookie'] ?? []);
    return new Map(
      Object.entries(response.headers).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
      ),
    );
  }

  async #askOnce(asking: Asking, url: URL): Promise<Reply> {
    const { signal, free } = joined(asking.signal, this.ending);
    const sent = this.headersFor(asking.method, url);
    let redirect: URL | undefined;
    try {
      signal.throwIfAborted();
      const response = await fetchOnce(this.line, asking, {
        ...{ url, signal, headers: sent },
        onRedirect: (to) => {
          redirect = to;
        },
      });
      // It is told of an abort even after it was read; without a listener that would end the process.
      response.body?.on('error', () => undefined);
      this.cookies.take(response.headers.raw()['set-cookie'] ?? []);
      const headers = new Map<string, string>();
      response.headers.forEach((value, name) => headers.set(name.toLowerCase(), value));
      const kept = /timeout=(\d{1,5})/.exec(headers.get('keep-alive') ?? '')?.[1];
      if (kept !== undefined) this.line.keepFor(Number(kept));
      const text = await readText(response.body ?? [], longestAnswer);
      return { ...{ status: response.status, headers, text, url }, sent: sent['Authorization'] };
    } catch (error) {
      if (signal.aborted) throw error;
      if (redirect !== undefined) return { redirect };
      throw troubleOf(error);
    } finally {
      free();
    }
  }
}

type Reply =
  (Answer & { readonly url: URL; readonly sent: string | undefined }) | { readonly redirect: URL };

interface Once {
  readonly url: URL;
  readonly headers: Record<string, string>;
  readonly signal: AbortSignal;
  readonly onRedirect: (to: URL) => void;
}

/** By the webdav package. It throws statuses from 400 on as errors that carry their response. */
async function fetchOnce(line: Line, asking: Asking, once: Once): Promise<FetchResponse> {
  const { method, body } = asking;
  const { url, signal, onRedirect } = once;
  const client = createClient(url.href, {
    authType: AuthType.None,
    httpAgent: single(line.plain, onRedirect),
    httpsAgent: single(line.secure, onRedirect),
  });
  const type = body === undefined ? {} : { 'Content-Type': 'application/xml; charset=utf-8' };
  try {
    const answer: unknown = await client.customRequest('', {
      ...{ url: url.href, method, signal },
      headers: { ...once.headers, ...type, ...asking.headers },
      ...(body === undefined ? {} : { data: body }),
    });
    return answer as FetchResponse;
  } catch (error) {
    const response = error instanceof Error && 'response' in error ? error.response : undefined;
    if (response === undefined) throw error;
    return response as FetchResponse;
  }
}

/** What the package's answers are, below its own types: those of node-fetch. */
interface FetchResponse {
  readonly status: number;
  readonly headers: {
    raw(): Readonly<Record<string, readonly string[]>>;
    forEach(take: (value: string, name: string) => void): void;
  };
  readonly body:
    (AsyncIterable<Uint8Array> & { on(event: 'error', take: () => void): void }) | null;
}
