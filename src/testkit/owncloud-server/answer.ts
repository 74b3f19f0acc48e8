/**
 * From a request to its answer: status.php, who may come in, which place is meant, which method. Whoever comes without a
 * session's cookie costs a hashed password.
 */
import type { IncomingMessage } from 'node:http';
import { pathBelow, type Account, type Call } from './account.ts';
import { instance, refuse, type Answer } from './answers.ts';
import { deleteNode, getFile, makeFolder, patchProperties, putFile } from './files.ts';
import { moveNode } from './moves.ts';
import { askedProperties, hrefOf, multistatus } from './properties.ts';
import type { Path } from './tree.ts';
import { answerUpload } from './uploads.ts';

export interface House {
  readonly account: Account;
  readonly sessions: Set<string>;
  passwordChecks: number;
  maintenance: boolean;
}

export async function answerRequest(house: House, request: IncomingMessage): Promise<Answer> {
  const url = new URL(request.url ?? '/', 'http://localhost');
  if (url.pathname === '/status.php') return statusOf(house);
  if (/%2f|%00/i.test(url.pathname)) return { status: 404, body: 'Not Found' };
  if (house.maintenance) return { ...refuse.maintenance().answer, ...closing };
  const agent = /mirall\/(\d+)\.(\d+)\.(\d+)/.exec(request.headers['user-agent'] ?? '');
  if (agent !== null && tooOld(agent)) throw refuse.forbidden('Unsupported client version.');
  const cookies = enter(house, request);
  if (cookies === undefined) return { ...refuse.notAuthenticated().answer, ...challenge };
  const answer = await answerPlace(house.account, request, url.pathname);
  return { ...answer, headers: { ...answer.headers, ...cookies } };
}

const closing = { headers: { connection: 'close' } };
const challenge = { headers: { 'www-authenticate': 'Basic realm="ownCloud", charset="UTF-8"' } };

function tooOld([, major, minor, patch]: RegExpExecArray): boolean {
  const version = [major, minor, patch].map(Number);
  const least = [3, 2, 1];
  const at = version.findIndex((part, index) => part !== least[index]);
  return at >= 0 && (version[at] ?? 0) < (least[at] ?? 0);
}

function statusOf({ maintenance }: House): Answer {
  const status = {
    ...{ installed: true, maintenance, needsDbUpgrade: false, version: '11.0.0.4' },
    ...{ versionstring: '11.0.0', edition: 'Community', productname: 'ownCloud' },
  };
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(status),
  };
}

/** The cookies to set; undefined: nobody that is known. */
function enter(house: House, request: IncomingMessage): Record<string, string> | undefined {
  const { account, sessions } = house;
  const password = account.options.password ?? 'test';
  const right = Buffer.from(`${account.user}:${password}`).toString('base64');
  if (request.headers.authorization !== `Basic ${right}`) return undefined;
  const [, session] = new RegExp(`${instance}=([^;]+)`).exec(request.headers.cookie ?? '') ?? [];
  if (session !== undefined && sessions.has(session)) return {};
  house.passwordChecks += 1;
  const fresh = `session${String(sessions.size + 1)}`;
  sessions.add(fresh);
  return { 'set-cookie': `${instance}=${fresh}; path=/; HttpOnly; SameSite=Strict` };
}

async function answerPlace(
  account: Account,
  request: IncomingMessage,
  pathname: string,
): Promise<Answer> {
  const { user } = account;
  const places = [
    { base: `/remote.php/dav/files/${user}`, answer: answerFiles },
    { base: '/remote.php/webdav', answer: answerFiles },
    { base: `/remote.php/dav/uploads/${user}`, answer: answerUpload },
  ];
  for (const { base, answer } of places) {
    const path = pathBelow(base, pathname);
    if (path !== undefined) return answer(callOf(account, request, { base, path }));
  }
  throw refuse.notFound(pathname);
}

function callOf(
  account: Account,
  request: IncomingMessage,
  { base, path }: { base: string; path: Path },
): Call {
  const header = (name: string): string | undefined => {
    const value = request.headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  };
  let body: Promise<Buffer> | undefined;
  const pathOf = (href: string): Path | undefined => {
    const { pathname } = new URL(href, 'http://localhost');
    return (
      pathBelow(`/remote.php/dav/files/${account.user}`, pathname) ??
      pathBelow('/remote.php/webdav', pathname)
    );
  };
  const method = request.method ?? '';
  return {
    account,
    method,
    request,
    path,
    base,
    header,
    pathOf,
    body: () => (body ??= read(request)),
  };
}

/** Fails when the body is cut off. */
async function read(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function answerFiles(call: Call): Promise<Answer> {
  switch (call.method) {
    case 'PROPFIND':
      return findProperties(call);
    case 'GET':
    case 'HEAD':
      return getFile(call);
    case 'PUT':
      return putFile(call);
    case 'MKCOL':
      return makeFolder(call);
    case 'DELETE':
      return deleteNode(call);
    case 'MOVE':
      return moveNode(call);
    case 'PROPPATCH':
      return patchProperties(call);
    case 'OPTIONS':
      return { status: 200, headers: { dav: '1, 3, extended-mkcol, oc-resource-sharing' } };
    case 'REPORT':
      return { status: 415 };
    default:
      return { status: 501 };
  }
}

async function findProperties(call: Call): Promise<Answer> {
  const { account, path, base, header } = call;
  const depth = header('depth') ?? '1';
  if (depth === 'infinity') throw refuse.precondition('Depth');
  const node = account.existing(path);
  const asked = askedProperties((await call.body()).toString('utf8'));
  const below = node.kind === 'folder' && !depth.startsWith('0') ? [...node.children] : [];
  const shown = [
    { href: hrefOf(base, path, node.kind === 'folder'), path, node },
    ...below.map(([name, child]) => ({
      href: hrefOf(base, [...path, name], child.kind === 'folder'),
      path: [...path, name],
      node: child,
    })),
  ];
  const minimal = header('prefer')?.includes('return=minimal') === true;
  return {
    status: 207,
    headers: { 'content-type': 'application/xml; charset=utf-8' },
    body: multistatus(shown, asked, { tree: account.tree, minimal, quota: account.options.quota }),
  };
}
