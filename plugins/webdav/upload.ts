/**
 * PUT by Node's own client: the exact length is told, the body follows once. Where the server may still ask for other
 * credentials, or the file is large, it gets the chance to refuse before (Expect: 100-continue). What it wrote of a broken
 * upload is not looked at here.
 */
import { request as requestPlain, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as requestSecure } from 'node:https';
import { orAborted, type Source } from '../../src/plugin-api.ts';
import type { Channel } from './channel.ts';
import { Finding, LostConnection } from './failures.ts';
import { joined } from './joined.ts';
import { follow } from './redirects.ts';
import { readBeginning } from './text.ts';
import { troubleOf } from './trouble.ts';
import type { Answer, Upload } from './web.ts';

/** From so many bytes on, a round trip to be refused early is worth it. */
const worthAsking = 1024 * 1024;

/** Milliseconds to wait for `100 Continue`; RFC 9110 wants no client to wait for ever. */
const patience = 1500;

/** Bytes of an answer's body that are looked at. */
const words = 64 * 1024;

export async function upload(channel: Channel, what: Upload): Promise<Answer> {
  const first = await uploadOnce(channel, what, channel.expects);
  const asked = first.headers.get('www-authenticate');
  const location = first.headers.get('location');
  if (first.status >= 300 && first.status < 400 && location !== undefined) {
    follow('PUT', what.url, new URL(location, what.url));
  }
  // SERVER: old lighttpd and some proxies know no Expect.
  if (first.status === 417 && channel.expects) channel.expects = false;
  else if (first.status !== 401 || !channel.authority.learn(asked, first.sent)) return first;
  // ORDER: a 401 or 417 says that nothing was stored; only then the body may be sent again.
  return await uploadOnce(channel, what, channel.expects);
}

async function uploadOnce(
  channel: Channel,
  { url, headers, source, signal: wanted }: Upload,
  mayAsk: boolean,
): Promise<Answer & { readonly sent: string | undefined }> {
  const own = channel.headersFor('PUT', url);
  const asks = mayAsk && (source.size >= worthAsking || !channel.authority.isSettled);
  const { signal, free } = joined(wanted, channel.ending);
  const put = new Put(channel, url, {
    ...{ ...own, ...headers, 'Content-Length': String(source.size) },
    ...(asks ? { Expect: '100-continue' } : {}),
  });
  const stop = (): void => {
    put.request.destroy();
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    signal.throwIfAborted();
    const go = asks ? await orAborted(put.invited(channel), signal) : true;
    if (go) await pour(put, source, signal);
    const response = await orAborted(put.answered, signal);
    const answer = {
      ...{ status: response.statusCode ?? 0, headers: channel.received(response) },
      text: await orAborted(readBeginning(response, words), signal),
    };
    return { ...answer, sent: own['Authorization'] };
  } catch (error) {
    throw signal.aborted ? error : put.trouble(error);
  } finally {
    signal.removeEventListener('abort', stop);
    free();
    put.end();
  }
}

/** One request under way: its answer may come at any moment, also before its body was sent. */
class Put {
  readonly request: ClientRequest;
  readonly answered: Promise<IncomingMessage>;
  /** Set when the answer is there: the rest of the body is not wanted. */
  hasAnswer = false;
  /** Something of the body was handed over. */
  begun = false;
  #asks: boolean;

  constructor({ line }: Channel, url: URL, headers: Record<string, string>) {
    const secure = url.protocol === 'https:';
    this.#asks = 'Expect' in headers;
    this.request = (secure ? requestSecure : requestPlain)(url, {
      ...{ method: 'PUT', headers, agent: secure ? line.secure : line.plain },
    });
    this.answered = new Promise((resolve, reject) => {
      this.request.once('response', (response) => {
        this.hasAnswer = true;
        resolve(response);
      });
      this.request.once('error', reject);
      this.request.once('close', () => {
        reject(new LostConnection('the connection was closed without an answer'));
      });
    });
    this.answered.catch(() => undefined);
  }

  /** Waits until the server wants the body, says nothing for long, or has answered already (false). */
  async invited(channel: Channel): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const silence = new Promise<boolean>((resolve) => {
      // ORDER: counted from when the headers are on their way, not while the request waits for a connection.
      this.request.once('socket', () => {
        timer = setTimeout(() => {
          channel.expects = false;
          resolve(true);
        }, patience);
      });
    });
    const wanted = new Promise<boolean>((resolve) => {
      this.request.once('continue', () => {
        resolve(true);
      });
    });
    try {
      return await Promise.race([wanted, silence, this.answered.then(() => false)]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Hands over one chunk; false: the server has answered, no more is wanted. */
  async send(chunk: Uint8Array): Promise<boolean> {
    this.begun = true;
    if (this.hasAnswer) return false;
    if (this.request.write(chunk)) return true;
    const drained = new Promise<boolean>((resolve) => {
      this.request.once('drain', () => {
        resolve(true);
      });
    });
    return await Promise.race([drained, this.answered.then(() => false)]);
  }

  trouble(error: unknown): Error {
    const trouble = troubleOf(error);
    const untouched = this.#asks && !this.begun;
    if (!(trouble instanceof LostConnection) || trouble.untouched || !untouched) return trouble;
    return new LostConnection(trouble.message, { cause: trouble.cause, untouched });
  }

  /** A request whose body is not whole cannot share its connection with another one. */
  end(): void {
    if (!this.request.writableEnded) this.request.destroy();
  }
}

async function pour(put: Put, source: Source, signal: AbortSignal): Promise<void> {
  const chunks = source.open(0)[Symbol.asyncIterator]();
  let done = 0;
  try {
    for (;;) {
      const next = await orAborted(nextOf(chunks), signal);
      if (next.done === true) break;
      done += next.value.length;
      if (done > source.size) throw wrongSize(`more than its ${String(source.size)} bytes`);
      if (next.value.length === 0) continue;
      if (!(await orAborted(put.send(next.value), signal))) return;
    }
  } finally {
    // Not awaited: a source that hangs would hang here too.
    void Promise.resolve(chunks.return?.()).catch(() => undefined);
  }
  if (done !== source.size) {
    throw wrongSize(`${String(done)} of its ${String(source.size)} bytes`);
  }
  put.request.end();
}

function wrongSize(gave: string): Finding {
  return new Finding('corrupt', `the source gives ${gave}`, { outcome: 'unknown' });
}

async function nextOf(chunks: AsyncIterator<Uint8Array>): Promise<IteratorResult<Uint8Array>> {
  try {
    return await chunks.next();
  } catch (cause) {
    throw new Finding('corrupt', 'the source failed', { cause, outcome: 'unknown' });
  }
}
