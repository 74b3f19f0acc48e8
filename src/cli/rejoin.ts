/**
 * `ownsync rejoin`: the way on when a folder is halted because its local directory, or what is on the store, is not what
 * was synced before, and a person says that it is right so. Deletes nothing.
 */
import { onFolders } from '../agent.ts';
import type { Rejoined } from '../core/ports/folder.ts';
import { EXIT, worstExit } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import { explain, explanationLines } from './explain.ts';
import { pluginOptions } from './plugin-options.ts';
import { chooseFolders, readConfig } from './program.ts';
import type { Program } from './program.ts';

const NEXT = 'at the next `ownsync sync`; nothing is deleted on either side';

const SAID: Readonly<Record<Rejoined, string>> = {
  'nothing-to-do': 'nothing to do: both sides are the ones that were synced before',
  'local-folder': `what is in the local folder is united with the store, by content, ${NEXT}`,
  'other-folder': `what is here is united with the folder that is on the store now, ${NEXT}`,
  'store-again': `the folder is on the store again; what is here is uploaded ${NEXT}`,
  'format-too-new':
    'the folder on the store was made by a newer ownsync: install that version here',
};

export async function rejoin(
  program: Program,
  { folders: names }: { readonly folders: readonly string[] },
): Promise<ExitCode> {
  const config = await readConfig(program, pluginOptions(program.around.home));
  const folders = chooseFolders(config, names);
  const { terminal, log, signal, secrets } = program;
  const parts = await program.partsFor(config, program);
  const work = { config, folders, parts, log, signal, onEvent: () => undefined };
  const outcomes = await onFolders(work, (folder) => folder.rejoin({ signal }));
  return worstExit(
    outcomes.map((outcome, index) => {
      if (outcome.ok) {
        terminal.out(`${outcome.folder}: ${SAID[outcome.value]}`);
        return outcome.value === 'format-too-new' ? EXIT.decision : EXIT.inSync;
      }
      const store = folders[index]?.store;
      const where = { redact: secrets.redact, ...(store === undefined ? {} : { store }) };
      const failure = explain(outcome.error, where);
      explanationLines(failure).forEach((line) => terminal.err(`${outcome.folder}: ${line}`));
      return failure.exit;
    }),
  );
}
