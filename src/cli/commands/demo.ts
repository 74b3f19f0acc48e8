/** Arguments of `ownsync demo`. */
import type { Definition } from './command.ts';

export const demoCommand: Definition = (parser, act) =>
  parser.command(
    'demo',
    'Two computers and a server in a temporary directory',
    (sub) =>
      sub.option('once', { type: 'boolean', default: false, describe: 'End after the tour' }),
    (args) =>
      act(args, async (program) => (await import('../demo.ts')).demo(program, { once: args.once })),
  );
