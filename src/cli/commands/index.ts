/** All commands, in the order of `--help`. */
import type { Argv } from 'yargs';
import type { GlobalArguments } from '../run.ts';
import { acceptCommand } from './accept.ts';
import type { Act, Definition } from './command.ts';
import { demoCommand } from './demo.ts';
import { doctorCommand } from './doctor.ts';
import { initCommand } from './init.ts';
import { pendingCommand } from './pending.ts';
import { rejoinCommand } from './rejoin.ts';
import { restoreCommand } from './restore.ts';
import { restoreHeldCommand } from './restore-held.ts';
import { statusCommand } from './status.ts';
import { syncCommand } from './sync.ts';
import { undoCommand } from './undo.ts';
import { verifyCommand } from './verify.ts';
import { versionsCommand } from './versions.ts';

export { DEFAULT_WAIT } from './sync.ts';

const COMMANDS: readonly Definition[] = [
  initCommand,
  syncCommand,
  statusCommand,
  pendingCommand,
  acceptCommand,
  restoreHeldCommand,
  rejoinCommand,
  versionsCommand,
  restoreCommand,
  undoCommand,
  verifyCommand,
  doctorCommand,
  demoCommand,
];

export function withCommands(parser: Argv<GlobalArguments>, act: Act): Argv<GlobalArguments> {
  return COMMANDS.reduce((known, define) => define(known, act), parser);
}
