/**
 * A bare HTTP client for the tests of the scripted ownCloud: requests with the password, answers as they came. It knows
 * nothing of WebDAV, so that it hides nothing.
 */
import {
  startOwncloudServer,
  type OwncloudServer,
  type OwncloudServerOptions,
} from '../../src/testkit/index.ts';

export interface Got {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

export const properties =
  '<?xml version="1.0"?><d:propfind xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns"><d:prop>' +
  '<d:getetag/><d:getlastmodified/><d:getcontentlength/><d:resourcetype/><oc:id/><oc:checksums/>' +
  '</d:prop></d:propfind>';

/** One server with a clock of its own, and who asks it. */
export class Asking {
  readonly server: OwncloudServer;
  readonly #clock: { now: number };

  private constructor(server: OwncloudServer, clock: { now: number }) {
    this.server = server;
    this.#clock = clock;
  }

  static async start(options: OwncloudServerOptions = {}): Promise<Asking> {
    const clock = { now: Date.UTC(2026, 10, 22, 12) };
    return new Asking(await startOwncloudServer({ now: () => clock.now, ...options }), clock);
  }

  pass(milliseconds: number): void {
    this.#clock.now += milliseconds;
  }

  async ask(
    method: string,
    path: string,
    { headers = {}, body }: { headers?: Record<string, string>; body?: string } = {},
  ): Promise<Got> {
    const authorization = `Basic ${Buffer.from('test:test').toString('base64')}`;
    const answer = await fetch(new URL(path, this.server.url), {
      ...{ method, headers: { authorization, ...headers } },
      ...(body === undefined ? {} : { body }),
    });
    return { status: answer.status, headers: answer.headers, text: await answer.text() };
  }

  put(path: string, body: string, headers: Record<string, string> = {}): Promise<Got> {
    return this.ask('PUT', path, { headers, body });
  }

  move(from: string, to: string, headers: Record<string, string> = {}): Promise<Got> {
    const destination = new URL(to, this.server.url).href;
    return this.ask('MOVE', from, { headers: { destination, ...headers } });
  }

  async look(path: string, depth = '0'): Promise<string> {
    const { text } = await this.ask('PROPFIND', path, { headers: { depth }, body: properties });
    return text;
  }
}

export const timed = (seconds: number): Record<string, string> => ({
  'x-oc-mtime': String(seconds),
});

export const etagIn = (text: string): string | undefined =>
  /<d:getetag>&quot;(.*?)&quot;/.exec(text)?.[1];
