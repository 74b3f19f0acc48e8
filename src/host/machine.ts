/**
 * What tells this computer's state directory from a copy of it: machine, place and inode, hashed.
 * The machine's own id must never leave this file unhashed.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { homedir, hostname } from 'node:os';

/** 32 hex digits. Changes when the state directory is copied, moved, restored, or its disk put into another computer. */
export function machineIdentity(stateDirectory: string): string {
  mkdirSync(stateDirectory, { recursive: true, mode: 0o700 });
  const place = realpathSync(stateDirectory);
  const { ino } = statSync(place, { bigint: true });
  const facts = JSON.stringify(['ownsync machine', machineId(), place, ino.toString()]);
  return createHash('sha256').update(facts).digest('hex').slice(0, 32);
}

function machineId(): string {
  // Hardware addresses are no part of the fallback: docks and virtual networks change them.
  return platformId() ?? `${process.platform} ${hostname()} ${homedir()}`;
}

function platformId(): string | undefined {
  if (process.platform === 'darwin') {
    return matchOf(
      run('/usr/sbin/ioreg', ['-rd1', '-c', 'IOPlatformExpertDevice']),
      /"IOPlatformUUID" = "([^"]+)"/,
    );
  }
  if (process.platform === 'win32') {
    const key = 'HKLM\\SOFTWARE\\Microsoft\\Cryptography';
    return matchOf(
      run('reg.exe', ['query', key, '/v', 'MachineGuid', '/reg:64']),
      /REG_SZ\s+(\S+)/,
    );
  }
  return textOf('/etc/machine-id') ?? textOf('/var/lib/dbus/machine-id');
}

function run(command: string, args: readonly string[]): string {
  try {
    const stdio: ['ignore', 'pipe', 'ignore'] = ['ignore', 'pipe', 'ignore'];
    return execFileSync(command, args, { encoding: 'utf8', timeout: 5000, stdio });
  } catch {
    return '';
  }
}

function matchOf(text: string, pattern: RegExp): string | undefined {
  return pattern.exec(text)?.[1];
}

function textOf(file: string): string | undefined {
  try {
    const text = readFileSync(file, 'utf8').trim();
    return text === '' ? undefined : text;
  } catch {
    return undefined;
  }
}
