/**
 * What a command's definition is made of. Definitions are loaded at every start: they name arguments and nothing else, and
 * import a command's own code only when it runs.
 */
import type { Argv } from 'yargs';
import type { Command, GlobalArguments } from '../run.ts';

/** Runs a command with what all of them are given. */
export type Act = (args: GlobalArguments, command: Command) => Promise<void>;

/** Adds one command to the parser. */
export type Definition = (parser: Argv<GlobalArguments>, act: Act) => Argv<GlobalArguments>;
