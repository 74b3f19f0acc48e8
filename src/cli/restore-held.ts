/**
 * `ownsync restore-held`: the answer "no, put it back" to what is held. Changes the local state only; the next sync makes
 * it true on all sides.
 */
import { answer } from './answer.ts';
import type { AnswerArguments } from './answer.ts';
import type { ExitCode } from './exit-codes.ts';
import type { Program } from './program.ts';

export async function restoreHeld(program: Program, args: AnswerArguments): Promise<ExitCode> {
  return await answer(program, args, {
    give: (folder, which) => folder.restoreHeld(which),
    done: 'to be put back',
    next: 'They are put back at the next `ownsync sync`.',
  });
}
