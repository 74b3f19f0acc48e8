/**
 * One logged-in connection and the SFTP channel on it. Any number of requests may be on their way; each is answered,
 * refused, or fails when the connection is lost. Knows nothing of paths and operations.
 */
import type { Socket } from 'node:net';
import type { SFTPWrapper } from 'ssh2';
import type SftpClient from 'ssh2-sftp-client';
import { LostConnection, Refusal, Finding } from './failures.ts';

export type Done<T> = (error?: Error | null, value?: T) => void;
export type Send<T> = (channel: SFTPWrapper, done: Done<T>) => void;

/** What the server told about itself. */
export interface ServerFacts {
  /** The line it greets with, such as `SSH-2.0-OpenSSH_9.2p1 Debian-2`. */
  readonly ident: string;
  /** Names of SFTP extensions that it offers. */
  readonly extensions: ReadonlySet<string>;
}

export interface ConnectionParts {
  readonly client: SftpClient;
  readonly channel: SFTPWrapper;
  readonly socket: Socket;
  readonly ident: string;
  /** Milliseconds without a byte from the server after which it is given up. */
  readonly patience: number;
}

/** How often it is looked within the time that a server may be silent. */
const looks = 10;

export class Connection {
  readonly facts: ServerFacts;
  readonly #client: SftpClient;
  readonly #channel: SFTPWrapper;
  readonly #socket: Socket;
  readonly #pending = new Set<(error: LostConnection) => void>();
  readonly #watch: NodeJS.Timeout;
  #lost: LostConnection | undefined;
  /** Requests sent so far. */
  sent = 0;

  constructor({ client, channel, socket, ident, patience }: ConnectionParts) {
    this.#client = client;
    this.#channel = channel;
    this.#socket = socket;
    this.facts = { ident, extensions: extensionsOf(channel) };
    client.on('error', (error: Error) => {
      this.cut(error.message);
    });
    const ended = (): void => {
      this.cut('the server closed the connection');
    };
    channel.on('error', (error: Error) => {
      this.cut(error.message);
    });
    // The server may end the channel alone.
    channel.on('close', ended);
    socket.on('error', (error) => {
      this.cut(error.message);
    });
    socket.on('close', ended);
    this.#watch = this.#watchFor(patience);
    if (socket.destroyed) ended();
  }

  get lost(): boolean {
    return this.#lost !== undefined;
  }

  offers(extension: string): boolean {
    return this.facts.extensions.has(extension);
  }

  /** Sends at once, so that requests go out in the order of the calls. */
  async request<T = void>(send: Send<T>): Promise<T> {
    if (this.#lost !== undefined) throw this.#lost;
    return new Promise<T>((resolve, reject) => {
      this.#pending.add(reject);
      const done: Done<T> = (error, value) => {
        this.#pending.delete(reject);
        if (error === undefined || error === null) resolve(value as T);
        else reject(this.#judge(error));
      };
      this.sent += 1;
      try {
        send(this.#channel, done);
      } catch (cause) {
        this.#pending.delete(reject);
        reject(new Finding('unsupported', 'the server does not know this request', { cause }));
      }
    });
  }

  /** Ends at once; what is on its way fails. */
  cut(reason: string): void {
    this.#lost ??= new LostConnection(reason);
    clearInterval(this.#watch);
    this.#socket.destroy();
    for (const reject of [...this.#pending]) reject(this.#lost);
    this.#pending.clear();
  }

  /** Takes leave, so that the server frees the login at once. */
  async close(): Promise<void> {
    if (this.lost) return;
    clearInterval(this.#watch);
    this.#lost = new LostConnection('the store was closed');
    for (const reject of [...this.#pending]) reject(this.#lost);
    const closed = new Promise<void>((resolve) => {
      this.#socket.once('close', () => {
        resolve();
      });
    });
    const late = setTimeout(() => {
      this.#socket.destroy();
    }, 1000);
    this.#client.end().catch(() => undefined);
    await closed;
    clearTimeout(late);
  }

  /**
   * Something is asked now and then (see login.ts), so a server that lives is heard. Looks are counted, not time: a
   * computer that slept, or was busy, has not listened.
   */
  #watchFor(patience: number): NodeJS.Timeout {
    let [bytes, silent] = [this.#socket.bytesRead, 0];
    const look = (): void => {
      const { bytesRead } = this.#socket;
      silent = bytesRead === bytes ? silent + 1 : 0;
      bytes = bytesRead;
      if (silent >= looks) this.cut('the server fell silent');
    };
    return setInterval(look, patience / looks).unref();
  }

  /** A refusal has a number. Without one nobody answered, or nothing that could be understood. */
  #judge(error: Error): Error {
    const code = 'code' in error ? error.code : undefined;
    if (typeof code === 'number') return new Refusal({ code, text: error.message });
    this.cut(error.message);
    return this.#lost ?? error;
  }
}

/** ssh2 has no other way to ask; without it, nothing is taken for offered. */
function extensionsOf(channel: SFTPWrapper): ReadonlySet<string> {
  const { _extensions: offered } = channel as { readonly _extensions?: unknown };
  return new Set(typeof offered === 'object' && offered !== null ? Object.keys(offered) : []);
}
