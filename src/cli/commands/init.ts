/** Arguments of `ownsync init`. */
import type { Definition } from './command.ts';

const text = { type: 'string', requiresArg: true } as const;

export const initCommand: Definition = (parser, act) =>
  parser.command(
    'init',
    'Set up a folder: asks, tries the store, writes the configuration',
    (sub) =>
      sub
        .option('store', { ...text, describe: 'Name of a store: one of the file, or of a new one' })
        .option('plugin', {
          ...text,
          describe: 'How a new store is reached: ftp, sftp, webdav, mount, a package or a path',
        })
        .option('set', {
          type: 'string',
          array: true,
          // One value each: the next word is not another setting.
          nargs: 1,
          default: [] as string[],
          describe: 'NAME=VALUE of the plugin; a secret as NAME.env=VARIABLE or NAME.command=…',
        })
        .option('local', { ...text, describe: 'The directory on this computer' })
        .option('name', { ...text, describe: "The folder's name; default: after its directory" })
        .option('path', { ...text, describe: 'Its place on the store; default: /NAME' })
        .option('client', { ...text, describe: 'Readable name of this computer' })
        .option('test', {
          type: 'boolean',
          default: true,
          describe: 'Try the store first; --no-test: only write',
        }),
    (args) =>
      act(args, async (program) => {
        const { store, plugin, set, local, name, path, client, test } = args;
        const given = { store, plugin, set, local, name, path, client, test };
        return (await import('../init.ts')).init(program, { ...given, cwd: process.cwd() });
      }),
  );
