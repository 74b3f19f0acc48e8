/**
 * Opens a connection: greets, checks the host's key, logs in, starts the SFTP channel. Nothing secret is sent before
 * the key was checked.
 */
import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import SftpClient from 'ssh2-sftp-client';
import type { ConnectConfig, Prompt, ServerHostKeyAlgorithm } from 'ssh2';
import { Connection } from './connection.ts';
import { Finding, LostConnection } from './failures.ts';
import { greet } from './greeting.ts';
import { placeOf, planHostCheck, type HostCheck } from './host-key.ts';
import type { SftpOptions } from './options.ts';

/** What is read once, before the first connection. */
export interface LoginPlan {
  readonly options: SftpOptions;
  readonly hostCheck: HostCheck;
  readonly privateKey: Buffer | undefined;
  readonly agent: string | undefined;
}

export async function planLogin(options: SftpOptions, baseDirectory: string): Promise<LoginPlan> {
  return {
    options,
    hostCheck: await planHostCheck(options, baseDirectory),
    privateKey: await keyOf(options, baseDirectory),
    agent: agentOf(options),
  };
}

async function keyOf(options: SftpOptions, baseDirectory: string): Promise<Buffer | undefined> {
  const { privateKey } = options;
  if (privateKey === undefined) return undefined;
  try {
    return await readFile(placeOf(privateKey, baseDirectory));
  } catch (cause) {
    throw new Finding('auth', `the private key ${privateKey} cannot be read`, { cause });
  }
}

function agentOf({ agent }: SftpOptions): string | undefined {
  if (agent !== true) return agent;
  const socket = process.env['SSH_AUTH_SOCK'];
  if (socket === undefined || socket === '') {
    throw new Finding('auth', 'there is no SSH agent: SSH_AUTH_SOCK is not set');
  }
  return socket;
}

export async function logIn(plan: LoginPlan, signal: AbortSignal): Promise<Connection> {
  const { hostCheck } = plan;
  let first: WrongKey | undefined;
  for (const algorithms of hostCheck.attempts) {
    try {
      const connection = await attempt(plan, algorithms, signal);
      await hostCheck.remember();
      return connection;
    } catch (error) {
      // The key that was asked for may be another one of the same server.
      if (error instanceof WrongKey) first ??= error;
      else if (first === undefined || !(error instanceof NoSuchKey)) throw error;
    }
  }
  throw first?.finding ?? new LostConnection('no attempt was made');
}

class WrongKey extends Error {
  readonly finding: Finding;

  constructor(finding: Finding) {
    super(finding.message);
    this.finding = finding;
  }
}

/** The server has no key of the kinds that were asked for. */
class NoSuchKey extends Error {}

async function attempt(
  plan: LoginPlan,
  algorithms: readonly ServerHostKeyAlgorithm[],
  signal: AbortSignal,
): Promise<Connection> {
  const { options, hostCheck } = plan;
  const patience = AbortSignal.any([signal, AbortSignal.timeout(options.timeout * 1000)]);
  const { socket, ident } = await greet(options, patience);
  const stop = (): void => {
    socket.destroy();
  };
  signal.addEventListener('abort', stop, { once: true });
  // Without these it would print what happens.
  const client = new SftpClient('ownsync', {});
  let wrong: Finding | undefined;
  let cause: unknown;
  client.on('error', (error: unknown) => {
    cause ??= error;
  });
  client.on('keyboard-interactive', answer(options.password ?? ''));
  client.on('change password', () => {
    cause ??= new Finding('auth', 'the password has expired and must be changed first');
    socket.destroy();
  });
  const hostVerifier = (key: Buffer): boolean => {
    wrong = hostCheck.judge(key);
    return wrong === undefined;
  };
  try {
    const channel = await client.connect({
      ...settingsOf(plan, socket),
      ...{ hostVerifier, algorithms: { serverHostKey: [...algorithms] } },
    });
    const patience = options.timeout * 1000;
    return new Connection({ client, channel, socket, ident, patience });
  } catch (error) {
    socket.destroy();
    throw wrong === undefined ? explained(cause ?? error) : new WrongKey(wrong);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

type Question = [
  name: string,
  instructions: string,
  language: string,
  prompts: readonly Prompt[],
  finish: (answers: string[]) => void,
];

/** For servers that ask for the password in their own words. What may be seen while it is typed is something else. */
function answer(password: string) {
  return (...[, , , prompts, finish]: Question): void => {
    finish(prompts.map(({ echo }) => (echo === true ? '' : password)));
  };
}

function settingsOf({ options, privateKey, agent }: LoginPlan, sock: Socket): ConnectConfig {
  const { user, password, passphrase, timeout } = options;
  const patience = timeout * 1000;
  return {
    sock,
    username: user,
    ...(password === undefined ? {} : { password, tryKeyboard: true }),
    ...(privateKey === undefined ? {} : { privateKey }),
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(agent === undefined ? {} : { agent }),
    readyTimeout: patience,
    // A server that works long on one request still answers these. Whether it does is not counted here: behind much that is
    // on its way, the question itself takes long. See Connection.
    keepaliveInterval: Math.ceil(patience / 3),
    keepaliveCountMax: Number.MAX_SAFE_INTEGER,
  };
}

/** What went wrong, in the client's own levels and words. */
function explained(error: unknown): Error {
  if (error instanceof Finding) return error;
  if (!(error instanceof Error)) return new LostConnection(String(error));
  const { message } = error;
  const level = 'level' in error ? error.level : undefined;
  if (level === 'client-authentication' || /authentication failures/i.test(message)) {
    return new Finding('auth', 'the server does not accept these credentials', { cause: error });
  }
  if (level === 'agent') {
    return new Finding('auth', `the SSH agent does not help: ${message}`, { cause: error });
  }
  if (/Cannot parse privateKey|does not contain a \(valid\) private key/.test(message)) {
    const reason = /passphrase/i.test(message) ? 'its passphrase is missing or wrong' : message;
    return new Finding('auth', `the private key cannot be used: ${reason}`);
  }
  if (/no matching host key format/i.test(message)) return new NoSuchKey(message);
  if (/no matching/i.test(message)) return new Finding('unsupported', message, { cause: error });
  if (/unable to start subsystem/i.test(message)) {
    return new Finding('unsupported', 'the server lets in, but offers no SFTP', { cause: error });
  }
  if (/channel open failure|too many/i.test(message)) {
    return new Finding('busy', message, { cause: error });
  }
  return new LostConnection(message, { cause: error });
}
