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

export { ftpPersonalities } from './personalities.ts';
export type {
  FtpCommand,
  FtpFault,
  FtpQuirks,
  FtpServer,
  FtpServerOptions,
  FtpTimes,
} from './options.ts';

/** Starts a server and resolves when it listens. */
export async function startFtpServer(options: FtpServerOptions): Promise<FtpServer> {
  const place: Place = {
    root: await realpath(options.root),
    host: options.host ?? '127.0.0.1',
    user: options.user ?? 'test',
    password: options.password ?? 'test',
  };
  const state: State = {
    sessions: new Set(),
    commands: new Map(),
    script: options.script,
    opened: 0,
  };
  const { sessions } = state;
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    welcome(socket, { options, place, state });
  });
  server.listen(options.port ?? 0, place.host);
  await once(server, 'listening');
  return {
    ...place,
    port: (server.address() as AddressInfo).port,
    commands: state.commands,
    get sessions() {
      return sessions.size;
    },
    get transfers() {
      return [...sessions].reduce((sum, one) => sum + one.transfers, 0);
    },
    setScript(next) {
      state.script = next;
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

type Place = Pick<FtpServer, 'root' | 'host' | 'user' | 'password'>;

interface State {
  readonly sessions: Set<Session>;
  readonly commands: Map<string, number>;
  script: FtpServerOptions['script'];
  opened: number;
}

interface ServerParts {
  readonly options: FtpServerOptions;
  readonly place: Place;
  readonly state: State;
}

function welcome(socket: Socket, { options, place, state }: ServerParts): void {
  const { limit, quirks = {}, idle } = options;
  const { sessions, commands: counts } = state;
  const full = (): boolean =>
    limit !== undefined && [...sessions].filter((one) => one.loggedIn).length >= limit.clients;
  state.opened += 1;
  const session: Session = new Session({
    ...{ socket, number: state.opened, host: place.host, root: place.root, quirks, idle },
    handlers: { ...commands, ...transfers },
    observe(command) {
      const count = (counts.get(command.verb) ?? 0) + 1;
      counts.set(command.verb, count);
      return state.script?.({ ...command, count });
    },
    login(_, name, word) {
      if (name !== place.user || word !== place.password) return '530 Login incorrect.';
      if (!full()) return true;
      return `530 Sorry, the maximum number of clients (${String(limit?.clients)}) for this user`;
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
}
