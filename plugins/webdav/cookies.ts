/**
 * A cookie jar for one server: session cookies save a server like ownCloud hashing the password with every request.
 * Keeps nothing between runs, and never sends a cookie anywhere but to the origin that set it.
 */

interface Cookie {
  readonly value: string;
  readonly path: string;
}

const mostCookies = 50;
const longestCookie = 4096;

export class Cookies {
  readonly #cookies = new Map<string, Cookie>();

  /** Takes what an answer's Set-Cookie lines say. */
  take(lines: readonly string[], now = Date.now()): void {
    for (const line of lines) {
      const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
      const at = pair.indexOf('=');
      if (at < 1 || pair.length > longestCookie || !/^[\x21-\x7e]*$/.test(pair)) continue;
      const name = pair.slice(0, at);
      const told = new Map(attributes.map(split));
      if (isOver(told, now)) this.#cookies.delete(name);
      else if (this.#cookies.size < mostCookies || this.#cookies.has(name)) {
        const path = told.get('path') ?? '';
        this.#cookies.set(name, {
          value: pair.slice(at + 1),
          path: path.startsWith('/') ? path : '/',
        });
      }
    }
  }

  /** The Cookie header for a path of the server; undefined: none. */
  headerFor(path: string): string | undefined {
    const pairs = [...this.#cookies]
      .filter(([, cookie]) => covers(cookie.path, path))
      .map(([name, { value }]) => `${name}=${value}`);
    return pairs.length === 0 ? undefined : pairs.join('; ');
  }
}

function split(attribute: string): readonly [string, string] {
  const at = attribute.indexOf('=');
  return at < 0
    ? [attribute.toLowerCase(), '']
    : [attribute.slice(0, at).trim().toLowerCase(), attribute.slice(at + 1).trim()];
}

function isOver(told: ReadonlyMap<string, string>, now: number): boolean {
  const age = told.get('max-age');
  if (age !== undefined && /^-?\d+$/.test(age)) return Number(age) <= 0;
  return Date.parse(told.get('expires') ?? '') <= now;
}

function covers(cookiePath: string, path: string): boolean {
  if (!path.startsWith(cookiePath)) return false;
  return (
    cookiePath.endsWith('/') || path.length === cookiePath.length || path[cookiePath.length] === '/'
  );
}
