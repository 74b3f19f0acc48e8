/**
 * Opens a control connection, encrypts it, logs in and learns what the server can do. The password is sent only after
 * TLS is up as configured; there is no way back to plain.
 */
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import type { ConnectionOptions } from 'node:tls';
import { FTPError } from 'basic-ftp';
import { Control } from './control.ts';
import { Finding, LostConnection, Refusal } from './failures.ts';
import { charsets, type FtpOptions } from './options.ts';
import { featuresOf, isConnectionLimit, quotedPath, type Reply } from './replies.ts';

export interface LoginPlan {
  readonly options: FtpOptions;
  readonly secure: ConnectionOptions | undefined;
}

/** What one login told; the same for all later ones. */
export interface ServerFacts {
  readonly features: ReadonlyMap<string, string>;
  /** Absolute directory after login. */
  readonly home: string;
  /** Answer to SYST, or ''. */
  readonly system: string;
  /** What the server said before anything was asked. */
  readonly greeting: string;
}

/** Reads the `ca` file once, before the first connection. */
export async function planLogin(options: FtpOptions, baseDirectory: string): Promise<LoginPlan> {
  if (options.tls === 'off') return { options, secure: undefined };
  const secure: ConnectionOptions = {
    host: options.host,
    ...(isIP(options.host) === 0 ? { servername: options.host } : {}),
    // Many servers want P-256; offered first, it saves a round trip on each data connection.
    ecdhCurve: 'prime256v1:X25519:secp384r1:secp521r1',
  };
  if (options.ca === undefined) return { options, secure };
  const file = resolve(baseDirectory, options.ca);
  try {
    return { options, secure: { ...secure, ca: await readFile(file) } };
  } catch (cause) {
    throw new Finding('unknown', `the certificate file ${file} cannot be read`, { cause });
  }
}

