/**
 * Connections to exactly one origin, kept alive and counted: TCP or TLS, its certificate verified or pinned before the first
 * byte is sent. Whoever is sent elsewhere by a redirect is refused here, so that credentials never leave their origin.
 */
import { Agent as PlainAgent, type AgentOptions, type ClientRequest } from 'node:http';
import { Agent as SecureAgent } from 'node:https';
import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectSecure, type ConnectionOptions } from 'node:tls';
import { Finding } from './failures.ts';

export interface LineOptions {
  readonly origin: URL;
  readonly connections: number;
  /** PEM text: trusted instead of the well-known authorities. */
  readonly ca?: Buffer | undefined;
  /** SHA-256 in hexadecimal, with or without colons. */
  readonly fingerprint?: string | undefined;
}

/** Agents for Node's client and for the webdav package's. */
export interface Line {
  readonly plain: PlainAgent;
  readonly secure: SecureAgent;
  /** Takes the server's word for how many seconds it keeps a connection. */
  keepFor(seconds: number): void;
  /** Ends every connection. */
  close(): void;
}

/** SERVER: Apache and lighttpd end a connection that was idle for 5 s; one that is used at that moment is a lost request. */
const idle = 4000;
const shortest = 500;

type Done = (error: Error | null, socket?: Socket) => void;

/** What Node hands to createConnection. */
interface Target {
  readonly host?: string | null | undefined;
  readonly port?: number | string | null | undefined;
}

export function openLine(options: LineOptions): Line {
  const sockets = new Set<Socket>();
  const settings: AgentOptions = {
    ...{ keepAlive: true, maxSockets: options.connections, timeout: idle, scheduling: 'lifo' },
  };
  const dial = (scheme: string, target: Target, done: Done): void => {
    const refused = refusal(options.origin, scheme, target);
    if (refused !== undefined) {
      process.nextTick(done, refused);
      return;
    }
    const socket = scheme === 'https:' ? secureSocket(options, done) : plainSocket(options, done);
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  };
  const plain = withDialler(new PlainAgent(settings), (target, done) => {
    dial('http:', target, done);
  });
  const secure = withDialler(new SecureAgent(settings), (target, done) => {
    dial('https:', target, done);
  });
  let kept = idle;
  // ORDER: after the agent's own listener, which knows nothing of the server's word.
  for (const agent of [plain, secure])
    agent.on('free', (socket: Socket) => socket.setTimeout(kept));
  return {
    ...{ plain, secure },
    keepFor(seconds) {
      kept = Math.max(shortest, Math.min(idle, seconds * 1000 - 1000));
    },
    close() {
      plain.destroy();
      secure.destroy();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** The agent waits for `done`; a socket that is returned at once would be written to before it was verified. */
function withDialler<A extends PlainAgent>(
  agent: A,
  dial: (target: Target, done: Done) => void,
): A {
  const createConnection = (target: Target, done: Done): undefined => {
    dial(target, done);
  };
  return Object.defineProperty(agent, 'createConnection', { value: createConnection });
}

/**
 * For one request through the package's client: it would follow a redirect by itself, with a DELETE from a file to a directory
 * too. Its second request is not sent; `onRedirect` is told where to it would have gone.
 */
export function single<A extends PlainAgent>(agent: A, onRedirect: (url: URL) => void): A {
  let used = false;
  const addRequest = (request: ClientRequest, ...more: readonly unknown[]): void => {
    if (!used) (agent as unknown as Adding).addRequest(request, ...more);
    else {
      const { protocol, path } = request;
      onRedirect(new URL(path, `${protocol}//${request.getHeader('host')?.toString() ?? ''}`));
      request.destroy();
      // One without a socket says nothing of its end by itself.
      process.nextTick(() => request.emit('error', new Error('redirected')));
    }
    used = true;
  };
  return new Proxy(agent, {
    get: (target, key): unknown => (key === 'addRequest' ? addRequest : Reflect.get(target, key)),
  });
}

/** What Node calls an agent with; its types do not show it. */
interface Adding {
  addRequest(request: ClientRequest, ...more: readonly unknown[]): void;
}

function portOf({ port, protocol }: URL): number {
  return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
}

function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '');
}

function refusal(origin: URL, scheme: string, { host, port }: Target): Error | undefined {
  const there = `${scheme}//${host ?? ''}:${String(port ?? '')}`;
  const here = `${origin.protocol}//${hostOf(origin)}:${String(portOf(origin))}`;
  if (there.replace(/[[\]]/g, '') === here) return undefined;
  return new Finding(
    'denied',
    `the server sends its visitors on to ${there}; if that is right, make it the \`url\``,
  );
}

function plainSocket({ origin }: LineOptions, done: Done): Socket {
  const socket = connectPlain({ host: hostOf(origin), port: portOf(origin), noDelay: true });
  return settle(socket, 'connect', done);
}

function secureSocket(options: LineOptions, done: Done): Socket {
  const { origin, ca, fingerprint } = options;
  const host = hostOf(origin);
  const settings: ConnectionOptions = {
    ...{ host, port: portOf(origin), ALPNProtocols: ['http/1.1'] },
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(ca === undefined ? {} : { ca }),
    // The pinned certificate is proof enough; it is compared below, before the socket is handed out.
    ...(fingerprint === undefined ? {} : { rejectUnauthorized: false }),
  };
  const socket = connectSecure(settings);
  socket.setNoDelay(true);
  return settle(socket, 'secureConnect', (error, ready) => {
    if (error !== null || fingerprint === undefined) {
      done(error, ready);
      return;
    }
    const shown = socket.getPeerCertificate().fingerprint256;
    if (bare(shown) === bare(fingerprint)) done(null, ready);
    else {
      socket.destroy();
      const other = `the server's certificate is not the pinned one; its SHA-256 fingerprint is ${shown}`;
      done(new Finding('denied', other));
    }
  });
}

function bare(fingerprint: string): string {
  return fingerprint.replaceAll(':', '').toUpperCase();
}

function settle(socket: Socket, event: 'connect' | 'secureConnect', done: Done): Socket {
  const fail = (error: Error): void => {
    socket.off(event, ready).off('error', fail).off('close', ended);
    done(error);
  };
  const ended = (): void => fail(new Error('the connection was closed before it was ready'));
  const ready = (): void => {
    socket.off('error', fail).off('close', ended);
    done(null, socket);
  };
  return socket.once(event, ready).once('error', fail).once('close', ended);
}
