/**
 * What proves who asks: Basic, Digest (RFC 7616) or a bearer token. A password is sent only once the server has asked for
 * it, and by Digest where it offers that. Holds the only copies of the secrets, and puts them into headers alone.
 */
import { createHash, randomBytes } from 'node:crypto';

export type Credentials =
  | { readonly kind: 'none' }
  | { readonly kind: 'password'; readonly user: string; readonly password: string }
  | { readonly kind: 'token'; readonly token: string };

interface Challenge {
  readonly scheme: string;
  readonly parameters: ReadonlyMap<string, string>;
}

interface Digest {
  readonly realm: string;
  readonly nonce: string;
  readonly opaque: string | undefined;
  readonly algorithm: string | undefined;
  readonly hash: 'md5' | 'sha256';
  readonly session: boolean;
  readonly qop: boolean;
  readonly learnt: number;
  uses: number;
}

/** Milliseconds after which a nonce may have run out; Apache's default is five minutes. */
const freshNonce = 30_000;

export class Authority {
  readonly #credentials: Credentials;
  #scheme: 'none' | 'basic' | 'digest' = 'none';
  #digest: Digest | undefined;

  constructor(credentials: Credentials) {
    this.#credentials = credentials;
  }

  /** The Authorization header for one request; undefined: none. */
  headerFor(method: string, url: URL): string | undefined {
    const credentials = this.#credentials;
    if (credentials.kind === 'token') return `Bearer ${credentials.token}`;
    if (credentials.kind === 'none' || this.#scheme === 'none') return undefined;
    const { user, password } = credentials;
    if (this.#scheme === 'basic' || this.#digest === undefined) {
      return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
    }
    return digestHeader(this.#digest, { user, password, method, uri: url.pathname + url.search });
  }

  /** How this computer shows who it is, in a word. */
  get scheme(): string {
    const { kind } = this.#credentials;
    return kind === 'password' ? this.#scheme : kind;
  }

  /** Whether the next request is sure not to be asked for something newer: then its body may follow at once. */
  get isSettled(): boolean {
    if (this.#credentials.kind !== 'password') return true;
    if (this.#scheme === 'digest') return Date.now() - (this.#digest?.learnt ?? 0) < freshNonce;
    return this.#scheme === 'basic';
  }

  /**
   * Learns from a 401. True: the same request can be tried once more with what {@link headerFor} says now. `sent`: the
   * header that was refused.
   */
  learn(asked: string | undefined, sent: string | undefined): boolean {
    if (this.#credentials.kind !== 'password' || asked === undefined) return false;
    const challenges = parseChallenges(asked);
    const digests = challenges.flatMap(asDigest);
    const best = digests.find(({ hash }) => hash === 'sha256') ?? digests[0];
    if (best !== undefined) {
      const stale = challenges.some(({ parameters }) =>
        /^true$/i.test(parameters.get('stale') ?? ''),
      );
      // A Digest that was answered and is not merely old: the password is wrong, and asking again would lock accounts.
      const refused =
        sent?.startsWith('Digest ') === true &&
        !stale &&
        sent.includes(this.#digest?.nonce ?? '\n');
      this.#scheme = 'digest';
      this.#digest = best;
      return !refused;
    }
    if (!challenges.some(({ scheme }) => scheme === 'basic')) return false;
    this.#scheme = 'basic';
    return sent === undefined;
  }
}

/** `Digest realm="x", nonce="y", Basic realm="z"` as challenges; what is not understood is left out. */
export function parseChallenges(header: string): Challenge[] {
  const challenges: { scheme: string; parameters: Map<string, string> }[] = [];
  const token = /([!#$%&'*+.^_`|~\w-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+)))?/g;
  for (const [, name = '', quoted, plain] of header.matchAll(token)) {
    const value = quoted?.replace(/\\(.)/g, '$1') ?? plain;
    if (value === undefined) challenges.push({ scheme: name.toLowerCase(), parameters: new Map() });
    else challenges.at(-1)?.parameters.set(name.toLowerCase(), value);
  }
  return challenges;
}

function asDigest({ scheme, parameters }: Challenge): Digest[] {
  const nonce = parameters.get('nonce');
  const algorithm = parameters.get('algorithm');
  const [, name, session] = /^(md5|sha-256)(-sess)?$/i.exec(algorithm ?? 'MD5') ?? [];
  const offered = parameters
    .get('qop')
    ?.toLowerCase()
    .split(/\s*,\s*/);
  // `auth-int` alone would need the whole body before its headers.
  const usable = offered === undefined || offered.includes('auth');
  if (scheme !== 'digest' || nonce === undefined || name === undefined || !usable) return [];
  return [
    {
      ...{
        nonce,
        algorithm,
        opaque: parameters.get('opaque'),
        realm: parameters.get('realm') ?? '',
      },
      hash: name.toLowerCase() === 'md5' ? 'md5' : 'sha256',
      session: session !== undefined,
      qop: offered !== undefined,
      learnt: Date.now(),
      uses: 0,
    },
  ];
}

interface DigestRequest {
  readonly user: string;
  readonly password: string;
  readonly method: string;
  readonly uri: string;
}

function digestHeader(digest: Digest, { user, password, method, uri }: DigestRequest): string {
  const { realm, nonce, opaque, algorithm } = digest;
  const hash = (text: string): string => createHash(digest.hash).update(text).digest('hex');
  const count = (digest.uses += 1).toString(16).padStart(8, '0');
  const own = randomBytes(16).toString('hex');
  const secret = hash(`${user}:${realm}:${password}`);
  const first = digest.session ? hash(`${secret}:${nonce}:${own}`) : secret;
  const second = hash(`${method}:${uri}`);
  const middle = digest.qop ? `${nonce}:${count}:${own}:auth` : nonce;
  const parts = [
    /^[\x20-\x7e]*$/.test(user)
      ? `username=${quote(user)}`
      : `username*=UTF-8''${encodeURIComponent(user)}`,
    `realm=${quote(realm)}`,
    `nonce=${quote(nonce)}`,
    `uri=${quote(uri)}`,
    `response="${hash(`${first}:${middle}:${second}`)}"`,
    ...(algorithm === undefined ? [] : [`algorithm=${algorithm}`]),
    ...(opaque === undefined ? [] : [`opaque=${quote(opaque)}`]),
    ...(digest.qop || digest.session ? [`cnonce="${own}"`] : []),
    ...(digest.qop ? ['qop=auth', `nc=${count}`] : []),
  ];
  return `Digest ${parts.join(', ')}`;
}

function quote(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
