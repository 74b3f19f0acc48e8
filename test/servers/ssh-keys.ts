/**
 * Keys for one test run, made by the ssh-keygen command: a server's own and a user's. Nothing here is ever trusted
 * outside the test that made it.
 */
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { giveToOwner, findServer } from './harness.ts';

const run = promisify(execFile);

export const keyTypes = ['ed25519', 'ecdsa', 'rsa'] as const;
export type KeyType = (typeof keyTypes)[number];

export interface SshKeys {
  /** Where all of them are, and where a test may put more. Removed by {@link SshKeys.remove}. */
  readonly directory: string;
  /** Private keys of the server; the public ones are beside them, ending in `.pub`. */
  readonly host: Readonly<Record<KeyType, string>>;
  /** As `hostKey` in the configuration wants them. */
  readonly fingerprints: Readonly<Record<KeyType, string>>;
  /** Private keys of the user that the server lets in. */
  readonly user: Readonly<Record<KeyType, string>>;
  /** One more of them, protected by {@link SshKeys.passphrase}. */
  readonly locked: string;
  readonly passphrase: string;
  /** A key that no server knows. */
  readonly stranger: string;
  /** Public keys of the user, as OpenSSH wants them. */
  readonly authorized: string;
  /** A file of known hosts with the server's keys for `[127.0.0.1]:port`. */
  knownHosts(port: number, types?: readonly KeyType[]): Promise<string>;
  remove(): Promise<void>;
}

/** A program of the OpenSSH client, from where install.sh unpacked it. */
export async function sshProgram(name: 'ssh-keygen' | 'ssh-agent' | 'ssh-add'): Promise<string> {
  const found = await findServer('openssh');
  if (!found.available) throw new Error(found.reason);
  return join(found.home, 'usr', 'bin', name);
}

export async function makeSshKeys(): Promise<SshKeys> {
  const directory = await mkdtemp(join(tmpdir(), 'ownsync-test-keys-'));
  await chmod(directory, 0o755);
  const keygen = await sshProgram('ssh-keygen');
  const passphrase = 'a passphrase for tests 5f1c';
  const make = async (name: string, type: KeyType, words = ''): Promise<string> => {
    const file = join(directory, name);
    const bits = type === 'rsa' ? ['-b', '2048'] : [];
    await run(keygen, ['-q', '-t', type, ...bits, '-N', words, '-C', 'test', '-f', file]);
    return file;
  };
  const each = async (prefix: string): Promise<Record<KeyType, string>> => ({
    ed25519: await make(`${prefix}_ed25519`, 'ed25519'),
    ecdsa: await make(`${prefix}_ecdsa`, 'ecdsa'),
    rsa: await make(`${prefix}_rsa`, 'rsa'),
  });
  const fingerprint = async (file: string): Promise<string> => {
    const { stdout } = await run(keygen, ['-l', '-E', 'sha256', '-f', `${file}.pub`]);
    return stdout.split(' ')[1] ?? '';
  };
  const [host, user] = await Promise.all([each('host'), each('user')]);
  const locked = await make('user_locked', 'ed25519', passphrase);
  const stranger = await make('user_stranger', 'ed25519');
  for (const file of Object.values(host)) await giveToOwner(file);

  const publicOf = async (file: string): Promise<string> =>
    (await readFile(`${file}.pub`, 'utf8')).trim();
  const known = await Promise.all([...Object.values(user), locked].map(publicOf));
  const authorized = join(directory, 'authorized_keys');
  await writeFile(authorized, `${known.join('\n')}\n`);
  return {
    ...{ directory, host, user, locked, passphrase, stranger, authorized },
    fingerprints: {
      ed25519: await fingerprint(host.ed25519),
      ecdsa: await fingerprint(host.ecdsa),
      rsa: await fingerprint(host.rsa),
    },
    async knownHosts(port, types = keyTypes) {
      const file = join(directory, `known_hosts_${String(port)}_${types.join('_')}`);
      const keys = await Promise.all(types.map((type) => publicOf(host[type])));
      const lines = keys.map((key) => `[127.0.0.1]:${String(port)} ${key}`);
      await writeFile(file, `${lines.join('\n')}\n`);
      return file;
    },
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}
