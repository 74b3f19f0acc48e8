/** Arguments of `ownsync accept`. */
import type { Definition } from './command.ts';

export const acceptCommand: Definition = (parser, act) =>
  parser.command(
    'accept [ids..]',
    'Let held paths go on: all, or those of the given ids',
    (sub) =>
      sub.positional('ids', {
        type: 'string',
        array: true,
        default: [] as string[],
        describe: 'Ids from status',
      }),
    (args) =>
      act(args, async (program) =>
        (await import('../accept.ts')).accept(program, { ids: args.ids }),
      ),
  );
