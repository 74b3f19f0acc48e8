/**
 * A relay on loopback in front of a real server. Of an FTP server without TLS it relays the data connections too: counts their
 * bytes and cuts every connection at a chosen one. Changes nothing of what it passes on but the port that a passive reply
 * names.
 */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

export interface CuttingProxy {
  readonly port: number;
  /** Bytes on data connections so far: `up` from the client, `down` from the server. */
  readonly moved: { up: number; down: number };
  /** All connections are reset once so many more bytes have passed in this direction; each entry once, in order. */
  cutAfter(direction: 'up' | 'down', bytes: readonly number[]): void;
  /** How often it has cut. */
  readonly cuts: number;
  /** Resets whatever is open. */
  cut(): void;
  stop(): Promise<void>;
}

/** `protocol`: of another one than FTP every connection is relayed as it is, and counted as data. */
export async function startCuttingProxy(
  host: string,
  port: number,
  protocol: 'ftp' | 'other' = 'ftp',
): Promise<CuttingProxy> {
  const relay = new Relay(host, port);
  const server = await relay.listen((client) => {
    if (protocol === 'ftp') relay.control(client);
    else relay.relay(client, port);
  });
  return {
    port: portOf(server),
    moved: relay.moved,
    get cuts() {
      return relay.cuts;
    },
    cutAfter: (direction, bytes) => {
      relay.planned[direction] = [...bytes];
    },
    cut: () => relay.cut(),
    stop: () => relay.stop(),
  };
}

class Relay {
  readonly moved = { up: 0, down: 0 };
  readonly planned: { up: number[]; down: number[] } = { up: [], down: [] };
  cuts = 0;
  readonly #host: string;
  readonly #port: number;
  readonly #sockets = new Set<Socket>();
  readonly #servers = new Set<Server>();

  constructor(host: string, port: number) {
    this.#host = host;
    this.#port = port;
  }

  async listen(accept: (client: Socket) => void): Promise<Server> {
    const server = createServer({ noDelay: true, allowHalfOpen: true }, accept);
    this.#servers.add(server);
    server.on('close', () => this.#servers.delete(server));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return server;
  }

  /** Commands pass unchanged; a passive reply names a port of this relay instead. */
  control(client: Socket): void {
    const upstream = this.#pair(client, this.#port);
    client.on('data', (bytes: Buffer) => upstream.write(bytes));
    client.on('end', () => upstream.end());
    upstream.on('end', () => client.end());
    let rest = '';
    let sending = Promise.resolve();
    upstream.on('data', (bytes: Buffer) => {
      const lines = (rest + bytes.toString('latin1')).split('\r\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        sending = sending.then(async () => {
          client.write(Buffer.from(`${await this.#replaced(line)}\r\n`, 'latin1'));
        });
      }
    });
  }

  async #replaced(line: string): Promise<string> {
    const extended = /^229 .*\(\|\|\|(\d+)\|\)/.exec(line);
    const plain = /^227 .*\(\d+,\d+,\d+,\d+,(\d+),(\d+)\)/.exec(line);
    const port =
      extended === null
        ? plain === null
          ? undefined
          : Number(plain[1]) * 256 + Number(plain[2])
        : Number(extended[1]);
    if (port === undefined) return line;
    const own = portOf(await this.#dataServer(port));
    return extended === null
      ? `227 Entering Passive Mode (127,0,0,1,${String(own >> 8)},${String(own & 255)})`
      : `229 Entering Extended Passive Mode (|||${String(own)}|)`;
  }

  async #dataServer(port: number): Promise<Server> {
    const server: Server = await this.listen((client) => {
      server.close();
      this.relay(client, port);
    });
    return server;
  }

  relay(client: Socket, port: number): void {
    const upstream = this.#pair(client, port);
    this.#pass(client, upstream, 'up');
    this.#pass(upstream, client, 'down');
  }

  #pass(from: Socket, to: Socket, direction: 'up' | 'down'): void {
    from.on('data', (bytes: Buffer) => {
      this.moved[direction] += bytes.length;
      const [left] = this.planned[direction];
      if (left === undefined || bytes.length < left) {
        if (left !== undefined) this.planned[direction][0] = left - bytes.length;
        if (!to.write(bytes)) {
          from.pause();
          to.once('drain', () => from.resume());
        }
        return;
      }
      this.planned[direction].shift();
      to.write(bytes.subarray(0, left), () => this.cut());
    });
    from.on('end', () => to.end());
  }

  cut(): void {
    this.cuts += 1;
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  #pair(client: Socket, port: number): Socket {
    const upstream = connect({ port, host: this.#host, noDelay: true, allowHalfOpen: true });
    for (const socket of [client, upstream]) {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', (broken: boolean) => {
        this.#sockets.delete(socket);
        if (broken) for (const one of [client, upstream]) one.destroy();
      });
    }
    return upstream;
  }

  async stop(): Promise<void> {
    const closed = [...this.#servers].map((server) => once(server, 'close'));
    for (const server of this.#servers) server.close();
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(closed);
  }
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
