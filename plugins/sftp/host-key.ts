/**
 * Whether the server is the one that is meant: by a fingerprint in the configuration, or by the file of known hosts. It
 * is asked before anything secret is sent. Adds a host to the file only where that is wished and none was known.
 */
import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, resolve } from 'node:path';
import type { ServerHostKeyAlgorithm } from 'ssh2';
import { Finding } from './failures.ts';
import {
  fingerprintOf,
  isAbout,
  judgeKey,
  nameInFile,
  parseKnownHosts,
  typeOfKey,
  type KnownHost,
  type Verdict,
} from './known-hosts.ts';
import type { SftpOptions } from './options.ts';

/** What a connection asks its server's key. */
export interface HostCheck {
  /** Which kinds of key to ask for; a server with several shows the first that it has. One attempt after the other. */
  readonly attempts: readonly (readonly ServerHostKeyAlgorithm[])[];
  /** Why the key is not to be trusted. May be asked again, about the same server. */
  judge(key: Uint8Array): Finding | undefined;
  /** To be called once the connection stands. */
  remember(): Promise<void>;
}

/** Kinds of key, the best first, with the ways in which each signs. */
const families: readonly (readonly ServerHostKeyAlgorithm[])[] = [
  ['ssh-ed25519'],
  ['ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521'],
  // The last one is weak, and all that some old boxes know.
  ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa'],
];
const all = families.flat();

const defaultFile = '~/.ssh/known_hosts';

export async function planHostCheck(
  options: SftpOptions,
  baseDirectory: string,
): Promise<HostCheck> {
  const { hostKey, knownHosts = defaultFile } = options;
  if (hostKey !== undefined) return pinned(hostKey.replace(/=$/, ''));
  const file = placeOf(knownHosts, baseDirectory);
  return byFile(options, { file, shown: knownHosts });
}

/** `~` is the home directory; relative paths count from the configuration's. */
export function placeOf(path: string, baseDirectory: string): string {
  return resolve(
    baseDirectory,
    path.replace(/^~(?=$|[/\\])/, () => homedir()),
  );
}

/** Which of its keys the fingerprint is of cannot be seen, so the server may have to show them one by one. */
function pinned(wanted: string): HostCheck {
  return {
    attempts: [all, ...families],
    judge(key) {
      const shown = fingerprintOf(key);
      if (shown === wanted) return undefined;
      return refused(
        `the server shows another key (${typeOfKey(key)} ${shown}) than hostKey says. Somebody may be listening in, or ` +
          `the server was set up anew: ask whoever runs it, and if that key is right, set hostKey: "${shown}"`,
      );
    },
    remember: () => Promise.resolve(),
  };
}

interface KnownFile {
  readonly file: string;
  /** As the user wrote it. */
  readonly shown: string;
}

async function byFile(options: SftpOptions, { file, shown }: KnownFile): Promise<HostCheck> {
  const name = nameInFile(options.host, options.port);
  const text = await readKnown(file, shown);
  const known = parseKnownHosts(text);
  let learnt: Uint8Array | undefined;
  return {
    attempts: [preferred(known, name)],
    judge(key) {
      const verdict = judgeKey(known, { name, key });
      if (verdict.is === 'known') return undefined;
      if (verdict.is === 'new' && options.trustNewHost) {
        // Asked once more while the connection lasts: it must be the same key.
        learnt ??= key.slice();
        if (Buffer.from(learnt).equals(key)) return undefined;
      }
      return refused(sentence(verdict, { name, shown, key }));
    },
    async remember() {
      if (learnt === undefined) return;
      const start = text === '' || text.endsWith('\n') ? '' : '\n';
      const line = `${name} ${typeOfKey(learnt)} ${Buffer.from(learnt).toString('base64')}`;
      try {
        await mkdir(dirname(file), { recursive: true, mode: 0o700 });
        await appendFile(file, `${start}${line}\n`, { mode: 0o600 });
      } catch (cause) {
        throw new Finding('denied', `the host cannot be added to ${shown}`, { cause });
      }
    },
  };
}

async function readKnown(file: string, shown: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return '';
    throw new Finding('denied', `the file of known hosts, ${shown}, cannot be read`, { cause });
  }
}

/** Keys that are known first: a server that has several must not seem to be another one. */
function preferred(known: readonly KnownHost[], name: string): readonly ServerHostKeyAlgorithm[] {
  const types = new Set(known.filter((line) => isAbout(line, name)).map(({ type }) => type));
  const signs = (algorithm: ServerHostKeyAlgorithm): boolean =>
    types.has(algorithm) || (types.has('ssh-rsa') && algorithm.startsWith('rsa-'));
  return [...all.filter(signs), ...all.filter((algorithm) => !signs(algorithm))];
}

function refused(message: string): Finding {
  return new Finding('denied', message);
}

/** What is the matter, and how to go on. */
function sentence(
  verdict: Verdict,
  facts: { readonly name: string; readonly shown: string; readonly key: Uint8Array },
): string {
  const { name, shown, key } = facts;
  const print = `${typeOfKey(key)} ${fingerprintOf(key)}`;
  const pin = `set hostKey: "${fingerprintOf(key)}"`;
  switch (verdict.is) {
    case 'changed': {
      const lines = verdict.lines.map(({ line }) => String(line)).join(', ');
      return (
        `the server's key is not the one in ${shown} (line ${lines}); it shows ${print}. Somebody may be listening in, ` +
        `or the server was set up anew: ask whoever runs it. If the new key is right, remove the old one with ` +
        `ssh-keygen -R '${name}' -f ${shown} and connect once with ssh, or ${pin}`
      );
    }
    case 'revoked':
      return `the server's key (${print}) is marked as revoked in ${shown}, line ${String(verdict.line)}; do not connect to it`;
    case 'authority':
      return (
        `only an authority is known for ${name} (${shown}, line ${String(verdict.line)}, @cert-authority), and those ` +
        `are not supported here. If ${print} is right, ${pin}`
      );
    case 'new':
    case 'known':
      return (
        `${name} is not in ${shown}; it shows ${print}. Compare that with what whoever runs the server says; if it is ` +
        `right, connect once with ssh, or ${pin}, or set trustNewHost: true`
      );
  }
}
