/**
 * Stands between a client and its server on loopback and alters what the server says: pieces of it, at the places that a
 * fuzzer chose. What the client says passes as it is.
 */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { changeText, type TextChange } from './hostile.ts';

export interface Lie {
  /** Which piece of all that the server sends, from 0. */
  readonly piece: number;
  /** Another text instead of it, or changes within. */
  readonly tells: string | readonly TextChange[];
  /** Ends the connection after it. */
  readonly ends: boolean;
}

export interface Liar {
  readonly port: number;
  stop(): Promise<void>;
}

/** `spares`: pieces that pass as they are. */
export async function startLiar(
  port: number,
  lies: readonly Lie[],
  spares: (text: string) => boolean = () => false,
): Promise<Liar> {
  const sockets = new Set<Socket>();
  let count = 0;
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        sockets.delete(one);
        other.destroySoon();
      });
    }
    client.on('data', (data) => upstream.write(data));
    upstream.on('data', (data) => {
      const lie = lies.find(({ piece }) => piece === count);
      count += 1;
      const text = data.toString('latin1');
      if (lie === undefined || spares(text)) {
        client.write(data);
        return;
      }
      const { tells } = lie;
      const told = typeof tells === 'string' ? tells : tells.reduce(changeText, text);
      client.write(Buffer.from(told, 'latin1'));
      if (lie.ends) client.destroySoon();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
