/**
 * GET by Node's own client. A body that ends early is an error; one that nobody reads on is closed by its reader, by the
 * signal, or with the store. Follows redirects on the same origin only, and never one that makes a directory of a file.
 */
import { request as requestPlain, type IncomingMessage } from 'node:http';
import { request as requestSecure } from 'node:https';
import { orAborted } from '../../src/plugin-api.ts';
import type { Channel } from './channel.ts';
import { Finding, LostConnection } from './failures.ts';
import { joined } from './joined.ts';
import { follow, mostRedirects } from './redirects.ts';
import { readBeginning } from './text.ts';
import { troubleOf } from './trouble.ts';
import type { Download, Downloaded } from './web.ts';

export async function download(channel: Channel, what: Download): Promise<Downloaded> {
  let url = what.url;
  let learns = true;
  for (let redirects = 0; redirects <= mostRedirects;) {
    const own = channel.headersFor('GET', url);
    const response = await begin(channel, { ...what, url, headers: { ...what.headers, ...own } });
    const { status, headers } = response;
    const location = headers.get('location');
    if (status === 401 && learns) {
      learns = false;
      await readBeginning(response.body, 64 * 1024);
      if (!channel.authority.learn(headers.get('www-authenticate'), own['Authorization']))
        return response;
    } else if (status >= 301 && status <= 308 && status !== 304 && location !== undefined) {
      await readBeginning(response.body, 64 * 1024);
      url = follow('GET', url, new URL(location, url));
      redirects += 1;
    } else return response;
  }
  throw new Finding('unknown', 'the server sends its visitors round in circles');
}

/** Resolves with the headers; the body lives on until it is read, closed, or the signal or the store ends it. */
async function begin(
  channel: Channel,
  { url, headers, signal: wanted }: Download,
): Promise<Downloaded> {
  const { line, ending } = channel;
  const secure = url.protocol === 'https:';
  const request = (secure ? requestSecure : requestPlain)(url, {
    ...{ headers: { ...headers, 'Accept-Encoding': 'identity' } },
    agent: secure ? line.secure : line.plain,
  });
  const { signal, free } = joined(wanted, ending);
  const stop = (): void => {
    request.destroy();
  };
  signal.addEventListener('abort', stop, { once: true });
  request.once('close', free);
  if (signal.aborted) stop();
  request.end();
  try {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      request.once('response', resolve);
      request.on('error', reject);
      request.once('close', () => {
        reject(new LostConnection('the connection was closed without an answer'));
      });
    });
    response.on('error', () => undefined);
    return {
      ...{ status: response.statusCode ?? 0, headers: channel.received(response) },
      body: bodyOf(response, signal),
    };
  } catch (error) {
    throw signal.aborted ? error : troubleOf(error);
  }
}

/** Not a generator: one that was never begun would not close what it was given. */
function bodyOf(response: IncomingMessage, signal: AbortSignal): AsyncIterable<Uint8Array> {
  const chunks = response[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const failed = (error: unknown): Error => {
    if (signal.aborted) return error instanceof Error ? error : new Error('aborted');
    const why = troubleOf(error).message;
    return new LostConnection(`the download broke off: ${why}`, { cause: error });
  };
  return {
    [Symbol.asyncIterator]: () => ({
      next: async () => {
        try {
          signal.throwIfAborted();
          return await orAborted(chunks.next(), signal);
        } catch (error) {
          response.destroy();
          throw failed(error);
        }
      },
      return: () => {
        response.destroy();
        return Promise.resolve({ done: true, value: undefined });
      },
    }),
  };
}
