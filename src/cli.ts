#!/usr/bin/env node
/**
 * The command line: reads arguments, hands them to a command, ends with its exit code. A command's own code, and what it
 * needs, is loaded only when it runs.
 */
import { readFileSync } from 'node:fs';
import { homedir, hostname } from 'node:os';
import yargs from 'yargs';
import type { Argv } from 'yargs';
import { DEFAULT_WAIT, withCommands } from './cli/commands/index.ts';
import { EXIT } from './cli/exit-codes.ts';
import type { ExitCode } from './cli/exit-codes.ts';
import type { Program } from './cli/program.ts';
import { run } from './cli/run.ts';
import type { Command, GlobalArguments } from './cli/run.ts';
import { UsageError } from './cli/usage-error.ts';

const EXITS = [
  'Exit codes: 0 in sync; 1 failed; 2 wrong usage or configuration; 3 done, but some paths have',
  'problems, or --wait ran out; 4 a decision is needed, see ownsync pending.',
  'Of several folders the worst counts, in this order: 2, 1, 4, 3, 0.',
].join('\n');

async function main(argv: readonly string[]): Promise<ExitCode> {
  let exit: ExitCode | undefined;
  const controller = stopOnSignals();
  const act = async (args: GlobalArguments, command: Command): Promise<void> => {
    exit = await run(args, command, { signal: controller.signal, ...surroundings() });
  };
  const parser = withCommands(globals(argv), act)
    .epilogue(EXITS)
    .strict()
    .demandCommand(1, 'Say what to do, for example: ownsync sync')
    .recommendCommands()
    // ORDER: thrown, so that a command with a wrong argument is never run all the same.
    .fail((message: string | null, error: Error | undefined) => {
      throw message === null && error !== undefined ? error : new UsageError(message ?? '');
    });
  try {
    await parser.parseAsync();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`ownsync: ${error.message}\nSee: ownsync --help\n`);
    return EXIT.usage;
  }
  return exit ?? EXIT.inSync;
}

/** What stands before or after every command. */
function globals(argv: readonly string[]): Argv<GlobalArguments> {
  return yargs(argv.map(withDefaultWait))
    .scriptName('ownsync')
    .usage(
      '$0 COMMAND\n\nKeeps folders the same on all your computers through storage that can only store.',
    )
    .locale('en')
    .option('config', { type: 'string', requiresArg: true, describe: 'Configuration file' })
    .option('debug', {
      type: 'boolean',
      default: false,
      describe: 'Show every operation and stack traces',
    })
    .version(version())
    .wrap(100)
    .exitProcess(false);
}

/** A bare `--wait` must not take the next word, which names a folder, for its number. */
function withDefaultWait(argument: string): string {
  return argument === '--wait' ? `--wait=${DEFAULT_WAIT}` : argument;
}

function surroundings(): Pick<Program, 'terminal' | 'around'> {
  const line = (stream: NodeJS.WriteStream) => (text: string) => void stream.write(`${text}\n`);
  return {
    terminal: {
      out: line(process.stdout),
      err: line(process.stderr),
      screen: process.stdout.isTTY && process.env['TERM'] !== 'dumb' ? process.stdout : undefined,
      keyboard: process.stdin.isTTY ? process.stdin : undefined,
    },
    around: { platform: process.platform, home: homedir(), env: process.env, hostName: hostname() },
  };
}

/** The first signal ends the work cleanly, a second one at once. So does a reader that has gone away. */
function stopOnSignals(): AbortController {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(EXIT.stopped);
    controller.abort(new DOMException('stopped', 'AbortError'));
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') controller.abort(error);
  });
  return controller;
}

function version(): string {
  for (const place of ['../package.json', '../../package.json']) {
    try {
      const text = readFileSync(new URL(place, import.meta.url), 'utf8');
      return (JSON.parse(text) as { version: string }).version;
    } catch {
      // Compiled, this file lies one directory deeper.
    }
  }
  return 'unknown';
}

process.exitCode = await main(process.argv.slice(2));
// Nothing should hold the process now; if a plugin left something open, it is not waited for.
setTimeout(() => process.exit(), 2000).unref();
