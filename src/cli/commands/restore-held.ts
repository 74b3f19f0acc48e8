/** Arguments of `ownsync restore-held`. */
import { answerArguments } from './answer.ts';
import type { Definition } from './command.ts';

export const restoreHeldCommand: Definition = (parser, act) =>
  parser.command(
    'restore-held [ids..]',
    'Put held paths back as they were: all, or those of the given questions',
    answerArguments,
    (args) =>
      act(args, async (program) => {
        const { restoreHeld } = await import('../restore-held.ts');
        return await restoreHeld(program, { ids: args.ids, folders: args.folder });
      }),
  );
