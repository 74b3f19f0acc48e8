/** Arguments of `ownsync accept`. */
import { answerArguments } from './answer.ts';
import type { Definition } from './command.ts';

export const acceptCommand: Definition = (parser, act) =>
  parser.command(
    'accept [ids..]',
    'Let held paths go on: all, or those of the given questions',
    answerArguments,
    (args) =>
      act(args, async (program) =>
        (await import('../accept.ts')).accept(program, { ids: args.ids, folders: args.folder }),
      ),
  );
