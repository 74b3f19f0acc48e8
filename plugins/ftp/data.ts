/**
 * Data connections: EPSV, else PASV; on an encrypted control connection encrypted by the same TLS session. Streams in
 * both directions with back-pressure. A server that falls silent is given up; a slow consumer or source is not.
 */
import { connect as connectSocket, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Control } from './control.ts';
import { Finding, LostConnection, Refusal } from './failures.ts';
import { epsvPort, pasvPort, type Reply } from './replies.ts';

/** Which command opens data connections; learnt at the first one, for all connections of a store. */
export interface PassiveMode {
  command: 'EPSV' | 'PASV' | undefined;
  /** Whether the server resumed the control connection's TLS session, the last time it was offered one. */
  resumes?: boolean;
}

/**
 * Milliseconds after which the first connection by EPSV is given up for PASV: a firewall that looks for PASV's answer opens
 * no other port, and lets packets vanish.
 */
const firstTry = 10_000;

export class DataConnection {
  readonly #socket: Socket;
  readonly #timeout: number;
  /** Settles when the connection, and TLS where wanted, is up. */
  readonly ready: Promise<void>;
  #failure: Error | undefined;

  private constructor(socket: Socket, ready: Promise<void>, timeout: number) {
    this.#socket = socket;
    this.#timeout = timeout;
    this.ready = ready;
    socket.on('error', (error) => {
      this.#failure ??= error;
    });
    ready.catch(() => undefined);
  }

  /** Asks the server for a port and starts to connect to it. */
  static async open(control: Control, mode: PassiveMode, timeout: number): Promise<DataConnection> {
    if (mode.command !== undefined)
      return DataConnection.#to(control, await passivePort(control, mode.command), {
        timeout,
        mode,
      });
    // The first one of a store: try both ways, and wait for the connection before anything depends on it.
    const epsv = await control.command('EPSV');
    const port = epsv.code === 229 ? epsvPort(epsv.text) : undefined;
    if (port !== undefined) {
      const patience = Math.min(timeout, firstTry);
      const data = DataConnection.#to(control, port, { timeout: patience, mode });
      try {
        await data.connected();
        mode.command = 'EPSV';
        return data;
      } catch {
        data.destroy();
      }
    }
    const data = DataConnection.#to(control, await passivePort(control, 'PASV'), { timeout, mode });
    mode.command = 'PASV';
    return data;
  }

  static #to(
    control: Control,
    port: number,
    { timeout, mode }: { readonly timeout: number; readonly mode: PassiveMode },
  ): DataConnection {
    const { ftp } = control.client;
    const host = ftp.socket.remoteAddress;
    if (host === undefined) throw new LostConnection('the control connection is gone');
    const raw = connectSocket({ host, port });
    raw.setNoDelay(true);
    if (!ftp.hasTLS) return new DataConnection(raw, settled(raw, 'connect', timeout), timeout);
    const { ftp: context } = control.client;
    const own = 'getSession' in context.socket ? context.socket.getSession() : undefined;
    const session = context.tlsSessionStore ?? own;
    // SERVER: ProFTPD and vsftpd refuse data connections that do not resume the control connection's session.
    const socket = connectTls({
      ...context.tlsOptions,
      socket: raw,
      ...(session === undefined ? {} : { session }),
    });
    socket.on('session', (next: Buffer) => {
      context.tlsSessionStore = next;
    });
    socket.once('secureConnect', () => {
      mode.resumes = socket.isSessionReused();
    });
    raw.on('error', (error) => socket.destroy(error));
    return new DataConnection(socket, settled(socket, 'secureConnect', timeout), timeout);
  }

  /** Waits for the TCP connection alone: TLS starts when the server has its command. */
  async connected(): Promise<void> {
    const socket = this.#socket;
    if (!('encrypted' in socket)) {
      await this.ready;
      return;
    }
    if (!socket.connecting) return;
    await settled(socket, 'connect', this.#timeout);
  }

  /** The bytes that come, to the end of the connection. */
  async *receive(): AsyncGenerator<Uint8Array, void, undefined> {
    await this.ready;
    const chunks = this.#socket[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
    for (;;) {
      const next = await this.#watch(chunks.next());
      if (next.done === true) return;
      yield next.value;
    }
  }

  /** Hands bytes to the connection; resolves when more may come. */
  async send(bytes: Uint8Array): Promise<void> {
    this.#check();
    if (bytes.length === 0 || this.#socket.write(bytes)) return;
    await this.#watch(this.#event('drain'));
  }

  /** Ends what is sent, politely. */
  async finish(): Promise<void> {
    this.#check();
    const finished = this.#event('finish');
    this.#socket.end();
    await this.#watch(finished);
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #check(): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#socket.destroyed || this.#socket.writableEnded)
      throw new Error('the data connection is closed');
  }

  /** Resolves at an event; rejects when the connection closes before it. */
  #event(name: 'drain' | 'finish'): Promise<void> {
    const socket = this.#socket;
    return new Promise((resolve, reject) => {
      const done = (): void => {
        socket.off('close', closed);
        resolve();
      };
      const closed = (): void => {
        socket.off(name, done);
        reject(this.#failure ?? new Error('the data connection was closed'));
      };
      socket.once(name, done);
      socket.once('close', closed);
    });
  }

  async #watch<T>(waiting: Promise<T>): Promise<T> {
    const timer = setTimeout(() => {
      this.#socket.destroy(new Error('the server fell silent during a transfer'));
    }, this.#timeout);
    try {
      return await waiting;
    } finally {
      clearTimeout(timer);
    }
  }
}

function settled(
  socket: Socket,
  event: 'connect' | 'secureConnect',
  timeout: number,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      socket.destroy(new Error('the data connection could not be opened in time'));
    }, timeout);
    const failed = (error?: Error): void => {
      clearTimeout(timer);
      reject(error ?? new Error('the data connection was closed at once'));
    };
    socket.once('error', failed);
    socket.once('close', () => {
      failed();
    });
    socket.once(event, () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

async function passivePort(control: Control, command: 'EPSV' | 'PASV'): Promise<number> {
  const reply: Reply = await control.command(command);
  if (reply.code >= 300) throw new Refusal(reply);
  const port = command === 'EPSV' ? epsvPort(reply.text) : pasvPort(reply.text);
  if (port === undefined)
    throw new Finding('unsupported', `the answer to ${command} names no port`, { reply });
  return port;
}
