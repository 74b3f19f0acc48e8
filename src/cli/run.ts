/**
 * Runs one command: gives it its program, and turns whatever it fails with into words and an exit code.
 */
import { EXIT } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import { explain, explanationLines } from './explain.ts';
import type { LogLevel } from '../core/ports/world.ts';
import type { Program } from './program.ts';
import { createSecretKeeper, redactedLog } from './secret-keeper.ts';
import { UsageError } from './usage-error.ts';

export interface GlobalArguments {
  readonly config?: string | undefined;
  readonly debug: boolean;
  readonly json?: boolean;
}

export type Command = (program: Program) => Promise<ExitCode>;

type Given = Pick<Program, 'terminal' | 'around' | 'signal'> & Partial<Pick<Program, 'partsFor'>>;

export async function run(
  args: GlobalArguments,
  command: Command,
  given: Given,
): Promise<ExitCode> {
  const secrets = createSecretKeeper();
  const log = redactedLog(await openLog(args.debug, given), secrets);
  const program: Program = {
    partsFor: async (config, self) => (await import('./parts.ts')).systemParts(config, self),
    ...given,
    configFile: args.config,
    log,
    secrets,
  };
  try {
    return await command(program);
  } catch (error) {
    if (args.debug && error instanceof Error) given.terminal.err(secrets.redact(error.stack ?? ''));
    if (error instanceof UsageError) {
      given.terminal.err(`ownsync: ${error.message}`);
      return EXIT.usage;
    }
    const failure = explain(error, secrets);
    if (args.json === true) {
      given.terminal.out(
        JSON.stringify({ type: 'report', exit: failure.exit, folders: [], error: failure }),
      );
    } else {
      explanationLines(failure).forEach((line) => given.terminal.err(line));
    }
    return failure.exit;
  }
}

/** Everything as JSON lines with `--debug`; else only what a person should know, in plain words. */
async function openLog(debug: boolean, { terminal }: Given): Promise<Program['log']> {
  if (debug) return (await import('../host/log.ts')).createLog({ level: 'debug' });
  const shown: readonly LogLevel[] = ['warn', 'error'];
  return (level, message) => {
    if (shown.includes(level)) terminal.err(`ownsync: ${message}`);
  };
}
