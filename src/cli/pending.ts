/**
 * `ownsync pending`: what waits for a person, question by question, with the answers there are. From the local state alone.
 */
import { onStates } from '../agent.ts';
import type { Outcome } from '../agent.ts';
import type { FolderStatus, Held } from '../core/ports/folder.ts';
import { EXIT, worstExit } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import { explain, explanationLines } from './explain.ts';
import type { Explanation } from './explain.ts';
import { chooseFolders, readConfig } from './program.ts';
import type { Program } from './program.ts';
import { list } from './report.ts';
import { answerLines, count, sayHeld } from './words.ts';

export interface PendingArguments {
  readonly folders: readonly string[];
  readonly json: boolean;
}

interface Waiting {
  readonly folder: string;
  /** Files of the folder, of which the questions are about some. */
  readonly files: number;
  readonly halt?: NonNullable<FolderStatus['halt']>;
  readonly questions: readonly Held[];
  readonly error?: Explanation;
}

export async function pending(
  program: Program,
  { folders: names, json }: PendingArguments,
): Promise<ExitCode> {
  const config = await readConfig(program);
  const folders = chooseFolders(config, names);
  const parts = await program.partsFor(config, program);
  const work = { config, folders, parts, log: program.log, onEvent: () => undefined };
  const outcomes = await onStates(work, (folder) => folder.status());
  const all = outcomes.map((outcome) => waitingIn(outcome, program));
  const exit = worstExit(all.map(exitOf));
  const { terminal } = program;
  if (json) {
    terminal.out(JSON.stringify({ type: 'pending', exit, folders: all.map(forJson) }));
    return exit;
  }
  const lines = all.flatMap(linesOf);
  (lines.length > 0 ? lines : ['Nothing waits for you.']).forEach((line) => terminal.out(line));
  return exit;
}

function waitingIn(outcome: Outcome<FolderStatus | undefined>, { secrets }: Program): Waiting {
  const { folder } = outcome;
  if (!outcome.ok) {
    return { folder, files: 0, questions: [], error: explain(outcome.error, secrets) };
  }
  const { files = 0, held = [], halt } = outcome.value ?? {};
  return { folder, files, questions: held, ...(halt === undefined ? {} : { halt }) };
}

function exitOf({ halt, questions, error }: Waiting): ExitCode {
  if (error !== undefined) return error.exit;
  return halt !== undefined || questions.length > 0 ? EXIT.decision : EXIT.inSync;
}

function forJson({ questions, ...rest }: Waiting): Record<string, unknown> {
  return { ...rest, questions: questions.map((held) => ({ count: held.paths.length, ...held })) };
}

function linesOf({ folder, files, halt, questions, error }: Waiting): string[] {
  return [
    ...(error === undefined ? [] : explanationLines(error)),
    ...(halt === undefined ? [] : [`not synced: ${halt.message}`]),
    ...questions.flatMap((held) => [
      ...list(held.paths, `${sayHeld(held)} (the folder has ${count(files, 'file')})`),
      ...answerLines(held).map((line) => `    ${line}`),
    ]),
  ].map((line) => `${folder}: ${line}`);
}
