/**
 * An answer to what is held, given to the local state of the chosen folders. What `ownsync accept` and `ownsync
 * restore-held` share; asks no store.
 */
import { onLockedStates } from '../agent.ts';
import type { Folder } from '../core/ports/folder.ts';
import { EXIT, worstExit } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import { explain, explanationLines } from './explain.ts';
import { chooseFolders, readConfig } from './program.ts';
import type { Program } from './program.ts';
import { count } from './words.ts';

export interface AnswerArguments {
  /** Ids of questions, or whose changes they are. None: all. */
  readonly ids: readonly string[];
  /** None: all. */
  readonly folders?: readonly string[];
}

interface Answer {
  readonly give: (folder: Folder, which: readonly string[] | undefined) => number;
  /** Completes "40 paths". */
  readonly done: string;
  readonly next: string;
}

export async function answer(
  program: Program,
  { ids, folders = [] }: AnswerArguments,
  { give, done, next }: Answer,
): Promise<ExitCode> {
  const config = await readConfig(program);
  const { terminal, log, secrets } = program;
  const parts = await program.partsFor(config, program);
  const chosen = chooseFolders(config, folders);
  const work = { config, folders: chosen, parts, log, onEvent: () => undefined };
  const outcomes = await onLockedStates(work, (folder) =>
    give(folder, ids.length === 0 ? undefined : ids),
  );

  let given = 0;
  const failures: ExitCode[] = [];
  for (const outcome of outcomes) {
    if (outcome.ok) {
      const paths = outcome.value ?? 0;
      given += paths;
      if (paths > 0) terminal.out(`${outcome.folder}: ${count(paths, 'path')} ${done}`);
    } else {
      const failure = explain(outcome.error, secrets);
      explanationLines(failure).forEach((line) => terminal.err(`${outcome.folder}: ${line}`));
      failures.push(failure.exit);
    }
  }
  if (failures.length > 0) return worstExit(failures);
  if (given > 0) {
    terminal.out(next);
    return EXIT.inSync;
  }
  terminal.out(
    ids.length === 0
      ? 'Nothing is held.'
      : `Nothing is held under ${ids.join(', ')}; see \`ownsync pending\`.`,
  );
  return ids.length === 0 ? EXIT.inSync : EXIT.usage;
}
