/** Arguments of `ownsync versions`. */
import type { Definition } from './command.ts';

export const versionsCommand: Definition = (parser, act) =>
  parser.command(
    'versions [path]',
    'What happened to a file, or what was in a directory',
    (sub) =>
      sub
        .positional('path', {
          type: 'string',
          describe: 'On this computer, or as FOLDER:PATH; it need not be there any more',
        })
        .option('folder', {
          type: 'string',
          requiresArg: true,
          describe: 'Name of the folder; the path counts from its root then',
        })
        .option('json', { type: 'boolean', default: false, describe: 'One JSON object' }),
    (args) =>
      act(args, async (program) => {
        const { versions } = await import('../versions.ts');
        const { path, folder, json } = args;
        return await versions(program, { path, folder, json, cwd: process.cwd() });
      }),
  );
