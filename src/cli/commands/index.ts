/** All commands, in the order of `--help`. */
import type { Argv } from 'yargs';
import type { GlobalArguments } from '../run.ts';
import { acceptCommand } from './accept.ts';
import type { Act, Definition } from './command.ts';
import { demoCommand } from './demo.ts';
import { statusCommand } from './status.ts';
import { syncCommand } from './sync.ts';

export { DEFAULT_WAIT } from './sync.ts';

const COMMANDS: readonly Definition[] = [syncCommand, statusCommand, acceptCommand, demoCommand];

export function withCommands(parser: Argv<GlobalArguments>, act: Act): Argv<GlobalArguments> {
  return COMMANDS.reduce((known, define) => define(known, act), parser);
}
