/**
 * Counts the commands that clients send to a real FTP server: a relay on loopback for control connections without TLS.
 * Data connections go straight to the server. Changes nothing of what it passes on.
 */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

export interface CommandCounter {
  readonly port: number;
  /** Verb, in upper case → how often since the last {@link CommandCounter.take}. */
  take(): ReadonlyMap<string, number>;
  stop(): Promise<void>;
}

export async function startCounter(host: string, port: number): Promise<CommandCounter> {
  let counts = new Map<string, number>();
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(port, host);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.setNoDelay();
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
      socket.on('error', () => undefined);
    }
    let line = '';
    client.on('data', (bytes: Buffer) => {
      upstream.write(bytes);
      line += bytes.toString('latin1');
      const lines = line.split('\r\n');
      line = lines.pop() ?? '';
      for (const one of lines) {
        const verb = (one.split(' ', 1)[0] ?? '').toUpperCase();
        counts.set(verb, (counts.get(verb) ?? 0) + 1);
      }
    });
    upstream.on('data', (bytes: Buffer) => client.write(bytes));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    take() {
      const taken = counts;
      counts = new Map();
      return taken;
    },
    async stop() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