/** A logged-in connection in binary mode. `known` facts are not asked for again. */
export async function logIn(
  plan: LoginPlan,
  signal: AbortSignal,
  known?: ServerFacts,
): Promise<{ control: Control; facts: ServerFacts }> {
  signal.throwIfAborted();
  const milliseconds = plan.options.timeout * 1000;
  const control = new Control(milliseconds, charsets[plan.options.encoding]);
  const { promise: given, reject: giveUp } = rejectable();
  const abort = (): void => {
    giveUp(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
  };
  signal.addEventListener('abort', abort, { once: true });
  // basic-ftp watches single commands, not a TLS handshake that never ends.
  const timer = setTimeout(giveUp, milliseconds * 3, new LostConnection('the login took too long'));
  try {
    return await Promise.race([given, greet(control, plan, known)]);
  } catch (error) {
    control.destroy(new Error('the login failed'));
    throw error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}

function rejectable(): { promise: Promise<never>; reject: (reason: unknown) => void } {
  let reject: (reason: unknown) => void = () => undefined;
  const promise = new Promise<never>((_, no) => {
    reject = no;
  });
  promise.catch(() => undefined);
  return { promise, reject };
}

async function greet(
  control: Control,
  plan: LoginPlan,
  known: ServerFacts | undefined,
): Promise<{ control: Control; facts: ServerFacts }> {
  const { options, secure } = plan;
  const greeting = await connect(control, plan);
  const { client } = control;
  client.ftp.socket.setNoDelay(true);
  try {
    await client.login(options.user, options.password);
  } catch (error) {
    throw loginFailure(error);
  }
  if (secure !== undefined) await protectData(control);
  await expect(control, 'TYPE I');
  const facts = known ?? (await learn(control, greeting));
  // Helps servers that want to be asked; others refuse, and speak UTF-8 all the same.
  const wanted = options.encoding === 'utf8' ? 'ON' : 'OFF';
  if (facts.features.has('UTF8')) await control.command(`OPTS UTF8 ${wanted}`);
  const offered = facts.features.get('MLST');
  if (offered !== undefined) await control.command(`OPTS MLST ${wantedFacts(offered)}`);
  return { control, facts };
}

/** Resolves to the server's greeting. */
async function connect({ client }: Control, { options, secure }: LoginPlan): Promise<string> {
  const { host, port } = options;
  let greeting: string;
  try {
    if (options.tls === 'implicit') {
      greeting = (await client.connectImplicitTLS(host, port ?? 990, { ...secure })).message;
    } else {
      greeting = (await client.connect(host, port ?? 21)).message;
    }
  } catch (error) {
    if (error instanceof FTPError) throw new Refusal(replyOf(error));
    throw isTlsFailure(error) ? tlsFailure(error) : lost(error);
  }
  if (options.tls !== 'explicit') return greeting;
  try {
    await client.useTLS({ ...secure });
  } catch (error) {
    if (!(error instanceof FTPError)) throw tlsFailure(error);
    const facts = { reply: replyOf(error) };
    throw new Finding(
      'denied',
      'the server offers no TLS; set `tls: off` only if you mean it',
      facts,
    );
  }
  return greeting;
}

/** A certificate or protocol problem, in words; not retried into success by waiting. */
function tlsFailure(cause: unknown): Error {
  if (cause instanceof Error && ['ECONNRESET', 'ETIMEDOUT', 'EPIPE'].includes(codeOf(cause)))
    return lost(cause);
  const why = cause instanceof Error ? cause.message : String(cause);
  if (cause instanceof Error && UNTRUSTED.test(codeOf(cause))) {
    const advice = 'if it is the right server, name the file of its authority with `ca`';
    const message = `the server's certificate is not trusted (${why}); ${advice}`;
    return new Finding('denied', message, { cause });
  }
  return new Finding('denied', `the secure connection was refused: ${why}`, { cause });
}

/** Codes of Node for a certificate that nobody vouches for. */
const UNTRUSTED = /^(UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_SELF_SIGNED)/;

function isTlsFailure(error: unknown): boolean {
  return (
    error instanceof Error &&
    /^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO|DEPTH_ZERO|SELF_SIGNED)/.test(codeOf(error))
  );
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}

function lost(cause: unknown): LostConnection {
  return new LostConnection(cause instanceof Error ? cause.message : String(cause), { cause });
}

function replyOf(error: FTPError): Reply {
  return { code: error.code, text: error.message };
}

function loginFailure(error: unknown): Error {
  if (!(error instanceof FTPError)) return lost(error);
  const reply = replyOf(error);
  return isConnectionLimit(reply)
    ? new Finding('busy', 'the server takes no further login', { reply })
    : new Refusal(reply);
}

/** Content must never go in the clear because a server dislikes PROT. */
async function protectData(control: Control): Promise<void> {
  await control.command('PBSZ 0');
  const reply = await control.command('PROT P');
  if (reply.code >= 300) {
    throw new Finding('denied', 'the server does not encrypt data connections', { reply });
  }
}

async function expect(control: Control, line: string): Promise<Reply> {
  const reply = await control.command(line);
  if (reply.code >= 300) throw new Refusal(reply);
  return reply;
}

async function learn(control: Control, greeting: string): Promise<ServerFacts> {
  const features = featuresOf(await control.command('FEAT'));
  const place = await expect(control, 'PWD');
  const home = quotedPath(place.text);
  if (home?.startsWith('/') !== true) {
    throw new Finding('unsupported', 'the server does not tell the login directory', {
      reply: place,
    });
  }
  const system = await control.command('SYST');
  return { features, home, system: system.code === 215 ? system.text : '', greeting };
}

/** Of the facts a server offers, those that are used: short lines make quick listings. */
function wantedFacts(offered: string): string {
  const wanted = ['type', 'size', 'modify', 'unique', 'unix.mode'];
  const names = offered.split(';').map((name) => name.trim().replace(/\*$/, ''));
  return names
    .filter((name) => wanted.includes(name.toLowerCase()))
    .map((name) => `${name};`)
    .join('');
}
