/**
 * Where a redirect may lead: nowhere but on the same origin, so that credentials stay there; and what changes something
 * never to another resource. Sends nothing.
 */
import { Finding } from './failures.ts';
import { namesOf } from './urls.ts';

export const mostRedirects = 5;

/** Methods that change nothing: asked anywhere on the same origin. */
const harmless = ['PROPFIND', 'GET'];

/** The address to ask instead, or a Finding. For PUT it is always a Finding: no body is sent a second time. */
export function follow(method: string, from: URL, to: URL): URL {
  if (to.origin !== from.origin) {
    const advice = 'if that is right, make it the `url`';
    throw new Finding('denied', `the server sends its visitors on to ${to.origin}; ${advice}`);
  }
  // SERVER: Apache and lighttpd redirect from a directory's name without a slash to the one with it.
  const toDirectory = to.pathname.endsWith('/') && samePath(from, to);
  if (toDirectory ? ['PROPFIND', 'MOVE'].includes(method) : harmless.includes(method)) return to;
  if (toDirectory) throw new Finding('precondition', 'it is a directory');
  throw new Finding(
    'unknown',
    `the server sends on to ${to.pathname}, where nothing was asked to change`,
  );
}

/** The same names, however each side writes them. */
function samePath(a: URL, b: URL): boolean {
  const [one, other] = [namesOf(a.pathname), namesOf(b.pathname)];
  return one !== undefined && other !== undefined && one.join('/') === other.join('/');
}
