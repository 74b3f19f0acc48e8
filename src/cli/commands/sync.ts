/** Arguments of `ownsync sync`. */
import type { Definition } from './command.ts';

/** `--wait` without a number, seconds. */
export const DEFAULT_WAIT = 300;

export const syncCommand: Definition = (parser, act) =>
  parser.command(
    'sync [folders..]',
    'Bring folders in sync, all or the named ones',
    (sub) =>
      sub
        .positional('folders', {
          type: 'string',
          array: true,
          default: [] as string[],
          describe: 'Names of folders',
        })
        .option('dry-run', {
          type: 'boolean',
          default: false,
          describe: 'Only show what would be done',
        })
        .option('wait', {
          type: 'number',
          requiresArg: true,
          describe: `Wait until all live computers hold everything (--wait or --wait=SECONDS; ${DEFAULT_WAIT} if not said)`,
        })
        .option('json', { type: 'boolean', default: false, describe: 'One JSON object a line' })
        .check(({ wait }) => {
          if (wait === undefined || (Number.isFinite(wait) && wait >= 0)) return true;
          throw new Error('--wait expects a number of seconds');
        }, false),
    (args) =>
      act(args, async (program) => {
        const { sync } = await import('../sync.ts');
        const { folders, dryRun, wait, json } = args;
        return await sync(program, { folders, dryRun, wait, json });
      }),
  );
