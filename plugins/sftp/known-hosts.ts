/**
 * The file of known hosts as OpenSSH keeps it: reading its lines, and what they say about one host's key. Pure. Lines
 * that are not understood count as if they were not there, as for OpenSSH.
 */
import { createHash, createHmac } from 'node:crypto';

export interface KnownHost {
  /** Line number, from 1. */
  readonly line: number;
  readonly marker: 'revoked' | 'cert-authority' | undefined;
  /** Patterns with commas between them, or one hashed name. */
  readonly hosts: string;
  readonly type: string;
  /** Base64. */
  readonly key: string;
}

export function parseKnownHosts(text: string): KnownHost[] {
  return text.split('\n').flatMap((line, at) => {
    const words = line.trim().split(/[ \t]+/);
    const marked = words[0]?.startsWith('@') === true ? words.shift() : undefined;
    const [hosts = '', type = '', key = ''] = words;
    const marker = marked?.slice(1);
    if (hosts.startsWith('#') || !/^[A-Za-z0-9+/]{8,}={0,2}$/.test(key)) return [];
    if (marker !== undefined && marker !== 'revoked' && marker !== 'cert-authority') return [];
    return [{ line: at + 1, marker, hosts, type, key }];
  });
}

/** How a host is called in the file: with its port unless that is 22. */
export function nameInFile(host: string, port: number): string {
  const name = host.toLowerCase();
  return port === 22 ? name : `[${name}]:${String(port)}`;
}

/** Whether the line is about this host. A pattern with `!` in front excludes it, whatever else fits. */
export function isAbout({ hosts }: KnownHost, name: string): boolean {
  if (hosts.startsWith('|1|')) return isHashOf(hosts, name);
  const patterns = hosts.toLowerCase().split(',');
  const fits = (pattern: string): boolean => isLike(name, pattern);
  if (patterns.some((pattern) => pattern.startsWith('!') && fits(pattern.slice(1)))) return false;
  return patterns.some((pattern) => !pattern.startsWith('!') && fits(pattern));
}

function isHashOf(hosts: string, name: string): boolean {
  const [, , salt = '', hash] = hosts.split('|');
  return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash;
}

/** `*` and `?` as OpenSSH takes them; everything else as it is. No regular expression: long ones are refused or take for ever. */
function isLike(name: string, pattern: string): boolean {
  let [at, place, star, tried] = [0, 0, -1, 0];
  while (at < name.length) {
    if (pattern[place] === '*') {
      star = place;
      tried = at;
      place += 1;
    } else if (pattern[place] === '?' || pattern[place] === name[at]) {
      place += 1;
      at += 1;
    } else if (star < 0) {
      return false;
    } else {
      // The last star takes one letter more.
      place = star + 1;
      tried += 1;
      at = tried;
    }
  }
  return /^\**$/.test(pattern.slice(place));
}

export type Verdict =
  | { readonly is: 'known' }
  | { readonly is: 'new' }
  /** Other keys of this host are known, but not this one. */
  | { readonly is: 'changed'; readonly lines: readonly KnownHost[] }
  | { readonly is: 'revoked'; readonly line: number }
  /** Nothing but an authority that could vouch for it is known. */
  | { readonly is: 'authority'; readonly line: number };

export function judgeKey(
  known: readonly KnownHost[],
  { name, key }: { readonly name: string; readonly key: Uint8Array },
): Verdict {
  const shown = Buffer.from(key).toString('base64');
  const lines = known.filter((line) => isAbout(line, name));
  const revoked = lines.find((line) => line.marker === 'revoked' && line.key === shown);
  if (revoked !== undefined) return { is: 'revoked', line: revoked.line };
  const plain = lines.filter((line) => line.marker === undefined);
  if (plain.some((line) => line.key === shown)) return { is: 'known' };
  if (plain.length > 0) return { is: 'changed', lines: plain };
  const authority = lines.find((line) => line.marker === 'cert-authority');
  return authority === undefined ? { is: 'new' } : { is: 'authority', line: authority.line };
}

/** Such as `ssh-ed25519`; empty for what is no key. */
export function typeOfKey(key: Uint8Array): string {
  const bytes = Buffer.from(key);
  if (bytes.length < 4) return '';
  return bytes.toString('latin1', 4, 4 + Math.min(bytes.readUInt32BE(0), 64));
}

/** As `ssh-keygen -l` shows it. */
export function fingerprintOf(key: Uint8Array): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}
