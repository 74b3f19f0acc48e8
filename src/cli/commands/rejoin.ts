/** Arguments of `ownsync rejoin`. */
import type { Definition } from './command.ts';

export const rejoinCommand: Definition = (parser, act) =>
  parser.command(
    'rejoin <folders..>',
    'After a halt: these are the right folder and store; unite them, deleting nothing',
    (sub) =>
      sub.positional('folders', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'Names of folders',
      }),
    (args) =>
      act(args, async (program) =>
        (await import('../rejoin.ts')).rejoin(program, { folders: args.folders }),
      ),
  );
