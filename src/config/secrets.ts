/**
 * Secrets: from `{ env }` or `{ command }` to text, only when a store is opened. The text goes to the plugin and into the
 * filter that keeps it out of every line shown or logged, nowhere else.
 */
import { spawn } from 'node:child_process';
import type { Config, StoreConfig } from './config.ts';
import { ConfigError } from './problem.ts';
import { secretSchema } from './schema.ts';
import type { Secret } from './schema.ts';

const LONGEST_OUTPUT = 65_536;

export interface SecretSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** How long a command may take, milliseconds. */
  readonly commandTimeout: number;
}

export interface ResolvedOptions {
  readonly options: Readonly<Record<string, unknown>>;
  /** The secrets' values, for {@link secretFilter}. */
  readonly values: readonly string[];
}

/** Fails with a {@link ConfigError} at the secret's place; it names the variable or command, never a value. */
export async function resolveSecrets(
  config: Config,
  store: StoreConfig,
  wanted: SecretSources & { readonly names: readonly string[] },
): Promise<ResolvedOptions> {
  const options: Record<string, unknown> = { ...store.options };
  const values: string[] = [];
  for (const name of wanted.names) {
    const secret = secretSchema.safeParse(options[name]);
    if (!secret.success) continue;
    const resolved = await resolveSecret(secret.data, wanted);
    if (!resolved.ok) {
      const problem = config.problemAt(['stores', store.name, name], resolved.message);
      throw new ConfigError(config.file, [problem]);
    }
    options[name] = resolved.value;
    values.push(resolved.value);
  }
  return { options, values };
}

/** Replaces every secret in a text. Short ones too: a mangled message is better than a shown password. */
export function secretFilter(values: Iterable<string>): (text: string) => string {
  const longestFirst = [...new Set(values)]
    .filter((value) => value !== '')
    .sort((a, b) => b.length - a.length);
  return (text) => longestFirst.reduce((rest, value) => rest.replaceAll(value, '***'), text);
}

type Resolved =
  { readonly ok: true; readonly value: string } | { readonly ok: false; readonly message: string };

async function resolveSecret(secret: Secret, sources: SecretSources): Promise<Resolved> {
  if (typeof secret === 'string') return { ok: true, value: secret };
  if ('env' in secret) {
    const value = sources.env[secret.env];
    return value === undefined || value === ''
      ? { ok: false, message: `the environment variable ${secret.env} is not set` }
      : { ok: true, value };
  }
  return await runCommand(secret.command, sources);
}

async function runCommand(command: string, sources: SecretSources): Promise<Resolved> {
  const ended = await runShell(command, sources);
  const fail = (why: string): Resolved => ({
    ok: false,
    message: `the command "${command}" ${why}`,
  });
  if (ended.how === 'late') return fail(`did not end within ${sources.commandTimeout / 1000} s`);
  if (ended.how === 'stopped') return fail('was stopped');
  const value = ended.stdout.replace(/\r?\n$/, '');
  if (ended.code !== 0) {
    const words = ended.stderr.trim().slice(0, 300);
    return fail(`failed (exit code ${ended.code ?? 'none'})${words === '' ? '' : `: ${words}`}`);
  }
  return value === '' ? fail('printed nothing') : { ok: true, value };
}

interface Ended {
  readonly how: 'itself' | 'late' | 'stopped';
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** No standard input: a command that waits for typed input gets an end at once instead of the time limit. */
function runShell(command: string, { signal, commandTimeout }: SecretSources): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(command, {
      shell: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    });
    const texts = { stdout: '', stderr: '' };
    const gather = (from: 'stdout' | 'stderr') => (chunk: Buffer) => {
      if (texts[from].length < LONGEST_OUTPUT) texts[from] += chunk.toString('utf8');
    };
    child.stdout.on('data', gather('stdout'));
    child.stderr.on('data', gather('stderr'));
    const finish = (how: Ended['how'], code: number | null) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      child.kill();
      // What the shell has started may live on and hold the pipes: they are not waited for.
      child.stdout.destroy();
      child.stderr.destroy();
      resolve({ how, code, ...texts });
    };
    const stop = () => finish('stopped', null);
    const timer = setTimeout(() => finish('late', null), commandTimeout);
    signal.addEventListener('abort', stop, { once: true });
    child.on('close', (code) => finish('itself', code));
    child.on('error', (error) => {
      texts.stderr += error.message;
      finish('itself', null);
    });
  });
}
