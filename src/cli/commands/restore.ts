/** Arguments of `ownsync restore`. */
import type { Definition } from './command.ts';

export const restoreCommand: Definition = (parser, act) =>
  parser.command(
    'restore [path]',
    'Bring back what was: a file, a directory, or the whole folder',
    (sub) =>
      sub
        // Here it is the number of a version, not the program's own.
        .version(false)
        .positional('path', {
          type: 'string',
          describe: 'On this computer, or as FOLDER:PATH; without more words, what it was before',
        })
        .option('at', {
          type: 'string',
          requiresArg: true,
          describe: 'As it was then: "2026-05-03 14:00", "yesterday 9:30", "2 hours ago"',
        })
        .option('version', {
          type: 'number',
          requiresArg: true,
          describe: 'As `ownsync versions` counts them',
        })
        .option('to', {
          type: 'string',
          requiresArg: true,
          describe: 'To another place, where nothing is replaced',
        })
        .option('all', { type: 'boolean', default: false, describe: 'The whole folder; with --at' })
        .option('folder', {
          type: 'string',
          requiresArg: true,
          describe: 'Name of the folder; the path counts from its root then',
        })
        .option('dry-run', {
          type: 'boolean',
          default: false,
          describe: 'Only show what would be done',
        })
        .option('json', { type: 'boolean', default: false, describe: 'One JSON object' }),
    (args) =>
      act(args, async (program) => {
        const { restore } = await import('../restore.ts');
        const { path, at, version, to, all, folder, dryRun, json } = args;
        const cwd = process.cwd();
        return await restore(program, { path, at, version, to, all, folder, dryRun, json, cwd });
      }),
  );
