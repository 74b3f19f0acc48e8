/**
 * The WebDAV transport plugin: its definition, and opening a store: the address, who asks, the connection, and which
 * dialect the server speaks. Operations are in operations.ts.
 */
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import {
  CONTRACT,
  definePlugin,
  type PluginContext,
  type Transport,
} from '../../src/plugin-api.ts';
import { Authority, type Credentials } from './auth.ts';
import { openLine } from './connect.ts';
import { usualProperties } from './dialect.ts';
import { chooseDialect } from './dialects.ts';
import { hrefNames, kindOf } from './entries.ts';
import { Finding, Refusal } from './failures.ts';
import { Frame, type Call } from './frame.ts';
import { transportOf } from './operations.ts';
import { webdavOptions, type WebdavOptions } from './options.ts';
import { propfind, type Place } from './propfind.ts';
import { Session } from './session.ts';

export default definePlugin<WebdavOptions>({
  name: 'webdav',
  contract: CONTRACT,
  options: webdavOptions,
  secrets: ['password', 'token'],
  open,
});

async function open(options: WebdavOptions, context: PluginContext): Promise<Transport> {
  const { signal } = context;
  const secrets = secretsOf(options);
  const call: Call = { operation: 'open', path: '', signal, reads: true };
  const before = new Frame({ dialect: undefined, secrets });
  const session = await before.run(call, () => begin(options, context));
  try {
    return await before.run(call, async () => {
      const place = await arrive(session, options, signal);
      context.log(`the server speaks ${place.dialect.name}`);
      const frame = new Frame({ dialect: place.dialect, secrets });
      const login = (): string => session.authority.scheme;
      return transportOf({ place, frame, login, close: () => session.close() });
    });
  } catch (error) {
    session.close();
    throw error;
  }
}

async function begin(options: WebdavOptions, context: PluginContext): Promise<Session> {
  const base = new URL(options.url);
  base.search = base.hash = '';
  if (!base.pathname.endsWith('/')) base.pathname += '/';
  const credentials = credentialsOf(options);
  if (base.protocol === 'http:' && !isHere(base) && !options.clearText) {
    throw new Finding(
      'denied',
      'over http:// everything, the password too, can be read on the way; use https://, or set `clearText: true` if you mean it',
    );
  }
  const line = openLine({
    ...{ origin: base, connections: options.connections, fingerprint: options.fingerprint },
    ca: options.ca === undefined ? undefined : await readCa(options.ca, context.baseDirectory),
  });
  return new Session({
    ...{ base, line, user: options.user ?? '', log: context.log },
    authority: new Authority(credentials),
  });
}

/** Looks at the root, where the password is asked for, and takes the server's own address of it. */
async function arrive(
  session: Session,
  { connections, partSize }: WebdavOptions,
  signal: AbortSignal,
): Promise<Place> {
  const { answer, resources } = await propfind(session, {
    ...{ url: session.base, depth: 0, properties: usualProperties, signal },
  }).catch((error: unknown) => {
    throw isNoWebdav(error)
      ? new Finding('unsupported', 'the server speaks no WebDAV there')
      : error;
  });
  const [root] = resources;
  const names = root === undefined ? undefined : hrefNames(root.href);
  if (root === undefined || names === undefined || resources.length > 1) {
    throw new Finding('unknown', 'the server does not tell what is at the url');
  }
  if (kindOf(root) !== 'directory') throw new Finding('precondition', 'the url is no directory');
  const there = new URL(answer.url);
  if (!there.pathname.endsWith('/')) there.pathname += '/';
  session.moveTo(there);
  const greeting = {
    ...{ web: session, root, headers: answer.headers, connections, signal },
    partSize: partSize * 1024 * 1024,
  };
  const server = answer.headers.get('server') ?? '';
  return { web: session, dialect: await chooseDialect(greeting), root: names, server };
}

function isNoWebdav(error: unknown): boolean {
  return error instanceof Refusal && [200, 400, 405, 501].includes(error.answer.status);
}

function credentialsOf({ user, password, token }: WebdavOptions): Credentials {
  if (token !== undefined) return { kind: 'token', token };
  if (user === undefined) return { kind: 'none' };
  return { kind: 'password', user, password: password ?? '' };
}

/** As they are configured, and as they travel. */
function secretsOf({ user, password, token }: WebdavOptions): string[] {
  const travels = Buffer.from(`${user ?? ''}:${password ?? ''}`).toString('base64');
  return [password ?? '', token ?? '', password === undefined ? '' : travels];
}

/** This computer itself: nobody listens on the way. */
function isHere({ hostname }: URL): boolean {
  const host = hostname.replace(/^\[|\]$/g, '');
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

async function readCa(name: string, baseDirectory: string): Promise<Buffer> {
  const file = resolve(baseDirectory, name);
  try {
    return await readFile(file);
  } catch (cause) {
    throw new Finding('unknown', `the certificate file ${file} cannot be read`, { cause });
  }
}
