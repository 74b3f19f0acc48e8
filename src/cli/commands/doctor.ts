/** Arguments of `ownsync doctor`. */
import type { Definition } from './command.ts';

export const doctorCommand: Definition = (parser, act) =>
  parser.command(
    'doctor [store]',
    'Find out what a store can do, and remember it',
    (sub) =>
      sub
        .positional('store', { type: 'string', describe: 'Name of a store of the configuration' })
        .option('quick', {
          type: 'boolean',
          default: false,
          describe: 'Only what takes a few seconds',
        })
        .option('json', { type: 'boolean', default: false, describe: 'One JSON object' }),
    (args) =>
      act(args, async (program) => {
        const { store, quick, json } = args;
        return (await import('../doctor.ts')).doctor(program, { store, quick, json });
      }),
  );
