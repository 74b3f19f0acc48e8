/**
 * Mounting before the store is opened and unmounting after it is closed, by commands of the user. What was mounted already
 * stays so. A command is run by the system's shell, with a time limit, and is never shown: it may hold a password.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { statfs } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TransportError } from '../../src/plugin-api.ts';
import { asTransportError, codeOf, refusal, type Attempt } from './errors.ts';
import { isMounted } from './root.ts';

export interface MountCommands {
  readonly path: string;
  readonly mountCommand: string;
  readonly unmountCommand: string;
  /** Milliseconds. */
  readonly limit: number;
}

/** Undoes what {@link mount} did. Fails with a TransportError when it is still mounted afterwards. */
export type Unmount = () => Promise<void>;

/** Undefined: something was mounted there before, and stays. */
export async function mount(
  commands: MountCommands,
  signal: AbortSignal,
): Promise<Unmount | undefined> {
  const { path, mountCommand, limit } = commands;
  const attempt: Attempt = { operation: 'open', path: '' };
  if (await isMounted(path)) {
    if (!(await isDead(path))) return undefined;
    await unmount(commands);
  }
  try {
    await run(mountCommand, { name: 'mountCommand', limit, signal, attempt });
    if (!(await isMounted(path))) {
      const reason = `the mountCommand ended well, and yet nothing is mounted at ${path}`;
      throw refusal('unreachable', attempt, reason);
    }
  } catch (error) {
    // CRASH: it may have mounted before it failed, or before it was stopped.
    if (await isMounted(path)) await unmount(commands).catch(() => undefined);
    throw error;
  }
  return () => unmount(commands);
}

/**
 * The program behind a FUSE mount has ended: nothing is there any more, and nothing can be mounted over it. (A stat may
 * still be answered by what the kernel remembers.)
 */
async function isDead(path: string): Promise<boolean> {
  return statfs(path).then(
    () => false,
    (error: unknown) => codeOf(error) === 'ENOTCONN',
  );
}

/** Files that were just closed keep a mount busy for a moment. */
const tries = { times: 4, pause: 500 };

/** Not stopped by a signal: it is what cleans up when everything else was. */
async function unmount({ path, unmountCommand, limit }: MountCommands): Promise<void> {
  const attempt: Attempt = { operation: 'close', path: '' };
  const { signal } = new AbortController();
  let failure: TransportError | undefined;
  for (let left = tries.times; left > 0; left -= 1) {
    failure = await run(unmountCommand, {
      ...{ name: 'unmountCommand', limit, signal, attempt },
    }).then(
      () => undefined,
      (error: unknown) => asTransportError(error, attempt),
    );
    if (!(await isMounted(path))) return;
    if (left > 1) await sleep(tries.pause);
  }
  throw failure ?? refusal('busy', attempt, `the unmountCommand left ${path} mounted`);
}

interface RunOptions {
  readonly name: string;
  readonly limit: number;
  readonly signal: AbortSignal;
  readonly attempt: Attempt;
}

/** Most characters of a command's output that are told. */
const longest = 1000;

async function run(command: string, options: RunOptions): Promise<void> {
  const { name, limit, signal, attempt } = options;
  const isWindows = process.platform === 'win32';
  // A group of its own, so that what the shell started ends with it. Daemons have left it by then.
  const child = spawn(command, {
    ...{ shell: true, detached: !isWindows, windowsHide: true },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-longest);
    });
  }
  try {
    const how = await ended(child, AbortSignal.any([signal, AbortSignal.timeout(limit)]));
    if (how === 0) return;
    const words = said.trim() === '' ? '' : `: ${said.trim()}`;
    if (how !== 'stopped') {
      throw refusal('unreachable', attempt, `the ${name} failed (${String(how)})${words}`);
    }
    const why = signal.aborted ? 'was stopped' : `did not end within ${String(limit / 1000)} s`;
    throw refusal(
      signal.aborted ? 'cancelled' : 'unreachable',
      attempt,
      `the ${name} ${why}${words}`,
    );
  } finally {
    // A daemon that it left behind may hold them open for ever.
    child.stdout.destroy();
    child.stderr.destroy();
  }
}

/** Its exit code, or the signal that ended it. */
async function ended(child: ChildProcess, stop: AbortSignal): Promise<number | string | 'stopped'> {
  return await new Promise((resolve, reject) => {
    const end = (): void => {
      kill(child);
      resolve('stopped');
    };
    child.once('error', reject);
    // Not "close", which waits for every process that has its output.
    child.once('exit', (code, signal) => {
      stop.removeEventListener('abort', end);
      // What it said last may still be on its way.
      setImmediate(() => {
        resolve(code ?? signal ?? 'unknown');
      });
    });
    if (stop.aborted) end();
    else stop.addEventListener('abort', end, { once: true });
  });
}

function kill(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === 'win32') child.kill();
    else process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
}
