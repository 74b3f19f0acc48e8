/** Arguments of `ownsync undo`. */
import type { Definition } from './command.ts';

export const undoCommand: Definition = (parser, act) =>
  parser.command(
    'undo [folders..]',
    'Take back what the last sync, restore or undo here did',
    (sub) =>
      sub
        .positional('folders', {
          type: 'string',
          array: true,
          default: [] as string[],
          describe: 'Names of folders',
        })
        .option('only', {
          choices: ['here', 'sent'] as const,
          requiresArg: true,
          describe: 'Only what came to this computer, or only what it sent',
        })
        .option('dry-run', {
          type: 'boolean',
          default: false,
          describe: 'Only show what would be done',
        })
        .option('json', { type: 'boolean', default: false, describe: 'One JSON object a folder' }),
    (args) =>
      act(args, async (program) => {
        const { undo } = await import('../undo.ts');
        const { folders, only, dryRun, json } = args;
        return await undo(program, { folders, only, dryRun, json });
      }),
  );
