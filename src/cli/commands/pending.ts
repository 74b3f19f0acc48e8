/** Arguments of `ownsync pending`. */
import type { Definition } from './command.ts';

export const pendingCommand: Definition = (parser, act) =>
  parser.command(
    'pending [folders..]',
    'Show what waits for your decision, and the answers',
    (sub) =>
      sub
        .positional('folders', {
          type: 'string',
          array: true,
          default: [] as string[],
          describe: 'Names of folders',
        })
        .option('json', {
          type: 'boolean',
          default: false,
          describe: 'One JSON object, with all paths',
        }),
    (args) =>
      act(args, async (program) => {
        const { pending } = await import('../pending.ts');
        return await pending(program, { folders: args.folders, json: args.json });
      }),
  );
