/**
 * A small FTP server over a directory on disk, on `node:net` alone: correct enough to work with, and scriptable, so that
 * tests and authors of clients can have every fault at will. For loopback: it knows no encryption.
 */
import { once } from 'node:events';
import { realpath } from 'node:fs/promises';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { commands } from './commands.ts';
import type { FtpServer, FtpServerOptions } from './options.ts';
import { Session } from './session.ts';
import { transfers } from './transfers.ts';

export type { FtpCommand, FtpFault, FtpQuirks, FtpServer, FtpServerOptions } from './options.ts';

/** Starts a server and resolves when it listens. */
export async function startFtpServer(options: FtpServerOptions): Promise<FtpServer> {
  const root = await realpath(options.root);
  const host = options.host ?? '127.0.0.1';
  const { user = 'test', password = 'test', limit, quirks = {} } = options;
  const sessions = new Set<Session>();
  const counts = new Map<string, number>();
  let { script } = options;
  let opened = 0;
  const full = (): boolean =>
    limit !== undefined && [...sessions].filter((one) => one.loggedIn).length >= limit.clients;

  const welcome = (socket: Socket): void => {
    opened += 1;
    const session: Session = new Session({
      ...{ socket, number: opened, host, root, quirks, idle: options.idle },
      handlers: { ...commands, ...transfers },
      observe(command) {
        const count = (counts.get(command.verb) ?? 0) + 1;
        counts.set(command.verb, count);
        return script?.({ ...command, count });
      },
      login(_, name, word) {
        if (name !== user || word !== password) return '530 Login incorrect.';
        return full()
          ? `530 Sorry, the maximum number of clients (${String(limit?.clients)}) for this user`
          : true;
      },
      ended(one) {
        sessions.delete(one);
      },
    });
    sessions.add(session);
    if (limit?.reply !== 530 && full()) {
      session.refuse('421 There are too many connections from your internet address.');
    } else {
      session.greet();
    }
  };

  const server = createServer({ allowHalfOpen: true }, welcome);
  server.listen(options.port ?? 0, host);
  await once(server, 'listening');
  return {
    ...{
      host,
      port: (server.address() as AddressInfo).port,
      user,
      password,
      root,
      commands: counts,
    },
    get sessions() {
      return sessions.size;
    },
    get transfers() {
      return [...sessions].reduce((sum, one) => sum + one.transfers, 0);
    },
    setScript(next) {
      script = next;
    },
    dropSessions() {
      for (const one of sessions) one.drop();
    },
    async stop() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      for (const one of sessions) one.drop();
      await closed;
      sessions.clear();
    },
  };
}
