/** Arguments of `ownsync verify`. */
import { parseSize, SIZE_HELP } from '../../config/size.ts';
import type { Definition } from './command.ts';

export const verifyCommand: Definition = (parser, act) =>
  parser.command(
    'verify [folders..]',
    'Compare records, store and this disk closely, and put right what is wrong',
    (sub) =>
      sub
        .positional('folders', {
          type: 'string',
          array: true,
          default: [] as string[],
          describe: 'Names of folders',
        })
        .option('content', {
          type: 'boolean',
          default: false,
          describe: 'Read all contents back, here and from the store',
        })
        .option('budget', {
          type: 'string',
          requiresArg: true,
          describe: 'With --content: read so much from the store at most, and go on the next time',
        })
        .option('json', { type: 'boolean', default: false, describe: 'One JSON object' })
        .check(({ budget }) => {
          if (budget === undefined || parseSize(budget) !== undefined) return true;
          throw new Error(`--budget expects ${SIZE_HELP}`);
        }, false),
    (args) =>
      act(args, async (program) => {
        const { folders, content, budget, json } = args;
        const bytes = budget === undefined ? undefined : parseSize(budget);
        return (await import('../verify.ts')).verify(program, {
          ...{ folders, content, budget: bytes, json },
        });
      }),
  );
