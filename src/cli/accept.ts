/**
 * `ownsync accept`: lets held paths go on at the next sync. Changes the local state only.
 */
import { answer } from './answer.ts';
import type { AnswerArguments } from './answer.ts';
import type { ExitCode } from './exit-codes.ts';
import type { Program } from './program.ts';

export async function accept(program: Program, args: AnswerArguments): Promise<ExitCode> {
  return await answer(program, args, {
    give: (folder, which) => folder.accept(which),
    done: 'released',
    next: 'They go on at the next `ownsync sync`.',
  });
}
