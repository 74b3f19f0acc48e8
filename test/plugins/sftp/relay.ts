/** A line between a client and a server that a test can cut, or let fall silent in either direction. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { later } from './support.ts';

export interface Relay {
  readonly port: number;
  /** The server's port, for connections to come. */
  target: number;
  /** Connections that were made so far. */
  connections: number;
  /** Cuts all connections, as a network does: without a word. */
  cut(): void;
  /** Cuts once so many more bytes have come from the client. */
  cutAfter(bytes: number): void;
  /** What the server sends is held back from now on; false: passed on again. */
  holdAnswers(hold: boolean): void;
}

export async function startRelay(target: number): Promise<Relay> {
  const pairs = new Set<readonly [Socket, Socket]>();
  let left = Number.POSITIVE_INFINITY;
  let holds = false;
  const held: (() => void)[] = [];
  const cut = (): void => {
    left = Number.POSITIVE_INFINITY;
    held.length = 0;
    for (const pair of pairs) for (const socket of pair) socket.destroy();
    pairs.clear();
  };
  const server = createServer((client) => {
    const upstream = connect({ port: relay.target, host: '127.0.0.1', noDelay: true });
    const pair = [client, upstream] as const;
    pairs.add(pair);
    relay.connections += 1;
    client.setNoDelay(true);
    for (const socket of pair) {
      socket.on('error', () => undefined);
      socket.on('close', () => {
        pairs.delete(pair);
        client.destroy();
        upstream.destroy();
      });
    }
    client.on('data', (bytes) => {
      left -= bytes.length;
      upstream.write(bytes);
      if (left <= 0) cut();
    });
    upstream.on('data', (bytes) => {
      const pass = (): void => void client.write(bytes);
      if (holds) held.push(pass);
      else pass();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  later(async () => {
    cut();
    server.close();
    await once(server, 'close');
  });
  const relay: Relay = {
    port: (server.address() as AddressInfo).port,
    target,
    connections: 0,
    cut,
    cutAfter: (bytes) => {
      left = bytes;
    },
    holdAnswers: (hold) => {
      holds = hold;
      if (!hold) for (const pass of held.splice(0)) pass();
    },
  };
  return relay;
}
