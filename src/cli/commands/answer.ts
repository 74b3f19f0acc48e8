/** Arguments that the answers to held paths share. */
import type { Argv } from 'yargs';
import type { GlobalArguments } from '../run.ts';

export type AnswerOptions = GlobalArguments & {
  readonly ids: string[];
  readonly folder: string[];
};

export function answerArguments(parser: Argv<GlobalArguments>): Argv<AnswerOptions> {
  return parser
    .positional('ids', {
      type: 'string',
      array: true,
      default: [] as string[],
      describe: 'Ids from pending, or the computer whose changes they are',
    })
    .option('folder', {
      type: 'string',
      array: true,
      requiresArg: true,
      default: [] as string[],
      describe: 'Only of this folder; may be given again',
    });
}
