/**
 * `ownsync init`: sets up a folder, from flags or by asking. Tries the store before anything is written, adds to a file that is
 * there, and never replaces or removes what is in it.
 */
import { resolve } from 'node:path';
import type { Config } from '../config/config.ts';
import { parseConfig } from '../config/load.ts';
import { readIfThere } from '../config/save.ts';
import { EXIT } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import type { Target } from './init-draft.ts';
import { missingFlags, readGiven } from './init-given.ts';
import type { InitArguments } from './init-given.ts';
import { setUp } from './init-flags.ts';
import { pluginOptions } from './plugin-options.ts';
import { configFileOf } from './program.ts';
import type { Program } from './program.ts';
import { UsageError } from './usage-error.ts';

/** Asks only if something is missing and a person is there. Fails with {@link UsageError} that lists what is missing. */
export async function init(program: Program, args: InitArguments): Promise<ExitCode> {
  const target = await readTarget(program);
  const given = await readGiven(program, target, args);
  const missing = missingFlags(given, target);
  const work = { program, target, given, args };
  if (missing.length === 0) return await setUp(work);
  const { keyboard, screen } = program.terminal;
  if (keyboard === undefined || screen === undefined) {
    const lines = missing.map((line) => `  ${line}`);
    throw new UsageError(['nobody is there to be asked; say too:', ...lines].join('\n'));
  }
  const { createAsker, StoppedError } = await import('./init-asker.ts');
  const { interview } = await import('./init-interview.ts');
  const asker = createAsker({ input: keyboard, output: screen, signal: program.signal });
  try {
    return await interview(work, asker);
  } catch (error) {
    if (!(error instanceof StoppedError)) throw error;
    asker.stopped('Stopped; nothing was written.');
    return EXIT.stopped;
  }
}

/** Fails with ConfigError when there is a file that cannot be used. */
async function readTarget(program: Program): Promise<Target> {
  const file = resolve(configFileOf(program));
  const before = readIfThere(file);
  return { file, before, known: await knownIn(before, file, program) };
}

async function knownIn(
  text: string | undefined,
  file: string,
  { around }: Program,
): Promise<Config | undefined> {
  if (text === undefined || text.trim() === '') return undefined;
  return await parseConfig(text, file, { ...around, checkOptions: pluginOptions(around.home) });
}
