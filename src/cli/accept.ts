/**
 * `ownsync accept`: lets held paths go on at the next sync. Changes the local state only.
 */
import { onLockedStates } from '../agent.ts';
import { EXIT, worstExit } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import { explain, explanationLines } from './explain.ts';
import { chooseFolders, readConfig } from './program.ts';
import type { Program } from './program.ts';
import { count } from './words.ts';

export async function accept(
  program: Program,
  { ids }: { readonly ids: readonly string[] },
): Promise<ExitCode> {
  const config = await readConfig(program);
  const { terminal, log, secrets } = program;
  const parts = await program.partsFor(config, program);
  const work = { config, folders: chooseFolders(config, []), parts, log, onEvent: () => undefined };
  const outcomes = await onLockedStates(work, (folder) =>
    folder.accept(ids.length === 0 ? undefined : ids),
  );

  let released = 0;
  const failures: ExitCode[] = [];
  for (const outcome of outcomes) {
    if (outcome.ok) {
      const paths = outcome.value ?? 0;
      released += paths;
      if (paths > 0) terminal.out(`${outcome.folder}: ${count(paths, 'path')} released`);
    } else {
      const failure = explain(outcome.error, secrets);
      explanationLines(failure).forEach((line) => terminal.err(`${outcome.folder}: ${line}`));
      failures.push(failure.exit);
    }
  }
  if (failures.length > 0) return worstExit(failures);
  if (released > 0) {
    terminal.out('They go on at the next `ownsync sync`.');
    return EXIT.inSync;
  }
  terminal.out(
    ids.length === 0
      ? 'Nothing is held.'
      : `Nothing is held under ${ids.join(', ')}; see \`ownsync status\`.`,
  );
  return ids.length === 0 ? EXIT.inSync : EXIT.usage;
}
