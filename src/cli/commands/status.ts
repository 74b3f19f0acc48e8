/** Arguments of `ownsync status`. */
import type { Definition } from './command.ts';

export const statusCommand: Definition = (parser, act) =>
  parser.command(
    'status',
    'Show what is known here, without asking a store',
    (sub) => sub.option('json', { type: 'boolean', default: false, describe: 'One JSON object' }),
    (args) =>
      act(args, async (program) =>
        (await import('../status.ts')).status(program, { json: args.json }),
      ),
  );
